import { createRoute, z } from "@hono/zod-openapi";
import { idParameter } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { newSavedViewSchema, savedViewEditSchema, savedViewSchema, viewPages } from "./models.ts";
import type { SavedViewService } from "./service.ts";

const tags = ["admin-observability"];

const view = {
  description: "The view as it is now.",
  content: { "application/json": { schema: savedViewSchema } },
};

const listSavedViews = createRoute({
  method: "get",
  path: "/admin/saved-views",
  tags,
  summary: "One's own saved views, by name",
  request: { query: z.object({ page: z.enum(viewPages).optional() }) },
  responses: {
    200: {
      description: "At most 100 of each page.",
      content: { "application/json": { schema: z.array(savedViewSchema) } },
    },
    ...problemResponses(422),
  },
});

const createSavedView = createRoute({
  method: "post",
  path: "/admin/saved-views",
  tags,
  summary: "Save the filters of a page under a name",
  request: { body: { required: true, content: { "application/json": { schema: newSavedViewSchema } } } },
  responses: { 201: view, ...problemResponses(409, 422) },
});

const updateSavedView = createRoute({
  method: "patch",
  path: "/admin/saved-views/{id}",
  tags,
  summary: "Rename a saved view, or save other filters in it",
  request: {
    params: idParameter,
    body: { required: true, content: { "application/json": { schema: savedViewEditSchema } } },
  },
  responses: { 200: view, ...problemResponses(404, 409, 422) },
});

const deleteSavedView = createRoute({
  method: "delete",
  path: "/admin/saved-views/{id}",
  tags,
  summary: "Delete a saved view",
  request: { params: idParameter },
  responses: { 204: { description: "The view is gone." }, ...problemResponses(404, 422) },
});

/** Routes of saved views, without the `/api/v1` prefix. */
export function createSavedViewRoutes(savedViews: SavedViewService) {
  return createRouter()
    .openapi(listSavedViews, async (context) =>
      context.json(await savedViews.list(context.get("user").id, context.req.valid("query").page), 200),
    )
    .openapi(createSavedView, async (context) =>
      context.json(await savedViews.create(context.get("user").id, context.req.valid("json")), 201),
    )
    .openapi(updateSavedView, async (context) => {
      const { id } = context.req.valid("param");
      return context.json(
        await savedViews.update(context.get("user").id, id, context.req.valid("json")),
        200,
      );
    })
    .openapi(deleteSavedView, async (context) => {
      await savedViews.remove(context.get("user").id, context.req.valid("param").id);
      return context.body(null, 204);
    });
}
