import { createRoute, z } from "@hono/zod-openapi";
import { idParameter } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { exerciseReviewSchema, lessonEditSchema, lessonReviewSchema, lessonSchema } from "../models.ts";
import type { ContentService } from "../service.ts";

const tags = ["content"];
const wholeLesson = { description: "The lesson.", content: { "application/json": { schema: lessonSchema } } };

const body = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true as const,
  content: { "application/json": { schema } },
});

const getLesson = createRoute({
  method: "get",
  path: "/content/lessons/{id}",
  tags,
  summary: "A lesson with its text and exercises",
  request: { params: idParameter },
  responses: { 200: wholeLesson, ...problemResponses(404, 422) },
});

const editLesson = createRoute({
  method: "patch",
  path: "/content/lessons/{id}",
  tags,
  summary: "Edit a lesson",
  request: { params: idParameter, body: body(lessonEditSchema) },
  responses: { 200: wholeLesson, ...problemResponses(404, 409, 422) },
});

const reviewLesson = createRoute({
  method: "put",
  path: "/content/lessons/{id}/review",
  tags,
  summary: "Approve or reject a lesson, or take that back",
  request: { params: idParameter, body: body(lessonReviewSchema) },
  responses: { 200: wholeLesson, ...problemResponses(404, 409, 422) },
});

const reviewExercise = createRoute({
  method: "put",
  path: "/content/lessons/{id}/exercises/{exercise_id}/review",
  tags,
  summary: "Approve or reject an exercise, or take that back",
  request: {
    params: idParameter.extend({ exercise_id: z.string().min(1).max(64) }),
    body: body(exerciseReviewSchema),
  },
  responses: { 200: wholeLesson, ...problemResponses(404, 409, 422) },
});

/** Lessons: reading, editing and review. */
export function createLessonRoutes(service: ContentService) {
  return createRouter()
    .openapi(getLesson, async (context) =>
      context.json(await service.getLesson(context.req.valid("param").id), 200),
    )
    .openapi(editLesson, async (context) => {
      const edit = context.req.valid("json");
      context.get("audit").details = { changed: Object.keys(edit) };
      return context.json(await service.editLesson(context.req.valid("param").id, edit), 200);
    })
    .openapi(reviewLesson, async (context) => {
      const { review, with_exercises } = context.req.valid("json");
      context.get("audit").details = { review, with_exercises };
      return context.json(
        await service.reviewLesson(context.req.valid("param").id, review, with_exercises),
        200,
      );
    })
    .openapi(reviewExercise, async (context) => {
      const { id, exercise_id } = context.req.valid("param");
      const { review } = context.req.valid("json");
      context.get("audit").details = { exercise_id, review };
      return context.json(await service.reviewExercise(id, exercise_id, review), 200);
    });
}
