import type { PrefectFlowRun } from "../client/wire.ts";
import type { TaskCarrier } from "../runs/models.ts";
import type { WatchDuty } from "../watching/watch-duty.ts";
import { type CarrierDutyOptions, createCarrierDuty, noteCarrierRuns } from "./carrier-duty.ts";
import * as repo from "./repo.ts";

/** Prefect carries the execution of our tasks: `coursewright run-task` in the infrastructure of a work pool. */
export interface Carriers {
  readonly duty: WatchDuty;
  /** Takes runs with the tag `coursewright-task` that a sweep has read; the duty reads them itself too. */
  noteRuns(connection_id: string, runs: readonly PrefectFlowRun[]): Promise<void>;
  /** Those of one task, newest first, at most 100. */
  listCarriers(task_id: string): Promise<TaskCarrier[]>;
  /** Rows for the change stream. */
  listSummaries(ids: readonly string[]): Promise<TaskCarrier[]>;
  /** Says in the log that nothing will run, when tasks are meant for Prefect and no connection is there. */
  warnWithoutConnection(): Promise<void>;
}

export function createCarriers(options: CarrierDutyOptions): Carriers {
  const { database, logger } = options;
  return {
    duty: createCarrierDuty(options),
    noteRuns: (connection_id, runs) => noteCarrierRuns(options, connection_id, runs),
    listCarriers: (task_id) => repo.listCarriers(database, task_id),
    listSummaries: (ids) => repo.listCarrierSummaries(database, ids),
    async warnWithoutConnection() {
      if (!options.carriesTasks || (await repo.listEnabledConnections(database)).length > 0) return;
      logger.warn(
        "COURSEWRIGHT_DISPATCH is prefect, but no connection to Prefect is enabled: tasks will wait.",
      );
    },
  };
}
