import { z } from "@hono/zod-openapi";
import { engineFields, engines } from "../../../platform/engines.ts";
import { momentField, searchWordsField } from "../../../platform/filter-fields.ts";
import { taskModes, taskStatuses } from "../../task-queue/public.ts";
import { firingAlertSchema } from "../alerts/models.ts";
import { healthPartSchema } from "../health/models.ts";
import { incidentSchema } from "../incidents/models.ts";

const uuid = z.uuid();
const moment = z.iso.datetime();
const count = z.number().int();
/** Milliseconds; never negative: clocks of two machines may differ by more than a thing took. */
const milliseconds = z.number().min(0);

export const monitorStageSchema = z.object({
  stage: z.enum(["source", "plan", "lessons", "podcast", "art"]),
  status: z.enum(["pending", "running", "completed", "partial", "failed", "skipped"]),
  total: count,
  completed: count,
  failed: count,
  flow_run_ids: z.array(uuid),
});
export type MonitorStage = z.infer<typeof monitorStageSchema>;

/** One lesson of a job: its steps of writing and speaking, one cell each. */
export const jobLaneSchema = z.object({
  lesson_position: count,
  title: z.string().nullable(),
  status: z.enum(["not_begun", "pending", "running", "paused", "completed", "failed", "cancelled"]),
  cells: z.array(z.enum(["done", "reused", "running", "failed", "waiting", "open"])),
  current_step: z.string().nullable(),
  error_message: z.string().nullable(),
  flow_run_id: uuid.nullable(),
  started_at: moment.nullable(),
  completed_at: moment.nullable(),
});
export type JobLane = z.infer<typeof jobLaneSchema>;

export const currentStepSchema = z.object({
  step_run_id: uuid,
  flow_run_id: uuid,
  step_name: z.string(),
  lesson_position: count.nullable(),
  attempt: count,
  started_at: moment,
  provider: z.string().nullable(),
  model: z.string().nullable(),
  /** What the same step by the same model took before; null without a history of at least 20. */
  usual: z.object({ p50_ms: milliseconds, p99_ms: milliseconds, runs: count }).nullable(),
});

