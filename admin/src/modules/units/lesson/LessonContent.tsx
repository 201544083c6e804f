import { type ReactNode, useEffect, useMemo, useRef } from "react";
import type { Lesson, UnitDetail } from "../../../api/content-rows.ts";
import { useItemQuery } from "../../../api/item-query.ts";
import { useLiveRefresh } from "../../../api/live/use-live.ts";
import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { AudioPlayer } from "../../../ui/content/AudioPlayer.tsx";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { ErrorBlock, Notice } from "../../../ui/page/ErrorBlock.tsx";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { Provenance } from "../Provenance.tsx";
import { LessonBody } from "./LessonBody.tsx";
import { LessonExercises } from "./LessonExercises.tsx";
import { LessonHead } from "./LessonHead.tsx";
import "./lesson.css";

type LessonContentProps = {
  id: string;
  /** The page's address asks for this lesson: it is brought into sight once it is there. */
  sought: boolean;
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
          {shown.status === "failed" ? <FailedLesson lesson={shown} /> : <WrittenLesson lesson={shown} />}
        </InSight>
      )}
    </DataStates>
  );
}

function InSight({ sought, children }: { sought: boolean; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!sought) return;
    // One frame later, after the router has put a new page to its top.
    const frame = requestAnimationFrame(() => {
      place.current?.closest("details")?.scrollIntoView({ block: "start" });
    });
    return () => cancelAnimationFrame(frame);
  }, [sought]);
  return <div ref={place}>{children}</div>;
}

function FailedLesson({ lesson }: { lesson: Lesson }) {
  const run = lesson.flow_run_id !== null && (
    <AppLink className="button" href={paths.flowRun(lesson.flow_run_id)}>
      Look at its flow run
    </AppLink>
  );
  return (
    <div className="card-pad">
      <ErrorBlock title="This lesson was not written" raw={lesson.error_code} actions={run}>
        <p>
          {lesson.error_message ?? "No reason was recorded."} Resume the unit to write only what is missing.
        </p>
      </ErrorBlock>
    </div>
  );
}

function WrittenLesson({ lesson }: { lesson: Lesson }) {
  const unit = useItemQuery<UnitDetail>(`/content/units/${lesson.unit_id}`).data;
  const objectives = useMemo(
    () => new Map((unit?.learning_objectives ?? []).map(({ id, text }) => [id, text])),
    [unit?.learning_objectives],
  );
  const severalSources = (unit?.sources.length ?? 0) > 1;
  return (
    <article className="lesson" aria-label={`Lesson ${lesson.position}`}>
      <LessonHead lesson={lesson} objectives={objectives} />
      <LessonAudio lesson={lesson} />
      <div className="lesson-part">
        <LessonBody blocks={lesson.body} severalSources={severalSources} />
        <Provenance unitId={lesson.unit_id} requestId={lesson.written_by.transcript} verb="written" />
      </div>
      {lesson.exercises.length > 0 && (
        <LessonExercises lesson={lesson} objectives={objectives} severalSources={severalSources} />
      )}
    </article>
  );
}

function LessonAudio({ lesson }: { lesson: Lesson }) {
  if (lesson.audio_media_id === null) {
    if (lesson.error_message === null) return null;
    return (
      <div className="lesson-part">
        <Notice tone="warn" icon="triangle" title="This lesson has no audio" raw={lesson.error_code}>
          <p>{lesson.error_message} Resume the unit to record it.</p>
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
