import { z } from "@hono/zod-openapi";
import { flowRunStatuses } from "./statuses.ts";

const uuid = z.uuid();
const moment = z.iso.datetime();
const count = z.number().int();

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
    connection_name: z
      .string()
      .nullable()
      .openapi({ description: "Of the outside engine; null for our own." }),
    external_id: z.string().nullable(),
    external_run_name: z.string().nullable(),
    external_state: z.string().nullable().openapi({ description: "The outside engine's own word." }),
    external_state_type: z.string().nullable(),
    external_work_pool: z.string().nullable(),
    external_url: z.string().nullable(),
    suspect_since: moment.nullable(),
    suspect_reason: z.string().nullable(),
    current_step: z.string().nullable(),
    steps_done: z.number().int(),
    total_steps: z.number().int().nullable(),
    progress_percentage: z.number(),
    progress_source: z.enum(["artifact", "label", "counts"]).nullable().openapi({
      description: "Of a mirrored run: where its progress comes from. With `counts` the whole is not known.",
    }),
    attempt: z.number().int(),
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
    observed_at: moment.nullable().openapi({ description: "Of a mirrored run: when it was read last." }),
    missing_upstream_at: moment
      .nullable()
      .openapi({ description: "Since when the engine does not know the run." }),
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

/** Characters of JSON up to which input and output come along; longer ones have a route of their own. */
export const mostInlineCharacters = 256 * 1024;

const characters = z.number().int().nullable().openapi({
  description: "Length of the JSON text; null when there is none or it expired.",
});
const payloadFields = {
  input: z.unknown().nullable().openapi({ description: "Null also when it is too long to come along." }),
  output: z.unknown().nullable().openapi({ description: "Null also when it is too long to come along." }),
  input_characters: characters,
  output_characters: characters,
};

export const flowRunDetailsSchema = flowRunSummarySchema
  .extend({
    steps: z.array(stepSummarySchema).openapi({
      description:
        "The first 5,000 in the order in which the flow asked for them; attempts of one step follow each other.",
    }),
    steps_total: count.openapi({ description: "Steps that began so far, each attempt counted." }),
    children: z.array(flowRunSummarySchema).openapi({
      description: "The first 1,000 by their start. The list of flow runs has all, by `parent_flow_run_id`.",
    }),
    children_total: count,
    tree_tokens_input: count.openapi({
      description: "Of the run and all flows below it, as the next three.",
    }),
    tree_tokens_cached: count,
    tree_tokens_output: count,
    tree_cost_usd: z.number().nullable().openapi({ description: "Null when a part of it is unknown." }),
    ...payloadFields,
  })
  .openapi("FlowRunDetails");
export type FlowRunDetails = z.infer<typeof flowRunDetailsSchema>;

export const stepDetailsSchema = stepSummarySchema
  .extend({
    /** Those of the first run when this one was reused. */
    ...payloadFields,
    error_causes: z.array(z.object({ name: z.string(), message: z.string(), code: z.string().nullable() })),
    reused_from_flow_run_id: uuid.nullable().openapi({ description: "The run whose step was reused." }),
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
