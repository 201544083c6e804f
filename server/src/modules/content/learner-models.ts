import { z } from "zod";
import { blockSchema, bloomLevels, learnerLevels, optionLabels } from "./models.ts";

const id = z.string().describe("UUIDv7");

const learnerObjective = z.object({ id: z.string(), text: z.string(), bloom_level: z.enum(bloomLevels) });

/** A published unit as the learner's app lists it. Fields are only ever added. */
export const learnerUnitSchema = z.object({
  id,
  title: z.string(),
  description: z.string(),
  learner_level: z.enum(learnerLevels),
  author: z.string().nullable().describe('provider that wrote it; "offline": no AI model wrote this'),
  learning_objectives: z.array(learnerObjective),
  lesson_count: z.int(),
  cover_url: z.string().nullable(),
  cover_alt: z.string().nullable(),
  podcast_url: z.string().nullable(),
  podcast_seconds: z.number().nullable(),
  content_version: z.int().describe("rises when the unit was written anew"),
  published_at: z.string().describe("ISO 8601, UTC"),
});
export type LearnerUnit = z.infer<typeof learnerUnitSchema>;

const learnerLessonEntry = z.object({
  id,
  position: z.int(),
  title: z.string(),
  objective: z.string(),
  exercise_count: z.int(),
  audio_url: z.string().nullable(),
  audio_seconds: z.number().nullable(),
  content_version: z.int(),
});

export const learnerUnitDetailSchema = learnerUnitSchema.extend({ lessons: z.array(learnerLessonEntry) });
export type LearnerUnitDetail = z.infer<typeof learnerUnitDetailSchema>;

const learnerExercise = z.object({
  id: z.string(),
  kind: z.literal("multiple_choice"),
  category: z.enum(["comprehension", "transfer"]),
  stem: z.string(),
  options: z.array(
    z.object({
      label: z.enum(optionLabels),
      text: z.string(),
      is_key: z.boolean(),
      rationale: z.string(),
    }),
  ),
  learning_objective_id: z.string(),
  bloom_level: z.enum(bloomLevels),
  difficulty: z.enum(["easy", "medium", "hard"]),
});

export const learnerLessonSchema = learnerLessonEntry.extend({
  unit_id: id,
  author: z.string().nullable(),
  transcript: z.string(),
  body: z.array(blockSchema),
  exercises: z.array(learnerExercise),
});
export type LearnerLesson = z.infer<typeof learnerLessonSchema>;

/** The answers of the learner's routes, by path below the API prefix. */
export const learnerAnswers = {
  "GET /learner/units": z.array(learnerUnitSchema),
  "GET /learner/units/{id}": learnerUnitDetailSchema,
  "GET /learner/lessons/{id}": learnerLessonSchema,
} as const;
