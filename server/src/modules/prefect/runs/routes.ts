import { createRoute } from "@hono/zod-openapi";
import { idParameter } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { engineRunSchema, engineTaskSchema } from "./models.ts";
import type { EngineRunService } from "./service.ts";

const tags = ["prefect"];

const getRun = createRoute({
  method: "get",
  path: "/prefect/flow-runs/{id}",
  tags,
  summary: "What Prefect says of a run, and what can be asked of it",
  request: { params: idParameter },
  responses: {
    200: { description: "The run.", content: { "application/json": { schema: engineRunSchema } } },
    ...problemResponses(404, 409, 422),
  },
});

const refreshRun = createRoute({
  method: "post",
  path: "/prefect/flow-runs/{id}/refresh",
  tags,
  summary: "Read the run, its steps and its log from Prefect now",
  request: { params: idParameter },
  responses: {
    204: { description: "The rows are as Prefect has them." },
    ...problemResponses(404, 409, 422, 502, 503, 504),
  },
});

const getTask = createRoute({
  method: "get",
  path: "/prefect/tasks/{id}",
  tags,
  summary: "Which runs of Prefect carried a task, and what was asked of Prefect for it",
  request: { params: idParameter },
  responses: {
    200: { description: "The task.", content: { "application/json": { schema: engineTaskSchema } } },
    ...problemResponses(404, 422),
  },
});

/** Routes of single runs and tasks of Prefect, without the `/api/v1` prefix. */
export function createEngineRunRoutes(service: EngineRunService) {
  return createRouter()
    .openapi(getRun, async (context) =>
      context.json(await service.getRun(context.req.valid("param").id), 200),
    )
    .openapi(refreshRun, async (context) => {
      await service.refresh(context.req.valid("param").id);
      return context.body(null, 204);
    })
    .openapi(getTask, async (context) =>
      context.json(await service.getTask(context.req.valid("param").id), 200),
    );
}
