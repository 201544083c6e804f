import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import { selectByIds, selectNewestIds, type TextSearch } from "../../../platform/newest-ids.ts";
import {
  countCap,
  newestFirst,
  type Page,
  type PagePosition,
  type PageQuery,
  pageFrom,
  readPosition,
} from "../../../platform/page.ts";
import { containing, countedAtLeast, type FoundWords, findWords } from "../../../platform/search-words.ts";
import { costSpan, durationSpan } from "../../../platform/spans.ts";
import type { FlowRunFilter } from "../filter.ts";
import type { FlowRunSummary } from "../models.ts";

const nameColumns = { table: "flow_runs", columns: ["flow_name"] };

/**
 * One page of flow runs. Reads the primary key, or by filter: `flow_runs_status`, `flow_runs_name`, `flow_runs_unit`,
 * `flow_runs_user`, `flow_runs_parent`, the unique index on (task_id, flow_key), `flow_runs_duration`, `flow_runs_cost`; a time
 * range bounds the id. Words are found in the unit's title (`flow_runs_unit`), the task's inputs (by task), the error
 * (`flow_runs_error`) and the flow's name (`flow_runs_name`).
 */
export async function listFlowRuns(
  database: Database,
  filter: FlowRunFilter,
  page: PageQuery,
): Promise<Page<FlowRunSummary>> {
  const position = readPosition(page);
  const found = await findRunWords(database, filter.q, position);
  const ids = selectFlowRunIds(filter, found, position, page.limit + 1);
  const rows = await selectByIds<FlowRunSummary>("flow_run_summaries", ids).execute(database);
  const counted = await sql<{ count: number }>`
    SELECT count(*) AS count FROM (${selectFlowRunIds(filter, found, newestFirst, countCap + 1)}) capped`.execute(
    database,
  );
  return countedAtLeast(
    pageFrom(rows.rows, page.limit, counted.rows[0]?.count ?? 0, position.direction),
    found,
  );
}

/** Ids of the flow runs that fit, newest first, at most `limit`. Indexes as those of `listFlowRuns`. */
export async function listMatchingFlowRunIds(
  database: Database,
  filter: FlowRunFilter,
  limit: number,
): Promise<string[]> {
  const found = await findRunWords(database, filter.q, newestFirst);
  const { rows } = await selectFlowRunIds(filter, found, newestFirst, limit).execute(database);
  return rows.map(({ id }) => id);
}

async function findRunWords(database: Database, words: string | undefined, position: PagePosition) {
  return words === undefined ? null : findWords(database, words, nameColumns, position);
}

function selectFlowRunIds(
  filter: FlowRunFilter,
  found: FoundWords | null,
  position: PagePosition,
  limit: number,
): RawBuilder<{ id: string }> {
  const conditions: RawBuilder<unknown>[] = [];
  for (const task_id of [filter.task_id, filter.arq_task_id]) {
    if (task_id) conditions.push(sql`task_id = ${task_id}`);
  }
  if (filter.unit_id) conditions.push(sql`unit_id = ${filter.unit_id}`);
  if (filter.parent_flow_run_id) conditions.push(sql`parent_flow_run_id = ${filter.parent_flow_run_id}`);
  const isNarrow = conditions.length > 0;
  if (filter.user_id) conditions.push(sql`user_id = ${filter.user_id}`);
  if (filter.flow_name) conditions.push(sql`flow_name = ${filter.flow_name}`);
  return selectNewestIds({
    table: "flow_runs",
    conditions,
    created: filter,
    anyOf: filter.status && { column: "status", values: filter.status },
    spans: [costSpan(filter), durationSpan(filter, "started_at", "completed_at")],
    text: found === null ? undefined : textSearch(found, isNarrow),
    position,
    limit,
  });
}

function textSearch(found: FoundWords, isNarrow: boolean): TextSearch {
  const pattern = containing(found.words);
  return {
    found,
    lookUps: [
      { column: "unit_id", values: found.unit_ids },
      { column: "task_id", values: found.task_ids },
      { column: "error_fingerprint", values: found.fingerprints },
      { column: "flow_name", values: found.names.flow_name ?? [] },
    ],
    isNarrow,
    join: sql`LEFT JOIN unit_summaries u ON u.id = newest.unit_id`,
    holds: sql`(coalesce(u.title, newest.unit_title) ILIKE ${pattern} OR newest.flow_name ILIKE ${pattern}
      OR newest.flow_key ILIKE ${pattern} OR newest.error_message ILIKE ${pattern} OR newest.error_code ILIKE ${pattern})`,
  };
}
