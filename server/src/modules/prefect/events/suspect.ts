import type { KnownRun } from "../../flow-engine/public.ts";
import type { WatchContext, WatchDuty } from "../watching/watch-duty.ts";
import { clockAllowanceMs, createClockComparison, heartbeatEvent, readHint } from "./event-reading.ts";
import { addSign, noteSigns, type SignOfLife, type SignTaker } from "./signs-of-life.ts";

export interface SuspicionOptions extends Omit<SignTaker, "mirror"> {
  readonly mirror: SignTaker["mirror"] & { listOpenRuns: OpenRuns };
  readonly now?: () => number;
}

type OpenRuns = (connection_id: string, limit: number) => Promise<readonly KnownRun[]>;

const mostRuns = 10_000;
/** Candidates that are asked for one by one in a turn; the others follow in the next. */
const mostAsked = 10;

/** What one watch remembers: silence counts only while we could have heard something. */
interface Vigil {
  listeningSince: number;
  lastTurnAt: number;
  /** When a run was first seen in its state: beginning to run is a sign of life. */
  readonly states: Map<string, { readonly state_id: string | null; readonly since: number }>;
  readonly clock: ReturnType<typeof createClockComparison>;
}

/**
 * Flags runs that Prefect calls RUNNING although their process seems to have died: Prefect never notices that. Only runs
 * that ever sent a heartbeat, and only when Prefect answered all the while: an outage of ours or of the connection is no
 * silence of the run. The state is never rewritten.
 */
export function createSuspicion(options: SuspicionOptions): WatchDuty {
  const now = options.now ?? Date.now;
  const everyMs = Math.min(30_000, Math.max(1_000, options.silenceMs / 6));
  const vigils = new WeakMap<WatchContext, Vigil>();

  return {
    name: "The look for silent runs",
    everyMs: () => everyMs,
    async run(context) {
      const vigil = vigils.get(context) ?? beginVigil(now());
      vigils.set(context, vigil);
      // A turn that failed, or a process that slept, leaves a hole in what was heard.
      if (now() - vigil.lastTurnAt > 3 * everyMs + 10_000) vigil.listeningSince = now();
      try {
        await hearHeartbeats(options, context, vigil, now());
      } catch (error) {
        vigil.listeningSince = Number.POSITIVE_INFINITY;
        throw error;
      }
      vigil.lastTurnAt = now();
      if (vigil.listeningSince === Number.POSITIVE_INFINITY) vigil.listeningSince = now();
      await judgeRuns(options, context, vigil, now());
    },
  };
}

function beginVigil(at: number): Vigil {
  return { listeningSince: at, lastTurnAt: at, states: new Map(), clock: createClockComparison() };
}

/** The newest heartbeats of all runs, also while no events come live. */
async function hearHeartbeats(
  options: SuspicionOptions,
  context: WatchContext,
  vigil: Vigil,
  at: number,
): Promise<void> {
  const events = await context.client.listEvents(
    { names: [heartbeatEvent], since: iso(at - options.silenceMs - clockAllowanceMs) },
    context.signal,
  );
  const signs = new Map<string, SignOfLife>();
  for (const event of events) {
    const hint = readHint(event);
    if (hint !== null) {
      addSign(signs, hint.run_id, { moment: vigil.clock.momentOf(event, at), isHeartbeat: true });
    }
  }
  if (signs.size > 0) await noteSigns(options, context.connection.id, signs);
}

async function judgeRuns(
  options: SuspicionOptions,
  context: WatchContext,
  vigil: Vigil,
  at: number,
): Promise<void> {
  const runs = await options.mirror.listOpenRuns(context.connection.id, mostRuns);
  noteStates(vigil, runs, at);
  const ended = runs.filter((run) => run.suspect_since !== null && !isRunning(run));
  const silent = runs.filter(
    (run) => run.suspect_since === null && isSilent(run, vigil, options.silenceMs, at),
  );
  const suspects: KnownRun[] = [];
  for (const run of silent.slice(0, mostAsked)) {
    if (await isSilentThere(options, context, run, vigil, at)) suspects.push(run);
  }
  if (ended.length + suspects.length === 0) return;
  await options.database
    .transaction()
    .execute((transaction) =>
      options.mirror.noteRuns(transaction, [
        ...ended.map(({ id }) => ({ id, suspect_reason: null })),
        ...suspects.map((run) => ({ id: run.id, suspect_reason: describeSilence(run) })),
      ]),
    );
  options.changed();
}

function noteStates(vigil: Vigil, runs: readonly KnownRun[], at: number): void {
  const open = new Set(runs.map(({ id }) => id));
  for (const id of vigil.states.keys()) if (!open.has(id)) vigil.states.delete(id);
  for (const { id, external_state_id: state_id } of runs) {
    if (vigil.states.get(id)?.state_id !== state_id || !vigil.states.has(id)) {
      vigil.states.set(id, { state_id, since: at });
    }
  }
}

function isRunning(run: KnownRun): boolean {
  return run.external_state_type === "RUNNING" && run.missing_upstream_at === null;
}

function isSilent(run: KnownRun, vigil: Vigil, silenceMs: number, at: number): boolean {
  if (run.last_heartbeat_at === null || !isRunning(run)) return false;
  const heardAt = Date.parse(run.last_heartbeat_at);
  const stateAt = vigil.states.get(run.id)?.since ?? at;
  return at - Math.max(heardAt, stateAt, vigil.listeningSince) > silenceMs;
}

/** Asks for this very run: among many, its heartbeats may not have been on the page, nor have come live. */
async function isSilentThere(
  options: SuspicionOptions,
  context: WatchContext,
  run: KnownRun,
  vigil: Vigil,
  at: number,
): Promise<boolean> {
  const [newest] = await context.client.listEvents(
    {
      names: [heartbeatEvent],
      resource_ids: [`prefect.flow-run.${run.external_id}`],
      since: iso(Date.parse(run.last_heartbeat_at ?? "") - clockAllowanceMs),
      limit: 1,
    },
    context.signal,
  );
  if (newest === undefined) return true;
  const moment = vigil.clock.momentOf(newest, at);
  if (at - moment > options.silenceMs) return true;
  const sign = { moment, isHeartbeat: true };
  await noteSigns(options, context.connection.id, new Map([[run.external_id, sign]]));
  return false;
}

function describeSilence(run: KnownRun): string {
  const last = run.last_heartbeat_at?.replace("T", " ").replace(/\.\d+Z$/, " UTC") ?? "";
  return `Its last heartbeat came at ${last}. Its process may have died: Prefect calls such a run RUNNING for ever.`;
}

function iso(moment: number): string {
  return new Date(moment).toISOString();
}
