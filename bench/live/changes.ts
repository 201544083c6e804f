import type pg from "pg";
import { createLiveNotifier } from "../../server/src/platform/live-notifier.ts";
import { createLogger } from "../../server/src/platform/logger.ts";

/** One committed change of a row; `cents` is what the row shows since then and no other change shows. */
export interface Change {
  readonly id: string;
  readonly cents: number;
  /** Wall clock in ms, after COMMIT was answered. */
  readonly committedAt: number;
}

/** Wall clock in ms with the fractions that Date leaves out. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

export interface ChangeOptions {
  readonly pool: pg.Pool;
  readonly perSecond: number;
  readonly seconds: number;
  /** The flow run that the next change is for. */
  readonly pick: (change: number) => string;
}

const logger = createLogger({ level: "warn", format: "json" });
let cents = 100;

/**
 * Commits changes of flow runs at an even pace, each in a transaction of its own, and rings as every process of the product
 * does after its commits. A change is begun when its time has come, however long those before it take.
 */
export async function commitChanges({ pool, perSecond, seconds, pick }: ChangeOptions): Promise<Change[]> {
  const notifier = createLiveNotifier(pool, logger);
  const begin = performance.now();
  const changes: Change[] = [];
  const open = new Set<Promise<void>>();
  for (let number = 0; number < perSecond * seconds; number += 1) {
    const waitMs = begin + (number * 1000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const id = pick(number);
    const shown = ++cents;
    const commit = pool
      .query("UPDATE flow_runs SET cost_usd = $2 WHERE id = $1", [id, shown / 100])
      .then(() => {
        changes.push({ id, cents: shown, committedAt: wallClock() });
        notifier.changed();
        open.delete(commit);
      });
    open.add(commit);
  }
  await Promise.all(open);
  await notifier.stop();
  return changes;
}
