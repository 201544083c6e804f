import { createRoute, z } from "@hono/zod-openapi";
import { callerOf } from "../../../http/authorize.ts";
import { idParameter } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { passwordProofSchema } from "../sign-in/models.ts";
import { sessionSchema } from "./models.ts";
import type { SessionService } from "./service.ts";

const tags = ["accounts"];
const ended = z.object({ ended: z.int() });

const listSessions = createRoute({
  method: "get",
  path: "/admin/sessions",
  tags,
  summary: "One's own sessions",
  responses: {
    200: {
      description: "Newest first.",
      content: { "application/json": { schema: z.array(sessionSchema) } },
    },
    ...problemResponses(401, 403),
  },
});
const endSession = createRoute({
  method: "delete",
  path: "/admin/sessions/{id}",
  tags,
  summary: "End one of one's own sessions",
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: { 204: { description: "It has ended." }, ...problemResponses(401, 403, 404, 422) },
});
const endOtherSessions = createRoute({
  method: "delete",
  path: "/admin/sessions",
  tags,
  summary: "End all of one's own sessions but this one",
  responses: {
    200: { description: "How many.", content: { "application/json": { schema: ended } } },
    ...problemResponses(401, 403),
  },
});
const renewSession = createRoute({
  method: "post",
  path: "/auth/session/renew",
  tags,
  summary: "Show again who one is, before handing out access",
  request: { body: { required: true, content: { "application/json": { schema: passwordProofSchema } } } },
  responses: {
    204: { description: "The session is fresh for another while." },
    ...problemResponses(401, 403, 422, 429),
  },
});
const endSessionsOfUser = createRoute({
  method: "delete",
  path: "/admin/users/{id}/sessions",
  tags,
  summary: "End all sessions of a person",
  request: { params: idParameter },
  responses: {
    200: { description: "How many.", content: { "application/json": { schema: ended } } },
    ...problemResponses(401, 403, 404, 422),
  },
});

/** Routes of sessions. */
export function createSessionRoutes(service: SessionService) {
  return createRouter()
    .openapi(listSessions, async (context) => context.json(await service.listOwn(callerOf(context)), 200))
    .openapi(endSession, async (context) => {
      await service.endOwn(callerOf(context), context.req.valid("param").id);
      return context.body(null, 204);
    })
    .openapi(endOtherSessions, async (context) =>
      context.json({ ended: await service.endOthers(callerOf(context)) }, 200),
    )
    .openapi(renewSession, async (context) => {
      await service.renew(callerOf(context), context.req.valid("json").password);
      return context.body(null, 204);
    })
    .openapi(endSessionsOfUser, async (context) =>
      context.json({ ended: await service.endAllOf(context.req.valid("param").id) }, 200),
    );
}
