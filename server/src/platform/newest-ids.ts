import { type RawBuilder, sql } from "kysely";

/** How many rows a text search looks through: without an index on the text, more would hold the database up. */
export const searchWindow = 20_000;

/** Which rows of one table a list wants. Conditions name the table's own columns. */
export interface WantedRows {
  readonly table: string;
  readonly conditions: readonly RawBuilder<unknown>[];
  /** A column of which any of several values will do. */
  readonly anyOf?: { readonly column: string; readonly values: readonly string[] } | undefined;
  /** Words of the person, and how a row is told to hold them: tested on the newest `searchWindow` rows only. */
  readonly text?: TextSearch | undefined;
  /** Id of the last row that was seen. */
  readonly after: string | null;
  readonly limit: number;
}

export interface TextSearch {
  readonly words: string;
  /** Joined to the rows, which are named `newest`. */
  readonly join?: RawBuilder<unknown>;
  readonly holds: RawBuilder<unknown>;
}

/**
 * Ids of the newest rows that fit, newest first, from one table and in the order of an index: a page reads about as many rows
 * as it shows, and the joins of a view are done for those only. Several values of a column are read one by one and merged,
 * because an index on (column, id) is in the order of ids within one value only. Words that are an id, or the beginning of
 * one, are looked up among all rows.
 */
export function selectNewestIds(wanted: WantedRows): RawBuilder<{ id: string }> {
  const { text, limit } = wanted;
  if (text === undefined) return selectNewest(wanted, sql`id`, limit);
  const range = idRange(text.words);
  const byId = range && selectNewest(withCondition(wanted, range), sql`id`, limit);
  if (byId !== undefined && text.words.length === uuidLength) return byId;
  const byText = sql<{ id: string }>`
    SELECT newest.id FROM (${selectNewest(wanted, sql`*`, searchWindow)}) newest ${text.join ?? sql``}
    WHERE ${text.holds} ORDER BY newest.id DESC LIMIT ${limit}`;
  return byId === undefined
    ? byText
    : sql`SELECT id FROM ((${byText}) UNION (${byId})) found ORDER BY id DESC LIMIT ${limit}`;
}

/**
 * The rows of a view with these ids, newest first: one look-up of each id through the view's joins, whatever the planner knows
 * of the tables. A plain join reads whole tables from some hundred ids on.
 */
export function selectByIds<Row>(view: string, ids: RawBuilder<{ id: string }>): RawBuilder<Row> {
  return sql<Row>`
    SELECT found.* FROM (${ids}) wanted
    CROSS JOIN LATERAL (SELECT * FROM ${sql.table(view)} own WHERE own.id = wanted.id LIMIT 1) found
    ORDER BY found.id DESC`;
}

/** The given ids, each once, for `selectByIds`. */
export function selectGivenIds(ids: readonly string[]): RawBuilder<{ id: string }> {
  return sql`SELECT DISTINCT unnest(${[...ids]}::uuid[]) AS id`;
}

/** A pattern for LIKE and ILIKE that finds the words anywhere. */
export function containing(words: string): string {
  return `%${words.replace(/[\\%_]/g, "\\$&")}%`;
}

function withCondition(wanted: WantedRows, condition: RawBuilder<unknown>): WantedRows {
  return { ...wanted, conditions: [...wanted.conditions, condition] };
}

function selectNewest(
  wanted: WantedRows,
  columns: RawBuilder<unknown>,
  limit: number,
): RawBuilder<{ id: string }> {
  const { table, anyOf, after } = wanted;
  const conditions = [...wanted.conditions];
  if (after !== null) conditions.push(sql`id < ${after}::uuid`);
  const newest = (more: readonly RawBuilder<unknown>[]) => {
    const all = [...conditions, ...more];
    const where = all.length === 0 ? sql`` : sql`WHERE ${sql.join(all, sql` AND `)}`;
    return sql<{
      id: string;
    }>`SELECT ${columns} FROM ${sql.table(table)} ${where} ORDER BY id DESC LIMIT ${limit}`;
  };
  if (anyOf === undefined) return newest([]);
  const [first, ...others] = [...new Set(anyOf.values)].map((value) =>
    newest([sql`${sql.ref(anyOf.column)} = ${value}`]),
  );
  if (first === undefined) return newest([sql`false`]);
  if (others.length === 0) return first;
  const merged = sql.join(
    [first, ...others].map((branch) => sql`(${branch})`),
    sql` UNION ALL `,
  );
  return sql`SELECT ${columns} FROM (${merged}) merged ORDER BY id DESC LIMIT ${limit}`;
}

const uuidLength = 36;
// The beginning of an id that a person copied: its first group at least.
const idBeginning =
  /^[0-9a-f]{8}(-([0-9a-f]{0,4}(-([0-9a-f]{0,4}(-([0-9a-f]{0,4}(-[0-9a-f]{0,12})?)?)?)?)?)?)?$/;

function idRange(words: string): RawBuilder<unknown> | undefined {
  const beginning = words.toLowerCase();
  if (!idBeginning.test(beginning)) return undefined;
  const smallest = beginning + "00000000-0000-0000-0000-000000000000".slice(beginning.length);
  const largest = beginning + "ffffffff-ffff-ffff-ffff-ffffffffffff".slice(beginning.length);
  return sql`id BETWEEN ${smallest}::uuid AND ${largest}::uuid`;
}
