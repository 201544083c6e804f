import { createRoute, z } from "@hono/zod-openapi";
import { idParameter, listQuerySchema, sendPage } from "../../http/pagination.ts";
import { problemResponses } from "../../http/problems.ts";
import { createRouter } from "../../http/router.ts";
import { taskFilterSchema } from "./filter.ts";
import { queueStatusSchema, taskDetailsSchema, taskSummarySchema, workerSummarySchema } from "./models.ts";
import type { TaskQueueService } from "./service.ts";

const tags = ["admin-observability"];

const listTasks = createRoute({
  method: "get",
  path: "/task-queue/tasks",
  tags,
  summary: "Tasks, newest first",
  request: { query: listQuerySchema.extend(taskFilterSchema.shape) },
  responses: {
    200: {
      description: "One page.",
      content: { "application/json": { schema: z.array(taskSummarySchema) } },
    },
    ...problemResponses(422),
  },
});

const getTask = createRoute({
  method: "get",
  path: "/task-queue/tasks/{id}",
  tags,
  summary: "A task with its attempts and related tasks",
  request: { params: idParameter },
  responses: {
    200: { description: "The task.", content: { "application/json": { schema: taskDetailsSchema } } },
    ...problemResponses(404, 422),
  },
});

const cancelTask = createRoute({
  method: "post",
  path: "/task-queue/tasks/{id}/cancel",
  tags,
  summary: "End a task; a running one ends within a second, an ended one stays as it is",
  request: { params: idParameter },
  responses: {
    202: {
      description: "The task as it is now.",
      content: { "application/json": { schema: taskDetailsSchema } },
    },
    ...problemResponses(404, 422),
  },
});

const continueTask = createRoute({
  method: "post",
  path: "/task-queue/tasks/{id}/continue",
  tags,
  summary: "Continue a paused task",
  request: { params: idParameter },
  responses: {
    202: {
      description: "The task as it is now.",
      content: { "application/json": { schema: taskDetailsSchema } },
    },
    ...problemResponses(404, 409, 422),
  },
});

const listWorkers = createRoute({
  method: "get",
  path: "/task-queue/workers",
  tags,
  summary: "Workers that live, and those that ended within a day",
  responses: {
    200: {
      description: "Workers.",
      content: { "application/json": { schema: z.array(workerSummarySchema) } },
    },
  },
});

const getStatus = createRoute({
  method: "get",
  path: "/task-queue/status",
  tags,
  summary: "Depth, age and capacity of the queue",
  responses: {
    200: { description: "Health.", content: { "application/json": { schema: queueStatusSchema } } },
  },
});

/** Routes of the task queue, without the `/api/v1` prefix. */
export function createTaskQueueRoutes(service: TaskQueueService) {
  return createRouter()
    .openapi(listTasks, async (context) => {
      const { limit, cursor, direction, ...filter } = context.req.valid("query");
      return sendPage(context, await service.listTasks(filter, { limit, cursor, direction }));
    })
    .openapi(getTask, async (context) =>
      context.json(await service.getTask(context.req.valid("param").id), 200),
    )
    .openapi(cancelTask, async (context) => {
      const { id } = context.req.valid("param");
      await service.cancelTask(id);
      return context.json(await service.getTask(id), 202);
    })
    .openapi(continueTask, async (context) => {
      const { id } = context.req.valid("param");
      await service.continueTask(id);
      return context.json(await service.getTask(id), 202);
    })
    .openapi(listWorkers, async (context) => context.json(await service.listWorkers(), 200))
    .openapi(getStatus, async (context) => context.json(await service.getStatus(), 200));
}
