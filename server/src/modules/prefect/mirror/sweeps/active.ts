import type { KnownRun } from "../../../flow-engine/public.ts";
import type { WatchDuty } from "../../watching/watch-duty.ts";
import type { Mirror, ReadContext } from "../mirror.ts";
import { refreshChildren, refreshRuns, refreshWithSteps } from "../refresh.ts";
import { tellSynced } from "./telling.ts";

const liveMs = 15_000;
const pollingMs = 3_000;
const stepsMs = 5_000;
const dueMs = 2_000;
/** Ended runs that may still change, and runs that are gone upstream. */
const seldomMs = 30_000;
const mostOpen = 5_000;
/** More than that at once would keep the other sweeps waiting. */
const mostDue = 200;

/** Reads every run that has not ended, and now and then those that may still change after their end. */
export function createActiveSweep(mirror: Mirror): WatchDuty {
  const isSeldomDue = createSeldom();
  return {
    name: "The sweep of active runs",
    everyMs: (context) => (context.isLive() ? liveMs : pollingMs),
    async run(context) {
      const startedAt = Date.now();
      const open = await listOpen(mirror, context, isSeldomDue(startedAt));
      const ids = open.map(({ external_id }) => external_id);
      const { lag_ms } = await refreshRuns(mirror, context, ids);
      await refreshChildren(
        mirror,
        context,
        open.filter(isAtWork).map(({ external_id }) => external_id),
      );
      if (lag_ms !== null) await mirror.store.tell(context.connection.id, { lag_ms });
      await tellSynced(mirror, context, "active", startedAt);
    },
  };
}

/** Reads steps and progress: of all runs at work every 5 s, of those that changed within about two seconds. */
export function createStepSweep(mirror: Mirror): WatchDuty {
  const isSeldomDue = createSeldom();
  let lastAll = 0;
  return {
    name: "The sweep of steps",
    everyMs: () => dueMs,
    async run(context) {
      const now = Date.now();
      const ids = [...mirror.memoryOf(context.connection).due].slice(0, mostDue);
      if (now - lastAll >= stepsMs) {
        lastAll = now;
        const open = await listOpen(mirror, context, isSeldomDue(now));
        ids.push(...open.filter((run) => isAtWork(run) || isOver(run)).map(({ external_id }) => external_id));
      }
      await refreshWithSteps(mirror, context, ids);
    },
  };
}

async function listOpen(
  mirror: Mirror,
  { connection }: ReadContext,
  isWithSeldom: boolean,
): Promise<readonly KnownRun[]> {
  const open = await mirror.runs.listOpenRuns(connection.id, mostOpen);
  return isWithSeldom ? open : open.filter((run) => !isOver(run) && run.missing_upstream_at === null);
}

const isOver = ({ status }: KnownRun) =>
  status === "completed" || status === "failed" || status === "cancelled";
const isAtWork = (run: KnownRun) => !isOver(run) && (run.status !== "pending" || run.started_at !== null);

function createSeldom(): (now: number) => boolean {
  let last = 0;
  return (now) => {
    if (now - last < seldomMs) return false;
    last = now;
    return true;
  };
}
