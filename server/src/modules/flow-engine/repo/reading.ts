import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import {
  containing,
  selectByIds,
  selectGivenIds,
  selectNewestIds,
  type TextSearch,
} from "../../../platform/newest-ids.ts";
import { countCap, type Page, pageFrom, readCursor } from "../../../platform/page.ts";
import type { FlowRunFilter, FlowRunSummary, LogLine, StepSummary } from "../models.ts";

/**
 * One page of flow runs, newest first. Reads the primary key backwards, or by filter: `flow_runs_status`, `flow_runs_name`,
 * `flow_runs_unit`, `flow_runs_parent`, the unique index on (task_id, flow_key); a time range bounds the id. Words are looked
 * for in the newest 20,000 that fit otherwise.
 */
export async function listFlowRuns(
  database: Database,
  filter: FlowRunFilter,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<FlowRunSummary>> {
  const after = page.cursor === undefined ? null : readCursor(page.cursor);
  const rows = await selectByIds<FlowRunSummary>(
    "flow_run_summaries",
    selectFlowRunIds(filter, after, page.limit + 1),
  ).execute(database);
  const counted = await sql<{ count: number }>`
    SELECT count(*) AS count FROM (${selectFlowRunIds(filter, null, countCap + 1)}) capped`.execute(database);
  return pageFrom(rows.rows, page.limit, counted.rows[0]?.count ?? 0);
}

function selectFlowRunIds(
  filter: FlowRunFilter,
  after: string | null,
  limit: number,
): RawBuilder<{ id: string }> {
  const conditions: RawBuilder<unknown>[] = [];
  for (const task_id of [filter.task_id, filter.arq_task_id]) {
    if (task_id) conditions.push(sql`task_id = ${task_id}`);
  }
  if (filter.unit_id) conditions.push(sql`unit_id = ${filter.unit_id}`);
  if (filter.flow_name) conditions.push(sql`flow_name = ${filter.flow_name}`);
  if (filter.parent_flow_run_id) conditions.push(sql`parent_flow_run_id = ${filter.parent_flow_run_id}`);
  if (filter.created_from) conditions.push(sql`id >= uuidv7_floor(${filter.created_from}::timestamptz)`);
  if (filter.created_to) conditions.push(sql`id < uuidv7_floor(${filter.created_to}::timestamptz)`);
  const anyOf = filter.status && { column: "status", values: filter.status };
  return selectNewestIds({ table: "flow_runs", conditions, anyOf, text: textSearch(filter.q), after, limit });
}

function textSearch(words: string | undefined): TextSearch | undefined {
  if (words === undefined) return undefined;
  const pattern = containing(words);
  return {
    words,
    join: sql`LEFT JOIN unit_summaries u ON u.id = newest.unit_id`,
    holds: sql`(coalesce(u.title, newest.unit_title) ILIKE ${pattern} OR newest.flow_name ILIKE ${pattern}
      OR newest.flow_key ILIKE ${pattern} OR newest.error_message ILIKE ${pattern} OR newest.error_code ILIKE ${pattern}
      OR newest.id::text LIKE ${`${words.toLowerCase()}%`})`,
  };
}

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

export interface StoredPayload {
  readonly part: "input" | "output";
  readonly content: unknown;
  readonly content_zstd: Buffer | null;
}

export async function listFlowPayloads(database: Database, id: string): Promise<StoredPayload[]> {
  const result = await sql<StoredPayload>`
    SELECT part, content, content_zstd FROM payloads_flow_runs WHERE owner_id = ${id}`.execute(database);
  return result.rows;
}

export interface StepBodies {
  readonly output: unknown;
  readonly output_zstd: Buffer | null;
  readonly error_causes: { name: string; message: string; code: string | null }[] | null;
  readonly input: unknown;
  readonly input_zstd: Buffer | null;
}

/** Input and output of a step; a reused step shows those of the run it was reused from. */
export async function findStepBodies(database: Database, step_run_id: string): Promise<StepBodies | null> {
  const result = await sql<StepBodies>`
    SELECT o.output, o.output_zstd, s.error_causes, p.content AS input, p.content_zstd AS input_zstd
    FROM flow_step_runs s
    JOIN flow_step_runs o ON o.id = coalesce(s.reused_from_step_run_id, s.id)
    LEFT JOIN payloads_step_runs p ON p.owner_id = o.id AND p.part = 'input'
    WHERE s.id = ${step_run_id}`.execute(database);
  return result.rows[0] ?? null;
}

/** Log lines of a flow run and its steps, oldest first. Reads `step_logs_flow_run`. */
export async function listLogs(database: Database, flow_run_id: string, limit: number): Promise<LogLine[]> {
  const result = await sql<LogLine>`
    SELECT l.id, l.flow_run_id, l.step_run_id, s.step_name, l.at, l.level, l.message, l.fields
    FROM step_logs l LEFT JOIN flow_step_runs s ON s.id = l.step_run_id
    WHERE l.flow_run_id = ${flow_run_id} ORDER BY l.id LIMIT ${limit}`.execute(database);
  return result.rows;
}
