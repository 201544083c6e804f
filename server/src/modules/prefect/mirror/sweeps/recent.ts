import { z } from "zod";
import { type FlowRunQuery, largestPage } from "../../client/queries.ts";
import type { PrefectFlowRun } from "../../client/wire.ts";
import type { WatchContext, WatchDuty } from "../../watching/watch-duty.ts";
import { applyReading } from "../apply.ts";
import type { Mirror } from "../mirror.ts";
import { refreshChildren } from "../refresh.ts";
import { readCursor } from "../repo.ts";
import { clockDifferenceMs, comparedStart, newestEnd, newestStart, overlapMs, shifted } from "./moments.ts";
import { filterOf, tellSynced } from "./telling.ts";

/** A sweep that reads, newest first, what happened since its cursor. */
interface RecentSweep {
  readonly name: string;
  readonly stream: "begun" | "ended";
  query(after: string | undefined): FlowRunQuery;
  newest(runs: readonly PrefectFlowRun[], before: string | null): string | null;
  /** By which the runs are sorted. */
  momentOf(run: PrefectFlowRun): string | null;
}

const begun: RecentSweep = {
  name: "The sweep of begun runs",
  stream: "begun",
  query: (after) => ({
    sort: "START_TIME_DESC",
    started_after: after,
    // Prefect counts runs by when they are due while they wait: those of next week would come first.
    started_before: new Date(Date.now() + clockDifferenceMs).toISOString(),
  }),
  newest: newestStart,
  momentOf: comparedStart,
};

const ended: RecentSweep = {
  name: "The sweep of ended runs",
  stream: "ended",
  query: (after) => ({ sort: "END_TIME_DESC", ended_after: after ?? new Date(0).toISOString() }),
  newest: newestEnd,
  momentOf: ({ end_time }) => end_time ?? null,
};

const cursorSchema = z.object({ newest: z.string() });
/** Each so many turns the whole overlap is read, however familiar it looks. */
const thoroughEvery = 20;
const liveMs = 15_000;
const pollingMs = 3_000;

export function createRecentSweeps(mirror: Mirror): WatchDuty[] {
  return [begun, ended].map((sweep) => {
    let turn = 0;
    return {
      name: sweep.name,
      everyMs: (context) => (context.isLive() ? liveMs : pollingMs),
      async run(context) {
        const startedAt = Date.now();
        await sweepRecent(mirror, context, sweep, turn % thoroughEvery === 0);
        turn += 1;
        await tellSynced(mirror, context, sweep.stream, startedAt);
      },
    };
  });
}

/**
 * Reads pages until one holds nothing new, or to the end of the overlap; but when the cursor is to move, every page down to where it
 * is: hints, or a turn that broke off, may have written only the newest runs. It moves with the rows of the last page. Without a
 * cursor one page is enough: the rest is for the backfill.
 */
async function sweepRecent(
  mirror: Mirror,
  context: WatchContext,
  sweep: RecentSweep,
  isThorough: boolean,
): Promise<void> {
  const { client, connection, signal } = context;
  const stored = cursorSchema.safeParse(await readCursor(mirror.database, connection.id, sweep.stream));
  const cursor = stored.success ? stored.data.newest : null;
  const query = sweep.query(cursor === null ? undefined : shifted(cursor, -overlapMs));
  const sweptAt = new Date().toISOString();
  let newest = cursor;
  let isTimely = true;
  for (let offset = 0; ; offset += largestPage) {
    const runs = await client.listFlowRuns(
      { ...query, ...filterOf(connection), limit: largestPage, offset },
      signal,
    );
    const isFull = runs.length === largestPage;
    // Where nothing has happened yet, the cursor is the earliest moment that can be now in Prefect.
    newest = sweep.newest(runs, newest) ?? (isFull ? null : shifted(sweptAt, -clockDifferenceMs));
    const isLast = !isFull || cursor === null;
    const value = newest === null ? undefined : { stream: sweep.stream, value: { newest } };
    const applied = await applyReading(mirror, context, isLast ? { runs, cursor: value } : { runs });
    await refreshChildren(
      mirror,
      context,
      runs.map(({ id }) => id),
    );
    if (isTimely && cursor !== null && applied.lag_ms !== null) {
      await mirror.store.tell(connection.id, { lag_ms: applied.lag_ms });
    }
    isTimely = false;
    if (isLast) return;
    const isToMove = newest !== cursor && isAfter(sweep, runs, cursor);
    if (applied.changed > 0 || isThorough || isToMove) continue;
    if (value !== undefined) await applyReading(mirror, context, { runs: [], cursor: value });
    return;
  }
}

/** Whether all of a page happened after the cursor; what cannot be told is not known. */
function isAfter(sweep: RecentSweep, runs: readonly PrefectFlowRun[], cursor: string): boolean {
  const last = runs.at(-1);
  const oldest = last === undefined ? null : sweep.momentOf(last);
  return oldest === null || Date.parse(oldest) > Date.parse(cursor);
}
