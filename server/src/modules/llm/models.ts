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

/** One replay of a request: its last attempt. */
export const replaySchema = llmRequestSummarySchema
  .pick({
    id: true,
    task_id: true,
    status: true,
    model: true,
    provider: true,
    cost_usd: true,
    created_at: true,
  })
  .openapi("Replay");
export type Replay = z.infer<typeof replaySchema>;

/** A model that can be asked for. */
export const seenModelSchema = z
  .object({
    kind: z.enum(llmRequestKinds),
    provider: z.string(),
    model: z.string(),
    is_configured: z.boolean().openapi({ description: "Units are made with it now." }),
  })
  .openapi("SeenModel");
export type SeenModel = z.infer<typeof seenModelSchema>;

/** A recording or picture that came with an answer. */
export const keptMediaSchema = z
  .object({
    media_id: uuid,
    kind: z.enum(["audio", "image"]),
    mime: z.string(),
    bytes: count,
    seconds: z.number().nullable(),
    width: count.nullable(),
    height: count.nullable(),
  })
  .openapi("KeptMedia");
export type KeptMedia = z.infer<typeof keptMediaSchema>;

/** A request with everything that is kept of it. */
export const llmRequestDetailsSchema = llmRequestSummarySchema
  .extend({
    parameters: z.record(z.string(), z.unknown()),
    messages: z.array(llmMessageSchema).openapi({
      description: "Of a text or object request, as the model read them; empty for other kinds.",
    }),
    request: z.unknown().openapi({
      description:
        "`{method, url, headers, body}` as sent, `{input}` offline; null once expired, and above 256 KB of JSON.",
    }),
    request_characters: count.nullable().openapi({ description: "Of its JSON; null: not kept." }),
    response: z.unknown().openapi({
      description:
        "`{status, headers, body, text?, object?, repaired?, finish_reason?}` as received, `{output}` offline; " +
        "null when there is none, it has expired or is above 256 KB of JSON. Media are described by size, type and hash.",
    }),
    response_characters: count.nullable(),
    media: keptMediaSchema.nullable().openapi({
      description: "The recording or picture that came with the answer, while it is kept.",
    }),
    replay: z
      .object({
        allowed: z.boolean(),
        reason: z.string().nullable().openapi({ description: "Why not, as a sentence." }),
      })
      .openapi({ description: "Whether the request can be sent again." }),
    replays: z.array(replaySchema).openapi({ description: "Newest first, at most 50." }),
    siblings: z
      .array(llmRequestSummarySchema)
      .openapi({ description: "All requests of the same step in order, this one included." }),
  })
  .openapi("LlmRequestDetails");
export type LlmRequestDetails = z.infer<typeof llmRequestDetailsSchema>;
