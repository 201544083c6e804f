import { z } from "@hono/zod-openapi";
import { llmRequestKinds, llmRequestStatuses } from "./public.ts";

const uuid = z.uuid();
const moment = z.iso.datetime();
const count = z.number().int();

/** One row of the requests list: the columns of `llm_request_summaries`. */
export const llmRequestSummarySchema = z
  .object({
    id: uuid,
    step_run_id: uuid.nullable(),
    step_name: z.string().nullable(),
    flow_run_id: uuid.nullable(),
    flow_name: z.string().nullable(),
    flow_key: z.string().nullable(),
    lesson_position: count.nullable(),
    task_id: uuid.nullable(),
    unit_id: uuid.nullable(),
    unit_title: z.string().nullable(),
    user_id: uuid.nullable(),
    user_name: z.string().nullable(),
    kind: z.enum(llmRequestKinds),
    replay_of_request_id: uuid.nullable(),
    provider: z.string(),
    model: z.string(),
    api_variant: z.string().nullable(),
    status: z.enum(llmRequestStatuses),
    attempt: count,
    cached: z.boolean(),
    is_duplicate: z.boolean(),
    prompt_name: z.string().nullable(),
    prompt_hash: z.string().nullable(),
    tokens_input: count.nullable(),
    tokens_cached: count.nullable(),
    tokens_reasoning: count.nullable(),
    tokens_output: count.nullable(),
    units_billed: z.number().nullable(),
    cost_usd: z.number().nullable().openapi({ description: "Null: not known." }),
    price_source: z.string().nullable(),
    reserved_usd: z.number().nullable(),
    provider_response_id: z.string().nullable(),
    http_status: count.nullable(),
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
    created_at: moment,
    updated_at: moment,
    sent_at: moment.nullable(),
    first_byte_at: moment.nullable(),
    completed_at: moment.nullable(),
    version: count,
  })
  .openapi("LlmRequestSummary");
export type LlmRequestSummary = z.infer<typeof llmRequestSummarySchema>;

/** One message of a text or object request. */
export const llmMessageSchema = z.object({ role: z.string(), content: z.string() }).openapi("LlmMessage");
export type LlmMessage = z.infer<typeof llmMessageSchema>;

/** A request with everything that is kept of it. */
export const llmRequestDetailsSchema = llmRequestSummarySchema
  .extend({
    parameters: z.record(z.string(), z.unknown()),
    messages: z.array(llmMessageSchema).openapi({
      description: "Of a text or object request, as the model read them; empty for other kinds.",
    }),
    request: z.unknown().openapi({
      description: "`{method, url, headers, body}` as sent, `{input}` offline; null once expired.",
    }),
    response: z.unknown().openapi({
      description:
        "`{status, headers, body, text?, object?, repaired?, finish_reason?}` as received, `{output}` offline; " +
        "null when there is none or it has expired. Media are described by size, type and hash.",
    }),
    siblings: z
      .array(llmRequestSummarySchema)
      .openapi({ description: "All requests of the same step in order, this one included." }),
  })
  .openapi("LlmRequestDetails");
export type LlmRequestDetails = z.infer<typeof llmRequestDetailsSchema>;

/** One value or several with commas between. */
function oneOrMore<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(values)).min(1))
    .optional();
}

/** Which requests a list shows; all given fields must hold. */
export const llmRequestFilterSchema = z.object({
  step_run_id: uuid.optional(),
  flow_run_id: uuid.optional(),
  task_id: uuid.optional(),
  unit_id: uuid.optional(),
  user_id: uuid.optional(),
  status: oneOrMore(llmRequestStatuses),
  kind: oneOrMore(llmRequestKinds),
  provider: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  q: z.string().max(200).optional().openapi({
    description: "An id, or a part of prompt name, model or error, among the newest 20,000 that fit.",
  }),
});
export type LlmRequestFilter = z.infer<typeof llmRequestFilterSchema>;
