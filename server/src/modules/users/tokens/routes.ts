import { createRoute, z } from "@hono/zod-openapi";
import { callerOf } from "../../../http/authorize.ts";
import { idParameter } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { apiTokenSchema, madeApiTokenSchema, newApiTokenSchema } from "./models.ts";
import type { TokenService } from "./service.ts";

const tags = ["accounts"];

const listTokens = createRoute({
  method: "get",
  path: "/admin/tokens",
  tags,
  summary: "One's own API tokens; for administrators those of everybody",
  responses: {
    200: {
      description: "Newest first.",
      content: { "application/json": { schema: z.array(apiTokenSchema) } },
    },
    ...problemResponses(401, 403),
  },
});
const createToken = createRoute({
  method: "post",
  path: "/admin/tokens",
  tags,
  summary: "Make an API token",
  request: { body: { required: true, content: { "application/json": { schema: newApiTokenSchema } } } },
  responses: {
    201: {
      description: "The token, shown this once.",
      content: { "application/json": { schema: madeApiTokenSchema } },
    },
    ...problemResponses(401, 403, 409, 422, 429),
  },
});
const revokeToken = createRoute({
  method: "delete",
  path: "/admin/tokens/{id}",
  tags,
  summary: "End an API token at once",
  request: { params: idParameter },
  responses: { 204: { description: "It no longer works." }, ...problemResponses(401, 403, 404, 422) },
});

/** Routes of API tokens. */
export function createTokenRoutes(service: TokenService) {
  const router = createRouter();
  router.use("/admin/tokens", async (context, next) => {
    await next();
    context.res.headers.set("cache-control", "no-store");
  });
  return router
    .openapi(listTokens, async (context) => context.json(await service.list(callerOf(context)), 200))
    .openapi(createToken, async (context) => {
      const token = context.req.valid("json");
      context.get("audit").details = { scopes: token.scopes };
      const made = await service.create(callerOf(context), token);
      context.get("audit").object_id = made.api_token.id;
      return context.json(made, 201);
    })
    .openapi(revokeToken, async (context) => {
      await service.revoke(callerOf(context), context.req.valid("param").id);
      return context.body(null, 204);
    });
}
