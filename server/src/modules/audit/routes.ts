import { createRoute, z } from "@hono/zod-openapi";
import { listQuerySchema, sendPage } from "../../http/pagination.ts";
import { problemResponses } from "../../http/problems.ts";
import { createRouter } from "../../http/router.ts";
import { auditEntrySchema, auditExtentSchema, auditFilterSchema, auditVerificationSchema } from "./models.ts";
import type { AuditService } from "./service.ts";

const tags = ["accounts"];

const listEntries = createRoute({
  method: "get",
  path: "/admin/audit-log",
  tags,
  summary: "Who did what, newest first",
  request: { query: listQuerySchema.extend(auditFilterSchema.shape) },
  responses: {
    200: {
      description: "A page of entries.",
      content: { "application/json": { schema: z.array(auditEntrySchema) } },
    },
    ...problemResponses(401, 403, 422),
  },
});
const exportEntries = createRoute({
  method: "get",
  path: "/admin/audit-log/export",
  tags,
  summary: "The entries that fit as a file, oldest first",
  request: { query: auditFilterSchema.extend({ format: z.enum(["csv", "jsonl"]).default("csv") }) },
  responses: {
    200: {
      description: "The file. Cells of a table that begin like a formula are quoted.",
      content: { "text/csv": { schema: z.string() }, "application/jsonl": { schema: z.string() } },
    },
    ...problemResponses(401, 403, 422),
  },
});
const readExtent = createRoute({
  method: "get",
  path: "/admin/audit-log/extent",
  tags,
  summary: "Since when the log has entries, and the number of the newest",
  responses: {
    200: {
      description: "Cheap to ask for: whether anything was written down since.",
      content: { "application/json": { schema: auditExtentSchema } },
    },
    ...problemResponses(401, 403),
  },
});
const verifyEntries = createRoute({
  method: "get",
  path: "/admin/audit-log/verification",
  tags,
  summary: "Whether the chain of entries is whole",
  responses: {
    200: {
      description: "The verdict.",
      content: { "application/json": { schema: auditVerificationSchema } },
    },
    ...problemResponses(401, 403),
  },
});

const types = { csv: "text/csv; charset=utf-8", jsonl: "application/jsonl" } as const;

/** Routes of the audit log. */
export function createAuditRoutes(service: AuditService) {
  return createRouter()
    .openapi(listEntries, async (context) => {
      const { limit, cursor, direction, ...filter } = context.req.valid("query");
      return sendPage(context, await service.list(filter, { limit, cursor, direction }));
    })
    .openapi(exportEntries, async (context) => {
      const { format, ...filter } = context.req.valid("query");
      const stream = await service.export(filter, format);
      return new Response(stream, {
        headers: {
          "content-type": types[format],
          "content-disposition": `attachment; filename="audit-log.${format}"`,
          "cache-control": "no-store",
        },
      });
    })
    .openapi(readExtent, async (context) => context.json(await service.extent(), 200))
    .openapi(verifyEntries, async (context) => context.json(await service.verify(), 200));
}
