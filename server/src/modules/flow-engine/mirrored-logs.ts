import type { Database } from "../../platform/database.ts";
import type { LogMirror } from "./public.ts";
import * as repo from "./repo/mirrored-logs.ts";

/** The part of `FlowMirror` that keeps log lines. */
export function createLogMirror(database: Database): LogMirror {
  return {
    writeLogs: (transaction, lines) => repo.insertMirroredLogs(transaction, lines),
    async trimLogs(transaction, flow_run_id, keep, note) {
      const oldest = await repo.findOldestKeptLine(transaction, flow_run_id, keep);
      if (oldest === null) return;
      await repo.deleteLogsBefore(transaction, flow_run_id, oldest);
      await repo.turnIntoNote(transaction, oldest, note);
    },
    findNewestLogTime: (flow_run_id) => repo.findNewestLogTime(database, flow_run_id),
    findStepIds: (connection_id, external_ids) => repo.findStepIds(database, connection_id, external_ids),
  };
}
