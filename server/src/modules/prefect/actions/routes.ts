import { createRoute, type z } from "@hono/zod-openapi";
import { idParameter } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { engineActionSchema, launchedSchema, launchSchema, runActionSchema } from "./models.ts";
import type { EngineActionService } from "./service.ts";

const tags = ["prefect"];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ content: { "application/json": { schema } } });

const launchUnit = createRoute({
  method: "post",
  path: "/prefect/connections/{id}/launch",
  tags,
  summary: "Generate a unit by a run of a deployment",
  request: { params: idParameter, body: { required: true, ...json(launchSchema) } },
  responses: {
    202: { description: "It is stored and on its way.", ...json(launchedSchema) },
    ...problemResponses(404, 409, 422),
  },
});

const actOnRun = createRoute({
  method: "post",
  path: "/prefect/flow-runs/{id}/actions",
  tags,
  summary: "Cancel, retry or resume a run of Prefect",
  request: { params: idParameter, body: { required: true, ...json(runActionSchema) } },
  responses: {
    202: { description: "It is stored and on its way.", ...json(engineActionSchema) },
    ...problemResponses(404, 409, 422),
  },
});

/** Routes that steer Prefect, without the `/api/v1` prefix. */
export function createEngineActionRoutes(service: EngineActionService) {
  return createRouter()
    .openapi(launchUnit, async (context) => {
      const { id } = context.req.valid("param");
      const launch = context.req.valid("json");
      const { unit_id, deployment_id } = launch;
      context.get("audit").details = { unit_id, deployment_id };
      return context.json(await service.launch(context.get("user"), id, launch), 202);
    })
    .openapi(actOnRun, async (context) => {
      const { id } = context.req.valid("param");
      const action = context.req.valid("json");
      context.get("audit").details = { kind: action.kind };
      return context.json(await service.act(context.get("user"), id, action), 202);
    });
}
