import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { itemQueryKey, useItemQuery } from "../../api/item-query.ts";
import { useLiveRefresh } from "../../api/live/use-live.ts";
import type { LlmRequestSummary } from "../../api/rows.ts";

const requestsPath = "/llm/requests";
const mostRequests = 200;

/**
 * The newest 200 requests of a unit by id, read once for the whole page: each part of the content names the request
 * that wrote it. Older ones are left to their own page.
 */
export function useUnitRequests(unitId: string): ReadonlyMap<string, LlmRequestSummary> {
  const queryClient = useQueryClient();
  const filters = { unit_id: unitId, limit: mostRequests };
  const requests = useItemQuery<LlmRequestSummary[]>(requestsPath, filters);
  // New parts name new requests, and parts appear with a lesson or at the end of the unit's task.
  useLiveRefresh(
    (change) =>
      (change.entity === "lesson" && change.parents.unit_id === unitId) ||
      (change.entity === "unit" && change.id === unitId && change.patch?.status !== "in_progress"),
    // Every part on the page asks at the same moment: one reading serves all of them.
    () =>
      void queryClient.refetchQueries(
        { queryKey: itemQueryKey(requestsPath, filters) },
        { cancelRefetch: false },
      ),
  );
  return useMemo(
    () => new Map((requests.data ?? []).map((request) => [request.id, request])),
    [requests.data],
  );
}
