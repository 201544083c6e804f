import type { Database } from "../../../platform/database.ts";
import type { FlowMirror, KnownRun, RunNote } from "../../flow-engine/public.ts";

/** That a run's process did something. Only heartbeats prove that it would go on doing so while it lives. */
export interface SignOfLife {
  /** In ms since 1970, by our clock. */
  readonly moment: number;
  readonly isHeartbeat: boolean;
}

/** The latest of each run, by its id in Prefect. */
export type SignsOfLife = ReadonlyMap<string, SignOfLife>;

/** A sign that is no heartbeat is written only when the stored one is older than this: steps are many. */
const stepSignMs = 30_000;

export function addSign(signs: Map<string, SignOfLife>, run_id: string, sign: SignOfLife): void {
  const before = signs.get(run_id);
  const isHeartbeat = sign.isHeartbeat || before?.isHeartbeat === true;
  signs.set(run_id, { moment: Math.max(sign.moment, before?.moment ?? 0), isHeartbeat });
}

export interface SignTaker {
  readonly database: Database;
  readonly mirror: Pick<FlowMirror, "findRuns" | "noteRuns">;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
  /** A run that sent heartbeats and is silent for this long may be dead. */
  readonly silenceMs: number;
}

/** Writes signs of life of the runs that are mirrored; what was suspected to be dead is so no longer. */
export async function noteSigns(taker: SignTaker, connection_id: string, signs: SignsOfLife): Promise<void> {
  const known = await taker.mirror.findRuns(connection_id, [...signs.keys()]);
  const notes = known.flatMap((run) => noteOf(run, signs.get(run.external_id), taker.silenceMs));
  if (notes.length === 0) return;
  await taker.database.transaction().execute((transaction) => taker.mirror.noteRuns(transaction, notes));
  taker.changed();
}

function noteOf(run: KnownRun, sign: SignOfLife | undefined, silenceMs: number): RunNote[] {
  if (sign === undefined) return [];
  const stored = run.last_heartbeat_at === null ? null : Date.parse(run.last_heartbeat_at);
  // Of a run that never sent a heartbeat nothing is expected later.
  if (stored === null && !sign.isHeartbeat) return [];
  const laterMs = stored === null ? Number.POSITIVE_INFINITY : sign.moment - stored;
  const note = { id: run.id, last_heartbeat_at: new Date(sign.moment).toISOString() };
  if (run.suspect_since !== null) {
    // It was silent for so long: what seems a little later is the same heartbeat, its time compared anew.
    return laterMs > 0.9 * silenceMs ? [{ ...note, suspect_reason: null }] : [];
  }
  return laterMs > (sign.isHeartbeat ? 0 : stepSignMs) ? [note] : [];
}
