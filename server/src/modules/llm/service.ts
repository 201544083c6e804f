import { type Page, pageFrom, readCursor } from "../../platform/page.ts";
import { llmErrors } from "./errors.ts";
import { messagesOf } from "./messages.ts";
import type { LlmRequestDetails, LlmRequestFilter, LlmRequestSummary } from "./models.ts";
import type { RequestListRepo } from "./repo/request-lists.ts";
import type { RequestRepo } from "./repo/requests.ts";

/** Reads LLM requests for people. */
export interface LlmRequestService {
  /** @throws AppError `cursor_invalid` */
  listRequests(
    query: LlmRequestFilter & { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<LlmRequestSummary>>;
  /** @throws AppError `request_not_found` */
  getRequest(id: string): Promise<LlmRequestDetails>;
  /** Rows of these ids, for the live stream; deleted ones are missing. */
  listSummaries(ids: readonly string[]): Promise<readonly LlmRequestSummary[]>;
}

/** Builds the service over its repos. */
export function createLlmRequestService(
  lists: RequestListRepo,
  requests: Pick<RequestRepo, "readPayloads">,
): LlmRequestService {
  return {
    async listRequests({ limit, cursor, ...filter }) {
      const after = cursor === undefined ? null : readCursor(cursor);
      const [rows, counted] = await Promise.all([lists.list(filter, limit + 1, after), lists.count(filter)]);
      return pageFrom(rows, limit, counted);
    },
    async getRequest(id) {
      const row = await lists.find(id);
      if (row === null) throw llmErrors.create("request_not_found", `There is no LLM request ${id}.`);
      const [payloads, siblings] = await Promise.all([
        requests.readPayloads(id),
        row.step_run_id === null ? [] : lists.listOfStep(row.step_run_id),
      ]);
      const request = payloads.request ?? null;
      return {
        ...row,
        request,
        response: payloads.response ?? null,
        messages: messagesOf(request),
        siblings: [...siblings],
      };
    },
    listSummaries: (ids) => lists.listByIds(ids),
  };
}
