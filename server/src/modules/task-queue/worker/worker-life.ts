import os from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { type Database, isInfrastructureError } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import { insertWorker, stopWorker } from "../repo/workers.ts";
import { type Heartbeat, startHeartbeat } from "./heartbeat.ts";

export interface LifeOptions {
  readonly database: Database;
  readonly url: string;
  readonly app_version: string;
  readonly queues: readonly string[];
  readonly capacity: number;
  readonly logger: Logger;
}

/**
 * Registers a worker row and starts its heartbeat; waits for the database as long as it takes. It is alive from its first beat on:
 * a task claimed before could be taken from a row that others see without a lock.
 * @throws the signal's reason when it is aborted meanwhile
 */
export async function beginLife(options: LifeOptions, signal: AbortSignal): Promise<Heartbeat> {
  const { database, url, logger } = options;
  for (;;) {
    signal.throwIfAborted();
    try {
      const identity = await insertWorker(database, {
        host: os.hostname(),
        pid: process.pid,
        app_version: options.app_version,
        queues: options.queues,
        capacity: options.capacity,
      });
      const life = startHeartbeat({ url, identity, logger });
      if (await beginsBeating(life, signal)) return life;
      await endLife(database, life, logger);
    } catch (error) {
      if (!isInfrastructureError(error)) throw error;
      logger.debug({ error }, "The worker could not register yet");
      await wait(500 + Math.random() * 1_000, undefined, { signal });
    }
  }
}

/** False when the row was declared dead before its first beat, or nobody wants it any more. */
function beginsBeating(life: Heartbeat, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const giveUp = () => resolve(false);
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  void life.begun.then(resolve);
  return promise.finally(() => signal.removeEventListener("abort", giveUp));
}

/** Says goodbye: stops the beats and marks the row, so that nobody waits for its death. */
export async function endLife(database: Database, life: Heartbeat, logger: Logger): Promise<void> {
  await life.stop();
  try {
    await stopWorker(database, life.worker_id);
  } catch (error) {
    // Without its beats the row is declared dead by any other worker.
    logger.debug({ error }, "The worker could not say goodbye");
  }
}
