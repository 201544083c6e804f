import { type RawBuilder, sql } from "kysely";
import type { Database } from "./database.ts";
import type { Page, PagePosition } from "./page.ts";

/** Most units, tasks, kinds of error and names that the words of one search stand for. */
export const mostFound = 200;

/** What the words of a search were found in, before a list looks its rows up. */
export interface FoundWords {
  readonly words: string;
  /** Units whose title holds the words, newest first. */
  readonly unit_ids: readonly string[];
  /** Tasks whose inputs' short words hold them, or the title of their unit that was deleted. */
  readonly task_ids: readonly string[];
  /** Kinds of error whose text or code holds them. */
  readonly fingerprints: readonly string[];
  /** By column: names of the list's rows that hold them. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** Too short for an index of trigrams. */
  readonly isShort: boolean;
  /** More was found than `mostFound`, or the words are too short to be looked up: the newest rows are tested one by one. */
  readonly isCommon: boolean;
}

/** Columns of a table with few different values, each with an index that begins with it. */
export interface NameColumns {
  readonly table: string;
  readonly columns: readonly string[];
}

/** A pattern for LIKE and ILIKE that finds the words anywhere. */
export function containing(words: string): string {
  return `%${words.replace(/[\\%_]/g, "\\$&")}%`;
}

// Trigrams need three letters or digits in a row.
const canBeLookedUp = /[\p{L}\p{N}]{3}/u;

/** Looks the words up in what is small: titles, short words of tasks, kinds of error, names. One statement. */
export async function findWords(database: Database, words: string, names: NameColumns): Promise<FoundWords> {
  return selectFoundWords(database, words, names, null);
}

/**
 * The same for a page further down: of common words, the units and tasks below the cursor are looked up, in one more statement.
 * Whatever else was found stays.
 */
export async function goOnFrom(
  database: Database,
  found: FoundWords | null,
  names: NameColumns | undefined,
  { after }: PagePosition,
): Promise<FoundWords | null> {
  if (found === null || names === undefined || after === null) return found;
  if (!found.isCommon || found.isShort) return found;
  return { ...(await selectFoundWords(database, found.words, names, after)), isCommon: true };
}

/** Words of which nothing was looked up: for lists that test their rows through an index on the text itself. */
export function plainWords(words: string): FoundWords {
  const isShort = !canBeLookedUp.test(words);
  return { words, unit_ids: [], task_ids: [], fingerprints: [], names: {}, isShort, isCommon: isShort };
}

/** A page's total is only the least there is when the words are common: not every row was tested. */
export function countedAtLeast<Row>(page: Page<Row>, found: FoundWords | null): Page<Row> {
  const isLeast = found?.isCommon === true && page.total >= mostFound;
  return { ...page, total_is_capped: page.total_is_capped || isLeast };
}

interface FoundRow {
  readonly unit_ids: string[];
  readonly task_ids: string[];
  readonly fingerprints: string[];
  readonly names: string[][];
}

/** Indexes: `units_title`, `task_texts_text`, `error_fingerprints_words` and those that begin with the name columns. */
async function selectFoundWords(
  database: Database,
  words: string,
  names: NameColumns,
  below: string | null,
): Promise<FoundWords> {
  const pattern = containing(words);
  const isShort = !canBeLookedUp.test(words);
  const none = sql`'{}'`;
  const most = mostFound + 1;
  const units = sql`ARRAY(SELECT id FROM find_units(${pattern}, ${below}::uuid, ${most}::int))`;
  const tasks = sql`ARRAY(SELECT id FROM find_tasks(${pattern}, ${below}::uuid, ${most}::int))`;
  // Numbers, ids and quoted words stand for any others in a kind of error.
  const errors = sql`ARRAY(SELECT fingerprint FROM find_errors(${pattern}, ${most}::int)
    UNION SELECT fingerprint FROM error_pattern(${words}) kind,
      find_errors('%' || regexp_replace(kind, '([\\\\%_])', '\\\\\\1', 'g') || '%', ${most}::int)
    WHERE regexp_replace(kind, '<[a-z]+>', '', 'g') ~ '[[:alpha:]]{3}')`;
  const lists = names.columns.map(
    (column) => sql`to_jsonb(ARRAY(${selectNames(names.table, column, pattern)}))`,
  );
  const { rows } = await sql<FoundRow>`
    SELECT ${isShort ? none : units}::text[] AS unit_ids, ${isShort ? none : tasks}::text[] AS task_ids,
      ${isShort ? none : errors}::text[] AS fingerprints,
      ${lists.length === 0 ? sql`'[]'::jsonb` : sql`jsonb_build_array(${sql.join(lists)})`} AS names`.execute(
    database,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("A SELECT without FROM returned no row");
  const looked = [row.unit_ids, row.task_ids, row.fingerprints];
  return {
    words,
    unit_ids: row.unit_ids.slice(0, mostFound),
    task_ids: row.task_ids.slice(0, mostFound),
    fingerprints: row.fingerprints,
    names: Object.fromEntries(names.columns.map((column, place) => [column, row.names[place] ?? []])),
    isShort,
    isCommon: isShort || looked.some((values) => values.length > mostFound),
  };
}

/** The different values of a column, one probe of its index each. */
function selectNames(table: string, column: string, pattern: string): RawBuilder<unknown> {
  const [from, name] = [sql.table(table), sql.ref(column)];
  return sql`
    WITH RECURSIVE names (name) AS (
      (SELECT ${name} FROM ${from} WHERE ${name} IS NOT NULL ORDER BY ${name} LIMIT 1)
      UNION ALL
      SELECT (SELECT ${name} FROM ${from} WHERE ${name} > names.name ORDER BY ${name} LIMIT 1)
      FROM names WHERE names.name IS NOT NULL
    )
    SELECT name FROM names WHERE name ILIKE ${pattern} LIMIT ${mostFound}`;
}
