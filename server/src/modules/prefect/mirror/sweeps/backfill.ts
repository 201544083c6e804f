import { z } from "zod";
import type { PrefectFlowRun } from "../../client/wire.ts";
import type { WatchDuty } from "../../watching/watch-duty.ts";
import { applyReading } from "../apply.ts";
import { hasFilter, inPages } from "../complete-runs.ts";
import type { Mirror } from "../mirror.ts";
import { readChildren, readWithSteps } from "../refresh.ts";
import { readCursor } from "../repo.ts";
import { clockDifferenceMs, comparedStart } from "./moments.ts";
import { filterOf } from "./telling.ts";

/** How much of the past a new connection shows. */
const pastMs = 7 * 24 * 60 * 60_000;
const pageSize = 100;
const pauseMs = 2_000;
const doneMs = 60 * 60_000;

/** Everything that began after `after` and up to `before` is still to be read; `offset` of those at `before` are read already. */
export const backfillCursorSchema = z.object({
  after: z.string(),
  before: z.string(),
  offset: z.int(),
  is_done: z.boolean(),
});
export type BackfillCursor = z.infer<typeof backfillCursorSchema>;

/** Reads the last seven days of a new connection once, newest first, a page at a turn. */
export function createBackfill(mirror: Mirror): WatchDuty {
  const stream = "backfill";
  let isDone = false;
  return {
    name: "The reading of past runs",
    everyMs: () => (isDone ? doneMs : pauseMs),
    async run(context) {
      const { client, connection, signal } = context;
      const stored = backfillCursorSchema.safeParse(await readCursor(mirror.database, connection.id, stream));
      const cursor = stored.success ? stored.data : firstCursor(Date.now());
      isDone = cursor.is_done;
      if (isDone) return;
      const { after: started_after, before: started_before, offset } = cursor;
      const runs = await client.listFlowRuns(
        {
          ...filterOf(connection),
          ...{ sort: "START_TIME_DESC", started_after, started_before, offset, limit: pageSize },
        },
        signal,
      );
      await readWithSteps(mirror, context, { runs, missing: [] });
      if (hasFilter(context)) {
        const ids = runs.map(({ id }) => id);
        for (const page of inPages(await readChildren(context, ids))) {
          await readWithSteps(mirror, context, { runs: page, missing: [] });
        }
      }
      const value = nextCursor(cursor, runs, pageSize);
      await applyReading(mirror, context, { runs, isWithSteps: true, cursor: { stream, value } });
      isDone = value.is_done;
    },
  };
}

export function firstCursor(nowMs: number): BackfillCursor {
  return {
    after: new Date(nowMs - pastMs - clockDifferenceMs).toISOString(),
    before: new Date(nowMs + clockDifferenceMs).toISOString(),
    offset: 0,
    is_done: false,
  };
}

/** The next page begins at the moment of the last run of this one: runs of that moment come again, unless it fills whole pages. */
export function nextCursor(
  cursor: BackfillCursor,
  runs: readonly PrefectFlowRun[],
  size: number,
): BackfillCursor {
  const last = runs.at(-1);
  const before = last === undefined ? null : comparedStart(last);
  if (runs.length < size || before === null) return { ...cursor, is_done: true };
  const hasMoved = Date.parse(before) !== Date.parse(cursor.before);
  return hasMoved ? { ...cursor, before, offset: 0 } : { ...cursor, offset: cursor.offset + size };
}
