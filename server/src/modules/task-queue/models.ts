import { z } from "@hono/zod-openapi";
import { taskModes, taskStatuses } from "./statuses.ts";

const uuid = z.uuid();
const moment = z.iso.datetime();

/** One row of the tasks list: the columns of `task_summaries`. */
export const taskSummarySchema = z
  .object({
    id: uuid,
    task_name: z.string(),
    status: z.enum(taskStatuses),
    pause_reason: z.string().nullable(),
    queue_name: z.string(),
    executor: z.enum(["worker", "external", "observed"]),
    priority: z.number().int(),
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
    unit_id: uuid.nullable(),
    unit_title: z.string().nullable(),
    user_id: uuid.nullable(),
    user_name: z.string().nullable(),
    lineage_id: uuid,
    retry_of_task_id: uuid.nullable(),
    mode: z.enum(taskModes),
    connection_id: uuid.nullable(),
    connection_name: z
      .string()
      .nullable()
      .openapi({ description: "Of the outside engine; null for our own." }),
    external_id: z.string().nullable(),
    external_state: z.string().nullable().openapi({ description: "The outside engine's own word." }),
    external_work_pool: z.string().nullable(),
    progress_source: z.enum(["artifact", "label", "counts"]).nullable().openapi({
      description:
        "Of an outside engine's task: where its progress comes from. With `counts` the whole is not known.",
    }),
    worker_id: uuid.nullable(),
    worker_host: z.string().nullable(),
    worker_pid: z.number().int().nullable(),
    attempt: z.number().int(),
    crashes: z.number().int(),
    progress_percentage: z.number(),
    current_step: z.string().nullable(),
    cancel_requested_at: moment.nullable(),
    created_at: moment,
    updated_at: moment,
    available_at: moment,
    started_at: moment.nullable(),
    completed_at: moment.nullable(),
    version: z.number().int(),
  })
  .openapi("TaskSummary");
export type TaskSummary = z.infer<typeof taskSummarySchema>;

export const taskAttemptSchema = z
  .object({
    attempt: z.number().int(),
    fence: z.number().int(),
    worker_id: uuid,
    worker_host: z.string(),
    worker_pid: z.number().int(),
    claimed_at: moment,
    ended_at: moment.nullable(),
    outcome: z
      .enum(["completed", "failed", "cancelled", "paused", "released", "crashed", "worker_died"])
      .nullable(),
    error_code: z.string().nullable(),
  })
  .openapi("TaskAttempt");
export type TaskAttempt = z.infer<typeof taskAttemptSchema>;

/** A task that belongs to the same story: of the same lineage or the one it continues, a retry before or after it, or a child. */
export const relatedTaskSchema = taskSummarySchema
  .pick({
    id: true,
    task_name: true,
    status: true,
    mode: true,
    lineage_id: true,
    retry_of_task_id: true,
    error_code: true,
    created_at: true,
    completed_at: true,
  })
  .openapi("RelatedTask");
export type RelatedTask = z.infer<typeof relatedTaskSchema>;

export const taskDetailsSchema = taskSummarySchema
  .extend({
    inputs: z.unknown(),
    result: z.unknown().nullable(),
    attempts: z.array(taskAttemptSchema),
    /** Oldest first, without the task itself. */
    related_tasks: z.array(relatedTaskSchema),
    /** Tasks that continue this task's lineage in one of their own, such as lessons written anew. Oldest first. */
    children: z.array(relatedTaskSchema),
  })
  .openapi("TaskDetails");
export type TaskDetails = z.infer<typeof taskDetailsSchema>;

export const workerSummarySchema = z
  .object({
    id: uuid,
    host: z.string(),
    pid: z.number().int(),
    app_version: z.string(),
    queues: z.array(z.string()),
    capacity: z.number().int(),
    running: z.number().int(),
    started_at: moment,
    beat_at: moment,
    stopped_at: moment.nullable(),
    dead_at: moment.nullable(),
    health: z.enum(["healthy", "suspect", "dead", "stopped"]),
    /** Higher in the newer of two rows. */
    version: z.number().int(),
  })
  .openapi("WorkerSummary");
export type WorkerSummary = z.infer<typeof workerSummarySchema>;

export const queueStatusSchema = z
  .object({
    pending: z.number().int(),
    in_progress: z.number().int(),
    retry: z.number().int(),
    paused: z.number().int(),
    /** How long the oldest task that may start has waited; 0 when none waits. */
    oldest_waiting_seconds: z.number(),
    workers_healthy: z.number().int(),
    workers_total: z.number().int(),
    capacity: z.number().int(),
    running: z.number().int(),
    /** Tasks that an outside engine carries out now; in none of the other counts. */
    outside_running: z.number().int(),
  })
  .openapi("QueueStatus");
export type QueueStatus = z.infer<typeof queueStatusSchema>;
