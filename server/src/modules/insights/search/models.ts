import { z } from "@hono/zod-openapi";
import { searchWordsField } from "../../../platform/filter-fields.ts";

/** What a search may find, in the order in which the groups are told. */
export const foundKinds = ["unit", "lesson", "flow_run", "step_run", "task", "llm_request", "user"] as const;
export type FoundKind = (typeof foundKinds)[number];

export const searchHitSchema = z
  .object({
    kind: z.enum(foundKinds),
    id: z.uuid(),
    title: z.string(),
    /** What tells it from others of the same title: its unit, its error, its model, an address. */
    detail: z.string().nullable(),
    status: z.string().nullable(),
    unit_id: z.uuid().nullable(),
    flow_run_id: z.uuid().nullable(),
    /** Where the words were found. */
    matched: z.enum(["id", "title", "name", "error", "inputs"]),
  })
  .openapi("SearchHit");
export type SearchHit = z.infer<typeof searchHitSchema>;

export const searchAnswerSchema = z
  .object({
    query: z.string(),
    groups: z.array(
      z.object({
        kind: z.enum(foundKinds),
        /** Newest first. */
        hits: z.array(searchHitSchema),
        has_more: z.boolean(),
      }),
    ),
  })
  .openapi("SearchAnswer");
export type SearchAnswer = z.infer<typeof searchAnswerSchema>;

export const searchQuerySchema = z.object({
  q: searchWordsField,
  limit: z.coerce.number().int().min(1).max(20).default(5).openapi({ description: "Hits of each kind." }),
});
