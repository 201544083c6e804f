import { memo, useMemo } from "react";
import { useLiveRow } from "../../../api/live/use-live.ts";
import type { ActiveJob } from "../../../api/monitor-rows.ts";
import { paths } from "../../../paths.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { ProgressBar } from "../../../ui/status/ProgressBar.tsx";
import { StageStrip } from "../../../ui/status/StageStrip.tsx";
import { StatusBadge } from "../../../ui/status/StatusBadge.tsx";
import { formatCount, formatQuantity } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { EndlessBar, RunMarks } from "../../engines/public.ts";
import { CancelTask } from "../../tasks/public.ts";
import { useAnswerMoment, useWordsSince } from "../answer-moment.tsx";
import { costWordsOf, progressWordsOf } from "../monitor-words.ts";
import { JobPercentage, TimeLeft, TimeLeftRange } from "./JobEstimate.tsx";
import { JobLanes, StepTime } from "./JobLanes.tsx";
import { isOnPrefect, outsideRowOf } from "./job-engine.ts";
import "./jobs.css";
import {
  aboutOf,
  addressOf,
  formatElapsed,
  idlePhraseOf,
  stagesOf,
  stepPhraseOf,
  stuckAddressOf,
  titleOf,
} from "./job-words.ts";

type GenerationJobCardProps = {
  job: ActiveJob;
  /** One line, or all of it. */
  isFull: boolean;
  /** Where the reader may change that. */
  onToggle?: (() => void) | undefined;
};

/** What the stream says of the job's task before the next answer of the monitor. */
function useLiveJob(job: ActiveJob): ActiveJob {
  const fetched = useMemo(
    () => ({
      id: job.task_id,
      version: job.version,
      status: job.status,
      cancel_requested_at: job.cancel_requested_at,
    }),
    [job],
  );
  const { isPast } = useAnswerMoment();
  const task = useLiveRow("task", fetched);
  return isPast ? job : { ...job, status: task.status, cancel_requested_at: task.cancel_requested_at };
}

/** One job that a worker executes: what it makes, how far it is, what it does now, what it has used and will use. */
export function GenerationJobCard({ job: answered, isFull, onToggle }: GenerationJobCardProps) {
  const job = useLiveJob(answered);
  return isFull ? <JobInFull job={job} onToggle={onToggle} /> : <JobLine job={job} onToggle={onToggle} />;
}

type JobProps = { job: ActiveJob; onToggle?: (() => void) | undefined };

type JobStagesProps = { title: string } & Pick<ActiveJob, "task_id" | "status" | "stages" | "lanes">;

const JobStages = memo(function JobStages({ title, ...job }: JobStagesProps) {
  return <StageStrip label={`Stages of ${title}`} stages={stagesOf(job)} />;
});

function JobInFull({ job, onToggle }: JobProps) {
  const { task_id, status, stages, lanes } = job;
  const title = titleOf(job);
  return (
    <article className="card job-card" aria-label={title}>
      <JobHead job={job} onToggle={onToggle} />
      <StuckFlag job={job} />
      {stages.length > 0 ? (
        <JobStages title={title} task_id={task_id} status={status} stages={stages} lanes={lanes} />
      ) : (
        <span className="job-bar">
          <JobBar job={job} title={title} />
        </span>
      )}
      <JobLanes title={title} task_id={task_id} lanes={lanes} current_steps={job.current_steps} />
      <JobFoot job={job} />
    </article>
  );
}

function JobBar({ job, title }: JobProps & { title: string }) {
  const { percentage } = job.progress;
  const label = `Progress of ${title}`;
  if (percentage !== null || !isOnPrefect(job)) return <ProgressBar percentage={percentage} label={label} />;
  const words = progressWordsOf(job.progress, true);
  return <EndlessBar label={label} words={words} isMoving={job.status === "in_progress"} wide />;
}

function JobHead({ job, onToggle }: JobProps) {
  const title = titleOf(job);
  return (
    <header className="job-head">
      <div className="job-title">
        {onToggle !== undefined && <Toggle title={title} isOpen onToggle={onToggle} />}
        <h3 className="cut">
          <AppLink href={addressOf(job)}>{title}</AppLink>
        </h3>
        <span className="text-2 cut job-about">{aboutOf(job)}</span>
        <RunMarks row={outsideRowOf(job)} what={title} />
        {job.attempt > 1 && <span className="job-mark is-warn">attempt {job.attempt}</span>}
        <JobStatus job={job} />
      </div>
      <JobPercentage job={job} />
      <div className="job-under">
        <span className="no-wrap">{progressWordsOf(job.progress, isOnPrefect(job))}</span>
        <TimeLeftRange job={job} />
      </div>
      <TimeLeft job={job} />
    </header>
  );
}

/** Says what is out of the ordinary; a job in progress needs no word for it. */
function JobStatus({ job }: JobProps) {
  if (job.cancel_requested_at !== null) {
    return (
      <span className="status is-warn">
        <Icon name="slash" small />
        is being cancelled
      </span>
    );
  }
  return job.status === "in_progress" ? null : <StatusBadge status={job.status} />;
}

