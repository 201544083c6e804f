import type { UnitDetail } from "../../api/content-rows.ts";
import { useItemQuery } from "../../api/item-query.ts";
import { useLiveRefresh, useLiveRow } from "../../api/live/use-live.ts";
import type { FlowRunSummary, TaskSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { SkeletonBlock } from "../../ui/page/Skeleton.tsx";
import { type Lane, Lanes } from "../../ui/status/Lanes.tsx";
import { ProgressBar } from "../../ui/status/ProgressBar.tsx";
import { StageStrip } from "../../ui/status/StageStrip.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { formatCount, formatQuantity, formatUsd } from "../../ui/value/format.ts";
import { Elapsed } from "../../ui/value/Moment.tsx";
import { activityPhraseOf, useFlowRunsOfTask, useLessonTitles } from "../flow-runs/public.ts";
import { CancelTask } from "../tasks/public.ts";
import { stripStageOf } from "../units/public.ts";
import "./generation-job-card.css";
import { type JobLane, lanesOf, spentOf } from "./job-lanes.ts";

type GenerationJobCardProps = {
  task: TaskSummary;
  /** One line only, where many jobs run at once. */
  compact?: boolean;
  onCancelled: () => void;
};

/** One unfinished job: what it makes, how far it is, what it does now and what it has used. It moves with the live stream. */
export function GenerationJobCard({ task: fetched, compact = false, onCancelled }: GenerationJobCardProps) {
  const task = useLiveRow("task", fetched);
  if (compact || task.unit_id === null) return <JobLine task={task} onCancelled={onCancelled} />;
  return <JobInFull task={task} unitId={task.unit_id} onCancelled={onCancelled} />;
}

function titleOf(task: TaskSummary): string {
  return task.unit_title ?? task.task_name;
}

function nowOf(task: TaskSummary): string {
  if (task.cancel_requested_at !== null) return "is being cancelled";
  if (task.status === "retry") return "waits to go on";
  if (task.current_step !== null) return activityPhraseOf(task.current_step);
  return task.started_at === null ? "waits for a worker" : "begins";
}

function Percentage({ task }: { task: TaskSummary }) {
  return <span className="job-percentage">{Math.round(task.progress_percentage)} %</span>;
}

type JobProps = { task: TaskSummary; onCancelled: () => void };

function JobInFull({ task, unitId, onCancelled }: JobProps & { unitId: string }) {
  const unit = useItemQuery<UnitDetail>(`/content/units/${unitId}`);
  const runs = useFlowRunsOfTask(task.id);
  useLiveRefresh(
    (change) => change.id === unitId || (change.entity === "flow_run" && change.parents.task_id === task.id),
    unit.reload,
  );
  const title = titleOf(task);
  return (
    <article className="card job-card" aria-label={title}>
      <div className="job-head">
        <h3 className="cut">
          <AppLink href={paths.unit(unitId)}>{title}</AppLink>
        </h3>
        {unit.data !== undefined && (
          <span className="text-2 no-wrap hide-phone">
            {unit.data.learner_level} · {formatQuantity(unit.data.target_lesson_count, "lesson")}
          </span>
        )}
        <span className="spacer" />
        {task.status !== "in_progress" && <StatusBadge status={task.status} />}
        <Percentage task={task} />
      </div>
      {unit.data === undefined || runs.data === undefined ? (
        <SkeletonBlock lines={3} label={`Loading the job ${title}`} />
      ) : (
        <JobProgress unit={unit.data} runs={runs.data} />
      )}
      <JobFoot task={task} runs={runs.data} onCancelled={onCancelled} />
    </article>
  );
}

function JobProgress({ unit, runs }: { unit: UnitDetail; runs: FlowRunSummary[] }) {
  const titles = useLessonTitles(runs);
  const stages = unit.stages
    .filter((stage) => stage.status !== "skipped")
    .map((stage) => stripStageOf(stage, unit));
  const lanes = lanesOf(runs, unit.target_lesson_count).map((lane) => shownLaneOf(lane, titles));
  return (
    <>
      <StageStrip label={`Stages of ${unit.title}`} stages={stages} />
      <Lanes label={`Lessons of ${unit.title}`} lanes={lanes} />
    </>
  );
}

function laneTitleOf(lane: JobLane, titles: ReadonlyMap<number, string>): string {
  if (lane.first !== lane.last) {
    return `${lane.first}–${lane.last} ${formatQuantity(lane.last - lane.first + 1, "lesson")}`;
  }
  return `${lane.first} ${titles.get(lane.first) ?? "Lesson"}`;
}

function laneActivityOf(lane: JobLane): string {
  if (lane.status === "failed") return lane.errorMessage ?? "failed";
  if (lane.status === "completed") return "written";
  if (lane.currentStep === null) return lane.status === "running" ? "begins" : lookOfStatus(lane.status).word;
  const phrase = activityPhraseOf(lane.currentStep);
  return lane.status === "paused" ? `paused before it ${phrase}` : phrase;
}

function shownLaneOf(lane: JobLane, titles: ReadonlyMap<number, string>): Lane {
  return {
    key: lane.key,
    status: lane.status,
    title: laneTitleOf(lane, titles),
    cells: lane.cells,
    activity: laneActivityOf(lane),
    time: <Elapsed from={lane.startedAt} to={lane.completedAt} />,
  };
}

function JobFoot({ task, runs, onCancelled }: JobProps & { runs: FlowRunSummary[] | undefined }) {
  const spent = runs === undefined || runs.length === 0 ? null : spentOf(runs);
  return (
    <div className="job-foot">
      <span className="cut">{nowOf(task)}</span>
      <AppLink className="cut hide-phone" href={paths.task(task.id)}>
        {task.worker_host === null ? "task" : `${task.worker_host}, process ${task.worker_pid}`}
      </AppLink>
      {task.started_at !== null && (
        <span className="no-wrap">
          <Elapsed from={task.started_at} to={task.completed_at} /> elapsed
        </span>
      )}
      {spent !== null && <span className="no-wrap">{formatCount(spent.tokens)} tokens</span>}
      {spent !== null && (
        <span className="no-wrap">
          {spent.costUsd === null ? "cost unknown" : `${formatUsd(spent.costUsd)} so far`}
        </span>
      )}
      <span className="spacer" />
      <CancelTask task={task} quiet onCancelled={onCancelled} />
    </div>
  );
}

function JobLine({ task, onCancelled }: JobProps) {
  const title = titleOf(task);
  return (
    <article className="card job-line" aria-label={title}>
      <StatusBadge status={task.status} />
      <h3 className="cut">
        <AppLink href={task.unit_id === null ? paths.task(task.id) : paths.unit(task.unit_id)}>
          {title}
        </AppLink>
      </h3>
      <span className="text-3 cut hide-phone">{nowOf(task)}</span>
      <span className="spacer" />
      <ProgressBar
        percentage={task.progress_percentage}
        tone={lookOfStatus(task.status).tone}
        label={`Progress of ${title}`}
        numbered
      />
      <span className="text-3 job-line-time hide-phone">
        <Elapsed from={task.started_at} to={task.completed_at} />
      </span>
      <CancelTask task={task} quiet onCancelled={onCancelled} />
    </article>
  );
}
