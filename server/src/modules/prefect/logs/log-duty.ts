import type { FlowMirror, KnownRun } from "../../flow-engine/public.ts";
import type { WatchContext, WatchDuty } from "../watching/watch-duty.ts";
import { type LogStore, readLogs } from "./read-logs.ts";

export interface LogDutyOptions extends LogStore {
  readonly mirror: LogStore["mirror"] & Pick<FlowMirror, "listOpenRuns">;
  readonly now?: () => number;
}

const everyMs = 5_000;
/** Logs that are read in a turn, most of them with one request. With more runs each has its turn less often. */
const runsPerTurn = 4;
const mostOpenRuns = 10_000;
/** The last lines come up to the client's interval (2 s by default) after the end: what is read this late is all. */
const lateLinesMs = 15_000;

/** What one watch remembers of the runs that it follows, by our ids. */
interface Follower {
  readonly readAt: Map<string, number>;
  /** When a run was first seen not to be writing any more. */
  readonly endedAt: Map<string, number>;
  readonly finished: Set<string>;
}

/**
 * Follows the logs of runs that have not ended, and of those that ended while they were followed until their last lines
 * are there. Runs whose log was never read come first, the newest of them before the others; then those whose last
 * reading is longest ago. Read one by one, for each run has a clock of its own: the machine's on which it runs.
 */
export function createLogDuty(options: LogDutyOptions): WatchDuty {
  const now = options.now ?? Date.now;
  const followers = new WeakMap<WatchContext, Follower>();
  return {
    name: "The reading of logs",
    everyMs: () => everyMs,
    async run(context) {
      const follower = followers.get(context) ?? beginFollowing();
      followers.set(context, follower);
      const runs = await options.mirror.listOpenRuns(context.connection.id, mostOpenRuns);
      forgetOthers(follower, runs);
      noteEnds(follower, runs, now());
      for (const run of chooseRuns(follower, runs)) {
        const at = now();
        await readLogs(options, context, run);
        follower.readAt.set(run.id, at);
        const endedAt = follower.endedAt.get(run.id);
        if (endedAt !== undefined && at - endedAt >= lateLinesMs) follower.finished.add(run.id);
      }
    },
  };
}

function beginFollowing(): Follower {
  return { readAt: new Map(), endedAt: new Map(), finished: new Set() };
}

function forgetOthers(follower: Follower, runs: readonly KnownRun[]): void {
  const open = new Set(runs.map(({ id }) => id));
  for (const memory of [follower.readAt, follower.endedAt, follower.finished]) {
    for (const id of memory.keys()) if (!open.has(id)) memory.delete(id);
  }
}

function noteEnds(follower: Follower, runs: readonly KnownRun[], at: number): void {
  for (const run of runs) {
    const isOpen = run.status === "running" || run.status === "pending" || run.status === "paused";
    if (!isOpen && !follower.endedAt.has(run.id)) follower.endedAt.set(run.id, at);
    if (isOpen && follower.endedAt.delete(run.id)) follower.finished.delete(run.id);
  }
}

/** What never began has written nothing; what Prefect does not know has no log there. */
function chooseRuns(follower: Follower, runs: readonly KnownRun[]): KnownRun[] {
  return runs
    .filter(
      (run) => run.started_at !== null && run.missing_upstream_at === null && !follower.finished.has(run.id),
    )
    .toReversed()
    .sort((a, b) => (follower.readAt.get(a.id) ?? 0) - (follower.readAt.get(b.id) ?? 0))
    .slice(0, runsPerTurn);
}
