import { AppError } from "../../../platform/errors.ts";
import { creatorErrors } from "../errors.ts";
import type { BulkEntity } from "./models.ts";

const nameOf: Readonly<Record<BulkEntity, string>> = { unit: "unit", task: "task", flow_run: "flow run" };

/** Why a thing is left out, as the action itself would say it; `verdict` is one of the repo's. */
export function refusalOf(verdict: string, entity: BulkEntity): AppError {
  const [kind, status = ""] = verdict.split(":");
  const state = status.replace("_", " ");
  switch (kind) {
    case "missing":
      return creatorErrors.create("bulk_target_missing", `This ${nameOf[entity]} does not exist any more.`);
    case "no_task":
      return creatorErrors.create(
        "bulk_no_task",
        `This ${nameOf[entity]} has no task that could be cancelled.`,
      );
    case "no_unit":
      return creatorErrors.create(
        "bulk_no_unit",
        `This ${nameOf[entity]} belongs to no unit that could be retried.`,
      );
    case "ended":
      return creatorErrors.create("bulk_task_ended", `Its task has ended already: it is ${state}.`);
    case "status":
      return creatorErrors.create(
        "unit_not_retryable",
        `This unit is ${state}. Only a failed, partial or cancelled unit can be retried.`,
      );
    case "busy":
      return creatorErrors.create("unit_not_retryable", "A task of the unit is still running.");
    case "nothing_recorded":
      return creatorErrors.create(
        "unit_not_retryable",
        "Nothing of the unit is recorded that could be resumed.",
      );
    default:
      throw new Error(`There is no verdict ${verdict}`);
  }
}

/** What an item says that could not be done: expected refusals keep their code and words. */
export function failureOf(error: unknown): {
  readonly status: "refused" | "failed";
  readonly error_code: string;
  readonly error_message: string;
} {
  if (error instanceof AppError && error.status < 500) {
    return { status: "refused", error_code: error.code, error_message: error.message };
  }
  const error_code = error instanceof AppError ? error.code : "unexpected_error";
  const words = error instanceof Error ? error.message : String(error);
  // PostgreSQL stores neither U+0000 nor half a surrogate pair.
  return { status: "failed", error_code, error_message: words.replaceAll("\u0000", "\uFFFD").toWellFormed() };
}
