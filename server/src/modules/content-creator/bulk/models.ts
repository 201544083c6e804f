import { z } from "@hono/zod-openapi";
import { estimateSchema } from "../retry-options/models.ts";

export const bulkActions = ["cancel", "retry", "resume"] as const;
export type BulkActionName = (typeof bulkActions)[number];
export const bulkEntities = ["unit", "task", "flow_run"] as const;
export type BulkEntity = (typeof bulkEntities)[number];
const bulkItemStatuses = ["pending", "done", "refused", "failed"] as const;
export type BulkItemStatus = (typeof bulkItemStatuses)[number];

/** Most things that one action changes. */
export const mostBulkItems = 100_000;
const mostIds = 1_000;
const count = z.number().int();

/** What is to be done to which things: those that are named, or all that fit the filter of their list. */
export const bulkRequestSchema = z
  .strictObject({
    action: z.enum(bulkActions).openapi({ description: "retry: from scratch." }),
    entity: z.enum(bulkEntities),
    ids: z.array(z.uuid()).min(1).max(mostIds).optional(),
    filter: z.record(z.string(), z.string()).optional().openapi({
      description: "The list's own filter parameters. All that fit now are meant; later ones are not.",
    }),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    message: "give either ids or a filter",
  })
  .openapi("BulkRequest");
export type BulkRequest = z.infer<typeof bulkRequestSchema>;

export const acceptedBulkSchema = z
  .object({ task_id: z.uuid(), item_count: count })
  .openapi("AcceptedBulkAction", { description: "The task `bulk_action` and how many things it changes." });

export const bulkPreviewSchema = z
  .object({
    matching: count,
    /** Units or tasks that the action would change: several things of one are counted once. */
    eligible: count,
    skipped: z.array(z.object({ code: z.string(), reason: z.string(), count })),
    estimate: estimateSchema,
  })
  .openapi("BulkPreview");
export type BulkPreview = z.infer<typeof bulkPreviewSchema>;

export const bulkActionSchema = z
  .object({
    task_id: z.uuid(),
    action: z.enum(bulkActions),
    entity: z.enum(bulkEntities),
    filter: z.record(z.string(), z.string()).nullable().openapi({ description: "Null: chosen one by one." }),
    total: count,
    pending: count,
    done: count,
    refused: count,
    failed: count,
  })
  .openapi("BulkAction");
export type BulkAction = z.infer<typeof bulkActionSchema>;

export const bulkItemSchema = z
  .object({
    id: z.uuid(),
    task_id: z.uuid(),
    entity: z.enum(bulkEntities),
    entity_id: z.uuid(),
    title: z.string().nullable(),
    status: z.enum(bulkItemStatuses),
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
    result_task_id: z
      .uuid()
      .nullable()
      .openapi({ description: "The new task of a retried or resumed unit." }),
    unit_id: z.uuid().nullable(),
    completed_at: z.iso.datetime().nullable(),
  })
  .openapi("BulkItem");
export type BulkItem = z.infer<typeof bulkItemSchema>;

export const bulkItemFilterSchema = z.object({
  status: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(bulkItemStatuses)).min(1))
    .optional()
    .openapi({ type: "string", description: "Several with commas between." }),
});
