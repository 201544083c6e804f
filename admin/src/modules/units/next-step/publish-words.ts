import type { UnitDetail } from "../../../api/content-rows.ts";
import { formatQuantity } from "../../../ui/value/format.ts";

/** What learners would see of a unit and what would stay out, counted from its lessons. */
export type PublishCounts = {
  accepted_lessons: number;
  draft_lessons: number;
  rejected_lessons: number;
  draft_exercises: number;
};

/** Counts what is written; failed lessons have nothing to review. */
export function countReviews(lessons: UnitDetail["lessons"]): PublishCounts {
  const written = lessons.filter(({ status }) => status === "completed");
  const having = (review: string) => written.filter((lesson) => lesson.review === review).length;
  return {
    accepted_lessons: having("approved"),
    draft_lessons: having("draft"),
    rejected_lessons: having("rejected"),
    draft_exercises: written.reduce((sum, lesson) => sum + lesson.draft_count, 0),
  };
}

/** "1 lesson and 12 exercises", or null when nothing waits. */
export function waitingPhrase(counts: PublishCounts): string | null {
  const parts = [
    ...(counts.draft_lessons > 0 ? [formatQuantity(counts.draft_lessons, "lesson")] : []),
    ...(counts.draft_exercises > 0 ? [formatQuantity(counts.draft_exercises, "exercise")] : []),
  ];
  return parts.length === 0 ? null : parts.join(" and ");
}

/** What the checks found in texts of the unit that have no review of their own: whoever publishes it confirms having looked. */
export function unconfirmedFindings({ warnings }: Pick<UnitDetail, "warnings">): UnitDetail["warnings"] {
  return warnings.filter(({ code }) => code === "text_needs_a_look");
}

/** What publishing does, in one or two sentences. */
export function publishSentence(counts: PublishCounts): string {
  const seen = `Learners see ${formatQuantity(counts.accepted_lessons, "accepted lesson")} with the accepted exercises.`;
  const waiting = waitingPhrase(counts);
  const single = counts.draft_lessons + counts.draft_exercises === 1;
  const out =
    waiting === null
      ? ""
      : ` ${waiting} still ${single ? "waits" : "wait"} for review and ${single ? "stays" : "stay"} out.`;
  const rejected =
    counts.rejected_lessons === 0
      ? ""
      : ` ${formatQuantity(counts.rejected_lessons, "rejected lesson stays", "rejected lessons stay")} out too.`;
  return seen + out + rejected;
}
