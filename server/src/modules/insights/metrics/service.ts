import type { Database } from "../../../platform/database.ts";
import type { Duty } from "../keeper.ts";
import { assembleMetrics } from "./assemble.ts";
import type { DashboardMetrics, MetricsQuery } from "./models.ts";
import { dropOldRollups, foldRollups, readClock, readWindow, sampleGauges, vacuumDeltas } from "./repo.ts";
import { planWindow } from "./window.ts";

export interface MetricsService {
  /**
   * Exact at every moment, up to its own: what is not folded yet is counted as well. Percentiles are at most 5 % off.
   *
   * @throws AppError `metrics_range_too_long`, `metrics_range_in_future`
   */
  read(query: MetricsQuery): Promise<DashboardMetrics>;
}

export function createMetricsService(database: Database): MetricsService {
  return {
    async read(query) {
      const window = planWindow(query, await readClock(database));
      return assembleMetrics(window, await readWindow(database, window));
    },
  };
}

const foldEveryMs = 1_000;
const sampleEveryMs = 5_000;
const dropEveryMs = 60_000;
/** Some 100 ms of work in one transaction. */
const mostFolded = 10_000;
/** A turn ends some time even when more comes in than it folds, so that a server can stop. */
const mostBatches = 20;
/** Deleted rows that each turn would have to step over until autovacuum comes by, once a minute at best. */
const vacuumAfter = 50_000;

/** What keeps the numbers over time: folding, looking at the queue, forgetting what is too fine and too old. */
export function createMetricsDuties(database: Database): Duty[] {
  let sinceVacuum = 0;
  return [
    {
      name: "The folding of rollups",
      everyMs: foldEveryMs,
      async run() {
        for (let batch = 0; batch < mostBatches; batch += 1) {
          const folded = await foldRollups(database, mostFolded);
          sinceVacuum += folded ?? 0;
          if (folded === null || folded < mostFolded) break;
        }
        if (sinceVacuum < vacuumAfter) return;
        sinceVacuum = 0;
        await vacuumDeltas(database);
      },
    },
    { name: "The sampling of the queue", everyMs: sampleEveryMs, run: () => sampleGauges(database) },
    { name: "The clearing of old rollups", everyMs: dropEveryMs, run: () => dropOldRollups(database) },
  ];
}
