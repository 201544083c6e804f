import { createRoute, z } from "@hono/zod-openapi";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { disagreementSchema, repairSchema } from "./models.ts";
import type { DisagreementService } from "./service.ts";

const tags = ["prefect"];
const idText = z.object({ id: z.string().min(1).max(200) });

const listDisagreements = createRoute({
  method: "get",
  path: "/prefect/disagreements",
  tags,
  summary: "Where Prefect and our record say different things",
  responses: {
    200: {
      description: "Oldest first, at most 200.",
      content: { "application/json": { schema: z.array(disagreementSchema) } },
    },
  },
});

const repairDisagreement = createRoute({
  method: "post",
  path: "/prefect/disagreements/{id}/repair",
  tags,
  summary: "Repair one of them in one of the ways that it offers",
  request: {
    params: idText,
    body: { required: true, content: { "application/json": { schema: repairSchema } } },
  },
  responses: {
    204: { description: "The repair is done or on its way." },
    ...problemResponses(404, 409, 422, 502, 503, 504),
  },
});

/** Routes of disagreements, without the `/api/v1` prefix. */
export function createDisagreementRoutes(service: DisagreementService) {
  return createRouter()
    .openapi(listDisagreements, async (context) => context.json(await service.list(), 200))
    .openapi(repairDisagreement, async (context) => {
      const { repair } = context.req.valid("json");
      context.get("audit").details = { repair };
      await service.repair(context.get("user"), context.req.valid("param").id, repair);
      return context.body(null, 204);
    });
}
