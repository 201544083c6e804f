import { defineErrors } from "./errors.ts";

export const pageErrors = defineErrors({
  cursor_invalid: { status: 422, retryable: false, title: "Invalid cursor" },
});

/** Lists never count further than this; beyond it the total is shown as "10,000+". */
export const countCap = 10_000;

/** Which way a page goes from its cursor: to rows made before it, or after it. Both answer newest first. */
export type PageDirection = "older" | "newer";

/** A page as it is asked for: `limit` rows from the cursor on, which is the id of a row. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Default older. Newer without a cursor begins at the oldest row. */
  readonly direction?: PageDirection | undefined;
}

/** Where a read of ids begins and which way it goes. */
export interface PagePosition {
  /** Id of the last row that was seen. */
  readonly after: string | null;
  readonly direction: PageDirection;
}

/** From the newest row on. */
export const newestFirst: PagePosition = { after: null, direction: "older" };

/** @throws AppError `cursor_invalid` */
export function readPosition({ cursor, direction }: PageQuery): PagePosition {
  return { after: cursor === undefined ? null : readCursor(cursor), direction: direction ?? "older" };
}

/** One keyset page, newest first. `total` counts the whole filtered list up to `countCap`. */
export interface Page<Row> {
  readonly rows: Row[];
  readonly next_cursor: string | null;
  readonly total: number;
  readonly total_is_capped: boolean;
}

/**
 * Makes a page of `limit + 1` selected rows, newest first: the extra row, which is the farthest from the cursor, only tells
 * that there is a next page. `counted` is the capped count, `countCap + 1` when there are more.
 */
export function pageFrom<Row extends { readonly id: string }>(
  selected: readonly Row[],
  limit: number,
  counted: number,
  direction: PageDirection = "older",
): Page<Row> {
  const isNewer = direction === "newer";
  const rows = isNewer ? selected.slice(-limit) : selected.slice(0, limit);
  const last = isNewer ? rows[0] : rows.at(-1);
  return {
    rows,
    next_cursor: selected.length > limit && last !== undefined ? last.id : null,
    total: Math.min(counted, countCap),
    total_is_capped: counted > countCap,
  };
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The id that the next page starts after.
 * @throws AppError `cursor_invalid` when it is not a cursor of ours
 */
export function readCursor(cursor: string): string {
  if (!uuidPattern.test(cursor)) {
    throw pageErrors.create(
      "cursor_invalid",
      "The cursor is not one that this list gave. Leave it out to start at the top.",
    );
  }
  return cursor.toLowerCase();
}
