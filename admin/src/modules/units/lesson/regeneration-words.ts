import type { Lesson, UnitDetail } from "../../../api/content-rows.ts";
import type { TaskDetail } from "../../../api/detail-rows.ts";
import type { FlowRunSummary } from "../../../api/rows.ts";
import type { Toast } from "../../../ui/overlay/toasts.ts";
import { formatUsd } from "../../../ui/value/format.ts";

/** One lesson that a task writes anew; position and id as far as the task names them. */
export type Regeneration = { task_id: string; lesson_id: string | null; position: number | null };

type RegeneratingTask = Pick<TaskDetail, "id" | "mode" | "inputs">;

function fieldsOf(inputs: unknown): Record<string, unknown> {
  return typeof inputs === "object" && inputs !== null ? { ...inputs } : {};
}

/** What a task regenerates; null for every other task. */
export function regenerationOf(task: RegeneratingTask): Regeneration | null {
  if (task.mode !== "regenerate") return null;
  const { lesson_id, lesson_position, position } = fieldsOf(task.inputs);
  const place = lesson_position ?? position;
  return {
    task_id: task.id,
    lesson_id: typeof lesson_id === "string" ? lesson_id : null,
    position: typeof place === "number" ? place : null,
  };
}

/** Whether it is this lesson that is written anew. */
export function isRegenerating(
  regeneration: Regeneration | null,
  lesson: Pick<Lesson, "id" | "position">,
): boolean {
  if (regeneration === null) return false;
  return regeneration.lesson_id === lesson.id || regeneration.position === lesson.position;
}

/** "Lesson 2", or "The lesson" where the task does not say which. */
export function nameOf({ position }: Pick<Regeneration, "position">): string {
  return position === null ? "The lesson" : `Lesson ${position}`;
}

/** How the writing ended, in a sentence; null while it goes on. */
export function regenerationOutcome(
  task: Pick<TaskDetail, "status" | "error_message">,
  regeneration: Regeneration,
): Pick<Toast, "tone" | "words"> | null {
  const lesson = nameOf(regeneration);
  if (task.status === "completed") return { tone: "ok", words: `${lesson} is written anew.` };
  if (task.status === "cancelled")
    return { tone: "idle", words: `${lesson} stays as it was: writing it anew was stopped.` };
  if (task.status !== "failed") return null;
  const reason = task.error_message === null ? "" : ` ${task.error_message.slice(0, 300)}`;
  return { tone: "bad", words: `${lesson} could not be written anew and stays as it was.${reason}` };
}

/** Why a lesson of this unit cannot be written anew now; undefined where it can. */
export function reasonAgainstRegenerating(unit: Pick<UnitDetail, "status"> | undefined): string | undefined {
  if (unit === undefined) return "The unit is still being loaded.";
  if (unit.status === "in_progress") return "The unit is being written; wait until it ends or cancel it.";
  if (unit.status === "paused") return "The unit is paused; continue or cancel it first.";
  if (unit.status === "draft") return "The unit was not started yet.";
  return undefined;
}

/** What the newest runs for a lesson cost together, in US dollars; null where a part of it is not known. */
export function lastCostOf(
  runs: readonly Pick<FlowRunSummary, "task_id" | "lesson_position" | "cost_usd">[],
  position: number,
): number | null {
  const own = runs.filter((run) => run.lesson_position === position);
  const newest = own[0]?.task_id;
  const costs = own.filter((run) => run.task_id === newest).map((run) => run.cost_usd);
  if (costs.length === 0) return null;
  return costs.reduce<number | null>((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0);
}

/** What writing a lesson anew will cost, as far as it is known. */
export function regenerationCostSentence(lastCostUsd: number | null, isOffline: boolean): string {
  if (isOffline) return "It costs nothing: the offline author writes it, no model is asked.";
  if (lastCostUsd === null || lastCostUsd === 0)
    return "What it will cost is unknown: nothing was measured for this lesson.";
  return `Last time it cost ${formatUsd(lastCostUsd)}; expect about the same.`;
}
