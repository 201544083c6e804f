import { createRoute } from "@hono/zod-openapi";
import { seesAccounts } from "../../../http/access.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { foundKinds, searchAnswerSchema, searchQuerySchema } from "./models.ts";
import type { SearchService } from "./service.ts";

const tags = ["admin-observability"];

const search = createRoute({
  method: "get",
  path: "/admin/search",
  tags,
  summary: "Anything by id, title, name, error or a task's title or topic",
  request: { query: searchQuerySchema },
  responses: {
    200: {
      description: "Hits by kind.",
      content: { "application/json": { schema: searchAnswerSchema } },
    },
    ...problemResponses(422),
  },
});

/** People are found by administrators only. */
const kindsForEverybody = foundKinds.filter((kind) => kind !== "user");

/** The route of the search, without the `/api/v1` prefix. */
export function createSearchRoutes(searchService: SearchService) {
  return createRouter().openapi(search, async (context) => {
    const { q, limit } = context.req.valid("query");
    const kinds = seesAccounts(context.get("caller")) ? foundKinds : kindsForEverybody;
    return context.json(await searchService.search(q, limit, kinds), 200);
  });
}
