import { type RawBuilder, sql } from "kysely";
import { engineConditions } from "../../../platform/engines.ts";
import type { Listing } from "../../../platform/listing.ts";
import { selectNewestIds, type TextSearch } from "../../../platform/newest-ids.ts";
import type { PagePosition } from "../../../platform/page.ts";
import { containing, type FoundWords } from "../../../platform/search-words.ts";
import { costSpan, durationSpan } from "../../../platform/spans.ts";
import type { UnitFilter } from "../filter.ts";

/**
 * Units. Index: `units_pkey`, `units_status` with a status, `units_user` with a user, `units_level`, `units_author`,
 * `units_connection`, `units_outside`, `units_duration`, `units_cost`. Words are found in the title (`units_title`), the error (`units_error`) and the inputs of the
 * unit's tasks (by id).
 */
export const unitListing: Listing<UnitFilter> = {
  view: "unit_summaries",
  names: { table: "units", columns: [] },
  selectIds: selectUnitIds,
};

function selectUnitIds(
  filter: UnitFilter,
  found: FoundWords | null,
  position: PagePosition,
  limit: number,
): RawBuilder<{ id: string }> {
  const conditions: RawBuilder<unknown>[] = [];
  if (filter.user_id) conditions.push(sql`user_id = ${filter.user_id}::uuid`);
  if (filter.learner_level) conditions.push(sql`learner_level = ${filter.learner_level}`);
  if (filter.author) conditions.push(sql`author = ${filter.author}`);
  conditions.push(...engineConditions(filter));
  return selectNewestIds({
    table: "units",
    conditions,
    created: filter,
    anyOf: filter.status && { column: "status", values: filter.status },
    spans: [costSpan(filter), durationSpan(filter, "created_at", "completed_at")],
    text: found === null ? undefined : textSearch(found),
    position,
    limit,
  });
}

function textSearch(found: FoundWords): TextSearch {
  const pattern = containing(found.words);
  return {
    found,
    lookUps: [{ column: "error_fingerprint", values: found.fingerprints }],
    exactly: [
      ...(found.isShort ? [] : [sql`title ILIKE ${pattern}`]),
      ...(found.task_ids.length === 0
        ? []
        : [
            sql`id IN (SELECT t.unit_id FROM task_summaries t WHERE t.id = ANY(${[...found.task_ids]}::uuid[]))`,
          ]),
    ],
    isNarrow: false,
    holds: sql`(newest.title ILIKE ${pattern} OR newest.error_message ILIKE ${pattern} OR newest.error_code ILIKE ${pattern})`,
  };
}
