import { createRoute, z } from "@hono/zod-openapi";
import { pageQuerySchema, sendPage } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import {
  acceptedBulkSchema,
  bulkActionSchema,
  bulkItemFilterSchema,
  bulkItemSchema,
  bulkPreviewSchema,
  bulkRequestSchema,
} from "./models.ts";
import type { BulkService } from "./service.ts";

const tags = ["content-creator"];
const body = { required: true, content: { "application/json": { schema: bulkRequestSchema } } };
const taskParameter = z.object({ task_id: z.uuid() });

const startAction = createRoute({
  method: "post",
  path: "/content-creator/bulk-actions",
  tags,
  summary: "Cancel, retry or resume many things",
  request: { body },
  responses: {
    202: {
      description: "Accepted: what is meant is fixed, and the task is in the queue.",
      content: { "application/json": { schema: acceptedBulkSchema } },
    },
    ...problemResponses(422),
  },
});

const previewAction = createRoute({
  method: "post",
  path: "/content-creator/bulk-actions/preview",
  tags,
  summary: "What a bulk action would do",
  request: { body },
  responses: {
    200: {
      description: "Nothing is changed.",
      content: { "application/json": { schema: bulkPreviewSchema } },
    },
    ...problemResponses(422),
  },
});

const getAction = createRoute({
  method: "get",
  path: "/content-creator/bulk-actions/{task_id}",
  tags,
  summary: "A bulk action and how far it is",
  request: { params: taskParameter },
  responses: {
    200: { description: "The action.", content: { "application/json": { schema: bulkActionSchema } } },
    ...problemResponses(404, 422),
  },
});

const listItems = createRoute({
  method: "get",
  path: "/content-creator/bulk-actions/{task_id}/items",
  tags,
  summary: "What a bulk action was for, and what became of each",
  request: { params: taskParameter, query: pageQuerySchema.extend(bulkItemFilterSchema.shape) },
  responses: {
    200: {
      description: "One page, in the order in which they are done.",
      content: { "application/json": { schema: z.array(bulkItemSchema) } },
    },
    ...problemResponses(404, 422),
  },
});

/** Routes of bulk actions, without the `/api/v1` prefix. */
export function createBulkRoutes(service: BulkService) {
  return createRouter()
    .openapi(startAction, async (context) => {
      const request = context.req.valid("json");
      const { action, entity, ids } = request;
      context.get("audit").details = { action, entity, chosen: ids?.length ?? "by filter" };
      const accepted = await service.start(context.get("user"), request);
      const { task_id, item_count } = accepted;
      Object.assign(context.get("audit"), {
        object_id: task_id,
        details: { ...context.get("audit").details, count: item_count },
      });
      return context.json(accepted, 202);
    })
    .openapi(previewAction, async (context) =>
      context.json(await service.preview(context.req.valid("json")), 200),
    )
    .openapi(getAction, async (context) =>
      context.json(await service.getAction(context.req.valid("param").task_id), 200),
    )
    .openapi(listItems, async (context) =>
      sendPage(
        context,
        await service.listItems(context.req.valid("param").task_id, context.req.valid("query")),
      ),
    );
}
