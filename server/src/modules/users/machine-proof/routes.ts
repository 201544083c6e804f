import { createRoute } from "@hono/zod-openapi";
import { loopbackPlace } from "../../../http/loopback-place.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { machineProofSchema, proofQuerySchema } from "./models.ts";
import type { MachineProofService } from "./service.ts";

const proveMachineToken = createRoute({
  method: "get",
  path: "/auth/machine-proof",
  tags: ["accounts"],
  summary: "Show a program on this machine that this server knows the data folder's token",
  request: { query: proofQuerySchema },
  responses: {
    200: { description: "The proof.", content: { "application/json": { schema: machineProofSchema } } },
    ...problemResponses(404, 422),
  },
});

/** The one route that a program asks before it shows the data folder's token. */
export function createMachineProofRoutes(service: MachineProofService) {
  return createRouter().openapi(proveMachineToken, (context) => {
    const { nonce } = context.req.valid("query");
    return context.json({ proof: service.prove(nonce, loopbackPlace(context.env)) }, 200);
  });
}
