import { type Database, isInfrastructureError, type Transaction } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { ContentPort } from "../../content/public.ts";
import {
  type ClaimedTask,
  type Fence,
  ShuttingDown,
  TaskCancelled,
  type TaskControl,
  TaskFenced,
  type TaskHandler,
  type TaskQueue,
} from "../../task-queue/public.ts";
import { retryUnitWithin } from "../retry/retry-unit.ts";
import type { BulkRepo, ItemEnd, PendingItem } from "./repo.ts";
import { failureOf, refusalOf } from "./verdicts.ts";

export interface BulkTaskOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly repo: BulkRepo;
  readonly content: ContentPort;
  readonly queue: Pick<
    TaskQueue,
    "submitFlowTask" | "notifyTasks" | "cancelTaskWithin" | "notifyCancels" | "reportProgress"
  >;
  readonly fence: Fence;
}

/** Items read at once. */
const batchSize = 25;
/** Time between two reports of the progress, which counts the items. */
const reportMs = 500;

const done: ItemEnd = { status: "done", error_code: null, error_message: null, result_task_id: null };

/**
 * Does a bulk action item by item: each in one transaction with the row that says so, under the task's fence. What is refused
 * or goes wrong is named on its item and stops nothing else. A cancel leaves the rest of the items pending.
 */
export function createBulkHandler(options: BulkTaskOptions): TaskHandler {
  return async (task, control) => {
    let reportedAt = Number.NEGATIVE_INFINITY;
    for (;;) {
      const items = await options.repo.listPending(task.id, batchSize);
      if (items.length === 0) break;
      for (const item of items) await performItem(options, task, control, item);
      if (performance.now() - reportedAt < reportMs) continue;
      reportedAt = performance.now();
      await reportProgress(options, task);
    }
    const ended = await options.repo.findAction(task.id);
    if (ended === null) {
      const error_message = "It is not recorded what this task was to do. Start the action anew.";
      return { kind: "failed", error_code: "request_unreadable", error_message };
    }
    const { action, entity, total, done: changed, refused, failed } = ended;
    return { kind: "completed", result: { action, entity, total, done: changed, refused, failed } };
  };
}

async function reportProgress({ repo, queue }: BulkTaskOptions, task: ClaimedTask): Promise<void> {
  const now = await repo.findAction(task.id);
  if (now === null || now.total === 0) return;
  const ended = now.total - now.pending;
  await queue.reportProgress(task, {
    progress_percentage: Math.min(99, Math.floor((10_000 * ended) / now.total) / 100),
    current_step: `${now.action}: ${ended} of ${now.total}`,
  });
}

async function performItem(
  options: BulkTaskOptions,
  task: ClaimedTask,
  control: TaskControl,
  item: PendingItem,
): Promise<void> {
  const { database, repo, queue } = options;
  await control.ready();
  try {
    await withinFence(options, task, async (transaction) => {
      if (!(await repo.isPending(transaction, item.id))) return;
      const result_task_id = await act(options, transaction, task, item);
      await repo.endItem(transaction, item.id, { ...done, result_task_id });
    });
  } catch (error) {
    if (stopsTheTask(error)) throw error;
    const failure = failureOf(error);
    if (failure.status === "failed") {
      options.logger.error({ error, task_id: task.id, item_id: item.id }, "An item of a bulk action failed");
    }
    // What the action began is rolled back; only why it did not happen is written.
    await withinFence({ database, fence: options.fence }, task, (transaction) =>
      repo.endItem(transaction, item.id, { ...failure, result_task_id: null }),
    );
    return;
  }
  if (item.action === "cancel") queue.notifyCancels();
  else queue.notifyTasks();
}

function withinFence(
  { database, fence }: Pick<BulkTaskOptions, "database" | "fence">,
  task: ClaimedTask,
  work: (transaction: Transaction) => Promise<void>,
): Promise<void> {
  return database.transaction().execute(async (transaction) => {
    const { cancel_requested } = await fence(transaction, task);
    if (cancel_requested) throw new TaskCancelled("The bulk action was cancelled");
    await work(transaction);
  });
}

/** Does the item's action; answers the new task, if it makes one. */
async function act(
  options: BulkTaskOptions,
  transaction: Transaction,
  task: ClaimedTask,
  item: PendingItem,
): Promise<string | null> {
  const { action, entity, target_id, title } = item;
  if (title === null) throw refusalOf("missing", entity);
  if (target_id === null) throw refusalOf(action === "cancel" ? "no_task" : "no_unit", entity);
  if (action === "cancel") {
    const { ended_as } = await options.queue.cancelTaskWithin(transaction, target_id);
    if (ended_as !== null) throw refusalOf(`ended:${ended_as}`, entity);
    return null;
  }
  if (task.user_id === null) throw new Error(`Task ${task.id} does not say who asked for it`);
  const mode = action === "retry" ? "from_scratch" : "resume";
  const user = { id: task.user_id };
  return (await retryUnitWithin(options, transaction, user, target_id, mode)).task_id;
}

function stopsTheTask(error: unknown): boolean {
  return (
    error instanceof TaskFenced ||
    error instanceof TaskCancelled ||
    error instanceof ShuttingDown ||
    isInfrastructureError(error)
  );
}
