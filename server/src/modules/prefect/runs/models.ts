import { z } from "@hono/zod-openapi";
import { engineActionSchema } from "../actions/models.ts";
import { connectionHealths } from "../connections/models.ts";

const uuid = z.uuid();
const moment = z.iso.datetime();

/** What a run of Prefect has beside the columns of the flow runs list. */
export const engineRunSchema = z
  .object({
    flow_run_id: uuid,
    connection: z.object({
      id: uuid,
      name: z.string(),
      health: z.enum(connectionHealths),
      health_reason: z.string().nullable(),
      last_sync_at: moment.nullable(),
      is_removed: z.boolean(),
    }),
    external_id: z.string(),
    /** The run in Prefect's own pages; null when nobody said where they are. */
    external_url: z.string().nullable(),
    run_name: z.string().nullable(),
    /** Prefect's own words. */
    state_type: z.string().nullable(),
    state_name: z.string().nullable(),
    state_at: moment.nullable(),
    attempt: z.number().int(),
    deployment_name: z.string().nullable(),
    work_pool_name: z.string().nullable(),
    progress_source: z.enum(["artifact", "label", "counts"]).nullable(),
    observed_at: moment.nullable(),
    last_heartbeat_at: moment.nullable(),
    /** Prefect does not know the run any more. */
    missing_upstream_at: moment.nullable(),
    suspect_since: moment.nullable(),
    suspect_reason: z.string().nullable(),
    /** Cancelled, while steps of it have not ended: its process may still work. */
    is_cancel_unconfirmed: z.boolean(),
    /** What can be asked of the run; `why_not` is null when it can. */
    actions: z.array(
      z.object({ kind: z.enum(["cancel", "retry", "resume"]), why_not: z.string().nullable() }),
    ),
    /** Newest first, at most 20. */
    recent_actions: z.array(engineActionSchema),
  })
  .openapi("EngineRun");
export type EngineRun = z.infer<typeof engineRunSchema>;

/** A run of Prefect that carries one turn of a task of ours (COURSEWRIGHT_DISPATCH=prefect). */
export const taskCarrierSchema = z
  .object({
    id: uuid,
    connection_id: uuid,
    connection_name: z.string(),
    task_id: uuid,
    external_id: z.string().nullable(),
    external_url: z.string().nullable(),
    external_state: z.string().nullable(),
    error_message: z.string().nullable(),
    created_at: moment,
    launched_at: moment.nullable(),
    ended_at: moment.nullable(),
    version: z.number().int(),
  })
  .openapi("TaskCarrier");
export type TaskCarrier = z.infer<typeof taskCarrierSchema>;

/** What Prefect has to do with a task. */
export const engineTaskSchema = z
  .object({
    task_id: uuid,
    /** Newest first. */
    carriers: z.array(taskCarrierSchema),
    /** Newest first, at most 20. */
    recent_actions: z.array(engineActionSchema),
  })
  .openapi("EngineTask");
export type EngineTask = z.infer<typeof engineTaskSchema>;
