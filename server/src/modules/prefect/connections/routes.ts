import { createRoute, z } from "@hono/zod-openapi";
import { idParameter } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import {
  connectionEditSchema,
  connectionProbeSchema,
  connectionSchema,
  connectionVerdictSchema,
  deploymentSchema,
  newConnectionSchema,
} from "./models.ts";
import type { ConnectionService } from "./service.ts";

const tags = ["prefect"];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ content: { "application/json": { schema } } });

const listConnections = createRoute({
  method: "get",
  path: "/prefect/connections",
  tags,
  summary: "All connections, by name",
  responses: {
    200: { description: "At most 50, beside that of the environment.", ...json(z.array(connectionSchema)) },
  },
});

const createConnection = createRoute({
  method: "post",
  path: "/prefect/connections",
  tags,
  summary: "Add a connection; it is watched from now on",
  request: { body: { required: true, ...json(newConnectionSchema) } },
  responses: {
    201: { description: "The connection.", ...json(connectionSchema) },
    ...problemResponses(409, 422),
  },
});

const updateConnection = createRoute({
  method: "patch",
  path: "/prefect/connections/{id}",
  tags,
  summary: "Change, disable or enable a connection",
  request: { params: idParameter, body: { required: true, ...json(connectionEditSchema) } },
  responses: {
    200: { description: "The connection as it is now.", ...json(connectionSchema) },
    ...problemResponses(404, 409, 422),
  },
});

const deleteConnection = createRoute({
  method: "delete",
  path: "/prefect/connections/{id}",
  tags,
  summary: "Remove a connection and its credentials; what was mirrored stays",
  request: { params: idParameter },
  responses: { 204: { description: "It is removed." }, ...problemResponses(404, 409, 422) },
});

const probeConnection = createRoute({
  method: "post",
  path: "/prefect/connections/test",
  tags,
  summary: "Try an address and credentials without storing them",
  request: { body: { required: true, ...json(connectionProbeSchema) } },
  responses: {
    200: { description: "What was found, also when it does not work.", ...json(connectionVerdictSchema) },
    ...problemResponses(404, 422),
  },
});

const testConnection = createRoute({
  method: "post",
  path: "/prefect/connections/{id}/test",
  tags,
  summary: "Try a stored connection",
  request: { params: idParameter },
  responses: {
    200: { description: "What was found, also when it does not work.", ...json(connectionVerdictSchema) },
    ...problemResponses(404, 422),
  },
});

const listDeployments = createRoute({
  method: "get",
  path: "/prefect/connections/{id}/deployments",
  tags,
  summary: "Deployments that can be launched, read from Prefect now",
  request: {
    params: idParameter,
    query: z.object({
      all: z
        .enum(["true", "false"])
        .optional()
        .openapi({ description: "Also those that the filter leaves out." }),
    }),
  },
  responses: {
    200: { description: "At most 1,000, by name.", ...json(z.array(deploymentSchema)) },
    ...problemResponses(404, 409, 422, 502, 503, 504),
  },
});

/** Routes of connections, without the `/api/v1` prefix. */
export function createConnectionRoutes(service: ConnectionService) {
  return createRouter()
    .openapi(listConnections, async (context) => context.json(await service.list(), 200))
    .openapi(createConnection, async (context) => {
      const connection = context.req.valid("json");
      context.get("audit").details = { credentials: connection.credentials.kind };
      const made = await service.create(connection);
      context.get("audit").object_id = made.id;
      return context.json(made, 201);
    })
    .openapi(probeConnection, async (context) =>
      context.json(await service.probe(context.req.valid("json")), 200),
    )
    .openapi(updateConnection, async (context) => {
      const edit = context.req.valid("json");
      context.get("audit").details = { changed: Object.keys(edit) };
      return context.json(await service.update(context.req.valid("param").id, edit), 200);
    })
    .openapi(deleteConnection, async (context) => {
      await service.remove(context.req.valid("param").id);
      return context.body(null, 204);
    })
    .openapi(testConnection, async (context) =>
      context.json(await service.test(context.req.valid("param").id), 200),
    )
    .openapi(listDeployments, async (context) => {
      const isUnfiltered = context.req.valid("query").all === "true";
      return context.json(
        await service.listDeployments(context.req.valid("param").id, { isUnfiltered }),
        200,
      );
    });
}
