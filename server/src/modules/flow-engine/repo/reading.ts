import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import { selectByIds, selectGivenIds } from "../../../platform/newest-ids.ts";
import type { FlowRunDetails, FlowRunSummary, LogLine, StepSummary } from "../models.ts";

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

/**
 * Children in the order of their start, at most 1,000. Reads `flow_runs_parent`, whose rows stand apart so that the planner does
 * not walk the primary key for the order, then one look-up of each.
 */
export async function listChildren(database: Database, id: string): Promise<FlowRunSummary[]> {
  const ids = sql<{ id: string }>`
    SELECT id FROM (SELECT id FROM flow_runs WHERE parent_flow_run_id = ${id} OFFSET 0) child ORDER BY id LIMIT 1000`;
  const result = await selectByIds<FlowRunSummary>("flow_run_summaries", ids).execute(database);
  return result.rows.toReversed();
}

/** Steps of a flow run, at most 5,000. Reads `flow_step_runs_flow_run` in order. */
export async function listSteps(database: Database, flow_run_id: string): Promise<StepSummary[]> {
  const result = await sql<StepSummary>`
    SELECT * FROM step_summaries WHERE flow_run_id = ${flow_run_id} ORDER BY step_order, attempt, id LIMIT 5000`.execute(
    database,
  );
  return result.rows;
}

export type FlowRunTotals = Pick<
  FlowRunDetails,
  | "steps_total"
  | "children_total"
  | "tree_tokens_input"
  | "tree_tokens_cached"
  | "tree_tokens_output"
  | "tree_cost_usd"
>;

/**
 * How many steps and children a run has, and what it and all flows below it used. Reads `flow_runs_parent` once for each of them,
 * and `flow_step_runs_flow_run`.
 */
export async function readTotals(database: Database, id: string): Promise<FlowRunTotals> {
  const used = sql`f.id, f.tokens_input, f.tokens_cached, f.tokens_output, f.cost_usd`;
  const result = await sql<FlowRunTotals>`
    WITH RECURSIVE tree AS (
      SELECT 0 AS depth, ${used} FROM flow_runs f WHERE f.id = ${id}
      UNION ALL
      SELECT tree.depth + 1, below.* FROM tree
      CROSS JOIN LATERAL (SELECT ${used} FROM flow_runs f WHERE f.parent_flow_run_id = tree.id OFFSET 0) below
    )
    SELECT (SELECT count(*) FROM flow_step_runs WHERE flow_run_id = ${id})::int AS steps_total,
      (count(*) FILTER (WHERE depth = 1))::int AS children_total, sum(tokens_input)::bigint AS tree_tokens_input,
      sum(tokens_cached)::bigint AS tree_tokens_cached, sum(tokens_output)::bigint AS tree_tokens_output,
      CASE WHEN bool_and(cost_usd IS NOT NULL) THEN sum(cost_usd) END AS tree_cost_usd
    FROM tree`.execute(database);
  const [totals] = result.rows;
  if (totals === undefined) throw new Error("A sum answered no row");
  return totals;
}

/** The newest log lines of a flow run and its steps, oldest of them first. Reads `step_logs_flow_run` backwards. */
export async function listLogs(database: Database, flow_run_id: string, limit: number): Promise<LogLine[]> {
  const result = await sql<LogLine>`
    SELECT l.id, l.flow_run_id, l.step_run_id, s.step_name, l.at, l.level, l.message, l.fields
    FROM step_logs l LEFT JOIN flow_step_runs s ON s.id = l.step_run_id
    WHERE l.flow_run_id = ${flow_run_id} ORDER BY l.id DESC LIMIT ${limit}`.execute(database);
  return result.rows.toReversed();
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
