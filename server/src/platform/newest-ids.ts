import { type RawBuilder, sql } from "kysely";
import type { CreatedRange } from "./filter-fields.ts";
import type { PagePosition } from "./page.ts";
import type { FoundWords } from "./search-words.ts";
import type { Span } from "./spans.ts";

/** How many rows a search tests one by one where no index can tell: more would hold the database up. */
export const searchWindow = 5_000;

/** Which rows of one table a list wants. Conditions name the table's own columns. */
export interface WantedRows {
  readonly table: string;
  readonly conditions: readonly RawBuilder<unknown>[];
  readonly created?: CreatedRange | undefined;
  /** A column of which any of several values will do. */
  readonly anyOf?: { readonly column: string; readonly values: readonly string[] } | undefined;
  /** Amounts between bounds, such as durations. */
  readonly spans?: readonly (Span | null)[] | undefined;
  readonly text?: TextSearch | undefined;
  readonly position: PagePosition;
  readonly limit: number;
}

/** How the rows of one table hold the words of a search. */
export interface TextSearch {
  readonly found: FoundWords;
  /** Columns with an index on (column, id), and their values that hold the words. */
  readonly lookUps: readonly { readonly column: string; readonly values: readonly string[] }[];
  /** Conditions that have an index of their own. */
  readonly exactly?: readonly RawBuilder<unknown>[];
  /** How a row is told to hold the words: of rows named `newest`, with `join`. */
  readonly holds?: RawBuilder<unknown>;
  readonly join?: RawBuilder<unknown>;
  /** The other conditions leave few rows: those are tested one by one as well. */
  readonly isNarrow: boolean;
}

/**
 * Ids of the rows that fit, newest first, from one table and in the order of an index: a page reads about as many rows as it
 * shows, and the joins of a view are done for those only. Several values of a column are read one by one and merged, because
 * an index on (column, id) is in the order of ids within one value only; so are orders of magnitude and all that the words of
 * a search were found in. Going to newer rows reads the nearest ones first.
 */
