import { createRoute, z } from "@hono/zod-openapi";
import { idParameter, pageQuerySchema, sendPage } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { incidentDetailsSchema, incidentEditSchema, incidentFilterSchema, incidentSchema } from "./models.ts";
import type { IncidentService } from "./service.ts";

const tags = ["admin-observability"];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ content: { "application/json": { schema } } });

const listIncidents = createRoute({
  method: "get",
  path: "/admin/incidents",
  tags,
  summary: "Failures grouped by their cause, newest failure first",
  request: { query: incidentFilterSchema.extend(pageQuerySchema.shape) },
  responses: {
    200: { description: "One page; the next one is named in `Link`.", ...json(z.array(incidentSchema)) },
    ...problemResponses(422),
  },
});

const getIncident = createRoute({
  method: "get",
  path: "/admin/incidents/{id}",
  tags,
  summary: "One incident with its units and what a recovery would do",
  request: { params: idParameter },
  responses: {
    200: { description: "The incident.", ...json(incidentDetailsSchema) },
    ...problemResponses(404, 422),
  },
});

const updateIncident = createRoute({
  method: "patch",
  path: "/admin/incidents/{id}",
  tags,
  summary: "Write a note, or mark it as resolved or open again",
  request: { params: idParameter, body: { required: true, ...json(incidentEditSchema) } },
  responses: {
    200: { description: "The incident as it is now.", ...json(incidentSchema) },
    ...problemResponses(404, 409, 422),
  },
});

const recoverIncident = createRoute({
  method: "post",
  path: "/admin/incidents/{id}/recover",
  tags,
  summary: "Resume its units: one, then a tenth, then all; stops by itself when a wave fails",
  request: { params: idParameter },
  responses: {
    202: { description: "The recovery has begun.", ...json(incidentSchema) },
    ...problemResponses(404, 409, 422),
  },
});

const stopRecovery = createRoute({
  method: "post",
  path: "/admin/incidents/{id}/recover/stop",
  tags,
  summary: "Begin no further wave; units that run already go on",
  request: { params: idParameter },
  responses: {
    200: { description: "The incident as it is now.", ...json(incidentSchema) },
    ...problemResponses(404, 409, 422),
  },
});

/** Routes of incidents, without the `/api/v1` prefix. */
export function createIncidentRoutes(service: IncidentService) {
  return createRouter()
    .openapi(listIncidents, async (context) => {
      const { limit, cursor, ...filter } = context.req.valid("query");
      return sendPage(context, await service.list(filter, { limit, cursor }));
    })
    .openapi(getIncident, async (context) =>
      context.json(await service.get(context.req.valid("param").id), 200),
    )
    .openapi(updateIncident, async (context) => {
      const edit = context.req.valid("json");
      const { is_resolved = null } = edit;
      context.get("audit").details = { changed: Object.keys(edit), is_resolved };
      return context.json(
        await service.update(context.get("user"), context.req.valid("param").id, edit),
        200,
      );
    })
    .openapi(recoverIncident, async (context) =>
      context.json(await service.recover(context.get("user"), context.req.valid("param").id), 202),
    )
    .openapi(stopRecovery, async (context) =>
      context.json(await service.stopRecovery(context.get("user"), context.req.valid("param").id), 200),
    );
}
