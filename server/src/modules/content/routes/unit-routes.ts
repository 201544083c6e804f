import { createRoute, z } from "@hono/zod-openapi";
import { idParameter, listQuerySchema, sendPage } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { toMarkdown, unitExportSchema } from "../export-unit.ts";
import { unitFilterSchema } from "../filter.ts";
import {
  lessonSummarySchema,
  publicationSchema,
  publishRequestSchema,
  sourceTextSchema,
  unitDetailSchema,
  unitSummarySchema,
} from "../models.ts";
import type { ContentService } from "../service.ts";

const tags = ["content"];

const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

const listUnits = createRoute({
  method: "get",
  path: "/content/units",
  tags,
  summary: "Units, newest first",
  request: { query: listQuerySchema.extend(unitFilterSchema.shape) },
  responses: { 200: json(z.array(unitSummarySchema), "A page of units."), ...problemResponses(422) },
});

const getUnit = createRoute({
  method: "get",
  path: "/content/units/{id}",
  tags,
  summary: "A unit with its lessons, sources and stages",
  request: { params: idParameter },
  responses: { 200: json(unitDetailSchema, "The unit."), ...problemResponses(404, 422) },
});

const listLessons = createRoute({
  method: "get",
  path: "/content/units/{id}/lessons",
  tags,
  summary: "The lessons of a unit in order",
  request: { params: idParameter },
  responses: { 200: json(z.array(lessonSummarySchema), "All lessons."), ...problemResponses(404, 422) },
});

const getSource = createRoute({
  method: "get",
  path: "/content/units/{id}/sources/{position}",
  tags,
  summary: "The text of one source of a unit",
  request: { params: idParameter.extend({ position: z.coerce.number().int().min(1).max(10_000) }) },
  responses: { 200: json(sourceTextSchema, "The source."), ...problemResponses(404, 422) },
});

const publishUnit = createRoute({
  method: "post",
  path: "/content/units/{id}/publish",
  tags,
  summary: "Let learners see what is approved",
  request: {
    params: idParameter,
    body: { required: false, content: { "application/json": { schema: publishRequestSchema } } },
  },
  responses: {
    200: json(publicationSchema, "What learners see now and what stays out."),
    ...problemResponses(404, 409, 422),
  },
});

const unpublishUnit = createRoute({
  method: "post",
  path: "/content/units/{id}/unpublish",
  tags,
  summary: "Take a unit back from learners",
  request: { params: idParameter },
  responses: { 200: json(publicationSchema, "The unit is not published."), ...problemResponses(404, 422) },
});

const exportUnit = createRoute({
  method: "get",
  path: "/content/units/{id}/export",
  tags,
  summary: "A unit as a file",
  request: {
    params: idParameter,
    query: z.object({ format: z.enum(["md", "json"]).default("md") }),
  },
  responses: {
    200: {
      description: "The file.",
      content: {
        "application/json": { schema: unitExportSchema },
        "text/markdown": { schema: z.string() },
      },
    },
    ...problemResponses(404, 409, 422),
  },
});

const deleteUnit = createRoute({
  method: "delete",
  path: "/content/units/{id}",
  tags,
  summary: "Delete a unit; its tasks, requests and costs stay",
  request: { params: idParameter },
  responses: { 204: { description: "The unit is gone." }, ...problemResponses(404, 409, 422) },
});

function fileNameOf(title: string, extension: string): string {
  const plain = title
    .normalize("NFKD")
    .replace(/[^\w\s-]/g, "")
    .trim()
    .replace(/\s+/g, "-")
    .toLowerCase()
    .slice(0, 60);
  return `${plain === "" ? "unit" : plain}.${extension}`;
}

/** Units: lists, details, publishing, export, deletion. */
export function createUnitRoutes(service: ContentService) {
  return createRouter()
    .openapi(listUnits, async (context) => {
      const { limit, cursor, direction, ...filter } = context.req.valid("query");
      return sendPage(context, await service.listUnits(filter, { limit, cursor, direction }));
    })
    .openapi(getUnit, async (context) =>
      context.json(await service.getUnit(context.req.valid("param").id), 200),
    )
    .openapi(listLessons, async (context) =>
      context.json(await service.listLessons(context.req.valid("param").id), 200),
    )
    .openapi(getSource, async (context) => {
      const { id, position } = context.req.valid("param");
      return context.json(await service.getSource(id, position), 200);
    })
    .openapi(publishUnit, async (context) => {
      // Without a body there is no content type, and nothing is read.
      const { confirm_findings = false } = context.req.valid("json") ?? {};
      if (confirm_findings) context.get("audit").details = { confirm_findings };
      return context.json(await service.publishUnit(context.req.valid("param").id, confirm_findings), 200);
    })
    .openapi(unpublishUnit, async (context) =>
      context.json(await service.unpublishUnit(context.req.valid("param").id), 200),
    )
    .openapi(exportUnit, async (context) => {
      const exported = await service.exportUnit(context.req.valid("param").id);
      const { format } = context.req.valid("query");
      const name = fileNameOf(exported.unit.title, format);
      context.header("Content-Disposition", `attachment; filename="${name}"`);
      if (format === "json") return context.json(exported, 200);
      return context.body(toMarkdown(exported), 200, { "Content-Type": "text/markdown; charset=utf-8" });
    })
    .openapi(deleteUnit, async (context) => {
      await service.deleteUnit(context.req.valid("param").id);
      return context.body(null, 204);
    });
}
