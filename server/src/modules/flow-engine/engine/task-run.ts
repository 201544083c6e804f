import type { Database } from "../../../platform/database.ts";
import { createLimit, type Limit } from "../../../platform/limit.ts";
import type { Logger } from "../../../platform/logger.ts";
import {
  type ClaimedTask,
  type Fence,
  TaskCancelled,
  type TaskControl,
  type TaskOutcome,
} from "../../task-queue/public.ts";
import type { SettleCalls } from "../public.ts";
import type { BegunStep, FinishedStep, StepFinish, StepStart } from "../repo/steps.ts";
import { createTaskProgress, type TaskProgress } from "./progress.ts";
import type { StepLogs } from "./step-logs.ts";

/** Steps of one task that may run at once; the providers' limits do the rest. */
export const stepsAtOnce = 32;

/** Step starts and ends of all tasks of this process, joined into shared transactions under load. */
export interface StepBatches {
  readonly start: (start: StepStart) => Promise<BegunStep>;
  readonly finish: (finish: StepFinish) => Promise<FinishedStep>;
}

export interface EngineDependencies {
  readonly database: Database;
  readonly logger: Logger;
  /** From task-queue: first statement of every owner transaction. */
  readonly fence: Fence;
  /** From task-queue: what an error means for the task. */
  readonly classifyFailure: (error: unknown) => Exclude<TaskOutcome, { readonly kind: "completed" }>;
  /** From llm. */
  readonly settleCalls: SettleCalls;
  /** From llm: the calls of this step are committed; nothing of them needs to be kept in memory. */
  readonly releaseCalls: (step_run_id: string) => void;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
  readonly logs: StepLogs;
  readonly batches: StepBatches;
}

/** One execution of a task by this process. */
export interface TaskRun {
  readonly dependencies: EngineDependencies;
  readonly task: ClaimedTask;
  readonly control: TaskControl;
  /** What the root flow was registered with; the flows and steps of one root agree on its type. */
  readonly services: unknown;
  readonly limit: Limit;
  readonly progress: TaskProgress;
  readonly flowKeys: Set<string>;
  /** Stops the whole run: nothing new starts from now on. The first reason wins. */
  stop(reason: unknown): void;
  isStopped(): boolean;
  /** @throws the reason for which the run was stopped */
  throwIfStopped(): void;
  /** Registers a call in flight, which a cancel or the end of the grace aborts; returns its removal. */
  onAbort(listener: (reason: unknown) => void): () => void;
  /** Call once, at the end. */
  close(): void;
}

export function createTaskRun(
  dependencies: EngineDependencies,
  task: ClaimedTask,
  control: TaskControl,
  services: unknown,
): TaskRun {
  const listeners = new Set<(reason: unknown) => void>();
  let stopped: { readonly reason: unknown } | null = null;

  function stop(reason: unknown): void {
    stopped ??= { reason };
  }

  function handleAbort(): void {
    const reason: unknown = control.signal.reason ?? new TaskCancelled("The task was cancelled");
    stop(reason);
    for (const listener of listeners) listener(reason);
  }

  if (control.signal.aborted) handleAbort();
  else control.signal.addEventListener("abort", handleAbort, { once: true });

  return {
    dependencies,
    task,
    control,
    services,
    limit: createLimit(stepsAtOnce),
    progress: createTaskProgress(),
    flowKeys: new Set(),
    stop,
    isStopped: () => stopped !== null,
    throwIfStopped() {
      if (stopped !== null) throw stopped.reason;
    },
    onAbort(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      control.signal.removeEventListener("abort", handleAbort);
    },
  };
}
