import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import {
  containing,
  selectByIds,
  selectGivenIds,
  selectNewestIds,
  type TextSearch,
} from "../../../platform/newest-ids.ts";
import { countCap } from "../../../platform/page.ts";
import type { LlmRequestFilter, LlmRequestSummary } from "../models.ts";

/** Reads requests for lists and details. */
export interface RequestListRepo {
  /** `limit` rows from after the cursor on, newest first. */
  list(filter: LlmRequestFilter, limit: number, after: string | null): Promise<readonly LlmRequestSummary[]>;
  /** How many fit, counted up to `countCap` + 1. */
  count(filter: LlmRequestFilter): Promise<number>;
  find(id: string): Promise<(LlmRequestSummary & { readonly parameters: Record<string, unknown> }) | null>;
  listOfStep(step_run_id: string): Promise<readonly LlmRequestSummary[]>;
  listByIds(ids: readonly string[]): Promise<readonly LlmRequestSummary[]>;
}

export function createRequestListRepo(database: Database): RequestListRepo {
  return {
    async list(filter, limit, after) {
      // Index by filter: llm_requests_step, _flow_run, _task, _unit, _user, _status, _kind, _provider, _model; none: the
      // primary key.
      const { rows } = await selectByIds<LlmRequestSummary>(
        "llm_request_summaries",
        selectMatchingIds(filter, after, limit),
      ).execute(database);
      return rows;
    },
    async count(filter) {
      const { rows } = await sql<{ counted: number }>`
        SELECT count(*) AS counted FROM (${selectMatchingIds(filter, null, countCap + 1)}) matching`.execute(
        database,
      );
      return rows[0]?.counted ?? 0;
    },
    async find(id) {
      // Index: primary key.
      const { rows } = await sql<LlmRequestSummary & { parameters: Record<string, unknown> }>`
        SELECT s.*, r.parameters FROM llm_request_summaries s JOIN llm_requests r USING (id)
        WHERE s.id = ${id}`.execute(database);
      return rows[0] ?? null;
    },
    async listOfStep(step_run_id) {
      // Index: llm_requests_step (step_run_id, id).
      const { rows } = await sql<LlmRequestSummary>`
        SELECT * FROM llm_request_summaries WHERE step_run_id = ${step_run_id} ORDER BY id LIMIT 200`.execute(
        database,
      );
      return rows;
    },
    async listByIds(ids) {
      // Index: primary key.
      const { rows } = await selectByIds<LlmRequestSummary>(
        "llm_request_summaries",
        selectGivenIds(ids),
      ).execute(database);
      return rows;
    },
  };
}

/** Ids that fit, newest first, from the table alone: the view's joins are done for the page's rows only. */
export function selectMatchingIds(
  filter: LlmRequestFilter,
  after: string | null,
  limit: number,
): RawBuilder<{ id: string }> {
  const { q, status, kind, ...exact } = filter;
  const conditions = Object.entries(exact)
    .filter(([, value]) => value !== undefined)
    .map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
  const several = [
    { column: "status", values: status },
    { column: "kind", values: kind },
  ].flatMap(({ column, values }) => (values === undefined ? [] : [{ column, values: [...values] }]));
  // One column's values are merged; those of the other are a plain condition, an equality where it can be one.
  const anyOf = several.find(({ values }) => values.length > 1) ?? several[0];
  for (const { column, values } of several) {
    if (column === anyOf?.column) continue;
    conditions.push(
      values.length === 1 ? sql`${sql.ref(column)} = ${values[0]}` : sql`${sql.ref(column)} = ANY(${values})`,
    );
  }
  return selectNewestIds({ table: "llm_requests", conditions, anyOf, text: textSearch(q), after, limit });
}

function textSearch(q: string | undefined): TextSearch | undefined {
  const words = q?.trim() ?? "";
  if (words === "") return undefined;
  const pattern = containing(words);
  return {
    words,
    holds: sql`(newest.provider_response_id = ${words} OR newest.prompt_name ILIKE ${pattern}
      OR newest.model ILIKE ${pattern} OR newest.error_code ILIKE ${pattern} OR newest.error_message ILIKE ${pattern})`,
  };
}
