import { createRoute, z } from "@hono/zod-openapi";
import { idParameter } from "../../http/pagination.ts";
import { problemResponses } from "../../http/problems.ts";
import { createRouter } from "../../http/router.ts";
import {
  acceptedUnitSchema,
  authorsAnswerSchema,
  createUnitSchema,
  draftUnitSchema,
  regenerateLessonSchema,
  retryUnitSchema,
  sampleSchema,
} from "./create-request.ts";
import type { CreatorService } from "./service.ts";

const tags = ["content-creator"];

const accepted = {
  description: "Accepted: the task is in the queue.",
  content: { "application/json": { schema: acceptedUnitSchema } },
};

const createUnit = createRoute({
  method: "post",
  path: "/content-creator/units",
  tags,
  summary: "Create a unit from a topic or sources",
  request: {
    headers: z.object({
      "idempotency-key": z.string().min(1).max(200).optional().openapi({
        description: "The same key with the same body answers with the same unit.",
      }),
    }),
    body: { required: true, content: { "application/json": { schema: createUnitSchema } } },
  },
  responses: {
    201: { description: "Saved as a draft.", content: { "application/json": { schema: draftUnitSchema } } },
    202: accepted,
    ...problemResponses(409, 413, 422),
  },
});

const startUnit = createRoute({
  method: "post",
  path: "/content-creator/units/{id}/start",
  tags,
  summary: "Start a draft",
  request: { params: idParameter },
  responses: { 202: accepted, ...problemResponses(404, 409, 422) },
});

const retryUnit = createRoute({
  method: "post",
  path: "/content-creator/units/{id}/retry",
  tags,
  summary: "Retry a failed, partial or cancelled unit",
  request: {
    params: idParameter,
    body: { required: false, content: { "application/json": { schema: retryUnitSchema } } },
  },
  responses: { 202: accepted, ...problemResponses(404, 409, 422) },
});

const regenerateLesson = createRoute({
  method: "post",
  path: "/content-creator/lessons/{id}/regenerate",
  tags,
  summary: "Write one lesson of a unit anew and keep the rest",
  request: {
    params: idParameter,
    body: { required: false, content: { "application/json": { schema: regenerateLessonSchema } } },
  },
  responses: { 202: accepted, ...problemResponses(404, 409, 422) },
});

const listSamples = createRoute({
  method: "get",
  path: "/content-creator/samples",
  tags,
  summary: "Example sources",
  responses: {
    200: {
      description: "All example sources with their texts.",
      content: { "application/json": { schema: z.array(sampleSchema) } },
    },
  },
});

const getAuthors = createRoute({
  method: "get",
  path: "/content-creator/authors",
  tags,
  summary: "Who would write a unit created now",
  responses: {
    200: {
      description: "Model or offline, by kind of work.",
      content: { "application/json": { schema: authorsAnswerSchema } },
    },
  },
});

/** Creation, start and retry of units. */
export function createCreatorRoutes(service: CreatorService) {
  return createRouter()
    .openapi(createUnit, async (context) => {
      const key = context.req.valid("header")["idempotency-key"];
      const body = context.req.valid("json");
      context.get("audit").details = { is_started: body.start, lessons: body.target_lesson_count };
      const made = await service.createUnit(context.get("user"), body, key);
      const { unit_id, task_id } = made;
      context.get("audit").object_id = unit_id;
      if (task_id === null) return context.json({ unit_id, task_id, status: "draft" as const }, 201);
      return context.json({ unit_id, task_id }, 202);
    })
    .openapi(startUnit, async (context) =>
      context.json(await service.startUnit(context.get("user"), context.req.valid("param").id), 202),
    )
    .openapi(retryUnit, async (context) => {
      // Without a body the validated value is empty.
      const mode = context.req.valid("json")?.mode ?? "from_scratch";
      context.get("audit").details = { mode };
      return context.json(
        await service.retryUnit(context.get("user"), context.req.valid("param").id, mode),
        202,
      );
    })
    .openapi(regenerateLesson, async (context) => {
      // Without a body the validated value is empty.
      const guidance = context.req.valid("json")?.guidance ?? null;
      const { id } = context.req.valid("param");
      return context.json(await service.regenerateLesson(context.get("user"), id, guidance), 202);
    })
    .openapi(listSamples, async (context) => context.json(await service.listSamples(), 200))
    .openapi(getAuthors, (context) => context.json(service.describeAuthors(), 200));
}