/** A run that gives no sign of life may have died with its process, but only Prefect can say so. */
const stuckWordOf = (job: ActiveJob) => (isOnPrefect(job) ? "Suspect" : "Stuck");

function StuckFlag({ job }: JobProps) {
  if (job.stuck === null) return null;
  return (
    <p className="job-stuck is-warn" role="status">
      <Icon name="triangle" small className="is-warn" />
      <span>
        <b>{stuckWordOf(job)}:</b> {job.stuck.sentence}{" "}
        <AppLink className="link" href={stuckAddressOf(job)}>
          {job.stuck.step_run_id === null ? "Look at the task" : "Look at the step"}
        </AppLink>
      </span>
    </p>
  );
}

/** The newest step that no lane shows, else what the job does as a whole. */
function JobNow({ job }: JobProps) {
  const lanes = new Set(job.lanes.map((lane) => lane.lesson_position));
  const outside = job.current_steps.filter(
    ({ lesson_position }) => lesson_position === null || !lanes.has(lesson_position),
  );
  const [step] = outside;
  if (step === undefined) {
    const [inLane] = job.current_steps;
    const words = inLane === undefined ? idlePhraseOf(job) : runningWordsOf(job.current_step_count);
    return <span className="job-now cut">{words}</span>;
  }
  return (
    <span className="job-now cut">
      <AppLink href={paths.flowRun(step.flow_run_id, { step: step.step_run_id })}>
        {stepPhraseOf(step)}
      </AppLink>{" "}
      <StepTime step={step} />
      {outside.length > 1 && <span> and {outside.length - 1} more</span>}
    </span>
  );
}

const runningWordsOf = (count: number) =>
  count === 1 ? "1 step runs" : `${formatCount(count)} steps run at once`;

function JobElapsed({ job }: JobProps) {
  return <>{useWordsSince((sinceMs) => formatElapsed(job.elapsed_ms + sinceMs))}</>;
}

/** Who executes a job. */
function workerWordsOf(job: ActiveJob): string {
  const { worker } = job;
  if (worker !== null) return `${worker.host}, process ${worker.pid}`;
  if (!isOnPrefect(job)) return "no worker";
  const pool = job.external_work_pool;
  return pool === null ? "carried out by Prefect" : `carried out by Prefect, pool ${shortName(pool, 40)}`;
}

function JobFoot({ job }: JobProps) {
  const { isPast, onChanged } = useAnswerMoment();
  return (
    <footer className="job-foot">
      <JobNow job={job} />
      <AppLink className="cut" href={paths.task(job.task_id)} title="The task with its attempts and workers">
        {workerWordsOf(job)}
      </AppLink>
      {job.started_at !== null && (
        <span className="no-wrap job-number">
          <JobElapsed job={job} /> elapsed
        </span>
      )}
      <span className="no-wrap job-number">{job.tokens > 0 && formatQuantity(job.tokens, "token")}</span>
      <span className="no-wrap job-number job-cost">{costWordsOf(job)}</span>
      {!isPast && (
        <CancelTask
          task={{
            id: job.task_id,
            task_name: job.task_name,
            cancel_requested_at: job.cancel_requested_at,
          }}
          isOnPrefect={isOnPrefect(job)}
          quiet
          onCancelled={onChanged}
        />
      )}
    </footer>
  );
}

type ToggleProps = { title: string; isOpen: boolean; onToggle: () => void };

function Toggle({ title, isOpen, onToggle }: ToggleProps) {
  return (
    <button
      type="button"
      className="job-toggle"
      aria-expanded={isOpen}
      aria-label={`All of ${title}`}
      onClick={onToggle}
    >
      <Icon name="right" small className="icon-turns" />
    </button>
  );
}

function lineWordsOf(job: ActiveJob): string {
  const [step] = job.current_steps;
  return step === undefined || job.cancel_requested_at !== null ? idlePhraseOf(job) : stepPhraseOf(step);
}

function JobLine({ job, onToggle }: JobProps) {
  const title = titleOf(job);
  return (
    <article className="card job-line" aria-label={title}>
      {onToggle !== undefined && <Toggle title={title} isOpen={false} onToggle={onToggle} />}
      <h3 className="cut">
        <AppLink href={addressOf(job)}>{title}</AppLink>
      </h3>
      <RunMarks row={outsideRowOf(job)} what={title} />
      {job.stuck === null ? (
        <span className="text-3 cut job-line-now">{lineWordsOf(job)}</span>
      ) : (
        <span className="status is-warn job-line-now" title={job.stuck.sentence}>
          <Icon name="triangle" small className="is-warn" />
          <span className="cut">
            {stuckWordOf(job)}: {job.stuck.sentence}
          </span>
        </span>
      )}
      <span className="spacer" />
      {job.progress.percentage === null ? (
        <span className="text-3 no-wrap">
          {isOnPrefect(job) ? progressWordsOf(job.progress, true) : "not planned yet"}
        </span>
      ) : (
        <ProgressBar percentage={job.progress.percentage} label={`Progress of ${title}`} numbered />
      )}
      <TimeLeft job={job} />
    </article>
  );
}
