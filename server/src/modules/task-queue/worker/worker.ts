import type { Database } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import { createPeriodic, type Periodic } from "../../../platform/periodic.ts";
import type { TaskHandler } from "../public.ts";
import { listOwnedTasks } from "../repo/ownership.ts";
import { updateRunning } from "../repo/workers.ts";
import type { SettlePorts } from "../settle.ts";
import { createClaimLoop } from "./claim-loop.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { createHousekeeping } from "./housekeeping.ts";
import { settlePass, sweep } from "./sweeper.ts";
import { createTaskRunner, type TaskRunner } from "./task-runner.ts";
import { createUnknownTaskCheck } from "./unknown-tasks.ts";
import { startWakeUp, type WakeUp } from "./wake-up.ts";
import { beginLife, endLife } from "./worker-life.ts";

export interface WorkerDependencies {
  readonly database: Database;
  /** For connections of its own: heartbeat and wake-up. */
  readonly url: string;
  readonly ports: SettlePorts;
  readonly handlers: ReadonlyMap<string, TaskHandler>;
  readonly logger: Logger;
  readonly app_version: string;
  /** Rings for the workers and the change feeds. */
  readonly wake: () => void;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
}

export interface WorkerOptions {
  readonly queues: readonly string[];
  /** Tasks in flight. */
  readonly capacity: number;
  /** From `stop` to its end, calls in flight included. Default 8,000 ms. */
  readonly graceMs?: number;
}

export interface Worker {
  /** Resolves once the worker is registered; waits for the database. */
  start(): Promise<void>;
  /** Starts nothing new, lets calls in flight end within the grace, hands the rest back. Calling it twice is harmless. */
  stop(): Promise<void>;
  /** The current worker row, null before `start` and after `stop`. */
  id(): string | null;
}

const cancelPollMs = 500;
const sweepMs = 250;
const settleMs = 5_000;
const runningMs = 250;
const unknownMs = 5_000;
/** Kept of the grace for aborting calls, and of that for handing tasks back. */
const abortShareMs = 2_000;
const releaseShareMs = 800;

/** A process's worker: claims, runs, sweeps. Database outages slow it down and never end it. */
export function createWorker(dependencies: WorkerDependencies, options: WorkerOptions): Worker {
  const { database, logger, url } = dependencies;
  const runner = createTaskRunner(dependencies);
  const stopping = new AbortController();
  let life: Heartbeat | null = null;
  let wakeUp: WakeUp | null = null;
  let periodics: Periodic[] = [];
  let stopped: Promise<void> | undefined;
  const currentLife = () => life;
  const claiming = createClaimLoop({ ...dependencies, ...options, runner, life: currentLife });

  async function replaceDeadLife(): Promise<void> {
    if (!life?.isDead() || stopping.signal.aborted) return;
    logger.warn({ worker_id: life.worker_id }, "This worker was declared dead; it goes on under a new row");
    const former = life;
    life = null;
    await former.stop();
    life = await beginLife({ ...dependencies, ...options }, stopping.signal);
    claiming.trigger();
  }

  async function shutDown(): Promise<void> {
    const deadline = performance.now() + (options.graceMs ?? 8_000);
    stopping.abort(new Error("The worker stops"));
    runner.drain();
    await Promise.all([claiming, ...periodics].map((periodic) => periodic.stop()));
    await endTasks(runner, deadline);
    await wakeUp?.stop();
    const last = life;
    life = null;
    if (last !== null) await endLife(database, last, logger);
    dependencies.wake();
  }

  return {
    async start() {
      life = await beginLife({ ...dependencies, ...options }, stopping.signal);
      const cancels = createPeriodic(cancelPollMs, logger, "Cancel poll", () =>
        obeyCancels(database, runner, currentLife()),
      );
      wakeUp = startWakeUp({ url, logger, onWork: claiming.trigger, onCancel: cancels.trigger });
      periodics = [
        cancels,
        createPeriodic(sweepMs, logger, "Sweep", async () => {
          await replaceDeadLife();
          if (life?.isFresh()) await sweep(dependencies, life);
        }),
        createPeriodic(settleMs, logger, "Settle pass", () => settlePass(dependencies)),
        createPeriodic(runningMs, logger, "Running report", async () => {
          if (life?.isFresh()) await updateRunning(database, life.worker_id, runner.size);
        }),
        createPeriodic(
          unknownMs,
          logger,
          "Unknown tasks",
          createUnknownTaskCheck({ ...dependencies, runner, life: currentLife }),
        ),
        ...createHousekeeping(database, logger),
      ];
      for (const periodic of [claiming, ...periodics]) periodic.start();
      logger.info({ worker_id: life.worker_id, queues: options.queues }, "Worker started");
    },
    stop() {
      stopped ??= shutDown();
      return stopped;
    },
    id: () => life?.worker_id ?? null,
  };
}

async function obeyCancels(database: Database, runner: TaskRunner, life: Heartbeat | null): Promise<void> {
  if (life === null || runner.size === 0) return;
  for (const task of await listOwnedTasks(database, life.worker_id)) {
    if (task.cancel_requested) runner.cancel(task.id);
  }
}

/** Lets calls in flight end, then aborts them, then hands back what is left. */
export async function endTasks(runner: TaskRunner, deadline: number): Promise<void> {
  await runner.whenIdle(Math.max(0, deadline - abortShareMs - performance.now()));
  runner.abort();
  await runner.whenIdle(Math.max(200, deadline - releaseShareMs - performance.now()));
  await runner.releaseAll();
}
