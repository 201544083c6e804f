import type { Transaction } from "../../../platform/database.ts";
import type { OutsideProgress, OutsideTasks } from "../../task-queue/public.ts";
import { findOutsideTask, type OutsideTask } from "../runs/repo.ts";

/** How a task ends here without a run's saying so. */
export type TaskEnd =
  | { readonly status: "cancelled" }
  | { readonly status: "failed"; readonly error_code: string; readonly error_message: string };

/** Ends a task of a connection, and the unit that it holds with it; nothing for one that has ended. */
export async function endOutsideTask(
  transaction: Transaction,
  tasks: Pick<OutsideTasks, "moveOutsideTask" | "observeTasks">,
  task_id: string,
  end: TaskEnd,
): Promise<void> {
  const task = await findOutsideTask(transaction, task_id);
  if (task === null || hasEnded(task)) return;
  const progress = { ...progressOf(task), ...end, completed_at: new Date().toISOString() };
  if (task.executor === "external") {
    await tasks.moveOutsideTask(transaction, { id: task_id, external_id: task.external_id }, progress);
  } else if (task.external_id !== null) {
    const { connection_id, external_id, task_name, inputs, unit_id, created_at } = task;
    const observed = { connection_id, external_id, task_name, inputs, unit_id, created_at };
    await tasks.observeTasks(transaction, [
      { ...progress, ...observed, title: task.unit_title ?? task.task_name },
    ]);
  }
}

export function hasEnded(task: Pick<OutsideTask, "status">): boolean {
  return task.status === "completed" || task.status === "failed" || task.status === "cancelled";
}

/** How far the task is, said again. */
export function progressOf(task: OutsideTask): OutsideProgress {
  return {
    status: task.status,
    pause_reason: task.pause_reason,
    attempt: task.attempt,
    progress_percentage: task.progress_percentage,
    current_step: task.current_step,
    error_code: null,
    error_message: null,
    result: null,
    available_at: null,
    started_at: task.started_at,
    completed_at: null,
    external_state_at: null,
    external_state_id: null,
  };
}
