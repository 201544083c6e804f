import { setTimeout as wait } from "node:timers/promises";
import { type Database, isInfrastructureError } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import {
  type ClaimedTask,
  ShuttingDown,
  TaskCancelled,
  type TaskControl,
  TaskFenced,
  type TaskHandler,
  type TaskOutcome,
} from "../public.ts";
import type { SettlePorts } from "../settle.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { classifyFailure } from "./outcome.ts";
import { endTask, type WrittenOutcome } from "./transitions.ts";

const readyPollMs = 50;
const retryFirstMs = 100;
const retryMostMs = 2_000;

export interface RunnerDependencies {
  readonly database: Database;
  readonly ports: SettlePorts;
  readonly handlers: ReadonlyMap<string, TaskHandler>;
  readonly logger: Logger;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
}

interface RunningTask {
  readonly task: ClaimedTask;
  readonly life: Heartbeat;
  readonly controller: AbortController;
  readonly ended: Promise<TaskOutcome["kind"]>;
}

export interface TaskRunner {
  readonly size: number;
  has(id: string): boolean;
  /** Runs the task's handler and ends the task as it says. Resolves when nothing of it is left; never rejects. */
  run(task: ClaimedTask, life: Heartbeat): Promise<TaskOutcome["kind"]>;
  cancel(id: string): void;
  /** From now on no task starts a new step. */
  drain(): void;
  /** Ends the calls in flight. */
  abort(): void;
  /** Resolves when no task runs, or after `ms`. */
  whenIdle(ms: number): Promise<void>;
  /** Hands everything that still runs back without its handler's consent; each gets one attempt. */
  releaseAll(): Promise<void>;
}

/** Runs claimed tasks in this process. It knows nothing of queues and claims. */
export function createTaskRunner(dependencies: RunnerDependencies): TaskRunner {
  const { logger } = dependencies;
  const running = new Map<string, RunningTask>();
  const giveUp = new AbortController();
  let isDraining = false;

  function run(task: ClaimedTask, life: Heartbeat): Promise<TaskOutcome["kind"]> {
    const controller = new AbortController();
    const ended = execute(task, life, controller).finally(() => {
      if (running.get(task.id)?.controller === controller) running.delete(task.id);
    });
    running.set(task.id, { task, life, controller, ended });
    return ended;
  }

  async function execute(
    task: ClaimedTask,
    life: Heartbeat,
    controller: AbortController,
  ): Promise<TaskOutcome["kind"]> {
    const log = logger.child({ task_id: task.id, task_name: task.task_name, attempt: task.attempt });
    log.debug("Task started");
    const outcome = await handle(
      dependencies,
      task,
      makeControl(controller.signal, life, () => isDraining),
      log,
    );
    const kind = await finish(dependencies, task, outcome, giveUp.signal, log);
    log.info({ outcome: kind }, "Task ended");
    return kind;
  }

  return {
    get size() {
      return running.size;
    },
    has: (id) => running.has(id),
    run,
    cancel(id) {
      const found = running.get(id);
      if (found === undefined || found.controller.signal.aborted) return;
      found.controller.abort(new TaskCancelled("The task was cancelled"));
    },
    drain() {
      isDraining = true;
    },
    abort() {
      for (const { controller } of running.values()) controller.abort(new ShuttingDown("The worker stops"));
    },
    async whenIdle(ms) {
      const idle = Promise.all([...running.values()].map(({ ended }) => ended));
      const timer = new AbortController();
      await Promise.race([idle, wait(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
      timer.abort();
    },
    async releaseAll() {
      giveUp.abort();
      const left = [...running.values()];
      running.clear();
      await Promise.all(left.map(({ task }) => releaseOnce(dependencies, task)));
    },
  };
}

function makeControl(signal: AbortSignal, life: Heartbeat, isStopping: () => boolean): TaskControl {
  return {
    signal,
    isDraining: () => isStopping() || !life.isFresh(),
    async ready() {
      for (;;) {
        signal.throwIfAborted();
        if (isStopping()) throw new ShuttingDown("The worker stops");
        if (life.isDead()) throw new TaskFenced("The worker was declared dead");
        if (life.isFresh()) return;
        await wait(readyPollMs);
      }
    },
  };
}

async function handle(
  { handlers }: RunnerDependencies,
  task: ClaimedTask,
  control: TaskControl,
  log: Logger,
): Promise<TaskOutcome> {
  const handler = handlers.get(task.task_name);
  if (handler === undefined) {
    return {
      kind: "failed",
      error_code: "task_handler_missing",
      error_message: `This version of Coursewright does not know tasks named ${task.task_name}.`,
    };
  }
  try {
    return await handler(task, control);
  } catch (error) {
    const outcome = classifyFailure(error);
    if (outcome.kind === "released" && outcome.crashed)
      log.error({ error }, "The task broke off unexpectedly");
    return outcome;
  }
}

/**
 * Ends the task, however long the database is away. A reply lost after the commit shows as a lost fence at the next attempt,
 * which is what reading the own row would say. An outcome that cannot be written for another reason becomes the one that its
 * error stands for, and at last a crash.
 */
async function finish(
  dependencies: RunnerDependencies,
  task: ClaimedTask,
  first: TaskOutcome,
  giveUp: AbortSignal,
  log: Logger,
): Promise<TaskOutcome["kind"]> {
  let outcome = first;
  let delay = retryFirstMs;
  while (outcome.kind !== "fenced") {
    try {
      const moved = await endTask(dependencies.database, dependencies.ports, task, outcome);
      dependencies.changed();
      if (outcome.kind === "completed" && moved.status === "completed") await outcome.written?.();
      return moved.status === "cancelled" ? "cancelled" : outcome.kind;
    } catch (error) {
      if (error instanceof TaskFenced) return "fenced";
      if (isInfrastructureError(error)) {
        if (giveUp.aborted) return "fenced";
        await wait(delay, undefined, { signal: giveUp }).catch(() => undefined);
        delay = Math.min(retryMostMs, delay * 2);
        continue;
      }
      log.error({ error, outcome: outcome.kind }, "The task's outcome could not be written");
      if (isCrash(outcome)) return "fenced"; // Not even a crash can be written; the orphan pass hands it back.
      const next = outcome === first ? classifyFailure(error) : null;
      outcome = next !== null && next.kind !== "fenced" ? next : crash(error);
    }
  }
  return "fenced";
}

function isCrash(outcome: WrittenOutcome): boolean {
  return outcome.kind === "released" && outcome.crashed;
}

function crash(error: unknown): WrittenOutcome {
  return { kind: "released", delay_ms: 0, crashed: true, reason: String(error) };
}

async function releaseOnce(dependencies: RunnerDependencies, task: ClaimedTask): Promise<void> {
  const reason = "The worker stopped before the task's calls ended.";
  try {
    await endTask(dependencies.database, dependencies.ports, task, {
      kind: "released",
      delay_ms: 0,
      crashed: false,
      reason,
    });
  } catch (error) {
    // Its worker row dies with this process, and any other worker takes the task over.
    dependencies.logger.warn({ error, task_id: task.id }, "A task could not be handed back");
  }
}
