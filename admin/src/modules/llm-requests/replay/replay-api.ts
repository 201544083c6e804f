import { sendJson } from "../../../api/client.ts";
import type { KnownModel } from "../../../api/detail-rows.ts";
import { type ItemState, useItemQuery } from "../../../api/item-query.ts";

/** What is changed before a request is sent again; what is left out is sent as it was. */
export type ReplayEdits = {
  model?: string;
  system?: string;
  prompt?: string;
  /** null: left to the provider. */
  temperature?: number | null;
  max_output_tokens?: number;
  text?: string;
  voice?: string;
};

/** Sends a request again as a task of its own. @throws ApiError `llm_request_not_replayable`. */
export function replayRequest(id: string, edits: ReplayEdits): Promise<{ task_id: string }> {
  return sendJson("POST", `/llm/requests/${id}/replay`, edits);
}

/** The models to choose from; not read before `wanted`. */
export function useModels(wanted: boolean): ItemState<KnownModel[]> {
  return useItemQuery<KnownModel[]>(wanted ? "/llm/models" : null);
}
