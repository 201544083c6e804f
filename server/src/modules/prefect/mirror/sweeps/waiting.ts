import { type FlowRunQuery, largestPage } from "../../client/queries.ts";
import type { WatchContext, WatchDuty } from "../../watching/watch-duty.ts";
import { applyReading } from "../apply.ts";
import type { Mirror } from "../mirror.ts";
import { clockDifferenceMs } from "./moments.ts";
import { filterOf } from "./telling.ts";

const everyMs = 60_000;
const aheadMs = 60 * 60_000;
const mostPages = 10;

/**
 * Reads the runs that wait and are due within the next hour, the longest due first, and those that Prefect calls running: nothing
 * else finds runs that are late, and, without events, old ones that somebody repeats, for these keep their first beginning.
 */
export function createWaitingSweep(mirror: Mirror): WatchDuty {
  return {
    name: "The sweep of waiting runs",
    everyMs: () => everyMs,
    async run(context) {
      const scheduled_before = new Date(Date.now() + aheadMs + clockDifferenceMs).toISOString();
      await readPages(mirror, context, {
        ...{ state_types: ["SCHEDULED", "PENDING"], scheduled_before },
        sort: "NEXT_SCHEDULED_START_TIME_ASC",
      });
      await readPages(mirror, context, {
        state_types: ["RUNNING", "PAUSED", "CANCELLING"],
        sort: "START_TIME_DESC",
      });
    },
  };
}

async function readPages(mirror: Mirror, context: WatchContext, query: FlowRunQuery): Promise<void> {
  const { client, connection, signal } = context;
  for (let page = 0; page < mostPages; page += 1) {
    const runs = await client.listFlowRuns(
      { ...filterOf(connection), ...query, limit: largestPage, offset: page * largestPage },
      signal,
    );
    await applyReading(mirror, context, { runs });
    if (runs.length < largestPage) return;
  }
}
