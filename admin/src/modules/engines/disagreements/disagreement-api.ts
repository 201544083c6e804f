import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getJson, sendJson } from "../../../api/client.ts";
import type { Disagreement } from "../../../api/engine-rows.ts";
import { type ItemState, useResource } from "../../../api/item-query.ts";
import type { LiveChange } from "../../../api/live/live-messages.ts";
import { useLiveRefresh } from "../../../api/live/use-live.ts";
import type { RepairKind } from "./disagreement-words.ts";

const path = "/prefect/disagreements";
// Connections tell of themselves every two seconds, and a disagreement takes a minute to become one.
const refreshPauseMs = 5_000;

/** Whether a change can make or end a disagreement: one of a connection, of what was asked, or of a row of Prefect's. */
export function isDisagreementNews({ entity, patch }: LiveChange): boolean {
  if (entity === "connection" || entity === "engine_action") return true;
  if (entity !== "flow_run" && entity !== "task") return false;
  return typeof patch?.connection_id === "string";
}

/** Where Prefect and our record differ, oldest first, at most 200; read again at most every five seconds. */
export function useDisagreements(): ItemState<Disagreement[]> {
  const disagreements = useResource(["disagreements"], (signal) => getJson<Disagreement[]>(path, signal));
  useLiveRefresh(isDisagreementNews, disagreements.reload, refreshPauseMs);
  return disagreements;
}

/** Repairs a disagreement. @throws ApiError `disagreement_not_found` when it is gone by itself, `repair_not_offered` */
export function useRepair(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (repair: RepairKind) =>
      sendJson<undefined>("POST", `${path}/${encodeURIComponent(id)}/repair`, { repair }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["item", "disagreements"] }),
  });
}