/** How far: `steps_known` is null until the plan says how many there are. */
export const jobProgressSchema = z.object({
  steps_done: count,
  steps_known: count.nullable(),
  /** 0 to 99 while the job runs; null while the plan is unknown, or the outside engine tells none. */
  percentage: z.number().nullable(),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

/** Of ten jobs eight end within the range (`earliest_ms` to `latest_ms`), counted from `as_of`. Always null for a past moment. */
export const jobForecastSchema = z.object({
  remaining: z
    .object({ earliest_ms: milliseconds, likely_ms: milliseconds, latest_ms: milliseconds })
    .nullable(),
  /** Of the whole job, what was paid already included; null: unknown. */
  cost_usd: z.number().nullable(),
  based_on_runs: count,
  unknown_because: z.string().nullable(),
});
export type JobForecast = z.infer<typeof jobForecastSchema>;

export const stuckSchema = z.object({
  kind: z.enum(["heartbeat_late", "step_slow"]),
  since: moment,
  /** Why, such as "draft_exercises by gpt-5 runs longer than 1 m 33 s; 99 of 100 took less than 1 m 02 s, of 200 that are recorded." */
  sentence: z.string(),
  step_run_id: uuid.nullable(),
});
export type Stuck = z.infer<typeof stuckSchema>;

const jobFields = {
  task_id: uuid,
  task_name: z.string(),
  mode: z.enum(taskModes),
  unit_id: uuid.nullable(),
  unit_title: z.string().nullable(),
  learner_level: z.string().nullable(),
  target_lesson_count: count.nullable(),
  user_id: uuid.nullable(),
  user_name: z.string().nullable(),
  engine: z.enum(engines),
  /** What follows is null, or false, of jobs that our own workers carry out. */
  connection_id: uuid.nullable(),
  connection_name: z.string().nullable(),
  external_id: z.string().nullable(),
  /** The engine's own word; null of a past moment. */
  external_state: z.string().nullable(),
  external_work_pool: z.string().nullable(),
  external_url: z.string().nullable(),
  /** It gives no sign of life; only the engine can say that it is dead. */
  is_suspect: z.boolean(),
  suspect_since: moment.nullable(),
  suspect_reason: z.string().nullable(),
  /** Since when the engine does not know the run. */
  missing_upstream_at: moment.nullable(),
  /** While the connection is out of touch: the moment that the row is of. */
  connection_as_of: moment.nullable(),
};

/** A job that a worker or an outside engine executes. Of the latter there are no stages and lanes. */
export const activeJobSchema = z
  .object({
    ...jobFields,
    status: z.enum(taskStatuses),
    attempt: count,
    worker: z.object({ id: uuid, host: z.string(), pid: count }).nullable(),
    created_at: moment,
    started_at: moment.nullable(),
    elapsed_ms: milliseconds,
    cancel_requested_at: moment.nullable(),
    progress: jobProgressSchema,
    stages: z.array(monitorStageSchema),
    /** Newest first, at most 8 of `current_step_count`. */
    current_steps: z.array(currentStepSchema),
    current_step_count: count,
    /** In the order of the lessons, at most 200. */
    lanes: z.array(jobLaneSchema),
    tokens: count,
    cost_usd: z.number().nullable(),
    forecast: jobForecastSchema.nullable(),
    stuck: stuckSchema.nullable(),
    version: count,
  })
  .openapi("ActiveJob");
export type ActiveJob = z.infer<typeof activeJobSchema>;

/** A job that waits: for a worker, to be claimed again, or for a person. */
export const queuedJobSchema = z
  .object({
    ...jobFields,
    status: z.enum(["pending", "retry", "paused"]),
    pause_reason: z.string().nullable(),
    /** From 1 in the order of claiming; null while it is paused or may not start yet. */
    position: count.nullable(),
    created_at: moment,
    available_at: moment,
    waiting_ms: milliseconds,
    /** About, counted from `as_of`; null: unknown. Always null for a past moment. */
    expected_start_ms: milliseconds.nullable(),
    cancel_requested_at: moment.nullable(),
    version: count,
  })
  .openapi("QueuedJob");
export type QueuedJob = z.infer<typeof queuedJobSchema>;

export const jobOutcomes = ["completed", "partial", "failed", "cancelled"] as const;

/** A job that ended. `id` is its task. */
export const finishedJobSchema = z
  .object({
    id: uuid,
    ...jobFields,
    outcome: z.enum(jobOutcomes),
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
    lessons_completed: count,
    lessons_failed: count,
    exercise_count: count,
    attempt: count,
    created_at: moment,
    started_at: moment.nullable(),
    completed_at: moment,
    /** From its first start to its end; null when it never started. */
    duration_ms: milliseconds.nullable(),
    tokens: count,
    cost_usd: z.number().nullable(),
    /** No model wrote it. */
    is_offline: z.boolean(),
  })
  .openapi("FinishedJob");
export type FinishedJob = z.infer<typeof finishedJobSchema>;

/** The figures on top. "Today" is the day of the budget: from midnight UTC. */
export const monitorFiguresSchema = z.object({
  running: count,
  /** Of the running ones those that outside engines carry out: they take no slot of ours. */
  outside_running: count,
  capacity: count,
  queued: count,
  paused: count,
  oldest_waiting_ms: milliseconds,
  finished_today: count,
  /** Of the finished ones those with a part missing. */
  partial_today: count,
  failed_today: count,
  median_duration_ms: milliseconds.nullable(),
  /** Null: something of today was sent and its cost is not known. */
  spent_today_usd: z.number().nullable(),
  budget_usd_per_day: z.number().nullable(),
});

export const courseGenerationSchema = z
  .object({
    /** The moment that the answer is of. */
    as_of: moment,
    /** The past moment that was asked for; null: now. */
    at: moment.nullable(),
    /** Since when there is anything to look back at; null while there is nothing. */
    recorded_since: moment.nullable(),
    figures: monitorFiguresSchema,
    health: z.array(healthPartSchema),
    /** Oldest first, at most 50 of `active_total`. Of the engine that was asked for, as all lists of jobs; the figures are of all. */
    active_jobs: z.array(activeJobSchema),
    active_total: count,
    /** In the order of claiming, paused ones last, at most 50 of `queued_total`. */
    queued_jobs: z.array(queuedJobSchema),
    queued_total: count,
    /** Newest end first, at most 20; the rest by `/admin/course-generation/history`. */
    history: z.array(finishedJobSchema),
    /** Open ones, newest failure first, at most 20 of `incident_total`. */
    incidents: z.array(incidentSchema),
    incident_total: count,
    alerts: z.array(firingAlertSchema),
  })
  .openapi("CourseGeneration");
export type CourseGeneration = z.infer<typeof courseGenerationSchema>;

export const monitorQuerySchema = z.object({
  at: momentField.optional().openapi({ description: "A past moment; without it: now." }),
  engine: engineFields.engine,
});

export const historyFilterSchema = z.object({
  outcome: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(jobOutcomes)).min(1))
    .optional()
    .openapi({ type: "string", description: "One, or several with commas between." }),
  task_name: z.string().min(1).max(200).optional(),
  unit_id: uuid.optional(),
  user_id: uuid.optional(),
  ...engineFields,
  /** When they ended. */
  completed_from: momentField.optional(),
  completed_to: momentField.optional(),
  q: searchWordsField.optional().openapi({ description: "A part of the unit's title." }),
});
export type HistoryFilter = z.infer<typeof historyFilterSchema>;
