import { createRoute, z } from "@hono/zod-openapi";
import { sendJsonText } from "../../http/json-text.ts";
import { idParameter, listQuerySchema, sendPage } from "../../http/pagination.ts";
import { problemResponses } from "../../http/problems.ts";
import { createRouter } from "../../http/router.ts";
import { llmRequestFilterSchema } from "./filter.ts";
import { llmRequestDetailsSchema, llmRequestSummarySchema, seenModelSchema } from "./models.ts";
import type { LlmRequestService } from "./service.ts";

const tags = ["admin-observability"];

const listRequests = createRoute({
  method: "get",
  path: "/llm/requests",
  tags,
  summary: "LLM requests, newest first",
  request: { query: listQuerySchema.extend(llmRequestFilterSchema.shape) },
  responses: {
    200: {
      description: "One page.",
      content: { "application/json": { schema: z.array(llmRequestSummarySchema) } },
    },
    ...problemResponses(422),
  },
});

const getRequest = createRoute({
  method: "get",
  path: "/llm/requests/{id}",
  tags,
  summary: "An LLM request with its messages, response and the other attempts of its step",
  request: { params: idParameter },
  responses: {
    200: {
      description: "The request.",
      content: { "application/json": { schema: llmRequestDetailsSchema } },
    },
    ...problemResponses(404, 422),
  },
});

const getPayload = createRoute({
  method: "get",
  path: "/llm/requests/{id}/payloads/{part}",
  tags,
  summary: "What was sent or received, whole",
  request: { params: idParameter.extend({ part: z.enum(["request", "response"]) }) },
  responses: {
    200: { description: "The JSON itself.", content: { "application/json": { schema: z.unknown() } } },
    ...problemResponses(404, 422),
  },
});

const listModels = createRoute({
  method: "get",
  path: "/llm/models",
  tags,
  summary: "Models that are configured or were asked before",
  responses: {
    200: {
      description: "By kind and name.",
      content: { "application/json": { schema: z.array(seenModelSchema) } },
    },
  },
});

/** Routes of the llm module, without the `/api/v1` prefix. */
export function createLlmRoutes(service: LlmRequestService) {
  return createRouter()
    .openapi(listRequests, async (context) => {
      const { limit, cursor, direction, ...filter } = context.req.valid("query");
      return sendPage(context, await service.listRequests(filter, { limit, cursor, direction }));
    })
    .openapi(getRequest, async (context) =>
      context.json(await service.getRequest(context.req.valid("param").id), 200),
    )
    .openapi(getPayload, async (context) => {
      const { id, part } = context.req.valid("param");
      return sendJsonText(context, await service.getPayload(id, part));
    })
    .openapi(listModels, async (context) => context.json(await service.listModels(), 200));
}
