import { z } from "@hono/zod-openapi";
import { llmRequestKinds } from "../../llm/public.ts";

const longestPrompt = 1_000_000;

/** Text that JSON columns can hold. */
function storableText(least: number, most: number) {
  return z
    .string()
    .min(least)
    .max(most)
    .refine((text) => text.isWellFormed() && !text.includes("\u0000"), {
      message: "holds characters that are no text",
    });
}

/** `POST /llm/requests/{id}/replay`: what is left out stays as it was sent. */
export const replayEditsSchema = z
  .strictObject({
    model: storableText(1, 200).optional(),
    system: storableText(0, longestPrompt).optional().openapi({ description: "Empty: no system message." }),
    prompt: storableText(1, longestPrompt).optional().openapi({
      description: "In place of the last message of the user; of a picture, its description.",
    }),
    temperature: z.number().min(0).max(2).nullable().optional().openapi({
      description: "Null: the model's own.",
    }),
    max_output_tokens: z.number().int().min(1).max(1_000_000).optional(),
    text: storableText(1, 100_000).optional().openapi({ description: "What is spoken." }),
    voice: storableText(1, 100).optional(),
  })
  .openapi("ReplayEdits");

export const acceptedReplaySchema = z
  .object({ task_id: z.uuid() })
  .openapi("AcceptedReplay", { description: "The task `llm_replay` that sends the request again." });

/** Inputs of a task `llm_replay` and of its flow. */
export const replayInputSchema = z.strictObject({
  replay_of_request_id: z.uuid(),
  edits: replayEditsSchema,
});

/** Output of the flow `llm_replay`; the answer itself is kept with the request. */
export const replayedSchema = z.strictObject({
  llm_request_id: z.string(),
  kind: z.enum(llmRequestKinds),
  provider: z.string(),
  model: z.string(),
  finish_reason: z.string().nullable(),
  /** Whether an object fits the schema that was asked for; null when there is none. */
  fits_schema: z.boolean().nullable(),
  schema_problem: z.string().nullable(),
  /** The recording or picture of the answer. */
  media_id: z.string().nullable(),
  /** Why there is no recording or picture although the answer was to be one. */
  media_problem: z.string().nullable(),
});
