import { createRoute, z } from "@hono/zod-openapi";
import { sendJsonText } from "../../http/json-text.ts";
import { idParameter, listQuerySchema, pageQuerySchema, sendPage } from "../../http/pagination.ts";
import { problemResponses } from "../../http/problems.ts";
import { createRouter } from "../../http/router.ts";
import { flowRunFilterSchema } from "./filter.ts";
import {
  flowRunDetailsSchema,
  flowRunSummarySchema,
  type LogLine,
  logLineSchema,
  stepDetailsSchema,
} from "./models.ts";
import type { FlowRunService } from "./service.ts";

const tags = ["admin-observability"];
const runsPage = {
  200: {
    description: "One page, newest first.",
    content: { "application/json": { schema: z.array(flowRunSummarySchema) } },
  },
  ...problemResponses(422),
};

const listFlowRuns = createRoute({
  method: "get",
  path: "/flow-engine/runs",
  tags,
  summary: "Flow runs, newest first",
  request: { query: listQuerySchema.extend(flowRunFilterSchema.shape) },
  responses: runsPage,
});

const getFlowRun = createRoute({
  method: "get",
  path: "/flow-engine/runs/{id}",
  tags,
  summary: "A flow run with its steps, children, input and output",
  request: { params: idParameter },
  responses: {
    200: { description: "The flow run.", content: { "application/json": { schema: flowRunDetailsSchema } } },
    ...problemResponses(404, 422),
  },
});

const getStep = createRoute({
  method: "get",
  path: "/flow-engine/runs/{id}/steps/{step_id}",
  tags,
  summary: "A step with its input and output",
  request: { params: idParameter.extend({ step_id: z.uuid() }) },
  responses: {
    200: { description: "The step.", content: { "application/json": { schema: stepDetailsSchema } } },
    ...problemResponses(404, 422),
  },
});

const partParameter = z.enum(["input", "output"]);
const payloadAnswers = {
  200: {
    description: "The JSON value itself.",
    content: { "application/json": { schema: z.unknown() } },
  },
  ...problemResponses(404, 422),
};

const getFlowPayload = createRoute({
  method: "get",
  path: "/flow-engine/runs/{id}/payloads/{part}",
  tags,
  summary: "The input or output of a flow run, whatever its length",
  request: { params: idParameter.extend({ part: partParameter }) },
  responses: payloadAnswers,
});

const getStepPayload = createRoute({
  method: "get",
  path: "/flow-engine/runs/{id}/steps/{step_id}/payloads/{part}",
  tags,
  summary: "The input or output of a step, whatever its length",
  request: { params: idParameter.extend({ step_id: z.uuid(), part: partParameter }) },
  responses: payloadAnswers,
});

const listLogs = createRoute({
  method: "get",
  path: "/flow-engine/runs/{id}/logs",
  tags,
  summary: "What the flow run and its steps logged, oldest first: the newest 10,000 lines",
  request: {
    params: idParameter,
    query: z.object({ format: z.enum(["json", "text"]).default("json") }),
  },
  responses: {
    200: {
      description: "Log lines.",
      content: {
        "application/json": { schema: z.array(logLineSchema) },
        "text/plain": { schema: z.string() },
      },
    },
    ...problemResponses(404, 422),
  },
});

const listTaskFlowRuns = createRoute({
  method: "get",
  path: "/task-queue/tasks/{id}/flow-runs",
  tags,
  summary: "Flow runs of a task",
  request: { params: idParameter, query: pageQuerySchema },
  responses: runsPage,
});

const listUnitFlowRuns = createRoute({
  method: "get",
  path: "/content/units/{id}/flow-runs",
  tags,
  summary: "Flow runs of a unit, all its tasks included",
  request: { params: idParameter, query: pageQuerySchema },
  responses: runsPage,
});

/** Routes of the flow engine, without the `/api/v1` prefix. */
export function createFlowEngineRoutes(service: FlowRunService) {
  return createRouter()
    .openapi(listFlowRuns, async (context) => {
      const { limit, cursor, direction, ...filter } = context.req.valid("query");
      return sendPage(context, await service.listFlowRuns(filter, { limit, cursor, direction }));
    })
    .openapi(getFlowRun, async (context) =>
      context.json(await service.getFlowRun(context.req.valid("param").id), 200),
    )
    .openapi(getStep, async (context) => {
      const { id, step_id } = context.req.valid("param");
      return context.json(await service.getStep(id, step_id), 200);
    })
    .openapi(getFlowPayload, async (context) => {
      const { id, part } = context.req.valid("param");
      return sendJsonText(context, await service.readFlowPayload(id, part));
    })
    .openapi(getStepPayload, async (context) => {
      const { id, step_id, part } = context.req.valid("param");
      return sendJsonText(context, await service.readStepPayload(id, step_id, part));
    })
    .openapi(listLogs, async (context) => {
      const lines = await service.listLogs(context.req.valid("param").id);
      if (context.req.valid("query").format === "json") return context.json(lines, 200);
      return context.text(lines.map(formatLine).join(""), 200);
    })
    .openapi(listTaskFlowRuns, async (context) => {
      const { id } = context.req.valid("param");
      return sendPage(context, await service.listFlowRuns({ task_id: id }, context.req.valid("query")));
    })
    .openapi(listUnitFlowRuns, async (context) => {
      const { id } = context.req.valid("param");
      return sendPage(context, await service.listFlowRuns({ unit_id: id }, context.req.valid("query")));
    });
}

function formatLine(line: LogLine): string {
  const fields = Object.keys(line.fields).length === 0 ? "" : ` ${JSON.stringify(line.fields)}`;
  return `${line.at} ${line.level.toUpperCase().padEnd(5)} ${line.step_name ?? "-"} ${line.message}${fields}\n`;
}
