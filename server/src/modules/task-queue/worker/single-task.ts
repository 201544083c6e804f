import { createPeriodic, type Periodic } from "../../../platform/periodic.ts";
import { taskQueueErrors } from "../errors.ts";
import type { SingleTaskReport } from "../public.ts";
import { listOwnedTasks } from "../repo/ownership.ts";
import { findTask } from "../repo/reading.ts";
import { createTaskRunner } from "./task-runner.ts";
import { claimOne } from "./transitions.ts";
import { startWakeUp } from "./wake-up.ts";
import { endTasks, type WorkerDependencies } from "./worker.ts";
import { beginLife, endLife } from "./worker-life.ts";

/** From the signal to the end, calls in flight included. */
const graceMs = 4_500;
const cancelPollMs = 500;
const reportMs = 500;

/**
 * Claims and runs exactly one task in this process, for outside schedulers. Resolves to the process's exit code: 0 when the
 * task completed, 1 when it ended otherwise, waits for something or was handed back, which it is when the signal is aborted.
 * `report` is called when something changed, at most twice a second, and once after the end.
 * @throws AppError `task_not_found`, or `task_not_claimable` when it runs elsewhere, waits or has ended
 */
export async function runSingleTask(
  dependencies: WorkerDependencies,
  id: string,
  signal: AbortSignal,
  report?: (report: SingleTaskReport) => void,
): Promise<number> {
  const { database, ports, logger, url } = dependencies;
  const runner = createTaskRunner(dependencies);
  const life = await beginLife({ ...dependencies, queues: [], capacity: 1 }, signal);
  const cancels = createPeriodic(cancelPollMs, logger, "Cancel poll", async () => {
    const [own] = await listOwnedTasks(database, life.worker_id);
    if (own?.cancel_requested) runner.cancel(own.id);
  });
  const wakeUp = startWakeUp({ url, logger, onWork: () => undefined, onCancel: cancels.trigger });
  const reports = report === undefined ? null : createReports(dependencies, id, report);
  const { promise: handedBack, resolve } = Promise.withResolvers<"released">();
  const stop = () => {
    runner.drain();
    void endTasks(runner, performance.now() + graceMs).then(() => resolve("released"));
  };
  try {
    const task = await claimOne(database, ports, { worker_id: life.worker_id, task_id: id });
    if (task === null) throw await explainRefusal(dependencies, id);
    dependencies.changed();
    cancels.start();
    reports?.start();
    const ended = runner.run(task, life);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    const outcome = await Promise.race([ended, handedBack]);
    await reports?.last();
    return outcome === "completed" ? 0 : 1;
  } finally {
    signal.removeEventListener("abort", stop);
    await reports?.stop();
    await cancels.stop();
    await wakeUp.stop();
    await endLife(database, life, logger);
    dependencies.wake();
  }
}

function createReports(
  { database, logger }: WorkerDependencies,
  id: string,
  report: (report: SingleTaskReport) => void,
): Pick<Periodic, "start" | "stop"> & { last(): Promise<void> } {
  let before = "";
  const look = async () => {
    const task = await findTask(database, id);
    if (task === null) return;
    const { progress_percentage, current_step, status, error_message } = task;
    const now = { progress_percentage, current_step, status, error_message };
    if (JSON.stringify(now) === before) return;
    before = JSON.stringify(now);
    report(now);
  };
  const periodic = createPeriodic(reportMs, logger, "Progress report", look);
  return {
    start: periodic.start,
    stop: periodic.stop,
    async last() {
      await periodic.stop();
      try {
        await look();
      } catch (error) {
        // The exit code tells the outcome as well.
        logger.warn({ error, task_id: id }, "The task's end could not be reported");
      }
    },
  };
}

async function explainRefusal({ database }: WorkerDependencies, id: string) {
  const task = await findTask(database, id);
  if (task === null) return taskQueueErrors.create("task_not_found", `There is no task ${id}.`);
  return taskQueueErrors.create(
    "task_not_claimable",
    `Task ${id} is ${task.status} and cannot be started now. Only a pending task, or one that waits for its retry, can.`,
  );
}
