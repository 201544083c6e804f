import type { EngineAction, Launch, Launched, RunAction } from "./models.ts";

/** Who asks. */
export interface Requester {
  readonly id: string;
}

/** What people ask of Prefect. Every request is stored first and sent by the server that watches the connection. */
export interface EngineActionService {
  /**
   * @throws AppError `flow_run_not_found`, `flow_run_not_external`, `engine_action_impossible` with the reason,
   * `connection_disabled`
   */
  act(user: Requester, flow_run_id: string, action: RunAction): Promise<EngineAction>;
  /**
   * The unit becomes the new task's; the run carries the task's id as its idempotency key.
   * @throws AppError `unit_not_found`, `unit_not_launchable`, `connection_not_found`, `connection_disabled`, `task_already_live`
   */
  launch(user: Requester, connection_id: string, launch: Launch): Promise<Launched>;
  /** For the change stream. */
  listSummaries(ids: readonly string[]): Promise<EngineAction[]>;
}
