import type { Page, PageQuery } from "../../platform/page.ts";
import { llmErrors } from "./errors.ts";
import type { LlmRequestFilter } from "./filter.ts";
import type { ProviderModels } from "./gateway/providers.ts";
import { messagesOf } from "./messages.ts";
import type { LlmRequestDetails, LlmRequestSummary, SeenModel } from "./models.ts";
import { llmRequestKinds, type ReplayEdits } from "./public.ts";
import type { ReplaySources } from "./replay/replay-source.ts";
import type { ReplayRepo } from "./repo/replays.ts";
import type { RequestListRepo } from "./repo/request-lists.ts";
import type { PayloadPart, RequestRepo } from "./repo/requests.ts";

/** Payloads above so many characters of JSON (256 KB) do not come along with the request. */
const mostPayloadCharacters = 256 * 1024;

/** Reads LLM requests for people. */
export interface LlmRequestService {
  /** @throws AppError `cursor_invalid` */
  listRequests(filter: LlmRequestFilter, page: PageQuery): Promise<Page<LlmRequestSummary>>;
  /** Ids of the requests that fit, newest first, at most `limit`. */
  listMatchingIds(filter: LlmRequestFilter, limit: number): Promise<string[]>;
  /** @throws AppError `request_not_found` */
  getRequest(id: string): Promise<LlmRequestDetails>;
  /** What was sent or received, as JSON text, whatever its size. @throws AppError `llm_payload_not_found` */
  getPayload(id: string, part: PayloadPart): Promise<string>;
  /** Models that are configured or were asked before, by kind and name. */
  listModels(): Promise<SeenModel[]>;
  /**
   * Refuses what could not be replayed.
   * @throws AppError `request_not_found`, `llm_request_not_replayable`, `replay_edit_invalid`
   */
  requireReplayable(id: string, edits: ReplayEdits): Promise<void>;
  /** Rows of these ids, for the live stream; deleted ones are missing. */
  listSummaries(ids: readonly string[]): Promise<readonly LlmRequestSummary[]>;
}

export interface LlmRequestServiceParts {
  readonly lists: RequestListRepo;
  readonly requests: Pick<RequestRepo, "readPayloads" | "findPayloadText">;
  readonly replays: ReplayRepo;
  readonly sources: ReplaySources;
  readonly models: Pick<ProviderModels, "routeFor">;
}

/** Builds the service over its repos. */
export function createLlmRequestService(parts: LlmRequestServiceParts): LlmRequestService {
  const { lists, requests, replays, sources } = parts;
  return {
    listRequests: (filter, page) => lists.listPage(filter, page),
    listMatchingIds: (filter, limit) => lists.listMatchingIds(filter, limit),
    async getRequest(id) {
      const row = await lists.find(id);
      if (row === null) throw llmErrors.create("request_not_found", `There is no LLM request ${id}.`);
      const [{ request, response }, siblings, ownReplays, media] = await Promise.all([
        requests.readPayloads(id, mostPayloadCharacters),
        row.step_run_id === null ? [] : lists.listOfStep(row.step_run_id),
        replays.listReplays(id),
        replays.findMedia(id),
      ]);
      const reason = sources.refusal(row, request !== undefined);
      return {
        ...row,
        request: request?.value ?? null,
        request_characters: request?.characters ?? null,
        response: response?.value ?? null,
        response_characters: response?.characters ?? null,
        messages: messagesOf(request?.value ?? null),
        media,
        siblings: [...siblings],
        replay: { allowed: reason === null, reason },
        replays: ownReplays,
      };
    },
    async getPayload(id, part) {
      const text = await requests.findPayloadText(id, part);
      if (text !== null) return text;
      throw llmErrors.create("llm_payload_not_found", `The ${part} of LLM request ${id} is not kept.`);
    },
    async listModels() {
      const seen = await replays.listSeenModels();
      const configured = llmRequestKinds.flatMap((kind): SeenModel[] => {
        const route = parts.models.routeFor(kind);
        return route === null
          ? []
          : [{ kind, provider: route.provider, model: route.model, is_configured: true }];
      });
      const isNew = (row: Omit<SeenModel, "is_configured">) =>
        !configured.some(
          ({ kind, provider, model }) =>
            kind === row.kind && provider === row.provider && model === row.model,
        );
      return [...configured, ...seen.filter(isNew).map((row) => ({ ...row, is_configured: false }))];
    },
    async requireReplayable(id, edits) {
      await sources.read(id, edits);
    },
    listSummaries: (ids) => lists.listByIds(ids),
  };
}
