import { z } from "@hono/zod-openapi";
import { blockSchema, exerciseSchema } from "../models.ts";
import { isStorable } from "../storable-text.ts";

// A text, its blocks and its exercises say the same thing three times at most; a lesson of a book's length fits.
const mostCharacters = 2_000_000;

/** A lesson as a run of an outside engine returns it: the parts of a stored lesson, and the run that made it. */
export const arrivingLessonSchema = z
  .strictObject({
    run_id: z.guid().describe("id of the run in its own engine; a subflow gives the id of its root"),
    title: z.string().trim().min(1).max(300),
    objective: z.string().max(2_000),
    learning_objective_ids: z.array(z.string().min(1).max(64)).max(50),
    transcript: z.string().trim().min(1).max(200_000),
    body: z.array(blockSchema).max(2_000),
    exercises: z.array(exerciseSchema).max(200),
  })
  .refine(isStorable, { message: "a text holds characters that cannot be stored" })
  .refine((lesson) => new Set(lesson.exercises.map(({ id }) => id)).size === lesson.exercises.length, {
    path: ["exercises"],
    message: "two exercises have the same id",
  })
  .refine((lesson) => JSON.stringify(lesson).length <= mostCharacters, {
    message: `the lesson has more than ${mostCharacters} characters as JSON`,
  })
  .openapi("ArrivingLesson");
export type ArrivingLesson = z.infer<typeof arrivingLessonSchema>;

/** What became of a lesson that arrived. */
export const lessonArrivalSchema = z
  .object({
    unit_id: z.uuid(),
    position: z.int(),
    run_id: z.string(),
    /** Of the lesson as it was understood: the same content has the same hash. */
    content_sha256: z.string(),
    arrived_at: z.iso.datetime(),
    /** false: it was there already, word for word. */
    is_new: z.boolean(),
    /** Part of the unit since; null while the run goes on. */
    applied_at: z.iso.datetime().nullable(),
  })
  .openapi("LessonArrival");
export type LessonArrival = z.infer<typeof lessonArrivalSchema>;
