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
import type { UnitFilter } from "../filter.ts";
import type { UnitSummary } from "../models.ts";

/**
 * One page of units. Index: `units_pkey`, `units_status` with a status, `units_user` with a user, `units_level`,
 * `units_author`, `units_duration`, `units_cost`. Words are found in the title (`units_title`), the error (`units_error`) and
 * the inputs of the unit's tasks (by id).
 */
export async function listUnits(
  database: Database,
  filter: UnitFilter,
  page: PageQuery,
): Promise<Page<UnitSummary>> {
  const position = readPosition(page);
  const found = await findUnitWords(database, filter.q, position);
  const ids = selectUnitIds(filter, found, position, page.limit + 1);
  const rows = await selectByIds<UnitSummary>("unit_summaries", ids).execute(database);
  const total = await sql<{ total: number }>`
    SELECT count(*)::int AS total FROM (${selectUnitIds(filter, found, newestFirst, countCap + 1)}) counted`.execute(
    database,
  );
  return countedAtLeast(
    pageFrom(rows.rows, page.limit, total.rows[0]?.total ?? 0, position.direction),
    found,
  );
}

/** Ids of the units that fit, newest first, at most `limit`. Indexes as those of `listUnits`. */
export async function listMatchingUnitIds(
  database: Database,
  filter: UnitFilter,
  limit: number,
): Promise<string[]> {
  const found = await findUnitWords(database, filter.q, newestFirst);
  const { rows } = await selectUnitIds(filter, found, newestFirst, limit).execute(database);
  return rows.map(({ id }) => id);
}

async function findUnitWords(database: Database, words: string | undefined, position: PagePosition) {
  return words === undefined ? null : findWords(database, words, { table: "units", columns: [] }, position);
}

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
