import { useState } from "react";
import type { LessonSummary } from "../../../api/rows.ts";
import { AccordionItem } from "../../../ui/disclosure/Accordion.tsx";
import { StatusBadge } from "../../../ui/status/StatusBadge.tsx";
import { formatCount, formatDuration, formatQuantity } from "../../../ui/value/format.ts";
import { LessonContent } from "./LessonContent.tsx";

function contentOf(lesson: LessonSummary): string {
  if (lesson.status === "failed") return lesson.error_message ?? "failed without a reason";
  const parts = [
    formatQuantity(lesson.exercise_count, "exercise"),
    formatQuantity(lesson.word_count, "word"),
  ];
  if (lesson.audio_seconds !== null) parts.push(`${formatDuration(lesson.audio_seconds * 1000)} of audio`);
  return parts.join(" · ");
}

function reviewOf(lesson: LessonSummary): string | null {
  if (lesson.status === "failed") return null;
  if (lesson.review === "rejected") return "rejected";
  if (lesson.draft_count > 0) return `${formatCount(lesson.draft_count)} to review`;
  return lesson.review === "draft" ? "to review" : "accepted";
}

type LessonAccordionProps = {
  lessons: LessonSummary[];
  openIds: ReadonlySet<string>;
  onToggle: (id: string) => void;
  /** The lesson that the address asks for; it is brought into sight once. */
  soughtId?: string | undefined;
};

/** The lessons of a unit in order; each opens in place to its text and exercises. */
export function LessonAccordion({ lessons, openIds, onToggle, soughtId }: LessonAccordionProps) {
  // Only the address that the reader arrived with moves the page; what is opened in place stays where it is.
  const [arrivedAt] = useState(soughtId);
  return (
    <div>
      {lessons.map((lesson) => (
        <AccordionItem
          key={lesson.id}
          open={openIds.has(lesson.id)}
          onToggle={() => onToggle(lesson.id)}
          title={`${lesson.position} ${lesson.title}`}
          note={contentOf(lesson)}
          end={
            <>
              <span className="text-2 no-wrap hide-phone">{reviewOf(lesson)}</span>
              <StatusBadge status={lesson.status} />
            </>
          }
        >
          {() => <LessonContent id={lesson.id} sought={lesson.id === arrivedAt} />}
        </AccordionItem>
      ))}
    </div>
  );
}
