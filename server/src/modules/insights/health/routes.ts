import { createRoute } from "@hono/zod-openapi";
import { createRouter } from "../../../http/router.ts";
import { healthSchema } from "./models.ts";
import type { HealthService } from "./service.ts";

const health = createRoute({
  method: "get",
  path: "/admin/health",
  tags: ["admin-observability"],
  summary: "What health is made of, each part with since when and what it means",
  responses: {
    200: {
      description: "As last looked at, at most 2 s ago.",
      content: { "application/json": { schema: healthSchema } },
    },
  },
});

/** The route of health, without the `/api/v1` prefix. */
export function createMonitorHealthRoutes(service: Pick<HealthService, "read">) {
  return createRouter().openapi(health, async (context) => context.json(await service.read(), 200));
}
