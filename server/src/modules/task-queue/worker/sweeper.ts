import { type Database, isInfrastructureError } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import * as workers from "../repo/workers.ts";
import type { SettlePorts } from "../settle.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { settleIdle, takeOver } from "./transitions.ts";

/** Own beats without a gap for this long, or nobody is declared dead. */
const gaplessMs = 6_000;

export interface SweepDependencies {
  readonly database: Database;
  readonly ports: SettlePorts;
  readonly logger: Logger;
  /** Rings for the workers and the change feeds. */
  readonly wake: () => void;
}

/**
 * Declares silent workers dead, takes their tasks and returns what else they held. Looks at state, not at events: whatever
 * one sweep left undone the next one does.
 */
export async function sweep(dependencies: SweepDependencies, life: Heartbeat): Promise<void> {
  const { database, ports, logger, wake } = dependencies;
  try {
    if (life.hasBeatenFor(gaplessMs)) {
      const dead = await workers.markDeadWorkers(database, life.worker_id);
      if (dead.length > 0) logger.warn({ worker_ids: dead }, "Workers were declared dead");
    }
    let taken = 0;
    for (const orphan of await workers.listOrphans(database)) {
      const moved = await takeOver(database, ports, orphan);
      if (moved === null) continue;
      taken += 1;
      logger.warn({ task_id: moved.id, status: moved.status }, "A dead worker's task was taken over");
    }
    if (taken > 0) wake();
  } catch (error) {
    logSweepError(logger, error, "Sweep");
  }
}

/** Settles tasks that nobody works on and that still have something open. */
export async function settlePass({ database, ports, logger, wake }: SweepDependencies): Promise<void> {
  try {
    const ids = await workers.listUnsettled(database);
    for (const id of ids) await settleIdle(database, ports, id);
    if (ids.length > 0) wake();
  } catch (error) {
    logSweepError(logger, error, "Settle pass");
  }
}

/** The next pass does the same work again, so an error costs time only; a bug must be seen all the same. */
function logSweepError(logger: Logger, error: unknown, what: string): void {
  if (isInfrastructureError(error)) logger.debug({ error }, `${what} failed, the database is away`);
  else logger.error({ error }, `${what} failed`);
}
