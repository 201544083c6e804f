import type { CustomTypesConfig } from "pg";
import pg from "pg";

const int8 = 20;
const numeric = 1700;
const date = 1082;
const timestamp = 1114;
const timestamptz = 1184;
const int8Array = 1016;
const numericArray = 1231;
const timestamptzArray = 1185;
// The declared ids leave out arrays; the function itself takes any id.
const textArray = 1009 as number as Parameters<typeof pg.types.getTypeParser>[0];

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`The database returned ${text}, which a number cannot hold exactly`);
  }
  return value;
}

function parseNumeric(text: string): number {
  return Number(text);
}

const utcForm = /^(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;
const offsetForm = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)([+-]\d\d)(?::?(\d\d))?$/;

/**
 * A `timestamptz` as PostgreSQL writes it, as ISO 8601 in UTC with milliseconds: `2026-11-21T21:06:57.123Z`.
 * Microseconds are cut, so order rows in SQL and never by comparing this text with a stored time.
 *
 * @throws RangeError for `infinity` and for years outside 0001 to 9999.
 */
export function parseTimestamp(text: string): string {
  const utc = utcForm.exec(text);
  if (utc) {
    const milliseconds = (utc[5] ?? "").padEnd(3, "0").slice(0, 3);
    return `${utc[1]}-${utc[2]}-${utc[3]}T${utc[4]}.${milliseconds}Z`;
  }
  const offset = offsetForm.exec(text);
  if (!offset) throw new RangeError(`The database returned the time "${text}", which has no ISO 8601 form`);
  return new Date(`${offset[1]}T${offset[2]}${offset[3]}:${offset[4] ?? "00"}`).toISOString();
}

function mapArray<Item>(parse: (text: string) => Item): (text: string) => (Item | null)[] {
  // text[] is parsed to strings, with null for NULL.
  const parseTexts = pg.types.getTypeParser(textArray) as (text: string) => (string | null)[];
  return (text) => parseTexts(text).map((item) => (item === null ? null : parse(item)));
}

const parsers = new Map<number, (text: string) => unknown>([
  [int8, parseInt8],
  [numeric, parseNumeric],
  [date, (text) => text],
  [timestamp, (text) => text],
  [timestamptz, parseTimestamp],
  [int8Array, mapArray(parseInt8)],
  [numericArray, mapArray(parseNumeric)],
  [timestamptzArray, mapArray(parseTimestamp)],
]);

/**
 * How columns become JavaScript values on every connection of ours: `bigint` and `numeric` numbers,
 * `timestamptz` ISO 8601 text in UTC, `date` text, `jsonb` parsed. Give it as `types` to a `pg.Client`.
 */
export const columnTypes: CustomTypesConfig = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    const parser = format === "binary" ? undefined : parsers.get(oid);
    return parser ?? pg.types.getTypeParser(oid, format);
  },
};
