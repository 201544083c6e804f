import { createRoute, z } from "@hono/zod-openapi";
import { idParameter } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { arrivingLessonSchema, lessonArrivalSchema } from "./models.ts";
import type { ArrivalService } from "./service.ts";

const putLesson = createRoute({
  method: "put",
  path: "/content/units/{id}/lessons/{position}",
  tags: ["content"],
  summary: "Return a lesson that a run of an outside engine wrote",
  description:
    "The lesson is kept until the run ends; then all lessons of that run become the unit's at once. Sending the same lesson " +
    "again changes nothing, another text replaces it while the run goes on.",
  request: {
    params: idParameter.extend({ position: z.coerce.number().int().min(1).max(10_000) }),
    body: { required: true, content: { "application/json": { schema: arrivingLessonSchema } } },
  },
  responses: {
    200: {
      description: "It is kept, or was there already.",
      content: { "application/json": { schema: lessonArrivalSchema } },
    },
    ...problemResponses(404, 409, 413, 422),
  },
});

/** The route by which courses come back, without the `/api/v1` prefix. */
export function createArrivalRoutes(service: ArrivalService) {
  return createRouter().openapi(putLesson, async (context) => {
    const { id, position } = context.req.valid("param");
    context.get("audit").details = { position };
    return context.json(await service.arrive(id, position, context.req.valid("json")), 200);
  });
}
