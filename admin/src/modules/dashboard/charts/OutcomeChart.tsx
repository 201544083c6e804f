import { memo } from "react";
import { describeError } from "../../../api/problem.ts";
import { TimeChartCard } from "../../../ui/chart/ChartCard.tsx";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { formatCount } from "../../../ui/value/format.ts";
import { jobSums, outcomeSeries, pointsOf } from "./metric-series.ts";
import { useDashboardMetrics } from "./metrics-api.ts";
import { metricsQueryOf, rangeOf, rangeWords } from "./metrics-range.ts";

type OutcomeChartProps = {
  /** A past moment (ISO 8601) that the numbers end at; null: now. */
  at: string | null;
};

/** The sums of a range in words: `131 completed, 2 failed`. */
export function outcomeWords(sums: ReturnType<typeof jobSums>): string {
  const parts = (["completed", "partial", "failed", "cancelled"] as const)
    .filter((outcome) => sums[outcome] > 0)
    .map((outcome) => `${formatCount(sums[outcome])} ${outcome}`);
  return parts.length === 0 ? "ended" : `ended: ${parts.join(", ")}`;
}

/** How jobs ended, by minute, hour or day of the charts' range. It shares the answer that `MetricsSection` keeps up to date. */
export const OutcomeChart = memo(function OutcomeChart({ at }: OutcomeChartProps) {
  const [search] = useSearchParams();
  const range = rangeOf(search);
  const metrics = useDashboardMetrics(at);
  return (
    <DataStates
      data={metrics.data}
      failure={metrics.error === null ? null : describeError(metrics.error)}
      skeleton={<SkeletonBlock lines={5} label="Loading the outcomes" />}
      onReload={metrics.reload}
      reloading={metrics.reloading}
    >
      {(shown) => {
        const sums = jobSums(shown);
        return (
          <TimeChartCard
            title="Jobs by outcome"
            headline={formatCount(sums.all)}
            words={`${outcomeWords(sums)} · ${rangeWords(range, at, new Date()).replace(/^Last/, "last")}`}
            points={pointsOf(shown, metricsQueryOf(range, at).to === undefined)}
            series={outcomeSeries(shown)}
            kind="stacked"
            measure="count"
            wide
          />
        );
      }}
    </DataStates>
  );
});
