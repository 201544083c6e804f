import { createRoute, z } from "@hono/zod-openapi";
import { pageQuerySchema, sendPage } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import {
  courseGenerationSchema,
  finishedJobSchema,
  historyFilterSchema,
  monitorQuerySchema,
} from "./models.ts";
import type { MonitorService } from "./service.ts";

const tags = ["admin-observability"];

const courseGeneration = createRoute({
  method: "get",
  path: "/admin/course-generation",
  tags,
  summary: "Active jobs, queue, history, failures and health in one answer, now or at a past moment",
  request: { query: monitorQuerySchema },
  responses: {
    200: {
      description: "The monitor as it is, or as it was.",
      content: { "application/json": { schema: courseGenerationSchema } },
    },
    ...problemResponses(422),
  },
});

const history = createRoute({
  method: "get",
  path: "/admin/course-generation/history",
  tags,
  summary: "Jobs that ended, newest end first",
  request: { query: historyFilterSchema.extend(pageQuerySchema.shape) },
  responses: {
    200: {
      description: "One page; the next one is named in `Link`.",
      content: { "application/json": { schema: z.array(finishedJobSchema) } },
    },
    ...problemResponses(422),
  },
});

/** Routes of the monitor, without the `/api/v1` prefix. */
export function createMonitorRoutes(service: MonitorService) {
  return createRouter()
    .openapi(courseGeneration, async (context) => {
      const { at, engine } = context.req.valid("query");
      return context.json(await service.read(at ?? null, engine), 200);
    })
    .openapi(history, async (context) => {
      const { limit, cursor, ...filter } = context.req.valid("query");
      return sendPage(context, await service.listHistory(filter, { limit, cursor }));
    });
}
