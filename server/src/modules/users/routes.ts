import { createRoute, z } from "@hono/zod-openapi";
import { idParameter, listQuerySchema, sendPage } from "../../http/pagination.ts";
import { problemResponses } from "../../http/problems.ts";
import { createRouter } from "../../http/router.ts";
import { userFilterSchema } from "./filter.ts";
import { userSummarySchema } from "./models.ts";
import type { UserService } from "./service.ts";

const tags = ["accounts"];

const listUsers = createRoute({
  method: "get",
  path: "/admin/users",
  tags,
  summary: "Accounts, newest first",
  request: { query: listQuerySchema.extend(userFilterSchema.shape) },
  responses: {
    200: {
      description: "A page of accounts.",
      content: { "application/json": { schema: z.array(userSummarySchema) } },
    },
    ...problemResponses(422),
  },
});

const getUser = createRoute({
  method: "get",
  path: "/admin/users/{id}",
  tags,
  summary: "An account with its activity",
  request: { params: idParameter },
  responses: {
    200: { description: "The account.", content: { "application/json": { schema: userSummarySchema } } },
    ...problemResponses(404, 422),
  },
});

/** Reads of accounts; what changes them is in manage/. */
export function createUserRoutes(service: UserService) {
  return createRouter()
    .openapi(listUsers, async (context) => {
      const { limit, cursor, direction, ...filter } = context.req.valid("query");
      return sendPage(context, await service.listUsers(filter, { limit, cursor, direction }));
    })
    .openapi(getUser, async (context) =>
      context.json(await service.getUser(context.req.valid("param").id), 200),
    );
}
