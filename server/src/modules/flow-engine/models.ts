import { z } from "@hono/zod-openapi";
import { flowRunStatuses } from "./public.ts";

const uuid = z.uuid();
const moment = z.iso.datetime();

/** One row of the flow runs list: the columns of `flow_run_summaries`. */
export const flowRunSummarySchema = z
  .object({
    id: uuid,
    flow_name: z.string(),
    flow_version: z.number().int(),
    flow_key: z.string(),
    flow_path: z.string(),
    status: z.enum(flowRunStatuses),
    task_id: uuid.nullable(),
    arq_task_id: uuid.nullable().openapi({ deprecated: true }),
    task_name: z.string().nullable(),
    task_status: z.string().nullable(),
    parent_flow_run_id: uuid.nullable(),
    unit_id: uuid.nullable(),
    unit_title: z.string().nullable(),
    lesson_position: z.number().int().nullable(),
    lesson_id: uuid.nullable(),
    user_id: uuid.nullable(),
    user_name: z.string().nullable(),
    lineage_id: uuid.nullable(),
    connection_id: uuid.nullable(),
    external_id: z.string().nullable(),
    external_state: z.string().nullable(),
    external_url: z.string().nullable(),
    suspect_since: moment.nullable(),
    suspect_reason: z.string().nullable(),
    current_step: z.string().nullable(),
    steps_done: z.number().int(),
    total_steps: z.number().int().nullable(),
    progress_percentage: z.number(),
    tokens_input: z.number().int(),
    tokens_cached: z.number().int(),
    tokens_output: z.number().int(),
    cost_usd: z.number().nullable(),
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
    created_at: moment,
    updated_at: moment,
    started_at: moment.nullable(),
    completed_at: moment.nullable(),
    version: z.number().int(),
    last_heartbeat_at: moment.nullable(),
  })
  .openapi("FlowRunSummary");
export type FlowRunSummary = z.infer<typeof flowRunSummarySchema>;

/** The columns of `step_summaries`. */
export const stepSummarySchema = z
  .object({
    id: uuid,
    flow_run_id: uuid,
    task_id: uuid.nullable(),
    lineage_id: uuid.nullable(),
    flow_path: z.string(),
    flow_name: z.string(),
    flow_key: z.string(),
    unit_id: uuid.nullable(),
    lesson_position: z.number().int().nullable(),
    step_name: z.string(),
    step_version: z.number().int(),
    step_order: z.number().int(),
    occurrence: z.number().int(),
    status: z.enum(flowRunStatuses),
    attempt: z.number().int(),
    retry_of_step_run_id: uuid.nullable(),
    reused_from_step_run_id: uuid.nullable(),
    superseded_at: moment.nullable(),
    connection_id: uuid.nullable(),
    external_id: z.string().nullable(),
    external_state: z.string().nullable(),
    tokens_used: z.number().int(),
    cost_usd: z.number().nullable(),
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
    created_at: moment,
    updated_at: moment,
    started_at: moment.nullable(),
    completed_at: moment.nullable(),
    waiting_ms: z.number().nullable(),
    working_ms: z.number().nullable(),
    version: z.number().int(),
    llm_request_ids: z.array(uuid),
  })
  .openapi("StepSummary");
export type StepSummary = z.infer<typeof stepSummarySchema>;

export const flowRunDetailsSchema = flowRunSummarySchema
  .extend({
    /** In the order in which the flow asked for them; attempts of one step follow each other. */
    steps: z.array(stepSummarySchema),
    children: z.array(flowRunSummarySchema),
    /** Null when the payload expired, or none exists yet. */
    input: z.unknown().nullable(),
    output: z.unknown().nullable(),
  })
  .openapi("FlowRunDetails");
export type FlowRunDetails = z.infer<typeof flowRunDetailsSchema>;

export const stepDetailsSchema = stepSummarySchema
  .extend({
    /** Null when the payload expired. */
    input: z.unknown().nullable(),
    /** The recorded output; of the first run when this one was reused. */
    output: z.unknown().nullable(),
    error_causes: z.array(z.object({ name: z.string(), message: z.string(), code: z.string().nullable() })),
  })
  .openapi("StepDetails");
export type StepDetails = z.infer<typeof stepDetailsSchema>;

export const logLineSchema = z
  .object({
    id: uuid,
    flow_run_id: uuid,
    step_run_id: uuid.nullable(),
    step_name: z.string().nullable(),
    at: moment,
    level: z.enum(["debug", "info", "warn", "error"]),
    message: z.string(),
    fields: z.record(z.string(), z.unknown()),
  })
  .openapi("LogLine");
export type LogLine = z.infer<typeof logLineSchema>;

/** Filters of the flow runs list. `status` takes several, with commas between. */
export const flowRunFilterSchema = z.object({
  task_id: uuid.optional(),
  arq_task_id: uuid.optional().openapi({ deprecated: true, description: "The same as task_id." }),
  unit_id: uuid.optional(),
  status: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(flowRunStatuses)).min(1))
    .optional(),
  flow_name: z.string().min(1).optional(),
  parent_flow_run_id: uuid.optional(),
  q: z.string().min(1).max(200).optional().openapi({
    description:
      "An id or its beginning, or a part of unit title, flow name or error, among the newest 20,000 that fit.",
  }),
  created_from: z.iso.datetime({ offset: true }).optional(),
  created_to: z.iso.datetime({ offset: true }).optional(),
});
export type FlowRunFilter = z.infer<typeof flowRunFilterSchema>;
