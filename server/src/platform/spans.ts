import { type RawBuilder, sql } from "kysely";

/**
 * An amount between two bounds, either of which may be missing. `magnitude` is the expression of an index (magnitude, id):
 * rows of one order of magnitude, in the order of their ids.
 */
export interface Span {
  readonly magnitude: RawBuilder<unknown>;
  /** Columns that the amount is told from; the index includes them. */
  readonly columns: readonly string[];
  /** The first and the last magnitude that may hold fitting rows. */
  readonly from: RawBuilder<unknown>;
  readonly to: RawBuilder<unknown>;
  /** The condition of the index: the amount is known. */
  readonly isMeasured: readonly RawBuilder<unknown>[];
  /** The bounds themselves, to the digit. */
  readonly bounds: readonly RawBuilder<unknown>[];
}

export interface DurationBounds {
  readonly min_duration_ms?: number | undefined;
  readonly max_duration_ms?: number | undefined;
}

export interface CostBounds {
  readonly min_cost_usd?: string | undefined;
  readonly max_cost_usd?: string | undefined;
}

// Past every amount that a column holds.
const largestMagnitude = sql.lit(160);

/** Rows that took so long from `began` to `ended`, which are columns of the table; null without bounds. */
export function durationSpan(
  { min_duration_ms: least, max_duration_ms: most }: DurationBounds,
  began: string,
  ended: string,
): Span | null {
  if (least === undefined && most === undefined) return null;
  const taken = sql`milliseconds_between(${sql.ref(began)}, ${sql.ref(ended)})`;
  return {
    magnitude: sql`magnitude(${taken})`,
    columns: [began, ended],
    from: least === undefined ? sql`0` : sql`magnitude(${least}::float8)`,
    to: most === undefined ? largestMagnitude : sql`magnitude(${most}::float8)`,
    isMeasured: [sql`${sql.ref(began)} IS NOT NULL`, sql`${sql.ref(ended)} IS NOT NULL`],
    bounds: [
      ...(least === undefined ? [] : [sql`${taken} >= ${least}::float8`]),
      ...(most === undefined ? [] : [sql`${taken} <= ${most}::float8`]),
    ],
  };
}

/** Rows with a known `cost_usd` between the bounds; null without bounds. */
export function costSpan({ min_cost_usd: least, max_cost_usd: most }: CostBounds): Span | null {
  if (least === undefined && most === undefined) return null;
  return {
    magnitude: sql`cost_magnitude(cost_usd)`,
    columns: ["cost_usd"],
    from: least === undefined ? sql`0` : sql`cost_magnitude(${least}::numeric)`,
    to: most === undefined ? largestMagnitude : sql`cost_magnitude(${most}::numeric)`,
    isMeasured: [sql`cost_usd IS NOT NULL`],
    bounds: [
      ...(least === undefined ? [] : [sql`cost_usd >= ${least}::numeric`]),
      ...(most === undefined ? [] : [sql`cost_usd <= ${most}::numeric`]),
    ],
  };
}
