import { setTimeout as sleep } from "node:timers/promises";
import { wallClock } from "../live/changes.ts";
import type { RowWatch } from "./mirrored.ts";
import { ask, type PeerRun, type PeerState, setState } from "./peer-api.ts";

/** What happens to the runs, again and again: as many begin as end. A resumed run has begun once more, so its states are read. */
const turns = [
  ...["made", "completed", "begun", "paused", "made", "failed"],
  ...["begun", "cancelling", "made", "resumed", "begun", "cancelled"],
] as const;
type Kind = (typeof turns)[number];

export interface ChangeRun {
  /** From the peer's answer to the row, in ms; 0 when the row was first. */
  readonly delays: readonly { readonly kind: Kind; readonly ms: number }[];
  /** From asking the peer to its answer, in ms. */
  readonly answers: readonly number[];
  /** Changes whose rows were not there after a minute. */
  readonly unseen: number;
  readonly begin: number;
  readonly end: number;
}

/** Runs that the next changes are for, by their states; the one that is in it for longest comes first. */
export interface ActiveRuns {
  readonly flowId: string;
  readonly running: string[];
  readonly pending: string[];
  readonly paused: string[];
  readonly cancelling: string[];
}

export async function listActiveRuns(api: string): Promise<ActiveRuns> {
  const running: string[] = [];
  let flowId = "";
  for (let offset = 0; ; offset += 200) {
    const page = await ask<(PeerRun & { flow_id: string })[]>(api, "/flow_runs/filter", {
      flow_runs: { state: { type: { any_: ["RUNNING"] } } },
      sort: "START_TIME_DESC",
      ...{ limit: 200, offset },
    });
    running.push(...page.map(({ id }) => id));
    flowId = page[0]?.flow_id ?? flowId;
    if (page.length < 200) return { flowId, running, pending: [], paused: [], cancelling: [] };
  }
}

/**
 * Changes states one after the other, each when its time has come, or as soon as the peer has answered the one before: on SQLite it
 * takes one write at a time.
 */
export async function changeStates(
  api: string,
  active: ActiveRuns,
  watch: RowWatch,
  pace: { readonly perSecond: number; readonly seconds: number },
): Promise<ChangeRun> {
  const delays: { kind: Kind; ms: number }[] = [];
  const answers: number[] = [];
  const open: Promise<void>[] = [];
  let unseen = 0;
  const begin = performance.now();
  for (let number = 0; number < pace.perSecond * pace.seconds; number += 1) {
    // No beat: what the product does at an even pace must not always meet the changes at the same point.
    const jitter = ((number * 1_618) % 1_000) / 1_000 - 0.5;
    const dueMs = begin + ((number + 0.5 + 0.8 * jitter) * 1_000) / pace.perSecond;
    await sleep(Math.max(0, dueMs - performance.now()));
    const wanted = turns[number % turns.length] ?? "made";
    const askedAt = wallClock();
    const { kind, runId, state } = await change(api, active, wanted);
    const answeredAt = wallClock();
    answers.push(answeredAt - askedAt);
    open.push(
      watch.see(runId, state.id).then((at) => {
        if (at === null) unseen += 1;
        else delays.push({ kind, ms: Math.max(0, at - answeredAt) });
      }),
    );
  }
  const end = performance.now();
  await Promise.all(open);
  return { delays, answers, unseen, begin, end };
}

interface Step {
  readonly type: string;
  readonly from: keyof Omit<ActiveRuns, "flowId">;
  readonly to?: keyof Omit<ActiveRuns, "flowId">;
}

const steps: Readonly<Record<Exclude<Kind, "made">, Step>> = {
  begun: { type: "RUNNING", from: "pending", to: "running" },
  paused: { type: "PAUSED", from: "running", to: "paused" },
  resumed: { type: "RUNNING", from: "paused", to: "running" },
  completed: { type: "COMPLETED", from: "running" },
  failed: { type: "FAILED", from: "running" },
  cancelling: { type: "CANCELLING", from: "running", to: "cancelling" },
  cancelled: { type: "CANCELLED", from: "cancelling" },
};

/** Where no run is in the state that the change begins with, one is made instead. */
async function change(
  api: string,
  active: ActiveRuns,
  kind: Kind,
): Promise<{ kind: Kind; runId: string; state: PeerState }> {
  const step = kind === "made" ? undefined : steps[kind];
  const runId = step && active[step.from].shift();
  if (step === undefined || runId === undefined) {
    const run = await ask<PeerRun>(api, "/flow_runs/", {
      flow_id: active.flowId,
      name: "made meanwhile",
      state: { type: "PENDING" },
    });
    if (run.state === null) throw new Error("A new run has no state");
    active.pending.push(run.id);
    return { kind: "made", runId: run.id, state: run.state };
  }
  if (step.to !== undefined) active[step.to].push(runId);
  return { kind, runId, state: await setState(api, runId, { type: step.type }) };
}
