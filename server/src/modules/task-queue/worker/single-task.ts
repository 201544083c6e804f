import { createPeriodic } from "../../../platform/periodic.ts";
import { taskQueueErrors } from "../errors.ts";
import { listOwnedTasks } from "../repo/ownership.ts";
import { findTask } from "../repo/reading.ts";
import { createTaskRunner } from "./task-runner.ts";
import { claimOne } from "./transitions.ts";
import { startWakeUp } from "./wake-up.ts";
import type { WorkerDependencies } from "./worker.ts";
import { beginLife, endLife } from "./worker-life.ts";

const graceMs = 6_000;
const cancelPollMs = 500;

/**
 * Claims and runs exactly one task in this process, for outside schedulers. Resolves to the process's exit code: 0 when the
 * task completed, 1 when it ended otherwise or was handed back.
 * @throws AppError `task_not_found`, or `task_not_claimable` when it runs elsewhere, waits or has ended
 */
export async function runSingleTask(
  dependencies: WorkerDependencies,
  id: string,
  signal: AbortSignal,
): Promise<number> {
  const { database, ports, logger, url } = dependencies;
  const runner = createTaskRunner(dependencies);
  const life = await beginLife({ ...dependencies, queues: [], capacity: 1 }, signal);
  const cancels = createPeriodic(cancelPollMs, logger, "Cancel poll", async () => {
    const [own] = await listOwnedTasks(database, life.worker_id);
    if (own?.cancel_requested) runner.cancel(own.id);
  });
  const wakeUp = startWakeUp({ url, logger, onWork: () => undefined, onCancel: cancels.trigger });
  const stop = () => {
    runner.drain();
    setTimeout(() => runner.abort(), graceMs).unref();
  };
  try {
    const task = await claimOne(database, ports, { worker_id: life.worker_id, task_id: id });
    if (task === null) throw await explainRefusal(dependencies, id);
    dependencies.changed();
    cancels.start();
    const ended = runner.run(task, life);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    return (await ended) === "completed" ? 0 : 1;
  } finally {
    signal.removeEventListener("abort", stop);
    await cancels.stop();
    await wakeUp.stop();
    await endLife(database, life, logger);
    dependencies.wake();
  }
}

async function explainRefusal({ database }: WorkerDependencies, id: string) {
  const task = await findTask(database, id);
  if (task === null) return taskQueueErrors.create("task_not_found", `There is no task ${id}.`);
  return taskQueueErrors.create(
    "task_not_claimable",
    `Task ${id} is ${task.status} and cannot be started now. Only a pending task, or one that waits for its retry, can.`,
  );
}
