import type {
  ActiveJob,
  CourseGeneration,
  FinishedJob,
  MonitorLane,
  QueuedJob,
} from "../../api/monitor-rows.ts";

/** The moment that the sample answers are of. */
export const sampleMoment = "2026-11-21T12:04:31.000Z";

const secondsBefore = (seconds: number) => new Date(Date.parse(sampleMoment) - seconds * 1000).toISOString();

let lastId = 0;

/** A fresh id. */
export function sampleId(): string {
  lastId += 1;
  return `019a0000-0000-7000-8000-${String(lastId).padStart(12, "0")}`;
}

/** A lesson of a job. */
export function laneOf(lesson_position: number, fields: Partial<MonitorLane> = {}): MonitorLane {
  return {
    lesson_position,
    title: `Lesson number ${lesson_position}`,
    status: "running",
    cells: ["done", "running", "open"],
    current_step: "draft_exercises",
    error_message: null,
    flow_run_id: sampleId(),
    started_at: secondsBefore(31),
    completed_at: null,
    ...fields,
  };
}

/** A step that runs now. */
export function stepOf(
  fields: Partial<ActiveJob["current_steps"][number]> = {},
): ActiveJob["current_steps"][number] {
  return {
    step_run_id: sampleId(),
    flow_run_id: sampleId(),
    step_name: "draft_exercises",
    lesson_position: null,
    attempt: 1,
    started_at: secondsBefore(12),
    provider: "openai",
    model: "gpt-4.1-mini",
    usual: { p50_ms: 8_000, p99_ms: 31_000, runs: 240 },
    ...fields,
  };
}

const carriedOutHere = {
  engine: "coursewright",
  connection_id: null,
  connection_name: null,
  external_id: null,
  external_state: null,
  external_work_pool: null,
  external_url: null,
  is_suspect: false,
  suspect_since: null,
  suspect_reason: null,
  missing_upstream_at: null,
  connection_as_of: null,
} as const;

/** What a job says that Prefect carries out. */
export const carriedOutOnPrefect = {
  engine: "prefect",
  connection_id: "019a0000-0000-7000-8000-00000000000c",
  connection_name: "cellar",
  external_id: "5a1e6d0c-0000-4000-8000-000000000001",
  external_state: "Running",
  external_work_pool: null,
  external_url: "http://prefect:4200/runs/flow-run/5a1e6d0c",
  stages: [],
  lanes: [],
  worker: null,
  forecast: null,
  cost_usd: null,
  tokens: 0,
} satisfies Partial<ActiveJob>;

/** A job with a plan that a worker executes. */
export function activeJobOf(fields: Partial<ActiveJob> = {}): ActiveJob {
  return {
    task_id: sampleId(),
    task_name: "unit_creation",
    mode: "from_scratch",
    unit_id: sampleId(),
    unit_title: "Tides",
    learner_level: "beginner",
    target_lesson_count: 4,
    user_id: sampleId(),
    user_name: "Ada",
    ...carriedOutHere,
    status: "in_progress",
    attempt: 1,
    worker: { id: sampleId(), host: "jupiter", pid: 4711 },
    created_at: secondsBefore(70),
    started_at: secondsBefore(66),
    elapsed_ms: 66_000,
    cancel_requested_at: null,
    progress: { steps_done: 23, steps_known: 41, percentage: 56 },
    stages: [
      { stage: "plan", status: "completed", total: 1, completed: 1, failed: 0, flow_run_ids: [sampleId()] },
      {
        stage: "lessons",
        status: "running",
        total: 4,
        completed: 1,
        failed: 0,
        flow_run_ids: [sampleId(), sampleId()],
      },
      { stage: "podcast", status: "pending", total: 1, completed: 0, failed: 0, flow_run_ids: [] },
      { stage: "art", status: "skipped", total: 0, completed: 0, failed: 0, flow_run_ids: [] },
    ],
    current_steps: [],
    current_step_count: 0,
    lanes: [],
    tokens: 18_240,
    cost_usd: 0.031,
    forecast: {
      remaining: { earliest_ms: 25_000, likely_ms: 40_000, latest_ms: 70_000 },
      cost_usd: 0.06,
      based_on_runs: 120,
      unknown_because: null,
    },
    stuck: null,
    version: 7,
    ...fields,
  };
}

/** A job that waits for a worker. */
export function queuedJobOf(fields: Partial<QueuedJob> = {}): QueuedJob {
  return {
    task_id: sampleId(),
    task_name: "unit_creation",
    mode: "from_scratch",
    unit_id: sampleId(),
    unit_title: "Harbours",
    learner_level: "intermediate",
    target_lesson_count: 6,
    user_id: sampleId(),
    user_name: "Ada",
    ...carriedOutHere,
    status: "pending",
    pause_reason: null,
    position: 1,
    created_at: secondsBefore(40),
    available_at: secondsBefore(40),
    waiting_ms: 40_000,
    expected_start_ms: 118_000,
    cancel_requested_at: null,
    version: 1,
    ...fields,
  };
}

/** A job that ended well. */
export function finishedJobOf(fields: Partial<FinishedJob> = {}): FinishedJob {
  const id = sampleId();
  return {
    id,
    task_id: id,
    task_name: "unit_creation",
    mode: "from_scratch",
    unit_id: sampleId(),
    unit_title: "Volcanoes",
    learner_level: "beginner",
    target_lesson_count: 5,
    user_id: sampleId(),
    user_name: "Ada",
    ...carriedOutHere,
    outcome: "completed",
    error_code: null,
    error_message: null,
    lessons_completed: 5,
    lessons_failed: 0,
    exercise_count: 40,
    attempt: 1,
    created_at: secondsBefore(400),
    started_at: secondsBefore(390),
    completed_at: secondsBefore(258),
    duration_ms: 132_000,
    tokens: 64_118,
    cost_usd: 0.118,
    is_offline: false,
    ...fields,
  };
}

/** A whole answer; nothing happens in it unless told. */
export function answerOf(fields: Partial<CourseGeneration> = {}): CourseGeneration {
  const active_jobs = fields.active_jobs ?? [];
  const queued_jobs = fields.queued_jobs ?? [];
  return {
    as_of: sampleMoment,
    at: null,
    recorded_since: "2026-11-14T08:00:00.000Z",
    figures: {
      running: active_jobs.length,
      outside_running: active_jobs.filter(({ engine }) => engine === "prefect").length,
      capacity: 12,
      queued: queued_jobs.filter(({ status }) => status !== "paused").length,
      paused: queued_jobs.filter(({ status }) => status === "paused").length,
      oldest_waiting_ms: 40_000,
      finished_today: 131,
      partial_today: 4,
      failed_today: 2,
      median_duration_ms: 124_000,
      spent_today_usd: 4.12,
      budget_usd_per_day: 20,
    },
    health: [],
    active_jobs,
    active_total: active_jobs.length,
    queued_jobs,
    queued_total: queued_jobs.length,
    history: [],
    incidents: [],
    incident_total: 0,
    alerts: [],
    ...fields,
  };
}
