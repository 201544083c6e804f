import { z } from "@hono/zod-openapi";
import { nameField } from "../../../platform/filter-fields.ts";

/** The pages whose filters can be kept. */
export const viewPages = ["flows", "tasks", "llm-requests", "units", "users"] as const;

const viewName = z.string().trim().pipe(nameField.max(80));
const viewSearch = z
  .string()
  .max(4_000)
  .refine((text) => text.isWellFormed() && !text.includes("\u0000"), {
    message: "holds characters that no address has",
  })
  .transform((text) => text.replace(/^\?/, ""))
  .openapi({ description: "The page's query string without the question mark." });

export const savedViewSchema = z
  .object({
    id: z.uuid(),
    page: z.enum(viewPages),
    name: z.string(),
    search: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    version: z.number().int(),
  })
  .openapi("SavedView");
export type SavedView = z.infer<typeof savedViewSchema>;

export const newSavedViewSchema = z
  .strictObject({ page: z.enum(viewPages), name: viewName, search: viewSearch })
  .openapi("NewSavedView");
export type NewSavedView = z.infer<typeof newSavedViewSchema>;

export const savedViewEditSchema = z
  .strictObject({ name: viewName.optional(), search: viewSearch.optional() })
  .refine((edit) => edit.name !== undefined || edit.search !== undefined, {
    message: "nothing to change was given",
  })
  .openapi("SavedViewEdit");
export type SavedViewEdit = z.infer<typeof savedViewEditSchema>;
