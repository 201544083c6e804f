import type { LessonSummary } from "../../../api/rows.ts";
import { AccordionItem } from "../../../ui/disclosure/Accordion.tsx";
import { StatusBadge } from "../../../ui/status/StatusBadge.tsx";
import { formatCount, formatDuration, formatQuantity } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { LessonContent } from "./LessonContent.tsx";
import { type Sought, useSoughtLesson } from "./sought-lesson.ts";
import { WindowedLessons } from "./WindowedLessons.tsx";

/** Up to here every lesson is drawn; a longer unit draws those in sight. */
const drawnAtOnce = 100;

function contentOf(lesson: LessonSummary): string {
  if (lesson.status === "failed") return shortName(lesson.error_message ?? "failed without a reason");
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
  /** The lesson that the address asks for; it is brought into sight when the reader arrives. */
  soughtId?: string | undefined;
  /** The lesson that is being written anew right now. */
  rewrittenId?: string | undefined;
};

/** The lessons of a unit in order; each opens in place to its text and exercises. Of a very long unit only what is in sight is drawn. */
export function LessonAccordion(props: LessonAccordionProps) {
  const { lessons, openIds, onToggle, soughtId, rewrittenId } = props;
  const sought = useSoughtLesson(soughtId);
  const itemOf = (lesson: LessonSummary) => (
    <LessonItem
      key={lesson.id}
      lesson={lesson}
      open={openIds.has(lesson.id)}
      onToggle={onToggle}
      sought={sought?.id === lesson.id ? sought : null}
      isRewritten={rewrittenId === lesson.id}
    />
  );
  if (lessons.length > drawnAtOnce) {
    return <WindowedLessons lessons={lessons} openIds={openIds} sought={sought} itemOf={itemOf} />;
  }
  return <div>{lessons.map(itemOf)}</div>;
}

type LessonItemProps = {
  lesson: LessonSummary;
  open: boolean;
  onToggle: (id: string) => void;
  sought: Sought | null;
  isRewritten: boolean;
};

function LessonItem({ lesson, open, onToggle, sought, isRewritten }: LessonItemProps) {
  return (
    <AccordionItem
      open={open}
      onToggle={() => onToggle(lesson.id)}
      title={`${lesson.position} ${shortName(lesson.title)}`}
      note={contentOf(lesson)}
      end={
        <>
          <span className="text-2 no-wrap hide-phone">{reviewOf(lesson)}</span>
          {isRewritten ? (
            <StatusBadge status="running" word="being written anew" />
          ) : (
            <StatusBadge status={lesson.status} />
          )}
        </>
      }
    >
      {() => <LessonContent id={lesson.id} sought={sought} />}
    </AccordionItem>
  );
}
