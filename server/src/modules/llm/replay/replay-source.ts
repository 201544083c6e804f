import { z } from "zod";
import type { Redactor } from "../../../platform/redaction.ts";
import { llmErrors } from "../errors.ts";
import type { ModelRoute, ProviderModels } from "../gateway/providers.ts";
import type { LlmRequestSummary } from "../models.ts";
import type { LlmRequestKind, ReplayEdits } from "../public.ts";
import type { RequestListRepo } from "../repo/request-lists.ts";
import type { RequestRepo } from "../repo/requests.ts";
import { editBody } from "./edit-body.ts";

/** The call to make: the original's body with its edits, and where to send it. */
export interface ReplaySource {
  readonly original: LlmRequestSummary & { readonly parameters: Readonly<Record<string, unknown>> };
  readonly route: ModelRoute;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Reads requests that are to be sent again. */
export interface ReplaySources {
  /** Why the request cannot be sent again, as a sentence; null when it can. `isKept`: its payload has not expired. */
  refusal(
    request: Pick<LlmRequestSummary, "kind" | "provider" | "api_variant">,
    isKept: boolean,
  ): string | null;
  /** @throws AppError `request_not_found`, `llm_request_not_replayable`, `replay_edit_invalid` */
  read(request_id: string, edits: ReplayEdits): Promise<ReplaySource>;
}

const variantsOf: Readonly<Record<LlmRequestKind, readonly string[]>> = {
  text: ["responses", "chat_completions"],
  object: ["responses", "chat_completions"],
  speech: ["audio_speech"],
  image: ["images"],
};

const sentRequest = z.object({ body: z.record(z.string(), z.unknown()) });

export function createReplaySources(
  lists: Pick<RequestListRepo, "find">,
  requests: Pick<RequestRepo, "findPayloadText">,
  models: Pick<ProviderModels, "provider">,
  redactor: Pick<Redactor, "text">,
): ReplaySources {
  function refusal(
    { kind, provider, api_variant }: Pick<LlmRequestSummary, "kind" | "provider" | "api_variant">,
    isKept: boolean,
  ): string | null {
    if (provider === "offline") {
      return "No model was asked: the built-in author did this on the server, so there is no call to send again.";
    }
    if (models.provider === null) {
      return "No provider is configured. Set COURSEWRIGHT_LLM_BASE_URL to send requests again.";
    }
    if (models.provider !== provider) {
      return `This request went to ${provider}, and the configured provider is ${models.provider} now.`;
    }
    if (!variantsOf[kind].includes(api_variant ?? "")) {
      return "It is not recorded through which interface this request was sent.";
    }
    return isKept ? null : "What was sent is no longer kept, so it cannot be sent again.";
  }

  return {
    refusal,
    async read(request_id, edits) {
      const original = await lists.find(request_id);
      if (original === null) {
        throw llmErrors.create("request_not_found", `There is no LLM request ${request_id}.`);
      }
      const text = await requests.findPayloadText(request_id, "request");
      const reason = refusal(original, text !== null);
      if (reason !== null || text === null) {
        throw llmErrors.create("llm_request_not_replayable", reason ?? "What was sent is no longer kept.");
      }
      const sent = sentRequest.safeParse(JSON.parse(text));
      if (!sent.success) {
        const message = "What was sent is not kept in a form that could be sent again.";
        throw llmErrors.create("llm_request_not_replayable", message, { cause: sent.error });
      }
      refuseSecrets(redactor, edits);
      const body = editBody(original, sent.data.body, edits);
      // `refusal` let only the variants of this kind through.
      const api_variant = original.api_variant as ModelRoute["api_variant"];
      const model = typeof body.model === "string" ? body.model : original.model;
      return { original, body, route: { provider: original.provider, model, api_variant } };
    },
  };
}

/** Edits are kept with the task as they are. */
function refuseSecrets(redactor: Pick<Redactor, "text">, edits: ReplayEdits): void {
  const text = JSON.stringify(edits);
  if (redactor.text(text) === text) return;
  throw llmErrors.create(
    "replay_edit_invalid",
    "The edit holds the provider's key, which is never sent to a model nor stored. Take it out.",
  );
}
