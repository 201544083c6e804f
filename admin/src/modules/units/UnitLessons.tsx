import type { UnitDetail } from "../../api/content-rows.ts";
import type { FlowRunSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { Notice } from "../../ui/page/ErrorBlock.tsx";
import { type Lane, Lanes } from "../../ui/status/Lanes.tsx";
import type { StepCell } from "../../ui/status/StepCells.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { Elapsed } from "../../ui/value/Moment.tsx";
import { activityPhraseOf, useLessonTitles } from "../flow-runs/public.ts";
import { LessonAccordion } from "./lesson/LessonAccordion.tsx";
import { useOpenLessons } from "./lesson/open-lessons.ts";
import { useRegeneration } from "./lesson/regeneration.ts";
import { isRegenerating } from "./lesson/regeneration-words.ts";
import { isOnPrefect } from "./on-prefect.ts";
import "./unit-details.css";
import { shortName } from "../../ui/value/visible-text.ts";

const goingOn = ["in_progress", "paused"];
/** Steps of a lesson's run, where its own count is not known yet. */
const usualSteps = 3;
const noRuns: FlowRunSummary[] = [];

type UnitLessonsProps = {
  unit: UnitDetail;
  lessonId: string | undefined;
  runs: FlowRunSummary[];
};

/** The lessons that are written, and those that are being written, which are shown from their flow runs. */
export function UnitLessons({ unit, lessonId, runs }: UnitLessonsProps) {
  const [openIds, toggle] = useOpenLessons(unit.id, lessonId);
  const regeneration = useRegeneration(unit);
  const rewritten = unit.lessons.find((lesson) => isRegenerating(regeneration, lesson));
  const titles = useLessonTitles(goingOn.includes(unit.status) ? runs : noRuns);
  const lanes = goingOn.includes(unit.status) ? lanesOf(unit, runs, titles) : [];
  const gone = lessonId !== undefined && unit.lessons.every((lesson) => lesson.id !== lessonId);
  return (
    <>
      {gone && (
        <div className="card-pad">
          <Notice tone="idle" icon="book" title="This lesson is not part of the unit any more">
            <p>It was replaced when the unit was written anew, or the address is not whole.</p>
          </Notice>
        </div>
      )}
      {lanes.length > 0 && (
        <div className="unit-lanes">
          <Lanes lanes={lanes} label="Lessons being written" />
        </div>
      )}
      {unit.lessons.length > 0 && (
        <LessonAccordion
          lessons={unit.lessons}
          openIds={openIds}
          onToggle={toggle}
          soughtId={lessonId}
          rewrittenId={rewritten?.id}
        />
      )}
      {unit.lessons.length === 0 && lanes.length === 0 && <NoLessons unit={unit} />}
    </>
  );
}

function NoLessons({ unit }: { unit: UnitDetail }) {
  if (unit.status === "draft")
    return <EmptyState icon="book" title="Lessons appear here once the unit is started" />;
  if (goingOn.includes(unit.status) && isOnPrefect(unit))
    return <EmptyState icon="book" title="Lessons stand here once the run on Prefect has ended" />;
  if (goingOn.includes(unit.status))
    return <EmptyState icon="book" title="Lessons appear here as soon as the plan stands" />;
  return <EmptyState icon="book" title="No lesson was finished before the unit ended" />;
}

function cellsOf(run: FlowRunSummary): StepCell[] {
  const total = run.total_steps ?? Math.max(usualSteps, run.steps_done);
  const atWork: StepCell =
    run.status === "failed" ? "failed" : run.status === "running" ? "running" : "waiting";
  return Array.from({ length: total }, (_, position) => {
    if (position < run.steps_done) return "done";
    return position === run.steps_done && run.status !== "pending" ? atWork : "open";
  });
}

function activityOf(run: FlowRunSummary): string {
  if (run.error_message !== null) return shortName(run.error_message);
  if (run.current_step === null) return lookOfStatus(run.status).word;
  const phrase = activityPhraseOf(run.current_step);
  return run.status === "paused" ? `paused before it ${phrase}` : phrase;
}

function lanesOf(unit: UnitDetail, runs: FlowRunSummary[], titles: ReadonlyMap<number, string>): Lane[] {
  return runs
    .filter((run) => run.task_id === unit.task_id && run.flow_name === "lesson_creation")
    .sort((left, right) => (left.lesson_position ?? 0) - (right.lesson_position ?? 0))
    .map((run) => ({
      key: run.id,
      status: run.status,
      title: (
        <AppLink href={paths.flowRun(run.id)}>
          Lesson {run.lesson_position ?? ""} {titles.get(run.lesson_position ?? 0)}
        </AppLink>
      ),
      cells: cellsOf(run),
      activity: activityOf(run),
      time: <Elapsed from={run.started_at} to={run.completed_at} />,
    }));
}
