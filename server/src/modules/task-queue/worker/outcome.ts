import { isInfrastructureError } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import { PauseTask, ShuttingDown, TaskCancelled, TaskFenced, type TaskOutcome } from "../public.ts";

/** A task that the infrastructure broke off is claimed again after this time. */
const infrastructureDelayMs = 1_000;

export type FailureOutcome = Exclude<TaskOutcome, { readonly kind: "completed" }>;

/**
 * What an error that ended a handler means for its task: only an error that nobody foresaw counts as a crash, only an
 * expected failure (`AppError`) fails the task.
 */
export function classifyFailure(error: unknown): FailureOutcome {
  if (error instanceof TaskFenced) return { kind: "fenced" };
  if (error instanceof TaskCancelled) return { kind: "cancelled" };
  if (error instanceof PauseTask) return { kind: "paused", reason: error.reason };
  if (error instanceof ShuttingDown) {
    return { kind: "released", delay_ms: 0, crashed: false, reason: "The worker stopped." };
  }
  // Before the next line, because that one looks through causes: a provider's refused connection is no database outage.
  if (error instanceof AppError) {
    return { kind: "failed", error_code: error.code, error_message: error.message };
  }
  if (isInfrastructureError(error)) {
    return {
      kind: "released",
      delay_ms: infrastructureDelayMs,
      crashed: false,
      reason: "The database was not reachable.",
    };
  }
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { kind: "released", delay_ms: 0, crashed: true, reason };
}
