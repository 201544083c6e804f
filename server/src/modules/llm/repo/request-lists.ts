import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import { type Listing, listMatchingIds, listPage } from "../../../platform/listing.ts";
import {
  selectByIds,
  selectGivenIds,
  selectNewestIds,
  type TextSearch,
} from "../../../platform/newest-ids.ts";
import type { Page, PagePosition, PageQuery } from "../../../platform/page.ts";
import { containing, type FoundWords } from "../../../platform/search-words.ts";
import { costSpan, durationSpan } from "../../../platform/spans.ts";
import type { LlmRequestFilter } from "../filter.ts";
import type { LlmRequestSummary } from "../models.ts";

/** Reads requests for lists and details. */
export interface RequestListRepo {
  /**
   * One page. Index by filter: `llm_requests_step`, `_flow_run`, `_task`, `_unit`, `_user`, `_status`, `_kind`, `_provider`,
   * `_model`, `_step_name`, `_replays`, `_duration`, `_cost`; none: the primary key. A time range bounds the id. Words are
   * found in the unit's title (`_unit`), the task's inputs (`_task`), the error (`_error`), the names of provider, model,
   * step and prompt, and as the provider's own id of its response (`_response`).
   * @throws AppError `cursor_invalid`
   */
  listPage(filter: LlmRequestFilter, page: PageQuery): Promise<Page<LlmRequestSummary>>;
  /** Ids of the requests that fit, newest first, at most `limit`. Indexes as those of `listPage`. */
  listMatchingIds(filter: LlmRequestFilter, limit: number): Promise<string[]>;
  find(id: string): Promise<(LlmRequestSummary & { readonly parameters: Record<string, unknown> }) | null>;
  listOfStep(step_run_id: string): Promise<readonly LlmRequestSummary[]>;
  listByIds(ids: readonly string[]): Promise<readonly LlmRequestSummary[]>;
}

export function createRequestListRepo(database: Database): RequestListRepo {
  return {
    listPage: (filter, page) => listPage(database, requestListing, filter, page),
    listMatchingIds: (filter, limit) => listMatchingIds(database, requestListing, filter, limit),
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

const requestListing: Listing<LlmRequestFilter> = {
  view: "llm_request_summaries",
  names: { table: "llm_requests", columns: ["provider", "model", "step_name", "prompt_name"] },
  selectIds: selectMatchingIds,
};

/** Ids that fit, from the table alone: the view's joins are done for the page's rows only. */
function selectMatchingIds(
  filter: LlmRequestFilter,
  found: FoundWords | null,
  position: PagePosition,
  limit: number,
): RawBuilder<{ id: string }> {
  const { step_run_id, flow_run_id, task_id, unit_id, user_id, replay_of_request_id } = filter;
  const { provider, model, step_name } = filter;
  const narrow = conditionsOf({ step_run_id, flow_run_id, task_id, unit_id, replay_of_request_id });
  const conditions = [...narrow, ...conditionsOf({ user_id, provider, model, step_name })];
  const several = [
    { column: "status", values: filter.status },
    { column: "kind", values: filter.kind },
  ].flatMap(({ column, values }) => (values === undefined ? [] : [{ column, values: [...values] }]));
  // One column's values are merged; those of the other are a plain condition, an equality where it can be one.
  const anyOf = several.find(({ values }) => values.length > 1) ?? several[0];
  for (const { column, values } of several) {
    if (column === anyOf?.column) continue;
    conditions.push(
      values.length === 1 ? sql`${sql.ref(column)} = ${values[0]}` : sql`${sql.ref(column)} = ANY(${values})`,
    );
  }
  return selectNewestIds({
    table: "llm_requests",
    conditions,
    created: filter,
    anyOf,
    spans: [costSpan(filter), durationSpan(filter, "sent_at", "completed_at")],
    text: found === null ? undefined : textSearch(found, narrow.length > 0),
    position,
    limit,
  });
}

function conditionsOf(wanted: Readonly<Record<string, string | undefined>>): RawBuilder<unknown>[] {
  return Object.entries(wanted).flatMap(([column, value]) =>
    value === undefined ? [] : [sql`${sql.ref(column)} = ${value}`],
  );
}

function textSearch(found: FoundWords, isNarrow: boolean): TextSearch {
  const pattern = containing(found.words);
  return {
    found,
    lookUps: [
      { column: "unit_id", values: found.unit_ids },
      { column: "task_id", values: found.task_ids },
      { column: "error_fingerprint", values: found.fingerprints },
      { column: "provider", values: found.names.provider ?? [] },
      { column: "model", values: found.names.model ?? [] },
      { column: "step_name", values: found.names.step_name ?? [] },
      { column: "prompt_name", values: found.names.prompt_name ?? [] },
    ],
    exactly: [sql`provider_response_id = ${found.words}`],
    isNarrow,
    join: sql`LEFT JOIN unit_states u ON u.id = newest.unit_id`,
    holds: sql`(u.title ILIKE ${pattern} OR newest.prompt_name ILIKE ${pattern} OR newest.step_name ILIKE ${pattern}
      OR newest.model ILIKE ${pattern} OR newest.error_code ILIKE ${pattern} OR newest.error_message ILIKE ${pattern})`,
  };
}
