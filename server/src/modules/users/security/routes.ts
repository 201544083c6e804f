import { createRoute } from "@hono/zod-openapi";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { securitySummarySchema } from "./models.ts";
import type { SecuritySummaryService } from "./service.ts";

const getSecurity = createRoute({
  method: "get",
  path: "/admin/security",
  tags: ["accounts"],
  summary: "What an administrator should know about who may come in",
  responses: {
    200: {
      description: "Numbers and settings.",
      content: { "application/json": { schema: securitySummarySchema } },
    },
    ...problemResponses(401, 403),
  },
});

/** The route that `coursewright doctor` reads. */
export function createSecurityRoutes(service: SecuritySummaryService) {
  return createRouter().openapi(getSecurity, async (context) => context.json(await service.read(), 200));
}
