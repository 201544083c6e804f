import type { Database } from "../../../platform/database.ts";
import { noSuchTask } from "../../task-queue/public.ts";
import { listActionsOfRun, listActionsOfTask } from "../actions/repo/outbox.ts";
import type { PrefectClient } from "../client/client.ts";
import type { ConnectionStore, PrefectClients, WatchedConnection } from "../connections/store.ts";
import type { EngineRun, TaskCarrier } from "./models.ts";
import { getOutsideRun } from "./outside-run.ts";
import { hasTask, hasUnendedParts, type OutsideRun } from "./repo.ts";
import type { EngineRunService } from "./service.ts";
import { steeringActions, whyNotRun } from "./steering.ts";

/** Reads runs of Prefect, with all that belongs to them, and writes them. Unknown ids are marked as gone there. */
export type ReadRuns = (
  connection: WatchedConnection,
  client: PrefectClient,
  external_ids: readonly string[],
) => Promise<void>;

export interface EngineRunOptions {
  readonly database: Database;
  readonly store: Pick<ConnectionStore, "getWatched">;
  readonly clients: Pick<PrefectClients, "clientFor">;
  readonly readRuns: ReadRuns;
  readonly listCarriers: (task_id: string) => Promise<TaskCarrier[]>;
}

export function createEngineRunService(options: EngineRunOptions): EngineRunService {
  const { database, store } = options;
  return {
    async getRun(flow_run_id) {
      const run = await getOutsideRun(database, flow_run_id);
      const [is_cancel_unconfirmed, recent_actions] = await Promise.all([
        run.status === "cancelled" && hasUnendedParts(database, run.id),
        listActionsOfRun(database, run),
      ]);
      return { ...describe(run), is_cancel_unconfirmed, recent_actions };
    },
    async getTask(task_id) {
      if (!(await hasTask(database, task_id))) throw noSuchTask(task_id);
      const [carriers, recent_actions] = await Promise.all([
        options.listCarriers(task_id),
        listActionsOfTask(database, task_id),
      ]);
      return { task_id, carriers, recent_actions };
    },
    async refresh(flow_run_id) {
      const run = await getOutsideRun(database, flow_run_id);
      const connection = await store.getWatched(run.connection_id);
      await options.readRuns(connection, options.clients.clientFor(connection), [run.external_id]);
    },
  };
}

function describe(run: OutsideRun): Omit<EngineRun, "is_cancel_unconfirmed" | "recent_actions"> {
  return {
    flow_run_id: run.id,
    connection: {
      id: run.connection_id,
      name: run.connection_name,
      health: run.connection_health,
      health_reason: run.connection_health_reason,
      last_sync_at: run.connection_last_sync_at,
      is_removed: run.connection_removed_at !== null,
    },
    external_id: run.external_id,
    external_url: run.external_url,
    run_name: run.external_run_name,
    state_type: run.external_state_type,
    state_name: run.external_state,
    state_at: run.external_state_at,
    attempt: run.attempt,
    deployment_name: run.external_deployment_name,
    work_pool_name: run.external_work_pool,
    progress_source: run.progress_source,
    observed_at: run.observed_at,
    last_heartbeat_at: run.last_heartbeat_at,
    missing_upstream_at: run.missing_upstream_at,
    suspect_since: run.suspect_since,
    suspect_reason: run.suspect_reason,
    actions: steeringActions.map((kind) => ({ kind, why_not: whyNotRun(kind, run) })),
  };
}
