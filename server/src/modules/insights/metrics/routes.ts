import { createRoute } from "@hono/zod-openapi";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { dashboardMetricsSchema, metricsQuerySchema } from "./models.ts";
import type { MetricsService } from "./service.ts";

const metrics = createRoute({
  method: "get",
  path: "/admin/dashboard-metrics",
  tags: ["admin-observability"],
  summary: "Throughput, queue, latency, errors, tokens and cost over time",
  request: { query: metricsQuerySchema },
  responses: {
    200: {
      description: "Equal steps from `from` to `to`.",
      content: { "application/json": { schema: dashboardMetricsSchema } },
    },
    ...problemResponses(422),
  },
});

/** The route of the numbers over time, without the `/api/v1` prefix. */
export function createMetricsRoutes(service: MetricsService) {
  return createRouter().openapi(metrics, async (context) =>
    context.json(await service.read(context.req.valid("query")), 200),
  );
}
