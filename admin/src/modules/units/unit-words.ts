import type { UnitSummary } from "../../api/rows.ts";
import { formatCount, formatQuantity } from "../../ui/value/format.ts";
import { shortName } from "../../ui/value/visible-text.ts";
import { activityPhraseOf } from "../flow-runs/public.ts";
import { pauseSentenceOf } from "../tasks/public.ts";
import { isOnPrefect } from "./on-prefect.ts";

type WordedUnit = Pick<
  UnitSummary,
  | "status"
  | "task_status"
  | "current_step"
  | "pause_reason"
  | "error_code"
  | "error_message"
  | "lessons_completed"
  | "lessons_failed"
  | "exercise_count"
  | "draft_count"
  | "connection_id"
>;

function activityOf(unit: WordedUnit): string {
  if (unit.task_status === "pending") return isOnPrefect(unit) ? "waits on Prefect" : "waits for a worker";
  if (unit.task_status === "retry") return "waits to go on";
  return unit.current_step === null ? "begins" : activityPhraseOf(unit.current_step);
}

/** The stage that a unit is at or ended in; what is finished or not begun is at none. */
export function stageWordOf(unit: Pick<UnitSummary, "status" | "stage">): string {
  return unit.status === "draft" || unit.stage === "done" ? "" : unit.stage;
}

/**
 * What a unit does now, what it holds, or what keeps it from holding more; its lessons only where no column counts
 * them.
 */
export function unitContentOf(unit: WordedUnit, withLessons = true): string {
  if (unit.status === "failed")
    return shortName(unit.error_message ?? unit.error_code ?? "failed without a reason");
  if (unit.status === "in_progress") return activityOf(unit);
  if (unit.status === "paused") return shortName(pauseSentenceOf(unit));
  if (unit.status === "draft") return "not started yet";
  if (unit.lessons_completed + unit.lessons_failed === 0) return "nothing was finished";
  const parts = withLessons ? [formatQuantity(unit.lessons_completed, "lesson")] : [];
  parts.push(formatQuantity(unit.exercise_count, "exercise"));
  if (withLessons && unit.lessons_failed > 0)
    parts.push(`${formatQuantity(unit.lessons_failed, "lesson")} failed`);
  if (unit.draft_count > 0) parts.push(`${formatCount(unit.draft_count)} to review`);
  return parts.join(", ");
}
