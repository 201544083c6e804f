import { createRoute } from "@hono/zod-openapi";
import { idParameter } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { retryOptionsSchema } from "./models.ts";
import type { RetryOptionsService } from "./service.ts";

const getOptions = createRoute({
  method: "get",
  path: "/content-creator/units/{id}/retry-options",
  tags: ["content-creator"],
  summary: "What each way to retry the unit would do, cost and take",
  request: { params: idParameter },
  responses: {
    200: { description: "Both ways.", content: { "application/json": { schema: retryOptionsSchema } } },
    ...problemResponses(404, 422),
  },
});

/** The route of retry options, without the `/api/v1` prefix. */
export function createRetryOptionsRoutes(service: RetryOptionsService) {
  return createRouter().openapi(getOptions, async (context) =>
    context.json(await service.getOptions(context.req.valid("param").id), 200),
  );
}
