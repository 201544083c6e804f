import { z } from "@hono/zod-openapi";
import { roles } from "../../platform/caller.ts";
import { searchWordsField } from "../../platform/filter-fields.ts";

/** Filters of the accounts list; all given fields must hold. */
export const userFilterSchema = z.object({
  q: searchWordsField.optional().openapi({
    description: "An id or its beginning, or a part of a name or e-mail address.",
  }),
  role: z.enum(roles).optional(),
  is_active: z
    .enum(["true", "false"])
    .transform((word) => word === "true")
    .optional(),
});
export type UserFilter = z.infer<typeof userFilterSchema>;
