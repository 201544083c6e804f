import { createRoute } from "@hono/zod-openapi";
import { idParameter } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { acceptedReplaySchema, replayEditsSchema } from "./models.ts";
import type { ReplayService } from "./service.ts";

const replayRequest = createRoute({
  method: "post",
  path: "/llm/requests/{id}/replay",
  tags: ["admin-observability"],
  summary: "Send an LLM request again, to compare the answers",
  request: {
    params: idParameter,
    body: { required: true, content: { "application/json": { schema: replayEditsSchema } } },
  },
  responses: {
    202: {
      description: "Accepted: the task is in the queue.",
      content: { "application/json": { schema: acceptedReplaySchema } },
    },
    ...problemResponses(404, 409, 422),
  },
});

/** The route of replays, without the `/api/v1` prefix. */
export function createReplayRoutes(service: ReplayService) {
  return createRouter().openapi(replayRequest, async (context) => {
    const { id } = context.req.valid("param");
    const edits = context.req.valid("json");
    context.get("audit").details = { changed: Object.keys(edits ?? {}) };
    const answer = await service.replayRequest(context.get("user"), id, edits);
    return context.json(answer, 202);
  });
}
