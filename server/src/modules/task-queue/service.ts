import type { Database, Transaction } from "../../platform/database.ts";
import { listMatchingIds, listPage } from "../../platform/listing.ts";
import type { Page, PageQuery } from "../../platform/page.ts";
import { taskQueueErrors } from "./errors.ts";
import type { TaskFilter } from "./filter.ts";
import type { QueueStatus, TaskDetails, TaskSummary, WorkerSummary } from "./models.ts";
import type { TaskNotifier } from "./notifier.ts";
import { createOutsideTasks } from "./outside-tasks.ts";
import type { NewTask, OutsideTasks, TaskHandler, TaskQueue, TaskStatus } from "./public.ts";
import * as administration from "./repo/administration.ts";
import * as reading from "./repo/reading.ts";
import { lockTaskUnit, type SettlePorts, settle } from "./settle.ts";
import { isOver } from "./statuses.ts";

export interface TaskQueueService extends TaskQueue, OutsideTasks {
  /** @throws AppError `task_not_found` */
  getTask(id: string): Promise<TaskDetails>;
  /** @throws AppError `cursor_invalid` */
  listTasks(filter: TaskFilter, page: PageQuery): Promise<Page<TaskSummary>>;
  /** Ids of the tasks that fit, newest first, at most `limit`. */
  listMatchingIds(filter: TaskFilter, limit: number): Promise<string[]>;
  listWorkers(): Promise<WorkerSummary[]>;
  /** Those that are not dead: their beats move all the time. */
  listLiveWorkers(): Promise<WorkerSummary[]>;
  getStatus(): Promise<QueueStatus>;
  /** Current rows for the change stream; ids without a row are left out. */
  listTaskSummaries(ids: readonly string[]): Promise<TaskSummary[]>;
  listWorkerSummaries(ids: readonly string[]): Promise<WorkerSummary[]>;
}

export interface TaskQueueServiceDependencies {
  readonly database: Database;
  readonly notifier: TaskNotifier;
  readonly ports: SettlePorts;
  readonly handlers: Map<string, TaskHandler>;
  /** The queue of new tasks that name none. */
  readonly queueOf: (task_name: string) => string;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
}

/** The queue as other modules and the API use it. Workers are made by `createWorker`. */
export function createTaskQueueService(dependencies: TaskQueueServiceDependencies): TaskQueueService {
  const { database, notifier, handlers, ports, changed } = dependencies;

  return {
    ...createOutsideTasks(ports),
    submitOutsideTask: submitTask,
    submitFlowTask: (transaction, task) =>
      submitTask(transaction, { queue_name: dependencies.queueOf(task.task_name), ...task }),
    notifyTasks() {
      notifier.ring("work");
      changed();
    },
    registerHandler(task_name, handler) {
      if (handlers.has(task_name)) throw new Error(`Tasks named ${task_name} have a handler already`);
      handlers.set(task_name, handler);
    },
    async cancelTask(id) {
      await database.transaction().execute((transaction) => cancelTask(transaction, ports, id));
      notifier.ring("cancel");
      changed();
    },
    cancelTaskWithin: (transaction, id) => cancelTask(transaction, ports, id),
    notifyCancels() {
      notifier.ring("cancel");
      changed();
    },
    async reportProgress(task, progress) {
      await administration.reportProgress(database, { ...task, ...progress });
      changed();
    },
    async continueTask(id) {
      await database.transaction().execute((transaction) => continueTask(transaction, ports, id));
      notifier.ring("work");
      changed();
    },
    async continuePausedTasks(transaction, reason) {
      const continued: string[] = [];
      for (const task of await administration.listPausedFor(transaction, reason)) {
        await lockTaskUnit(transaction, ports, task);
        const moved = await administration.continueTask(transaction, task.id);
        if (moved === null) continue;
        await settle(transaction, ports, moved);
        continued.push(task.id);
      }
      return continued;
    },
    async getTask(id) {
      const task = await reading.findTask(database, id);
      if (task === null) throw notFound(id);
      const [attempts, related_tasks, children] = await Promise.all([
        reading.listAttempts(database, id),
        reading.listRelatedTasks(database, task),
        reading.listChildTasks(database, task.lineage_id),
      ]);
      return { ...task, attempts, related_tasks, children };
    },
    listTasks: (filter, page) => listPage(database, reading.taskListing, filter, page),
    listMatchingIds: (filter, limit) => listMatchingIds(database, reading.taskListing, filter, limit),
    listWorkers: () => reading.listWorkers(database),
    listLiveWorkers: () => reading.listLiveWorkers(database),
    getStatus: () => reading.readQueueStatus(database),
    listTaskSummaries: (ids) => reading.listTaskSummaries(database, ids),
    listWorkerSummaries: (ids) => reading.listWorkerSummaries(database, ids),
  };
}

async function submitTask(
  transaction: Transaction,
  task: NewTask & { readonly connection_id?: string },
): Promise<{ id: string; lineage_id: string }> {
  try {
    const lineage_id =
      task.lineage_id ??
      (await administration.insertLineage(transaction, {
        unit_id: task.unit_id,
        parent_id: task.parent_lineage_id ?? null,
        rebuilt_paths: task.rebuilt_paths ?? [],
      }));
    const id = await administration.insertTask(transaction, { ...task, lineage_id });
    return { id, lineage_id };
  } catch (error) {
    if (!isLiveTaskViolation(error)) throw error;
    throw taskQueueErrors.create(
      "task_already_live",
      "An unfinished task works on this already. Wait for its end or cancel it first.",
      { cause: error },
    );
  }
}

function isLiveTaskViolation(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "23505" &&
    "constraint" in error &&
    typeof error.constraint === "string" &&
    error.constraint.startsWith("tasks_one_live_per_")
  );
}

async function cancelTask(
  transaction: Transaction,
  ports: SettlePorts,
  id: string,
): Promise<{ ended_as: TaskStatus | null }> {
  const found = await administration.findTaskUnit(transaction, id);
  if (found === null) throw notFound(id);
  await lockTaskUnit(transaction, ports, { id, unit_id: found.unit_id });
  const status = await administration.lockTask(transaction, id);
  if (status === null) throw notFound(id);
  const moved = await administration.cancelWaitingTask(transaction, id);
  if (moved !== null) await settle(transaction, ports, moved);
  else if (isOver(status)) return { ended_as: status };
  else await administration.requestCancel(transaction, id);
  return { ended_as: null };
}

async function continueTask(transaction: Transaction, ports: SettlePorts, id: string): Promise<void> {
  const found = await administration.findTaskUnit(transaction, id);
  if (found === null) throw notFound(id);
  await lockTaskUnit(transaction, ports, { id, unit_id: found.unit_id });
  if (found.is_outside) {
    throw taskQueueErrors.create(
      "task_runs_elsewhere",
      "An outside engine carries this task out. Resume its run there, or on the page of its flow run.",
    );
  }
  const moved = await administration.continueTask(transaction, id);
  if (moved === null) {
    throw taskQueueErrors.create(
      "task_not_paused",
      "Only a paused task can be continued. Reload to see its state.",
    );
  }
  await settle(transaction, ports, moved);
}

function notFound(id: string) {
  return taskQueueErrors.create("task_not_found", `There is no task ${id}.`);
}
