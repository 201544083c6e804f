import type { EngineRun, EngineTask } from "./models.ts";

/** What the dashboard shows of single runs and tasks of Prefect. */
export interface EngineRunService {
  /** @throws AppError `flow_run_not_found`, `flow_run_not_external` */
  getRun(flow_run_id: string): Promise<EngineRun>;
  /** @throws AppError `task_not_found` */
  getTask(task_id: string): Promise<EngineTask>;
  /**
   * Reads the run, its steps and its log from Prefect now, within the connection's budget; soon when the server that is asked
   * does not watch the connection.
   * @throws AppError `flow_run_not_found`, `flow_run_not_external`, codes of `prefectErrors`
   */
  refresh(flow_run_id: string): Promise<void>;
}
