import { useMemo } from "react";
import { useItemQuery } from "../../api/item-query.ts";
import { useLiveRefresh } from "../../api/live/use-live.ts";
import type { LlmRequestSummary } from "../../api/rows.ts";

const mostRequests = 200;

/**
 * The newest 200 requests of a unit by id, read once for the whole page: each part of the content names the request
 * that wrote it. Older ones are left to their own page.
 */
export function useUnitRequests(unitId: string): ReadonlyMap<string, LlmRequestSummary> {
  const requests = useItemQuery<LlmRequestSummary[]>("/llm/requests", {
    unit_id: unitId,
    limit: mostRequests,
  });
  // New parts name new requests, and parts appear with a lesson or at the end of the unit's task.
  useLiveRefresh(
    (change) =>
      (change.entity === "lesson" && change.parents.unit_id === unitId) ||
      (change.entity === "unit" && change.id === unitId && change.patch?.status !== "in_progress"),
    requests.reload,
  );
  return useMemo(
    () => new Map((requests.data ?? []).map((request) => [request.id, request])),
    [requests.data],
  );
}
