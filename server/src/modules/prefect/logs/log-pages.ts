import { AppError } from "../../../platform/errors.ts";
import { isLastLogPage, type PrefectClient } from "../client/client.ts";
import { type LogQuery, largestPage } from "../client/queries.ts";
import type { PrefectLog } from "../client/wire.ts";

export interface LogPage {
  readonly lines: readonly PrefectLog[];
  /** How many lines further the next page begins. */
  readonly length: number;
  readonly isLast: boolean;
  /** How many lines to ask for next: fewer after an answer that was too large, then more again. */
  readonly nextLimit: number;
}

/** One page of log lines. A single line that is too large to be read is left out: nobody could read it either. */
export async function readLogPage(
  client: PrefectClient,
  query: LogQuery & { readonly limit: number },
  signal: AbortSignal,
): Promise<LogPage> {
  try {
    const lines = await client.listLogs(query, signal);
    const length = lines.length;
    const nextLimit = length < query.limit ? Math.max(1, length) : Math.min(2 * query.limit, largestPage);
    return { lines, length, isLast: isLastLogPage(length, query.limit), nextLimit };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "prefect_answer_too_large") throw error;
    return { lines: [], length: 1, isLast: false, nextLimit: 1 };
  }
}

export interface LogPosition {
  readonly after: string;
  /** Lines of that moment and later that were read already. */
  readonly offset: number;
}

/** Where the page after this one begins: at its last moment, or further among lines of one moment. */
export function positionAfter(position: LogPosition, page: LogPage): LogPosition {
  const last = page.lines.at(-1)?.timestamp;
  if (last === undefined || last === position.after || page.lines[0]?.timestamp === last) {
    return { after: position.after, offset: position.offset + page.length };
  }
  return { after: last, offset: 0 };
}

/** A little before a moment: lines of different processes arrive out of order, each up to 2 s late. */
export function shortlyBefore(moment: string): string {
  return new Date(Date.parse(moment) - overlapMs).toISOString();
}

const overlapMs = 3_000;
