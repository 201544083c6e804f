import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { HttpEnvironment } from "../../../http/environment.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { signInAnswerSchema } from "../sign-in/models.ts";
import type { Sender } from "../sign-in/service.ts";
import { linkLookSchema, linkSchema, linkUseSchema } from "./models.ts";
import type { LinkService } from "./service.ts";

const tags = ["accounts"];

const lookAtLink = createRoute({
  method: "post",
  path: "/auth/links/look",
  tags,
  summary: "What a one-time link does, without using it up",
  request: { body: { required: true, content: { "application/json": { schema: linkLookSchema } } } },
  responses: {
    200: { description: "The link.", content: { "application/json": { schema: linkSchema } } },
    ...problemResponses(404, 422, 429),
  },
});
const applyLink = createRoute({
  method: "post",
  path: "/auth/links/use",
  tags,
  summary: "Use a one-time link up and sign in with it",
  request: { body: { required: true, content: { "application/json": { schema: linkUseSchema } } } },
  responses: {
    200: { description: "Signed in.", content: { "application/json": { schema: signInAnswerSchema } } },
    ...problemResponses(404, 409, 422, 429),
  },
});

const senderOf = (context: Context<HttpEnvironment>): Sender => ({
  headers: context.req.raw.headers,
  address: context.get("client_address"),
});

/** Routes of one-time links. The secret travels in the body, never in an address of the API. */
export function createLinkRoutes(service: LinkService) {
  const router = createRouter();
  router.use("/auth/links/*", async (context, next) => {
    await next();
    context.res.headers.set("cache-control", "no-store");
  });
  return router
    .openapi(lookAtLink, async (context) =>
      context.json(await service.look(senderOf(context), context.req.valid("json").token), 200),
    )
    .openapi(applyLink, async (context) => {
      const sender = senderOf(context);
      const { answer, cookies, user_id } = await service.use(sender, context.req.valid("json"));
      for (const cookie of cookies) context.header("set-cookie", cookie, { append: true });
      if (user_id !== null) context.get("audit").actor_id = user_id;
      return context.json(answer, 200);
    });
}
