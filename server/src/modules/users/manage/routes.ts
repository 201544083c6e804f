import { createRoute, z } from "@hono/zod-openapi";
import { callerOf } from "../../../http/authorize.ts";
import { idParameter } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { userSummarySchema } from "../models.ts";
import {
  erasureSchema,
  givenLinkSchema,
  invitedUserSchema,
  linkRequestSchema,
  newUserSchema,
  userEditSchema,
} from "./models.ts";
import type { UserManagement } from "./service.ts";

const tags = ["accounts"];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ "application/json": { schema } });
const account = { description: "The account as it is now.", content: json(userSummarySchema) };

const inviteUser = createRoute({
  method: "post",
  path: "/admin/users",
  tags,
  summary: "Invite somebody",
  request: { body: { required: true, content: json(newUserSchema) } },
  responses: {
    201: { description: "The account and its one-time link.", content: json(invitedUserSchema) },
    ...problemResponses(401, 403, 409, 422),
  },
});
const editUser = createRoute({
  method: "put",
  path: "/admin/users/{id}",
  tags,
  summary: "Change name, address, role or whether somebody is active",
  request: { params: idParameter, body: { required: true, content: json(userEditSchema) } },
  responses: { 200: account, ...problemResponses(401, 403, 404, 409, 422) },
});
const giveLink = createRoute({
  method: "post",
  path: "/admin/users/{id}/link",
  tags,
  summary: "Make a one-time link for somebody; former links of its kind end",
  request: { params: idParameter, body: { required: true, content: json(linkRequestSchema) } },
  responses: {
    201: { description: "The link, shown this once.", content: json(givenLinkSchema) },
    ...problemResponses(401, 403, 404, 409, 422),
  },
});
const resetSecondFactor = createRoute({
  method: "post",
  path: "/admin/users/{id}/reset-second-factor",
  tags,
  summary: "Take somebody's second factor off who lost it, and end their sessions",
  request: { params: idParameter },
  responses: { 200: account, ...problemResponses(401, 403, 404, 409, 422) },
});
const exportPersonalData = createRoute({
  method: "get",
  path: "/admin/users/{id}/export",
  tags,
  summary: "Everything that is stored about somebody, as a file",
  request: { params: idParameter },
  responses: {
    200: { description: "A JSON document.", content: json(z.record(z.string(), z.unknown())) },
    ...problemResponses(401, 403, 404, 422),
  },
});
const eraseUser = createRoute({
  method: "post",
  path: "/admin/users/{id}/erase",
  tags,
  summary: "Erase somebody's personal data; it cannot be undone",
  request: { params: idParameter, body: { required: true, content: json(erasureSchema) } },
  responses: { 200: account, ...problemResponses(401, 403, 404, 409, 422) },
});

/** Routes with which administrators manage accounts. */
export function createUserManagementRoutes(service: UserManagement) {
  return createRouter()
    .openapi(inviteUser, async (context) => {
      const invited = await service.invite(callerOf(context), context.req.valid("json"));
      Object.assign(context.get("audit"), {
        object_id: invited.user.id,
        details: { role: invited.user.role },
      });
      return context.json(invited, 201);
    })
    .openapi(editUser, async (context) => {
      const edit = context.req.valid("json");
      const { role, is_active } = edit;
      context.get("audit").details = {
        changed: Object.keys(edit),
        ...(role === undefined ? {} : { role }),
        ...(is_active === undefined ? {} : { is_active }),
      };
      const { id } = context.req.valid("param");
      return context.json(await service.edit(callerOf(context), id, edit), 200);
    })
    .openapi(giveLink, async (context) => {
      const request = context.req.valid("json");
      context.get("audit").details = { kind: request.kind };
      const { id } = context.req.valid("param");
      return context.json(await service.giveLink(callerOf(context), id, request), 201);
    })
    .openapi(resetSecondFactor, async (context) =>
      context.json(await service.resetSecondFactor(callerOf(context), context.req.valid("param").id), 200),
    )
    .openapi(exportPersonalData, async (context) => {
      const { id } = context.req.valid("param");
      const data = await service.exportPersonalData(id);
      context.header("content-disposition", `attachment; filename="personal-data-${id}.json"`);
      context.header("cache-control", "no-store");
      return context.json(data, 200);
    })
    .openapi(eraseUser, async (context) => {
      const { id } = context.req.valid("param");
      const { name } = context.req.valid("json");
      return context.json(await service.erase(callerOf(context), id, name), 200);
    });
}
