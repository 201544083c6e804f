import type { Transaction } from "../../platform/database.ts";
import type { TaskMode, TaskStatus } from "./statuses.ts";

export { noSuchTask } from "./errors.ts";
export { type TaskFilter, taskFilterSchema } from "./filter.ts";
export { type TaskMode, type TaskStatus, taskModes, taskStatuses } from "./statuses.ts";

/** A task as its owner holds it. `fence` changes with every change of owner; an older one may write nothing. */
export interface ClaimedTask {
  readonly id: string;
  readonly task_name: string;
  readonly fence: number;
  readonly attempt: number;
  readonly mode: TaskMode;
  readonly inputs: unknown;
  readonly unit_id: string | null;
  readonly unit_title: string | null;
  readonly user_id: string | null;
  readonly lineage_id: string;
  /** The lineage continues another one, whose recorded steps it may use. */
  readonly has_ancestors: boolean;
  readonly worker_id: string;
}

/** What the owner's process tells a running handler. */
export interface TaskControl {
  /** Aborted on cancel and at the end of the shutdown grace; its reason is a `TaskCancelled` or `ShuttingDown`. */
  readonly signal: AbortSignal;
  /** True once no new step or call may start: the worker stops, or could not renew its heartbeat. */
  isDraining(): boolean;
  /**
   * Resolves once a new step or call may start; waits while the heartbeat cannot be renewed.
   * @throws ShuttingDown when the worker stops
   * @throws TaskFenced when the worker was declared dead
   * @throws TaskCancelled after a cancel request
   */
  ready(): Promise<void>;
}

/** How a handler ended. The queue turns it into the task's next status under the fence. */
export type TaskOutcome =
  | {
      readonly kind: "completed";
      readonly result: unknown;
      /** Runs inside the finishing transaction, after the unit and the fence are locked. */
      readonly write?: (transaction: Transaction) => Promise<void>;
      /** Runs once what `write` wrote is committed, unless the process dies in between. Never rejects. */
      readonly written?: () => Promise<void>;
    }
  | {
      readonly kind: "failed";
      readonly error_code: string;
      readonly error_message: string;
      readonly write?: (transaction: Transaction) => Promise<void>;
    }
  | { readonly kind: "paused"; readonly reason: string }
  | { readonly kind: "cancelled" }
  /** Handed back unfinished (shutdown, infrastructure); claimed again after `delay_ms`. */
  | {
      readonly kind: "released";
      readonly delay_ms: number;
      readonly crashed: boolean;
      readonly reason: string;
    }
  /** Somebody else owns the task now; nothing is written. */
  | { readonly kind: "fenced" };

export type TaskHandler = (task: ClaimedTask, control: TaskControl) => Promise<TaskOutcome>;

/** A new task. The lineage is started when none is named. */
export interface NewTask {
  readonly task_name: string;
  readonly inputs: unknown;
  readonly unit_id: string | null;
  readonly unit_title?: string | null;
  readonly user_id: string | null;
  readonly mode?: TaskMode;
  readonly lineage_id?: string;
  /** Starts the task's own lineage as a continuation of this one: what that one has recorded by now is used, not made again. */
  readonly parent_lineage_id?: string;
  /** Flow paths that start anew in a lineage with a parent, such as `unit/lesson:3`, with all that lies below them. */
  readonly rebuilt_paths?: readonly string[];
  readonly retry_of_task_id?: string;
  readonly queue_name?: string;
  readonly priority?: number;
}

/** What other modules may ask of the queue. */
export interface TaskQueue {
  /**
   * Inserts the task (and its lineage, when none is named) in the caller's transaction. Call `notifyTasks` after the commit.
   * @throws AppError `task_already_live` when the unit or the lineage has an unfinished task
   */
  submitFlowTask(
    transaction: Transaction,
    task: NewTask,
  ): Promise<{ readonly id: string; readonly lineage_id: string }>;
  /** Rings for the workers; never throws. A lost ring costs a second at most. */
  notifyTasks(): void;
  /** Says what runs tasks of this name in this process. @throws Error when the name has a handler already */
  registerHandler(task_name: string, handler: TaskHandler): void;
  /** @throws AppError `task_not_found` */
  cancelTask(id: string): Promise<void>;
  /**
   * `cancelTask` as a part of the caller's transaction; call `notifyCancels` after the commit. `ended_as` says that there was
   * nothing to cancel any more.
   * @throws AppError `task_not_found`
   */
  cancelTaskWithin(transaction: Transaction, id: string): Promise<{ readonly ended_as: TaskStatus | null }>;
  /** Tells the workers that tasks of theirs are to end; never throws. */
  notifyCancels(): void;
  /** Shows how far a task without flow runs is; nothing for an owner that lost it. */
  reportProgress(
    task: Pick<ClaimedTask, "id" | "fence">,
    progress: { readonly progress_percentage: number; readonly current_step: string },
  ): Promise<void>;
  /** @throws AppError `task_not_found`, `task_not_paused` */
  continueTask(id: string): Promise<void>;
  /**
   * Continues every task that is paused for `reason`, in the transaction that removes the reason; call `notifyTasks` after
   * the commit. Returns their ids.
   */
  continuePausedTasks(transaction: Transaction, reason: string): Promise<readonly string[]>;
}

