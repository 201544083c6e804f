import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Page } from "../platform/page.ts";

/** Query fields that every list takes. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).openapi({ description: "Rows a page." }),
  cursor: z.string().optional().openapi({ description: "From the `Link` header of the page before." }),
});

/** Query fields of lists that can be walked both ways. */
export const listQuerySchema = pageQuerySchema.extend({
  direction: z
    .enum(["older", "newer"])
    .default("older")
    .openapi({
      description:
        "`newer` gives the rows after the cursor that are nearest to it, still newest first: with `limit=1` the row before it " +
        "in the same list.",
    }),
});

/** `{id}` in a path, in the one spelling that ids are compared in: UUIDs may also come in capitals. */
export const idParameter = z.object({ id: z.uuid().toLowerCase() });

/** Answers with the page's rows as a plain array; next page in `Link`, total in `Total-Count` (`10000+` when capped). */
export function sendPage<Row>(context: Context, page: Page<Row>) {
  context.header("Total-Count", page.total_is_capped ? `${page.total}+` : String(page.total));
  if (page.next_cursor !== null) {
    const next = new URL(context.req.url);
    next.searchParams.set("cursor", page.next_cursor);
    context.header("Link", `<${next.pathname}${next.search}>; rel="next"`);
  }
  return context.json(page.rows, 200);
}
