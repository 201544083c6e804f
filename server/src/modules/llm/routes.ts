import { createRoute, z } from "@hono/zod-openapi";
import { idParameter, pageQuerySchema, sendPage } from "../../http/pagination.ts";
import { problemResponses } from "../../http/problems.ts";
import { createRouter } from "../../http/router.ts";
import { llmRequestDetailsSchema, llmRequestFilterSchema, llmRequestSummarySchema } from "./models.ts";
import type { LlmRequestService } from "./service.ts";

const tags = ["admin-observability"];

const listRequests = createRoute({
  method: "get",
  path: "/llm/requests",
  tags,
  summary: "LLM requests, newest first",
  request: { query: pageQuerySchema.extend(llmRequestFilterSchema.shape) },
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

/** Routes of the llm module, without the `/api/v1` prefix. */
export function createLlmRoutes(service: LlmRequestService) {
  return createRouter()
    .openapi(listRequests, async (context) =>
      sendPage(context, await service.listRequests(context.req.valid("query"))),
    )
    .openapi(getRequest, async (context) =>
      context.json(await service.getRequest(context.req.valid("param").id), 200),
    );
}
