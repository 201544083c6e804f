import { type FormEvent, type ReactNode, useState } from "react";
import type { Lesson } from "../../../api/content-rows.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { LongText } from "../../../ui/value/LongText.tsx";
import { RoleButton } from "../../session/public.ts";
import { OfflineBadge } from "../OfflineBadge.tsx";
import "./lesson.css";
import { ReviewButtons } from "./ReviewButtons.tsx";
import { useReviewLesson } from "./review-lesson.ts";

type LessonHeadProps = {
  lesson: Lesson;
  /** Sentences of the unit's learning objectives by id. */
  objectives: ReadonlyMap<string, string>;
  /** Stand after the review. */
  actions: ReactNode;
};

/** Title, objectives and review of a lesson. */
export function LessonHead({ lesson, objectives, actions }: LessonHeadProps) {
  const [editing, setEditing] = useState(false);
  const review = useReviewLesson(lesson);
  const named = lesson.learning_objective_ids.flatMap((id) => objectives.get(id) ?? []);
  const shown = named.length > 0 ? named : [lesson.objective].filter((text) => text !== "");
  return (
    <header className="lesson-part">
      <div className="lesson-head">
        {editing ? (
          <TitleForm
            lesson={lesson}
            busy={review.isPending}
            onSave={(title) =>
              review.mutate({ kind: "title", title }, { onSuccess: () => setEditing(false) })
            }
            onCancel={() => setEditing(false)}
          />
        ) : (
          <h2>
            <LongText text={lesson.title} limit={200} />
          </h2>
        )}
        {shown.length > 0 && (
          <div className="text-2">
            <span className="text-3">After it, learners can</span>
            <ul className="lesson-objectives">
              {shown.map((text) => (
                <li key={text}>
                  <LongText text={text} />
                </li>
              ))}
            </ul>
          </div>
        )}
        {lesson.guidance !== null && (
          <p className="text-2">
            <span className="text-3">Written anew with the wish</span> <LongText text={lesson.guidance} />
          </p>
        )}
        <div className="row wraps">
          <ReviewButtons
            what={`lesson ${lesson.position}`}
            review={lesson.review}
            busy={review.isPending}
            onReview={(decided) => review.mutate({ kind: "lesson", review: decided })}
          />
          {!editing && (
            <RoleButton least="operator" look="quiet" onClick={() => setEditing(true)}>
              Edit the title
            </RoleButton>
          )}
          {!editing && actions}
          <span className="spacer" />
          {lesson.author === "offline" && <OfflineBadge />}
        </div>
      </div>
    </header>
  );
}

type TitleFormProps = {
  lesson: Lesson;
  busy: boolean;
  onSave: (title: string) => void;
  onCancel: () => void;
};

function TitleForm({ lesson, busy, onSave, onCancel }: TitleFormProps) {
  const [title, setTitle] = useState(lesson.title);
  const wanted = title.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || wanted === "") return;
    if (wanted === lesson.title) onCancel();
    else onSave(wanted);
  };
  return (
    <form className="row wraps" onSubmit={submit}>
      <input
        className="input lesson-title-input"
        aria-label={`Title of lesson ${lesson.position}`}
        value={title}
        maxLength={300}
        // biome-ignore lint/a11y/noAutofocus: the reader has just asked to edit this very field.
        autoFocus
        onChange={(event) => setTitle(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onCancel();
        }}
      />
      <Button
        type="submit"
        busy={busy}
        disabledReason={wanted === "" ? "A lesson needs a title." : undefined}
      >
        Save
      </Button>
      <Button look="quiet" onClick={onCancel}>
        Not now
      </Button>
    </form>
  );
}
