import { engineOf } from "../../../platform/engines.ts";
import type { JobOutlook, JobPlan, UsualDuration } from "../../content-creator/public.ts";
import { expectedStarts } from "./expected-start.ts";
import type {
  ActiveJob,
  FinishedJob,
  JobForecast,
  JobLane,
  JobProgress,
  MonitorStage,
  QueuedJob,
  Stuck,
} from "./models.ts";
import type { EndedRow } from "./repo/history.ts";
import type { JobRow, Jobs, WorkerRow } from "./repo/jobs.ts";
import type { OutsideRow } from "./repo/outside.ts";
import type { SpendingRow, StepRow, WorkRow } from "./repo/work.ts";
import { isContentJob, lanesOf, stagesOf } from "./stages.ts";

/** What was read of the unfinished jobs besides their rows, by task. */
export interface JobFacts {
  readonly as_of: string;
  readonly work: ReadonlyMap<string, WorkRow>;
  readonly spending: ReadonlyMap<string, SpendingRow>;
  readonly plans: ReadonlyMap<string, JobPlan>;
  readonly usual: readonly UsualDuration[];
  readonly stuck: ReadonlyMap<string, Stuck>;
  /** Items done and known of jobs that are no flow. */
  readonly items: ReadonlyMap<string, { readonly done: number; readonly total: number }>;
  /** Null for a past moment: what was foreseen is not kept. */
  readonly outlooks: ReadonlyMap<string, JobOutlook> | null;
  /** Of jobs that outside engines carry out. */
  readonly outside: ReadonlyMap<string, OutsideRow>;
}

function whatAndWhose(job: JobRow | EndedRow, outside: OutsideRow | undefined) {
  return {
    task_name: job.task_name,
    mode: job.mode,
    unit_id: job.unit_id,
    unit_title: job.unit_title,
    learner_level: job.learner_level,
    target_lesson_count: job.target_lesson_count,
    user_id: job.user_id,
    user_name: job.user_name,
    engine: engineOf(job),
    connection_id: job.connection_id,
    connection_name: outside?.connection_name ?? null,
    external_id: outside?.external_id ?? null,
    external_state: outside?.external_state ?? null,
    external_work_pool: outside?.external_work_pool ?? null,
    external_url: outside?.external_url ?? null,
    is_suspect: (outside?.suspect_since ?? null) !== null,
    suspect_since: outside?.suspect_since ?? null,
    suspect_reason: outside?.suspect_reason ?? null,
    missing_upstream_at: outside?.missing_upstream_at ?? null,
    connection_as_of: outside?.connection_as_of ?? null,
  };
}

export function activeJobOf(job: JobRow, facts: JobFacts): ActiveJob {
  const work = facts.work.get(job.task_id);
  const spending = facts.spending.get(job.task_id);
  const plan = planAt(facts.plans.get(job.task_id), facts.as_of);
  const outside = facts.outside.get(job.task_id);
  const { stages, lanes } = job.connection_id === null ? pictureOf(job, work, plan) : noPicture;
  const cost_usd = costOf(job, spending);
  return {
    task_id: job.task_id,
    ...whatAndWhose(job, outside),
    status: job.status,
    attempt: job.connection_id === null ? job.attempt : job.told_attempt,
    worker:
      job.worker_id === null
        ? null
        : { id: job.worker_id, host: job.worker_host ?? "", pid: job.worker_pid ?? 0 },
    created_at: job.created_at,
    started_at: job.started_at,
    elapsed_ms: job.elapsed_ms,
    cancel_requested_at: job.cancel_requested_at,
    progress:
      outside === undefined
        ? progressOf(work?.steps_done ?? 0, plan, facts.items.get(job.task_id))
        : toldProgressOf(outside, work?.steps_done ?? 0),
    stages: [...stages],
    current_steps: (work?.current_steps ?? []).map((step) => ({
      ...step,
      usual: usualOf(step, facts.usual),
    })),
    current_step_count: work?.current_step_count ?? 0,
    lanes: [...lanes],
    tokens: spending?.tokens ?? 0,
    cost_usd,
    forecast: forecastOf(facts.outlooks?.get(job.task_id), cost_usd),
    stuck: facts.stuck.get(job.task_id) ?? null,
    version: job.version,
  };
}

interface Picture {
  readonly stages: readonly MonitorStage[];
  readonly lanes: readonly JobLane[];
}

/** How another engine goes about it is its own. */
const noPicture: Picture = { stages: [], lanes: [] };

/** Drawn once of the same work: most jobs have not moved since the answer before. */
const pictures = new WeakMap<WorkRow, Picture & { readonly drawnOf: string }>();

function pictureOf(job: JobRow, work: WorkRow | undefined, plan: JobPlan | null): Picture {
  const titles = plan?.lesson_titles ?? null;
  if (work === undefined) return { stages: stagesOf(job, []), lanes: lanesOf(job, [], titles) };
  const drawnOf = `${job.task_name} ${job.target_lesson_count} ${job.lesson_position} ${job.generated_from_topic} ${plan?.planned_at}`;
  const known = pictures.get(work);
  if (known?.drawnOf === drawnOf) return known;
  const drawn = { drawnOf, stages: stagesOf(job, work.runs), lanes: lanesOf(job, work.runs, titles) };
  pictures.set(work, drawn);
  return drawn;
}

