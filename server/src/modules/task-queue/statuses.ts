/** Every status of a task; the SQL check on `tasks.status` holds the same words (a test compares them). */
export const taskStatuses = [
  "pending",
  "in_progress",
  "paused",
  "retry",
  "completed",
  "failed",
  "cancelled",
] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** Whether a task of this status has ended; a run of an outside engine may begin anew, a task of ours does not. */
export function isOver(status: TaskStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** Why a task was made: for a unit's first creation or all of it again, to go on, to try something, to redo one lesson. */
export const taskModes = ["from_scratch", "resume", "fork", "regenerate"] as const;
export type TaskMode = (typeof taskModes)[number];
