import type { Lesson } from "../../../api/content-rows.ts";
import { formatQuantity } from "../../../ui/value/format.ts";

/** How many items were kept of those that were formed, and why the others were dropped; null when none was. */
export function droppedSentence(lesson: Pick<Lesson, "exercises" | "quality">): string | null {
  const dropped = lesson.quality.dropped ?? [];
  const count = dropped.reduce((sum, { count: some }) => sum + some, 0);
  if (count === 0) return null;
  const kept = lesson.exercises.length;
  const reasons = dropped.map(({ reason, count: some }) => `${some} × ${reason}`);
  return `${kept} of ${formatQuantity(kept + count, "item")} kept. ${count} dropped: ${reasons.join("; ")}.`;
}