function planAt(plan: JobPlan | undefined, as_of: string): JobPlan | null {
  return plan !== undefined && Date.parse(plan.planned_at) <= Date.parse(as_of) ? plan : null;
}

function progressOf(
  steps_done: number,
  plan: JobPlan | null,
  items: { readonly done: number; readonly total: number } | undefined,
): JobProgress {
  const done = items?.done ?? steps_done;
  const known = items?.total ?? plan?.steps_known ?? null;
  if (known === null) return { steps_done: done, steps_known: null, percentage: null };
  // Repairs may take more steps than were known.
  const steps_known = Math.max(known, done);
  const percentage = steps_known === 0 ? 0 : Math.floor((done / steps_known) * 100);
  return { steps_done: done, steps_known, percentage: Math.min(99, percentage) };
}

/** As the engine tells it; where it tells nothing of the whole, that is unknown. */
function toldProgressOf(outside: OutsideRow, steps_seen: number): JobProgress {
  const { progress_source, progress_percentage, total_steps } = outside;
  const steps_done = Math.max(outside.steps_done, steps_seen);
  const isTold = progress_source === "artifact" || progress_source === "label";
  return {
    steps_done,
    steps_known: total_steps === null ? null : Math.max(total_steps, steps_done),
    percentage: isTold ? Math.min(99, Math.floor(progress_percentage)) : null,
  };
}

function usualOf(step: StepRow, usual: readonly UsualDuration[]) {
  const known = usual.find(
    ({ step_name, provider, model }) =>
      step_name === step.step_name && provider === step.provider && model === step.model,
  );
  if (known === undefined || known.runs < leastRuns) return null;
  return { p50_ms: known.p50_ms, p99_ms: known.p99_ms, runs: known.runs };
}

/** With fewer recorded runs nothing is said of what is usual. */
const leastRuns = 20;

/** Null: unknown, as of every job that an outside engine carries out. */
function costOf(
  job: { readonly connection_id: string | null },
  spending: { readonly cost_usd: number | null } | undefined,
): number | null {
  if (job.connection_id !== null) return null;
  return spending === undefined ? 0 : spending.cost_usd;
}

function forecastOf(outlook: JobOutlook | undefined, cost_usd: number | null): JobForecast | null {
  if (outlook === undefined) return null;
  const { remaining, cost_usd_remaining, based_on_runs, unknown_because } = outlook;
  const isPriced = cost_usd !== null && cost_usd_remaining !== null;
  return {
    remaining,
    cost_usd: isPriced ? cost_usd + cost_usd_remaining : null,
    based_on_runs,
    unknown_because,
  };
}

/** The jobs that wait, with the expected start of those that may be claimed. */
export function queuedJobsOf(jobs: Jobs, workers: readonly WorkerRow[], facts: JobFacts): QueuedJob[] {
  const active = jobs.rows.filter(({ status }) => status === "in_progress");
  const waiting = jobs.rows.filter(({ status }) => status !== "in_progress");
  const { outlooks } = facts;
  const likely = ({ task_id }: JobRow) => outlooks?.get(task_id)?.remaining?.likely_ms ?? null;
  const starts =
    outlooks === null
      ? new Map<string, number | null>()
      : expectedStarts(
          waiting
            .filter(({ position }) => position !== null)
            .map((job) => ({ ...job, likely_ms: likely(job) })),
          active
            .filter(({ executor }) => executor === "worker")
            .map((job) => ({ ...job, remaining_ms: likely(job) })),
          workers.filter(({ is_healthy }) => is_healthy),
          jobs.running - active.length,
        );
  return waiting.map((job) => ({
    task_id: job.task_id,
    ...whatAndWhose(job, facts.outside.get(job.task_id)),
    // A task that waits has one of these.
    status: job.status as QueuedJob["status"],
    pause_reason: job.pause_reason,
    position: job.position,
    created_at: job.created_at,
    available_at: job.available_at,
    waiting_ms: job.waiting_ms,
    expected_start_ms: starts.get(job.task_id) ?? null,
    cancel_requested_at: job.cancel_requested_at,
    version: job.version,
  }));
}

export function finishedJobOf(
  row: EndedRow,
  spending: SpendingRow | undefined,
  outside: OutsideRow | undefined,
): FinishedJob {
  return {
    id: row.id,
    task_id: row.id,
    ...whatAndWhose(row, outside),
    outcome: row.outcome,
    error_code: row.error_code,
    error_message: row.error_message,
    lessons_completed: row.lessons_completed,
    lessons_failed: row.lessons_failed,
    exercise_count: row.exercise_count,
    attempt: row.attempt,
    created_at: row.created_at,
    started_at: row.started_at,
    completed_at: row.completed_at,
    duration_ms: row.duration_ms,
    tokens: spending?.tokens ?? 0,
    cost_usd: costOf(row, spending),
    is_offline: row.is_offline && isContentJob(row),
  };
}
