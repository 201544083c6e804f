import { z } from "@hono/zod-openapi";
import { learnerLevels } from "../content/public.ts";
import { authorsSchema } from "./models.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

function shortText(least: number, most: number) {
  return z
    .string()
    .trim()
    .min(least)
    .max(most)
    .refine((text) => text.isWellFormed() && !controlCharacters.test(text), {
      message: "holds characters that are no text",
    });
}

const sourceKinds = ["text", "file", "url"] as const;

/** `POST /content-creator/units`. */
export const createUnitSchema = z
  .strictObject({
    title: shortText(1, 200).optional(),
    topic: shortText(3, 500).optional().openapi({ description: "Needs a text model; sources need none." }),
    sources: z
      .array(
        z.strictObject({
          kind: z.enum(sourceKinds).default("text"),
          title: shortText(1, 200).optional(),
          // Checked for size, emptiness and binary content by the service, which says more than a schema can.
          text: z.string(),
        }),
      )
      .max(50)
      .optional()
      .openapi({ description: "At most 10 MB together." }),
    learner_level: z.enum(learnerLevels),
    learning_objectives: z.array(shortText(3, 500)).max(40).optional(),
    target_lesson_count: z.number().int().min(1).max(20),
    start: z.boolean().default(true).openapi({ description: "false saves a draft." }),
  })
  .openapi("NewUnit");
export type CreateUnitRequest = z.infer<typeof createUnitSchema>;

export const retryUnitSchema = z
  .strictObject({ mode: z.enum(["from_scratch", "resume"]).default("from_scratch") })
  .openapi("RetryUnit");

export const regenerateLessonSchema = z
  .strictObject({
    guidance: shortText(1, 2_000).optional().openapi({
      description: "What the new lesson should do differently; only a language model can follow it.",
    }),
  })
  .openapi("RegenerateLesson");

export const acceptedUnitSchema = z
  .object({ unit_id: z.uuid(), task_id: z.uuid() })
  .openapi("AcceptedUnit", { description: "The unit and the task that works on it now." });

export const draftUnitSchema = z
  .object({ unit_id: z.uuid(), task_id: z.null(), status: z.literal("draft") })
  .openapi("DraftUnit");

export const sampleSchema = z
  .object({ id: z.string(), title: z.string(), words: z.number().int(), text: z.string() })
  .openapi("SampleSource");
export type Sample = z.infer<typeof sampleSchema>;

/** Who would do the work of a unit that is created now. */
export const authorsAnswerSchema = z
  .object({
    authors: authorsSchema,
    models: z.object({
      text: z.string().nullable(),
      speech: z.string().nullable(),
      image: z.string().nullable(),
    }),
    topic_needs_source: z.boolean().openapi({ description: "No model: a topic alone cannot become a unit." }),
    guidance: z.string(),
  })
  .openapi("Authors");
export type AuthorsAnswer = z.infer<typeof authorsAnswerSchema>;
