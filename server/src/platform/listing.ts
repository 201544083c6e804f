import { type RawBuilder, sql } from "kysely";
import type { Database } from "./database.ts";
import { selectByIds } from "./newest-ids.ts";
import {
  countCap,
  newestFirst,
  type Page,
  type PagePosition,
  type PageQuery,
  pageFrom,
  readPosition,
} from "./page.ts";
import { countedAtLeast, type FoundWords, findWords, goOnFrom, type NameColumns } from "./search-words.ts";

/** One list: whose rows it shows and how the ids of those that fit are selected. */
export interface Listing<Filter> {
  /** The summary view that the rows are read from. */
  readonly view: string;
  /** Where the words of a search are looked up; without it the filter's conditions deal with them. */
  readonly names?: NameColumns;
  /** Ids that fit, newest first, from one table: `selectNewestIds`. `found` is null without words. */
  selectIds(
    filter: Filter,
    found: FoundWords | null,
    position: PagePosition,
    limit: number,
  ): RawBuilder<{ id: string }>;
}

/** One page of a list. @throws AppError `cursor_invalid` */
export async function listPage<
  Row extends { readonly id: string },
  Filter extends { q?: string | undefined },
>(
  database: Database,
  { view, names, selectIds }: Listing<Filter>,
  filter: Filter,
  page: PageQuery,
): Promise<Page<Row>> {
  const position = readPosition(page);
  const found = await lookUp(database, names, filter);
  const here = await goOnFrom(database, found, names, position);
  const [rows, counted] = await Promise.all([
    selectByIds<Row>(view, selectIds(filter, here, position, page.limit + 1)).execute(database),
    sql<{ count: number }>`
      SELECT count(*)::int AS count FROM (${selectIds(filter, found, newestFirst, countCap + 1)}) capped`.execute(
      database,
    ),
  ]);
  const total = counted.rows[0]?.count ?? 0;
  return countedAtLeast(pageFrom(rows.rows, page.limit, total, position.direction), found);
}

/**
 * Ids of the rows that fit, newest first, at most `limit`. Of common words not all rows are found at once: the search goes on
 * where the former rows ended, as somebody does who reads page after page.
 */
export async function listMatchingIds<Filter extends { q?: string | undefined }>(
  database: Database,
  { names, selectIds }: Listing<Filter>,
  filter: Filter,
  limit: number,
): Promise<string[]> {
  const found = await lookUp(database, names, filter);
  const ids: string[] = [];
  let position = newestFirst;
  for (;;) {
    const here = await goOnFrom(database, found, names, position);
    const { rows } = await selectIds(filter, here, position, limit - ids.length).execute(database);
    for (const { id } of rows) ids.push(id);
    const after = rows.at(-1)?.id;
    if (found?.isCommon !== true || after === undefined || ids.length >= limit) return ids;
    position = { after, direction: "older" };
  }
}

async function lookUp(
  database: Database,
  names: NameColumns | undefined,
  { q }: { readonly q?: string | undefined },
): Promise<FoundWords | null> {
  return q === undefined || names === undefined ? null : findWords(database, q, names);
}
