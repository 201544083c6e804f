import { type RawBuilder, sql } from "kysely";
import { engineConditions } from "../../../platform/engines.ts";
import type { Listing } from "../../../platform/listing.ts";
import { selectNewestIds, type TextSearch } from "../../../platform/newest-ids.ts";
import type { PagePosition } from "../../../platform/page.ts";
import { containing, type FoundWords } from "../../../platform/search-words.ts";
import { costSpan, durationSpan } from "../../../platform/spans.ts";
import type { FlowRunFilter } from "../filter.ts";

/**
 * Flow runs. Reads the primary key, or by filter: `flow_runs_status`, `flow_runs_name`, `flow_runs_unit`, `flow_runs_user`,
 * `flow_runs_parent`, `flow_runs_outside`, `flow_runs_connection`, the unique index on (task_id, flow_key), `flow_runs_duration`, `flow_runs_cost`; a time range bounds the
 * id. Words are found in the unit's title (`flow_runs_unit`), the task's inputs (by task), the error (`flow_runs_error`) and the
 * flow's name (`flow_runs_name`).
 */
export const flowRunListing: Listing<FlowRunFilter> = {
  view: "flow_run_summaries",
  names: { table: "flow_runs", columns: ["flow_name"] },
  selectIds: selectFlowRunIds,
};

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
  conditions.push(...engineConditions(filter));
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
    join: sql`LEFT JOIN unit_states u ON u.id = newest.unit_id`,
    holds: sql`(coalesce(u.title, newest.unit_title) ILIKE ${pattern} OR newest.flow_name ILIKE ${pattern}
      OR newest.flow_key ILIKE ${pattern} OR newest.error_message ILIKE ${pattern} OR newest.error_code ILIKE ${pattern})`,
  };
}
