import type { ActiveJob, CurrentStep, MonitorStage, QueuedJob } from "../../../api/monitor-rows.ts";
import { paths } from "../../../paths.ts";
import type { Stage } from "../../../ui/status/StageStrip.tsx";
import { formatDuration, formatQuantity } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { activityPhraseOf } from "../../flow-runs/public.ts";
import { taskTitleOf } from "../../tasks/public.ts";
import { stripStageOf } from "../../units/public.ts";

import { isOnPrefect } from "./job-engine.ts";

type NamedJob = Pick<
  ActiveJob | QueuedJob,
  | "task_id"
  | "task_name"
  | "mode"
  | "unit_id"
  | "unit_title"
  | "learner_level"
  | "target_lesson_count"
  | "user_name"
  | "engine"
>;

/** What a job is about: its unit, else what kind of work it is. */
export function titleOf(job: NamedJob): string {
  return shortName(taskTitleOf(job));
}

/** Where a job's title leads: to its unit, or to its task where there is no unit, or no longer. */
export function addressOf(job: Pick<NamedJob, "task_id" | "unit_id">): string {
  return job.unit_id === null ? paths.task(job.task_id) : paths.unit(job.unit_id);
}

const modes: Partial<Record<ActiveJob["mode"], string>> = {
  resume: "resumed",
  regenerate: "a lesson anew",
  fork: "from a copy",
};

/** Level, lessons, kind of work and who asked, as far as they are known. */
export function aboutOf(job: NamedJob): string {
  const lessons = job.target_lesson_count;
  return [
    job.learner_level,
    lessons === null ? null : formatQuantity(lessons, "lesson"),
    modes[job.mode] ?? null,
    // A run of Prefect without a unit never had one: what stands there is the run's own name.
    job.unit_id === null && job.unit_title !== null && !isOnPrefect(job) ? "unit deleted" : null,
    job.user_name === null ? null : `for ${shortName(job.user_name)}`,
  ]
    .filter((word) => word !== null && word !== "")
    .join(" · ");
}

/** Which part of the job a step works on, for steps that stand outside of their lesson's lane. */
export function stepPhraseOf(step: CurrentStep): string {
  const phrase = activityPhraseOf(step.step_name);
  return step.lesson_position === null ? phrase : `${phrase}, lesson ${step.lesson_position}`;
}

/** What a job does as a whole where no step tells it. */
export function idlePhraseOf(
  job: Pick<ActiveJob, "status" | "cancel_requested_at" | "started_at" | "worker" | "progress" | "engine">,
): string {
  if (job.cancel_requested_at !== null) return "is being cancelled";
  if (job.status === "completed" || job.status === "failed" || job.status === "cancelled") return "has ended";
  if (job.status === "paused") return "pauses";
  if (job.status === "retry") return "waits to go on";
  if (isOnPrefect(job)) return job.started_at === null ? "waits on Prefect" : "at work on Prefect";
  if (job.started_at === null) return "waits for a worker";
  return job.progress.steps_done === 0 ? "begins" : "goes on to its next step";
}

/** A running time to the second; what has only just begun counts as one. */
export function formatElapsed(ms: number): string {
  return formatDuration(Math.floor(Math.max(0, ms) / 1000) * 1000 || 1000);
}

/** `12 s, usually 8 s`; without enough runs before it the first part only. */
export function stepTimeOf(elapsedMs: number, usual: CurrentStep["usual"]): string {
  const elapsed = formatElapsed(elapsedMs);
  return usual === null ? elapsed : `${elapsed}, usually ${formatDuration(usual.p50_ms)}`;
}

/** Whether a step runs longer than 99 of 100 did before. */
export function isSlow(elapsedMs: number, usual: CurrentStep["usual"]): boolean {
  return usual !== null && elapsedMs > usual.p99_ms;
}

/** What "usually" stands for, for a tooltip. */
export function usualWordsOf(usual: CurrentStep["usual"]): string | undefined {
  if (usual === null) return undefined;
  return `Of ${formatQuantity(usual.runs, "run")} of this step by this model half took less than ${formatDuration(usual.p50_ms)}, 99 of 100 less than ${formatDuration(usual.p99_ms)}.`;
}

function stageAddressOf(job: Pick<ActiveJob, "task_id">, stage: MonitorStage): string | undefined {
  const [only, second] = stage.flow_run_ids;
  if (only === undefined) return undefined;
  if (second === undefined) return paths.flowRun(only);
  const flow = stage.stage === "lessons" ? { flow_name: "lesson_creation" } : {};
  return paths.flowRuns({ task_id: job.task_id, ...flow });
}

/** The stages of a job as the strip draws them, each with the way to its flow runs; what was left out on purpose is not shown. */
export function stagesOf(job: Pick<ActiveJob, "task_id" | "status" | "stages" | "lanes">): Stage[] {
  const unit = {
    status: job.status,
    lessons: job.lanes.map((lane) => ({ position: lane.lesson_position, status: lane.status })),
  };
  return job.stages
    .filter((stage) => stage.status !== "skipped")
    .map((stage) => ({ ...stripStageOf(stage, unit), href: stageAddressOf(job, stage) }));
}

/** Where the step that makes a job stuck can be looked at. */
export function stuckAddressOf(job: Pick<ActiveJob, "task_id" | "current_steps" | "stuck">): string {
  const step = job.current_steps.find(({ step_run_id }) => step_run_id === job.stuck?.step_run_id);
  return step === undefined
    ? paths.task(job.task_id)
    : paths.flowRun(step.flow_run_id, { step: step.step_run_id });
}
