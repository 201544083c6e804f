import { type LogStore, readLogs } from "../logs/read-logs.ts";
import type { Mirror } from "../mirror/mirror.ts";
import { refreshTrees } from "../mirror/refresh.ts";
import type { ReadRuns } from "./engine-runs.ts";

// A run of 10,000 task runs takes more than 50 requests.
const longestMs = 60_000;

/** Reads for somebody who looks, in this process, whoever watches the connection. */
export function createReadRuns(mirror: Mirror, logs: LogStore): ReadRuns {
  return async (connection, client, external_ids) => {
    const context = { connection, client, signal: AbortSignal.timeout(longestMs) };
    await refreshTrees(mirror, context, external_ids);
    for (const run of await mirror.runs.findRuns(connection.id, external_ids)) {
      await readLogs(logs, context, run);
    }
  };
}
