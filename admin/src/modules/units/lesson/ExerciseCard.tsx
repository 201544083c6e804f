import { type ReactNode, useState } from "react";
import type { Exercise } from "../../../api/content-rows.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { StatusBadge } from "../../../ui/status/StatusBadge.tsx";
import { LongText } from "../../../ui/value/LongText.tsx";
import { OfflineBadge } from "../OfflineBadge.tsx";
import { SourceLink } from "../source/SourceLink.tsx";
import type { LessonPlace } from "./LessonBody.tsx";
import "./lesson.css";
import { ReviewButtons } from "./ReviewButtons.tsx";
import type { Review } from "./review-lesson.ts";
import { formatReferences, type SourceReference } from "./source-reference.ts";

type ExerciseCardProps = {
  exercise: Exercise;
  number: number;
  /** The learning objective that it asks for; undefined where the unit has none with this id. */
  objective: string | undefined;
  place: LessonPlace;
  /** No model wrote it, which is said on the exercise itself. */
  offline: boolean;
  /** Weaknesses that the checks found and let pass. */
  remarks: string[];
  /** Shows the key of every exercise at once; each can also be opened alone. */
  keyShown: boolean;
  busy: boolean;
  onReview: (review: Review) => void;
  /** Which request wrote it. */
  provenance?: ReactNode;
};

/** One exercise like in a quiz; its key and rationales are revealed on demand, its review is decided below. */
export function ExerciseCard(props: ExerciseCardProps) {
  const { exercise, number, objective, remarks, keyShown } = props;
  const [opened, setOpened] = useState(false);
  const revealed = keyShown || opened;
  const rejected = exercise.review === "rejected";
  return (
    <section
      className={rejected ? "exercise exercise-rejected" : "exercise"}
      aria-label={`Exercise ${number}`}
    >
      <div className="row wraps small">
        <span className="text-3">
          {number} · {exercise.category} item · Bloom: {exercise.bloom_level} · {exercise.difficulty}
        </span>
        <span className="spacer" />
        {props.offline && <OfflineBadge />}
        <StatusBadge
          status={exercise.review === "draft" ? "to_review" : exercise.review}
          word={exercise.review === "approved" ? "accepted" : undefined}
        />
      </div>
      <h4>
        <LongText text={exercise.stem} />
      </h4>
      <ol>
        {exercise.options.map((option) => (
          <li key={option.label} className={revealed && option.is_key ? "option option-key" : "option"}>
            <b>{option.label}</b>
            <span>
              <LongText text={option.text} />
              {revealed && (
                <span className="option-rationale">
                  <LongText text={option.rationale} />
                </span>
              )}
            </span>
            {revealed && option.is_key && (
              <span className="status is-ok">
                <Icon name="check" />
                key
              </span>
            )}
          </li>
        ))}
      </ol>
      {revealed && <Background exercise={exercise} objective={objective} place={props.place} />}
      {remarks.map((remark) => (
        <p key={remark} className="small text-2">
          <LongText text={remark} />
        </p>
      ))}
      <div className="row wraps">
        <Button
          icon="eye"
          aria-expanded={revealed}
          disabledReason={keyShown ? "All keys of this lesson are shown." : undefined}
          onClick={() => setOpened(!opened)}
        >
          {revealed ? "Hide the key" : "Show the key"}
        </Button>
        <span className="spacer" />
        <ReviewButtons
          what={`exercise ${number}`}
          review={exercise.review}
          busy={props.busy}
          onReview={props.onReview}
        />
      </div>
      {props.provenance}
    </section>
  );
}

type BackgroundProps = { exercise: Exercise; objective: string | undefined; place: LessonPlace };

/** What the exercise tests and where its key is said. */
function Background({ exercise, objective, place }: BackgroundProps) {
  const { evidence } = exercise;
  if (objective === undefined && evidence === null) return null;
  return (
    <dl className="exercise-background">
      {objective !== undefined && (
        <div>
          <dt>Objective</dt>
          <dd>
            <LongText text={objective} />
          </dd>
        </div>
      )}
      {evidence !== null && (
        <div>
          <dt>Evidence</dt>
          <dd>
            <q>
              <LongText text={evidence.quote} />
            </q>{" "}
            {evidence.reference !== null && (
              <EvidencePlace reference={evidence.reference} quote={evidence.quote} place={place} />
            )}
          </dd>
        </div>
      )}
    </dl>
  );
}

type EvidencePlaceProps = { reference: SourceReference; quote: string; place: LessonPlace };

function EvidencePlace({ reference, quote, place }: EvidencePlaceProps) {
  return (
    <SourceLink
      unitId={place.unitId}
      lessonId={place.lessonId}
      position={reference.source}
      quotes={[quote]}
      className="link"
    >
      {formatReferences([reference], place.severalSources)}
    </SourceLink>
  );
}
