import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import { selectByIds, selectGivenIds } from "../../../platform/newest-ids.ts";
import type { FlowRunSummary, LogLine, StepSummary } from "../models.ts";

export async function listFlowRunSummaries(
  database: Database,
  ids: readonly string[],
): Promise<FlowRunSummary[]> {
  const result = await selectByIds<FlowRunSummary>("flow_run_summaries", selectGivenIds(ids)).execute(
    database,
  );
  return result.rows;
}

export async function listStepSummaries(database: Database, ids: readonly string[]): Promise<StepSummary[]> {
  const result = await selectByIds<StepSummary>("step_summaries", selectGivenIds(ids)).execute(database);
  return result.rows;
}

/** Children in the order of their start. Reads `flow_runs_parent`. */
export async function listChildren(database: Database, id: string): Promise<FlowRunSummary[]> {
  const result = await sql<FlowRunSummary>`
    SELECT * FROM flow_run_summaries WHERE parent_flow_run_id = ${id} ORDER BY id LIMIT 1000`.execute(
    database,
  );
  return result.rows;
}

/** All steps of a flow run. Reads `flow_step_runs_flow_run` in order. */
export async function listSteps(database: Database, flow_run_id: string): Promise<StepSummary[]> {
  const result = await sql<StepSummary>`
    SELECT * FROM step_summaries WHERE flow_run_id = ${flow_run_id} ORDER BY step_order, attempt, id LIMIT 5000`.execute(
    database,
  );
  return result.rows;
}

/** Log lines of a flow run and its steps, oldest first. Reads `step_logs_flow_run`. */
export async function listLogs(database: Database, flow_run_id: string, limit: number): Promise<LogLine[]> {
  const result = await sql<LogLine>`
    SELECT l.id, l.flow_run_id, l.step_run_id, s.step_name, l.at, l.level, l.message, l.fields
    FROM step_logs l LEFT JOIN flow_step_runs s ON s.id = l.step_run_id
    WHERE l.flow_run_id = ${flow_run_id} ORDER BY l.id LIMIT ${limit}`.execute(database);
  return result.rows;
}

/** Log lines for the change stream, in no order. */
export async function listLogLines(database: Database, ids: readonly string[]): Promise<LogLine[]> {
  const result = await sql<LogLine>`
    SELECT l.id, l.flow_run_id, l.step_run_id, s.step_name, l.at, l.level, l.message, l.fields
    FROM step_logs l LEFT JOIN flow_step_runs s ON s.id = l.step_run_id
    WHERE l.id = ANY (${[...ids]}::uuid[])`.execute(database);
  return result.rows;
}

/** The root flow runs of tasks. Reads the unique index on `(task_id, flow_key)`. */
export async function listRootRunIds(database: Database, task_ids: readonly string[]): Promise<string[]> {
  const result = await sql<{ id: string }>`
    SELECT id FROM flow_runs WHERE task_id = ANY (${[...task_ids]}::uuid[]) AND parent_flow_run_id IS NULL`.execute(
    database,
  );
  return result.rows.map(({ id }) => id);
}
