import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";

/** What the stages of a unit are told from. */
export interface StageRun {
  readonly id: string;
  readonly flow_name: string;
  readonly flow_key: string;
  readonly status: string;
}

export interface StageStep {
  readonly step_name: string;
  readonly status: string;
}

/** Flow runs of the unit's own task. Index: the unique one on `(task_id, flow_key)`. */
export async function listRunsOfTask(database: Database, task_id: string): Promise<StageRun[]> {
  const found = await sql<StageRun>`
    SELECT id, flow_name, flow_key, status FROM flow_run_summaries
    WHERE task_id = ${task_id}::uuid ORDER BY id`.execute(database);
  return found.rows;
}

/** The steps of one run, later attempts last. Index: `flow_step_runs_flow_run`. */
export async function listStepsOfRun(database: Database, flow_run_id: string): Promise<StageStep[]> {
  const found = await sql<StageStep>`
    SELECT step_name, status FROM step_summaries
    WHERE flow_run_id = ${flow_run_id}::uuid ORDER BY step_order, attempt`.execute(database);
  return found.rows;
}
