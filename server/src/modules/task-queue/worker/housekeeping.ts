import type { Database } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import { createPeriodic, type Periodic } from "../../../platform/periodic.ts";
import { ensureTimePartitions, foldUserUsage, rotateLiveChanges } from "../repo/workers.ts";

const partitionsEveryMs = 24 * 60 * 60_000;
const rotationEveryMs = 5 * 60_000;
const foldEveryMs = 10_000;

/** Chores that any worker may do and several may do at once. Started by the caller. */
export function createHousekeeping(database: Database, logger: Logger): Periodic[] {
  return [
    createPeriodic(partitionsEveryMs, logger, "Partitions", () => ensureTimePartitions(database)),
    createPeriodic(rotationEveryMs, logger, "Change feed rotation", () => rotateLiveChanges(database)),
    createPeriodic(foldEveryMs, logger, "Usage totals", () => foldUserUsage(database)),
  ];
}
