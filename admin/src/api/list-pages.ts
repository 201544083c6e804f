import type { Page } from "./client.ts";

/** A stretch of a list, newest first: the rows below `cursor` down to and including `next`. */
export type Stretch<Row> = {
  rows: Row[];
  /** Id above the first row; null at the top of the list. */
  cursor: string | null;
  /** Id of the last row; null at the end of the list. */
  next: string | null;
  /** Read before the last reload; read again when it comes into sight. */
  stale: boolean;
};

/** What is loaded of a list, without gaps from its top on. */
export type LoadedList<Row> = { stretches: Stretch<Row>[]; total: string | null };

type Identified = { id: string };

const pooledStrings = 4_000;
const shortestPooled = 10;

/**
 * Builds a function that makes rows share equal strings, such as titles, ids of parents and equal times. Parsed rows each
 * hold strings of their own: over 100,000 rows that is most of the memory. At most 4,000 strings are remembered.
 */
export function createStringPool(): <Row extends object>(rows: Row[]) => Row[] {
  const pool = new Map<string, string>();
  const share = (text: string): string => {
    const known = pool.get(text);
    if (known !== undefined) return known;
    if (pool.size >= pooledStrings) pool.clear();
    pool.set(text, text);
    return text;
  };
  return (rows) => {
    for (const row of rows) {
      for (const [name, value] of Object.entries(row)) {
        if (typeof value === "string" && value.length > shortestPooled) Reflect.set(row, name, share(value));
      }
    }
    return rows;
  };
}

/** One answer as a stretch of its list. */
export function stretchOf<Row>(page: Page<Row>, cursor: string | null): Stretch<Row> {
  return { rows: page.rows, cursor, next: page.next, stale: false };
}

/** Whether a stretch is in the order of its ids, newest first, so that its bounds can be compared. */
export function isNewestFirst<Row extends Identified>({ rows, next }: Stretch<Row>): boolean {
  const [first] = rows;
  const last = rows.at(-1);
  return (
    first === undefined || last === undefined || (first.id >= last.id && (next === null || next === last.id))
  );
}

/** Whether the freshly read top reaches down to rows that were loaded before, so that nothing is missing in between. */
export function reachesLoaded<Row extends Identified>(
  fresh: Stretch<Row>,
  before: readonly Stretch<Row>[],
): boolean {
  const newest = before[0]?.rows[0];
  return fresh.next === null || newest === undefined || fresh.next <= newest.id;
}

/**
 * Puts a freshly read top over what was loaded before. Everything below stays as it is, so that nobody's place is lost,
 * and is marked as stale. Where the fresh top does not reach the old rows, only the top remains.
 */
export function withFreshTop<Row extends Identified>(
  fresh: Stretch<Row>,
  before: readonly Stretch<Row>[],
): Stretch<Row>[] {
  const { next } = fresh;
  if (next === null || before.length <= 1 || !isNewestFirst(fresh) || !reachesLoaded(fresh, before)) {
    return [fresh];
  }
  const below: Stretch<Row>[] = [];
  for (const stretch of before) {
    if (stretch.next !== null && stretch.next >= next) continue;
    const rows = stretch.rows.filter(({ id }) => id < next);
    const cursor = below.length === 0 ? next : stretch.cursor;
    below.push({ ...stretch, rows, cursor, stale: true });
  }
  return [fresh, ...joinedShort(below)];
}

const longestJoined = 200;

// Each new row at the top would otherwise leave a stretch of its own behind.
function joinedShort<Row>(stretches: Stretch<Row>[]): Stretch<Row>[] {
  const [first, second, ...rest] = stretches;
  if (first === undefined || second === undefined) return stretches;
  if (first.rows.length + second.rows.length > longestJoined) return stretches;
  return [{ ...second, cursor: first.cursor, rows: [...first.rows, ...second.rows] }, ...rest];
}

/** Adds the page that was asked with the end of what is loaded; anything else has come too late and changes nothing. */
export function withOlder<Row extends Identified>(
  list: LoadedList<Row>,
  older: Stretch<Row>,
): LoadedList<Row> {
  const last = list.stretches.at(-1);
  if (last === undefined || last.next !== older.cursor) return list;
  return { ...list, stretches: [...list.stretches, older] };
}

/** Replaces the stretch with the same bounds by freshly read rows. */
export function withFreshStretch<Row>(
  list: LoadedList<Row>,
  stretch: Stretch<Row>,
  rows: Row[],
): LoadedList<Row> {
  const stretches = list.stretches.map((each) =>
    each.cursor === stretch.cursor && each.next === stretch.next ? { ...each, rows, stale: false } : each,
  );
  return { ...list, stretches };
}

/** The stale stretches between two places of the list, counted in rows from its top. */
export function staleBetween<Row>(list: LoadedList<Row>, first: number, last: number): Stretch<Row>[] {
  let at = 0;
  return list.stretches.filter((stretch) => {
    const begin = at;
    at += stretch.rows.length;
    return stretch.stale && begin <= last && at > first;
  });
}