export function selectNewestIds(wanted: WantedRows): RawBuilder<{ id: string }> {
  const { text, limit, anyOf } = wanted;
  const spans = (wanted.spans ?? []).filter((span) => span !== null);
  const rows = {
    ...{ ...wanted, idBounds: idBoundsOf(wanted) },
    conditions: [...wanted.conditions, ...spans.flatMap((span) => [...span.isMeasured, ...span.bounds])],
  };
  const isFiltered = anyOf !== undefined || wanted.conditions.length > 0 || spans.length > 0;
  if (text !== undefined) return selectFound(rows, text, isFiltered);
  const [span, ...otherSpans] = spans;
  const isAlone = otherSpans.length === 0 && anyOf === undefined && wanted.conditions.length === 0;
  if (span !== undefined && isAlone) return selectSpan(rows, span);
  return span === undefined ? selectNewest(rows, sql`id`, limit) : selectFewOfSpan(rows, span);
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

interface Rows extends Pick<WantedRows, "table" | "conditions" | "anyOf" | "position" | "limit"> {
  /** Bounds of the id, with which every index of a list ends. */
  readonly idBounds: readonly RawBuilder<unknown>[];
}

function idBoundsOf({ created = {}, position }: WantedRows): RawBuilder<unknown>[] {
  const bounds: RawBuilder<unknown>[] = [];
  const { created_from, created_to } = created;
  if (created_from !== undefined) bounds.push(sql`id >= uuidv7_floor(${created_from}::timestamptz)`);
  if (created_to !== undefined) bounds.push(sql`id < uuidv7_floor(${created_to}::timestamptz)`);
  if (position.after !== null) {
    const after = sql`${position.after}::uuid`;
    bounds.push(position.direction === "newer" ? sql`id > ${after}` : sql`id < ${after}`);
  }
  return bounds;
}

function orderOf({ direction }: PagePosition): RawBuilder<unknown> {
  return direction === "newer" ? sql`ORDER BY id` : sql`ORDER BY id DESC`;
}

/**
 * One run of an index (key, id DESC): rows of one value, tested for the other conditions. The key is one of a list of one value
 * and ordered by: of a plain equality the planner would see that the primary key has the order too, and might read all of
 * that for a value which is rare and old. The other conditions stand outside, where they cannot talk it into sorting
 * the whole run. At most `most` rows of the run are read.
 */
function selectRun(
  rows: Rows,
  run: {
    readonly key: RawBuilder<unknown>;
    readonly value: RawBuilder<unknown>;
    readonly most: number;
    /** The condition of a partial index. */
    readonly isIndexed?: readonly RawBuilder<unknown>[];
    /** What the other conditions test. Default all. */
    readonly columns?: readonly string[];
  },
): RawBuilder<{ id: string }> {
  const { key, value, most, isIndexed = [], columns } = run;
  const read = columns === undefined ? sql`*` : sql.join(["id", ...columns].map((column) => sql.ref(column)));
  // A CASE counts as true for half of the rows, whatever is in it.
  const isWanted = sql`CASE WHEN ${sql.join(rows.conditions, sql` AND `)} THEN true ELSE false END`;
  const isNewer = rows.position.direction === "newer";
  const inside = [...rows.idBounds, ...isIndexed, sql`${key} = ANY(ARRAY[${value}])`];
  return sql`
    SELECT id FROM (
      SELECT ${read} FROM ${sql.table(rows.table)} ${where(inside)}
      ${isNewer ? sql`ORDER BY ${key} DESC, id` : sql`ORDER BY ${key}, id DESC`} LIMIT ${most}
    ) run ${where(rows.conditions.length === 0 ? [] : [isWanted])} LIMIT ${rows.limit}`;
}

/** Rows of one branch: the bounds, the conditions and `more`, nearest to the cursor first. */
function selectBranch(
  { table, idBounds, conditions, position }: Rows,
  more: readonly RawBuilder<unknown>[],
  columns: RawBuilder<unknown>,
  limit: number,
): RawBuilder<{ id: string }> {
  const own = where([...conditions, ...idBounds, ...more]);
  return sql`SELECT ${columns} FROM ${sql.table(table)} ${own} ${orderOf(position)} LIMIT ${limit}`;
}

function where(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`;
}

function selectNewest(wanted: Rows, columns: RawBuilder<unknown>, limit: number): RawBuilder<{ id: string }> {
  const { anyOf, position } = wanted;
  if (anyOf === undefined) return selectBranch(wanted, [], columns, limit);
  const [first, ...others] = [...new Set(anyOf.values)].map((value) =>
    selectBranch(wanted, [sql`${sql.ref(anyOf.column)} = ${value}`], columns, limit),
  );
  if (first === undefined) return selectBranch(wanted, [sql`false`], columns, limit);
  if (others.length === 0) return first;
  const merged = inBrackets([first, ...others], sql` UNION ALL `);
  return sql`SELECT ${columns} FROM (${merged}) merged ${orderOf(position)} LIMIT ${limit}`;
}

// A LIMIT keeps the planner from reading the run in parallel, which would lose its order.
const wholeRun = 1_000_000_000;

function selectSpan(wanted: Rows, span: Span): RawBuilder<{ id: string }> {
  const { position, limit } = wanted;
  const { magnitude, columns, isMeasured, bounds } = span;
  const run = { key: magnitude, value: sql`size.of`, most: wholeRun, isIndexed: isMeasured, columns };
  const own = selectRun({ ...wanted, conditions: bounds }, run);
  return sql`
    SELECT own.id FROM generate_series(${span.from}, ${span.to}) size (of) CROSS JOIN LATERAL (${own}) own
    ${orderOf(position)} LIMIT ${limit}`;
}

// Rows of a span that are looked at one by one.
const mostFew = 1_000;

/**
 * A span beside other conditions: a few rows of it are looked at one by one; when there are more, the planner chooses between
 * the indexes of all conditions. It cannot know that the rows of a rare amount are old, and would walk all others to them.
 */
function selectFewOfSpan(rows: Rows, span: Span): RawBuilder<{ id: string }> {
  const { table, conditions, anyOf, position, limit } = rows;
  const few = selectSpan({ ...rows, limit: mostFew + 1 }, span);
  const ofThem = anyOf === undefined ? [] : [sql`${sql.ref(anyOf.column)} = ANY(${[...anyOf.values]})`];
  const isFew = sql`(SELECT count(*) FROM few) <= ${sql.lit(mostFew)}`;
  return sql`
    WITH few AS MATERIALIZED (${few})
    SELECT id FROM (
      (SELECT own.id FROM few CROSS JOIN LATERAL (
        SELECT id FROM ${sql.table(table)} ${where([sql`id = few.id`, ...conditions, ...ofThem])} LIMIT 1) own
      WHERE ${isFew})
      UNION ALL
      (SELECT many.id FROM (${selectNewest(rows, sql`id`, limit)}) many WHERE NOT ${isFew})
    ) either ${orderOf(position)} LIMIT ${limit}`;
}

/**
 * Rows in which the words were found, by index. Where that may leave some out (many rows of one name, most of which another
 * filter drops), the newest rows of the other filters are tested as well.
 */
function selectFound(wanted: Rows, text: TextSearch, isFiltered: boolean): RawBuilder<{ id: string }> {
  const { anyOf, position, limit } = wanted;
  const byId = idRange(text.found.words);
  if (byId !== null && text.found.words.length === uuidLength) {
    return selectNewest({ ...wanted, conditions: [...wanted.conditions, byId] }, sql`id`, limit);
  }
  const oneOfThem = anyOf && sql`${sql.ref(anyOf.column)} = ANY(${[...anyOf.values]})`;
  const rows = { ...wanted, conditions: [...wanted.conditions, ...(oneOfThem ? [oneOfThem] : [])] };
  const branches = [...(byId === null ? [] : [byId]), ...(text.exactly ?? [])].map((condition) =>
    selectBranch(rows, [condition], sql`id`, limit),
  );
  for (const { column, values } of text.lookUps) {
    if (values.length > 0) branches.push(selectByValues(rows, column, values));
  }
  const isNamed = Object.values(text.found.names).some((names) => names.length > 0);
  const isTested = text.found.isCommon || text.isNarrow || (isNamed && isFiltered);
  if (text.holds !== undefined && isTested) {
    branches.push(sql`
      SELECT newest.id FROM (${selectNewest(wanted, sql`*`, searchWindow)}) newest ${text.join ?? sql``}
      WHERE ${text.holds} ${orderOf(position)} LIMIT ${limit}`);
  }
  if (branches.length === 0) return selectBranch(rows, [sql`false`], sql`id`, limit);
  return sql`
    SELECT id FROM (${inBrackets(branches, sql` UNION `)}) found ${orderOf(position)} LIMIT ${limit}`;
}

function selectByValues(rows: Rows, column: string, values: readonly string[]): RawBuilder<{ id: string }> {
  const isId = column === "id" || column.endsWith("_id");
  const given = isId ? sql`${[...values]}::uuid[]` : sql`${[...values]}::text[]`;
  const key = sql.ref(column);
  const own = isId
    ? selectBranch(rows, [sql`${key} = given.value`], sql`id`, rows.limit)
    : selectRun(rows, { key, value: sql`given.value`, most: Math.max(searchWindow, rows.limit) });
  return sql`
    SELECT own.id FROM unnest(${given}) given (value) CROSS JOIN LATERAL (${own}) own
    ${orderOf(rows.position)} LIMIT ${rows.limit}`;
}

function inBrackets(
  queries: readonly RawBuilder<unknown>[],
  between: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql.join(
    queries.map((query) => sql`(${query})`),
    between,
  );
}

const uuidLength = 36;
// The beginning of an id that a person copied: its first group at least.
const idBeginning =
  /^[0-9a-f]{8}(-([0-9a-f]{0,4}(-([0-9a-f]{0,4}(-([0-9a-f]{0,4}(-[0-9a-f]{0,12})?)?)?)?)?)?)?$/;

/** The condition that a row's id begins with the words; null when no id does. */
export function idRange(words: string): RawBuilder<unknown> | null {
  const beginning = words.toLowerCase();
  if (!idBeginning.test(beginning)) return null;
  const smallest = beginning + "00000000-0000-0000-0000-000000000000".slice(beginning.length);
  const largest = beginning + "ffffffff-ffff-ffff-ffff-ffffffffffff".slice(beginning.length);
  return sql`id BETWEEN ${smallest}::uuid AND ${largest}::uuid`;
}
