import { createRoute } from "@hono/zod-openapi";
import { idParameter, pageQuerySchema, sendPage } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { learnerAnswers } from "../learner-models.ts";
import type { LearnerService } from "../learner-service.ts";

const tags = ["learner"];

const listUnits = createRoute({
  method: "get",
  path: "/learner/units",
  tags,
  summary: "Published units, newest first",
  request: { query: pageQuerySchema },
  responses: {
    200: {
      description: "A page of units.",
      content: { "application/json": { schema: learnerAnswers["GET /learner/units"] } },
    },
    ...problemResponses(422),
  },
});

const getUnit = createRoute({
  method: "get",
  path: "/learner/units/{id}",
  tags,
  summary: "A published unit with its approved lessons",
  request: { params: idParameter },
  responses: {
    200: {
      description: "The unit.",
      content: { "application/json": { schema: learnerAnswers["GET /learner/units/{id}"] } },
    },
    ...problemResponses(404, 422),
  },
});

const getLesson = createRoute({
  method: "get",
  path: "/learner/lessons/{id}",
  tags,
  summary: "An approved lesson of a published unit with its approved exercises",
  request: { params: idParameter },
  responses: {
    200: {
      description: "The lesson.",
      content: { "application/json": { schema: learnerAnswers["GET /learner/lessons/{id}"] } },
    },
    ...problemResponses(404, 422),
  },
});

/** What the learner's app reads. */
export function createLearnerRoutes(service: LearnerService) {
  return createRouter()
    .openapi(listUnits, async (context) =>
      sendPage(context, await service.listUnits(context.req.valid("query"))),
    )
    .openapi(getUnit, async (context) =>
      context.json(await service.getUnit(context.req.valid("param").id), 200),
    )
    .openapi(getLesson, async (context) =>
      context.json(await service.getLesson(context.req.valid("param").id), 200),
    );
}
