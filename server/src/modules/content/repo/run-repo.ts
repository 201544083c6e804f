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

/**
 * The flow runs that tell how the unit was made: those of its task. While and after a task writes one lesson anew, those of the
 * task that wrote the unit, with the newer runs of its lessons in their places. Indexes: the unique one on `(task_id, flow_key)`,
 * `flow_runs_pkey`, `flow_runs_parent`.
 */
export async function listStageRuns(
  database: Database,
  unit: { readonly unit_id: string; readonly task_id: string },
): Promise<StageRun[]> {
  const columns = sql`f.id, f.flow_name, f.flow_key, f.status`;
  const found = await sql<StageRun>`
    WITH unit AS MATERIALIZED (
      SELECT t.id AS task_id, t.mode = 'regenerate' AS is_lesson_only, t.status AS task_status,
        CASE WHEN t.mode = 'regenerate' THEN u.content_task_id ELSE t.id END AS making_task_id
      FROM units u JOIN task_summaries t ON t.id = ${unit.task_id}::uuid WHERE u.id = ${unit.unit_id}::uuid
    ), runs AS (
      SELECT ${columns} FROM unit JOIN flow_run_summaries f ON f.task_id = unit.making_task_id
      UNION
      SELECT ${columns} FROM unit JOIN lessons l ON unit.is_lesson_only AND l.unit_id = ${unit.unit_id}::uuid
        JOIN flow_run_summaries f ON f.id = l.flow_run_id
      UNION
      SELECT ${columns} FROM unit JOIN lessons l ON unit.is_lesson_only AND l.unit_id = ${unit.unit_id}::uuid
        JOIN flow_run_summaries f ON f.parent_flow_run_id = l.flow_run_id
      UNION
      SELECT ${columns} FROM unit JOIN flow_run_summaries f ON unit.is_lesson_only AND f.task_id = unit.task_id
        AND f.parent_flow_run_id IS NOT NULL
    )
    SELECT * FROM (SELECT DISTINCT ON (flow_key) * FROM runs ORDER BY flow_key, id DESC) newest ORDER BY id`.execute(
    database,
  );
  return found.rows;
}

/** The steps of one run, later attempts last. Index: `flow_step_runs_flow_run`. */
export async function listStepsOfRun(database: Database, flow_run_id: string): Promise<StageStep[]> {
  const found = await sql<StageStep>`
    SELECT step_name, status FROM step_summaries
    WHERE flow_run_id = ${flow_run_id}::uuid ORDER BY step_order, attempt`.execute(database);
  return found.rows;
}
