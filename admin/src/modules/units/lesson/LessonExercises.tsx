import { useState } from "react";
import type { Lesson } from "../../../api/content-rows.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { formatCount } from "../../../ui/value/format.ts";
import { LongText } from "../../../ui/value/LongText.tsx";
import { RoleButton } from "../../session/public.ts";
import { Provenance } from "../Provenance.tsx";
import { ExerciseCard } from "./ExerciseCard.tsx";
import { droppedSentence } from "./exercise-quality.ts";
import type { LessonPlace } from "./LessonBody.tsx";
import "./lesson.css";
import { useReviewLesson } from "./review-lesson.ts";

type LessonExercisesProps = {
  lesson: Lesson;
  /** Sentences of the unit's learning objectives by id. */
  objectives: ReadonlyMap<string, string>;
  place: LessonPlace;
};

/** The quiz of a lesson with its review. */
export function LessonExercises({ lesson, objectives, place }: LessonExercisesProps) {
  const [keysShown, setKeysShown] = useState(false);
  const review = useReviewLesson(lesson);
  const waiting = lesson.exercises.filter((exercise) => exercise.review === "draft").length;
  const dropped = droppedSentence(lesson);
  const findings = lesson.quality.findings ?? [];
  return (
    <section className="lesson-part" aria-label="Exercises">
      <div className="lesson-exercises">
        <div className="row wraps">
          <h3>Exercises</h3>
          <span className="text-3">
            {formatCount(lesson.exercises.length)}
            {waiting > 0 && `, ${formatCount(waiting)} to review`}
          </span>
          <span className="spacer" />
          {waiting > 0 && (
            <RoleButton
              least="operator"
              icon="check"
              busy={review.isPending}
              onClick={() => review.mutate({ kind: "all_waiting" })}
            >
              Accept all in this lesson
            </RoleButton>
          )}
          <Button look="quiet" icon="eye" aria-pressed={keysShown} onClick={() => setKeysShown(!keysShown)}>
            {keysShown ? "Hide all keys" : "Show all keys"}
          </Button>
        </div>
        {dropped !== null && (
          <p className="small text-3">
            <LongText text={dropped} />
          </p>
        )}
        {lesson.quality.note && (
          <p className="small text-3">
            <LongText text={lesson.quality.note} />
          </p>
        )}
        {lesson.exercises.map((exercise, position) => (
          <ExerciseCard
            key={exercise.id}
            exercise={exercise}
            number={position + 1}
            objective={objectives.get(exercise.learning_objective_id)}
            place={place}
            offline={lesson.author === "offline"}
            remarks={findings.filter((one) => one.exercise_id === exercise.id).map((one) => one.message)}
            keyShown={keysShown}
            busy={review.isPending}
            provenance={
              <Provenance unitId={lesson.unit_id} requestId={lesson.written_by.exercises} verb="written" />
            }
            onReview={(decided) =>
              review.mutate({
                kind: "exercise",
                exercise_id: exercise.id,
                number: position + 1,
                review: decided,
              })
            }
          />
        ))}
      </div>
    </section>
  );
}
