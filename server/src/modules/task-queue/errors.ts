import { defineErrors } from "../../platform/errors.ts";

/** Every code of the task queue, those written into task rows included. */
export const taskQueueErrors = defineErrors({
  task_not_found: { status: 404, retryable: false, title: "Task not found" },
  task_not_paused: { status: 409, retryable: false, title: "Task is not paused" },
  task_runs_elsewhere: { status: 409, retryable: false, title: "Task runs in an outside engine" },
  nothing_returned: { status: 502, retryable: true, title: "No lesson came back" },
  task_already_live: { status: 409, retryable: false, title: "An unfinished task exists" },
  task_not_claimable: { status: 409, retryable: true, title: "Task cannot be started" },
  task_handler_missing: { status: 500, retryable: false, title: "Unknown kind of task" },
  crashed_repeatedly: { status: 500, retryable: false, title: "Task crashed repeatedly" },
  unexpected_error: { status: 500, retryable: true, title: "Unexpected error" },
});

export function noSuchTask(id: string) {
  return taskQueueErrors.create("task_not_found", `There is no task ${id}.`);
}
