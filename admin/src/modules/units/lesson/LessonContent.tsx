import { type ReactNode, useEffect, useMemo, useRef } from "react";
import type { Lesson, UnitDetail } from "../../../api/content-rows.ts";
import { useItemQuery } from "../../../api/item-query.ts";
import { useLiveRefresh } from "../../../api/live/use-live.ts";
import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { AudioPlayer } from "../../../ui/content/AudioPlayer.tsx";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { InPlaceLink } from "../../../ui/link/InPlaceLink.tsx";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { ErrorBlock, Notice } from "../../../ui/page/ErrorBlock.tsx";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { LongText } from "../../../ui/value/LongText.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { Provenance } from "../Provenance.tsx";
import { RunProvenance } from "../RunProvenance.tsx";
import { LessonBeingRewritten } from "./LessonBeingRewritten.tsx";
import { LessonBody, type LessonPlace } from "./LessonBody.tsx";
import { LessonExercises } from "./LessonExercises.tsx";
import { LessonFindings } from "./LessonFindings.tsx";
import { LessonHead } from "./LessonHead.tsx";
import "./lesson.css";
import { RegenerateLesson } from "./RegenerateLesson.tsx";
import type { Sought } from "./sought-lesson.ts";

type LessonContentProps = {
  id: string;
  /** Set when the reader has arrived at this lesson by a link: it is brought into sight once it is there. */
  sought: Sought | null;
};

/** One lesson as a learner would read it, with its review and the requests that wrote it. */
export function LessonContent({ id, sought }: LessonContentProps) {
  const lesson = useItemQuery<Lesson>(`/content/lessons/${id}`);
  useLiveRefresh((change) => change.entity === "lesson" && change.id === id, lesson.reload);
  return (
    <DataStates
      data={lesson.data}
      failure={lesson.error === null ? null : describeError(lesson.error)}
      skeleton={<SkeletonBlock lines={6} label="Loading the lesson" />}
      onReload={lesson.reload}
      reloading={lesson.reloading}
    >
      {(shown) => (
        <InSight sought={sought}>
          <ShownLesson lesson={shown} />
        </InSight>
      )}
    </DataStates>
  );
}

function InSight({ sought, children }: { sought: Sought | null; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (sought === null) return;
    // One frame later, after the router has put a new page to its top.
    const frame = requestAnimationFrame(() => {
      place.current?.closest("details")?.scrollIntoView({ block: "start" });
    });
    return () => cancelAnimationFrame(frame);
  }, [sought]);
  return <div ref={place}>{children}</div>;
}

function ShownLesson({ lesson }: { lesson: Lesson }) {
  const unit = useItemQuery<UnitDetail>(`/content/units/${lesson.unit_id}`).data;
  return (
    <article className="lesson" aria-label={`Lesson ${lesson.position}`}>
      <LessonBeingRewritten lesson={lesson} unit={unit} />
      {lesson.status === "failed" ? (
        <FailedLesson lesson={lesson} unit={unit} />
      ) : (
        <WrittenLesson lesson={lesson} unit={unit} />
      )}
      {unit !== undefined && <LessonNeighbours unit={unit} lesson={lesson} />}
    </article>
  );
}

type LessonOfUnitProps = { lesson: Lesson; unit: UnitDetail | undefined };

function FailedLesson({ lesson, unit }: LessonOfUnitProps) {
  const actions = (
    <>
      {lesson.flow_run_id !== null && (
        <AppLink className="button" href={paths.flowRun(lesson.flow_run_id)}>
          Look at its flow run
        </AppLink>
      )}
      <RegenerateLesson lesson={lesson} unit={unit} />
    </>
  );
  return (
    <ErrorBlock title="This lesson was not written" raw={lesson.error_code} actions={actions}>
      <p>
        <LongText text={lesson.error_message ?? "No reason was recorded."} /> Resume the unit to write only
        what is missing.
      </p>
    </ErrorBlock>
  );
}

function WrittenLesson({ lesson, unit }: LessonOfUnitProps) {
  const objectives = useMemo(
    () => new Map((unit?.learning_objectives ?? []).map(({ id, text }) => [id, text])),
    [unit?.learning_objectives],
  );
  const severalSources = (unit?.sources.length ?? 0) > 1;
  const place: LessonPlace = { unitId: lesson.unit_id, lessonId: lesson.id, severalSources };
  return (
    <>
      <LessonHead
        lesson={lesson}
        objectives={objectives}
        actions={<RegenerateLesson lesson={lesson} unit={unit} />}
      />
      <LessonFindings lesson={lesson} />
      <LessonAudio lesson={lesson} />
      <div className="lesson-part">
        <LessonBody blocks={lesson.body} place={place} />
        {lesson.written_by.transcript === undefined ? (
          <RunProvenance lesson={lesson} />
        ) : (
          <Provenance unitId={lesson.unit_id} requestId={lesson.written_by.transcript} verb="written" />
        )}
      </div>
      {lesson.exercises.length > 0 && (
        <LessonExercises lesson={lesson} objectives={objectives} place={place} />
      )}
    </>
  );
}

function LessonNeighbours({ unit, lesson }: { unit: UnitDetail; lesson: Lesson }) {
  const index = unit.lessons.findIndex(({ id }) => id === lesson.id);
  const before = index < 0 ? undefined : unit.lessons[index - 1];
  const after = index < 0 ? undefined : unit.lessons[index + 1];
  if (before === undefined && after === undefined) return null;
  return (
    <nav className="lesson-neighbours" aria-label={`Lessons beside lesson ${lesson.position}`}>
      {before !== undefined && (
        <InPlaceLink className="button" rel="prev" href={paths.lesson(unit.id, before.id)}>
          <span className="cut">
            ← {before.position} {shortName(before.title, 60)}
          </span>
        </InPlaceLink>
      )}
      {after !== undefined && (
        <InPlaceLink className="button" rel="next" href={paths.lesson(unit.id, after.id)}>
          <span className="cut">
            {after.position} {shortName(after.title, 60)} →
          </span>
        </InPlaceLink>
      )}
    </nav>
  );
}

function LessonAudio({ lesson }: { lesson: Lesson }) {
  if (lesson.audio_media_id === null) {
    if (lesson.error_message === null) return null;
    return (
      <div className="lesson-part">
        <Notice tone="warn" icon="triangle" title="This lesson has no audio" raw={lesson.error_code}>
          <p>
            <LongText text={lesson.error_message} /> Resume the unit to record it.
          </p>
        </Notice>
      </div>
    );
  }
  return (
    <div className="lesson-part">
      <div>
        <AudioPlayer
          src={`/api/v1/media/${lesson.audio_media_id}`}
          title={`Lesson ${lesson.position} as audio`}
          seconds={lesson.audio_seconds}
        />
        {lesson.quality.audio_outdated === true && (
          <p className="small text-2">The text was edited after this was recorded.</p>
        )}
      </div>
      <Provenance unitId={lesson.unit_id} requestId={lesson.written_by.audio} verb="spoken" />
    </div>
  );
}