/**
 * Locks the task row under its fence; the first statement of every owner transaction.
 * @throws TaskFenced when another owner took over or the task is no longer in progress.
 */
export type Fence = (
  transaction: Transaction,
  task: { readonly id: string; readonly fence: number },
) => Promise<{ readonly cancel_requested: boolean }>;

/** The state a task got, told to the modules whose rows hang on it (flow runs, requests, the unit). */
export interface SettledTask {
  readonly id: string;
  readonly unit_id: string | null;
  readonly status: TaskStatus;
  /** Steps and requests with a fence below this one have lost their owner. */
  readonly fence: number;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly pause_reason: string | null;
}

/** Brings another module's rows in line with the task's state. Idempotent. */
export type SettleTask = (transaction: Transaction, task: SettledTask) => Promise<void>;

/** Locks the unit `FOR NO KEY UPDATE` before the task; false when the unit is gone or belongs to another task. */
export type LockUnit = (transaction: Transaction, unit_id: string, task_id: string) => Promise<boolean>;

/** The task is another owner's: stop writing, offer results as late ones. */
export class TaskFenced extends Error {
  override readonly name = "TaskFenced";
}

/** An administrator asked for the task's end. */
export class TaskCancelled extends Error {
  override readonly name = "TaskCancelled";
}

/** The process stops; calls in flight may end within the grace. */
export class ShuttingDown extends Error {
  override readonly name = "ShuttingDown";
}

/** Raised below a handler when the task has to wait for a budget or a person. `reason` is shown to people. */
export class PauseTask extends Error {
  override readonly name = "PauseTask";
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** How far the task is, for whoever started the process that runs it. */
export interface SingleTaskReport {
  readonly progress_percentage: number;
  readonly current_step: string | null;
  readonly status: TaskStatus;
  readonly error_message: string | null;
}

/** How far an outside engine is with a task, as it was read last. Times are ISO 8601. */
export interface OutsideProgress {
  readonly status: TaskStatus;
  /** Only while paused. */
  readonly pause_reason: string | null;
  readonly attempt: number;
  readonly progress_percentage: number;
  readonly current_step: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly result: unknown;
  readonly available_at: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  /** Of the state that this was read from: an older one than the task shows changes nothing. Left out: it is the newest. */
  readonly external_state_at?: string | null;
  readonly external_state_id?: string | null;
}

/** A task that was begun elsewhere and is only watched here. */
export interface ObservedTask extends OutsideProgress {
  readonly connection_id: string;
  /** The run that it stands for; one task for each. */
  readonly external_id: string;
  readonly task_name: string;
  /** Shown in place of a unit's title when there is no unit. */
  readonly title: string;
  readonly inputs: unknown;
  readonly unit_id: string | null;
  readonly created_at: string;
}

/** Tasks that an outside engine carries out. Every change happens in the caller's transaction. */
export interface OutsideTasks {
  /**
   * Inserts a task that a run of the connection will carry out (`external`): no worker claims it.
   * @throws AppError `task_already_live`
   */
  submitOutsideTask(
    transaction: Transaction,
    task: NewTask & { readonly connection_id: string },
  ): Promise<{ readonly id: string; readonly lineage_id: string }>;
  /** Inserts or updates tasks that are only watched (`observed`); answers their ids by external id. */
  observeTasks(
    transaction: Transaction,
    tasks: readonly ObservedTask[],
  ): Promise<ReadonlyMap<string, string>>;
  /**
   * Writes what was read of a launched task's run, with the rows of all modules in line, in the lock order unit, task. `write` runs
   * after the locks and before the task ends, only when the unit is still the task's; what it answers becomes the result, and a run
   * that completed with the answer null fails its task (`nothing_returned`). An ended task goes on when its run does, unless another
   * one works on the unit by now. False when nothing had to change. `external_id` null: no run was made for it.
   */
  moveOutsideTask(
    transaction: Transaction,
    task: { readonly id: string; readonly external_id: string | null },
    progress: OutsideProgress,
    write?: (transaction: Transaction) => Promise<unknown>,
  ): Promise<boolean>;
  /** What was asked of the run of an unfinished task came to nothing: it is not being cancelled any more. */
  withdrawCancel(transaction: Transaction, id: string): Promise<void>;
  /** The run that a launched task had is gone and it is launched again: another run may carry it out. */
  forgetRun(transaction: Transaction, id: string): Promise<void>;
}
