import { createPeriodic, type Periodic } from "../../../platform/periodic.ts";
import type { TaskHandler } from "../public.ts";
import { findNextAvailable } from "../repo/ownership.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { RunnerDependencies, TaskRunner } from "./task-runner.ts";
import { claim } from "./transitions.ts";

/** The floor under notifications: a lost one costs this much at most. */
const pollMs = 1_000;

export interface ClaimLoopOptions extends RunnerDependencies {
  readonly handlers: ReadonlyMap<string, TaskHandler>;
  readonly runner: TaskRunner;
  readonly queues: readonly string[];
  readonly capacity: number;
  readonly life: () => Heartbeat | null;
}

/** Fills the free slots: when rung for, when a slot becomes free, when the nearest task becomes available, each second. */
export function createClaimLoop(options: ClaimLoopOptions): Periodic {
  const { database, ports, handlers, runner, queues, capacity, logger } = options;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const periodic = createPeriodic(pollMs, logger, "Claim", fill);

  async function fill(): Promise<void> {
    const life = options.life();
    if (life === null || isStopped || !life.isFresh()) return;
    for (const queue of queues) {
      const free = capacity - runner.size;
      if (free <= 0) return;
      const task_names = [...handlers.keys()];
      const tasks = await claim(database, ports, { worker_id: life.worker_id, queue, task_names, free });
      for (const task of tasks) void runner.run(task, life).then(periodic.trigger);
      if (tasks.length > 0) options.changed();
    }
    if (runner.size < capacity) await waitForNext();
  }

  async function waitForNext(): Promise<void> {
    clearTimeout(timer);
    const waitMs = await findNextAvailable(database, queues);
    if (waitMs !== null && waitMs < pollMs && !isStopped) {
      timer = setTimeout(periodic.trigger, Math.max(1, waitMs));
    }
  }

  return {
    start: periodic.start,
    trigger: periodic.trigger,
    stop() {
      isStopped = true;
      clearTimeout(timer);
      return periodic.stop();
    },
  };
}
