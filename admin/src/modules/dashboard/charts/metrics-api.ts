import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getJson } from "../../../api/client.ts";
import { type ItemState, itemQueryKey, readAgainBehind } from "../../../api/item-query.ts";
import type { LiveChange } from "../../../api/live/live-messages.ts";
import { useLiveRefresh } from "../../../api/live/use-live.ts";
import type { DashboardMetrics } from "../../../api/monitor-rows.ts";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { metricsQueryOf, rangeOf } from "./metrics-range.ts";

const metricsPath = "/admin/dashboard-metrics";
const refreshPauseMs = 5_000;

/** Numbers over time, with whether those on show are of the range asked for before. */
export type MetricsState = ItemState<DashboardMetrics> & { isOfAnotherRange: boolean };

const countable: ReadonlySet<LiveChange["entity"]> = new Set([
  "task",
  "step_run",
  "llm_request",
  "unit",
  "lesson",
]);

/** The numbers of the range in the page's address, up to the moment `at` on show; every chart of the page shares one answer. */
export function useDashboardMetrics(at: string | null): MetricsState {
  const [search] = useSearchParams();
  const filters = metricsQueryOf(rangeOf(search), at);
  const query = useQuery({
    queryKey: itemQueryKey(metricsPath, filters),
    queryFn: ({ signal }) => getJson<DashboardMetrics>(metricsPath, signal, filters),
    placeholderData: keepPreviousData,
  });
  return {
    data: query.data,
    error: query.error,
    reloading: query.isFetching,
    loadedAt: query.dataUpdatedAt === 0 ? undefined : query.dataUpdatedAt,
    reload: () => void readAgainBehind(query),
    isOfAnotherRange: query.isPlaceholderData,
  };
}

/** Reads the numbers again while work goes on, at most every 5 s; for a past moment nothing changes them. */
export function useFollowedMetrics(at: string | null): MetricsState {
  const metrics = useDashboardMetrics(at);
  useLiveRefresh((change) => at === null && countable.has(change.entity), metrics.reload, refreshPauseMs);
  return metrics;
}
