import { memo, useId } from "react";
import type { DashboardMetrics } from "../../../api/monitor-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { CostByModelCard, CostByStageCard } from "./CostCards.tsx";
import { pointsOf } from "./metric-series.ts";
import { useFollowedMetrics } from "./metrics-api.ts";
import { metricsQueryOf, rangeOf, rangeWords } from "./metrics-range.ts";
import { CustomRange, RangeSwitch } from "./RangeSwitch.tsx";
import { StepsCard } from "./StepsCard.tsx";
import {
  ErrorRateCard,
  LatencyCard,
  QueueCard,
  SpendCard,
  ThroughputCard,
  TokensCard,
  UnitCostCard,
  WaitingCard,
} from "./TimeCards.tsx";
import "./metrics.css";

type MetricsSectionProps = {
  /** A past moment (ISO 8601) that the numbers end at; null: now. */
  at: string | null;
};

/** The numbers of generation over time: what was written, how long it took, what went wrong, what it cost. */
export const MetricsSection = memo(function MetricsSection({ at }: MetricsSectionProps) {
  const id = useId();
  const [search] = useSearchParams();
  const range = rangeOf(search);
  const metrics = useFollowedMetrics(at);
  return (
    <section className="metrics" aria-labelledby={id}>
      <div className="metrics-head">
        <h2 id={id}>{rangeWords(range, at, new Date())}</h2>
        {at !== null && metrics.data !== undefined && (
          <span className="text-3">in whole {metrics.data.resolution}s</span>
        )}
        <span className="spacer" />
        <RangeSwitch range={range} />
      </div>
      {range.kind === "custom" && <CustomRange key={`${range.from} ${range.to}`} range={range} />}
      <DataStates
        data={metrics.data}
        failure={metrics.error === null ? null : describeError(metrics.error)}
        skeleton={<MetricsSkeleton />}
        onReload={metrics.reload}
        reloading={metrics.reloading}
      >
        {(shown) => (
          <MetricsGrid
            metrics={shown}
            isOpenEnded={metricsQueryOf(range, at).to === undefined}
            isOfAnotherRange={metrics.isOfAnotherRange}
          />
        )}
      </DataStates>
    </section>
  );
});

type MetricsGridProps = { metrics: DashboardMetrics; isOpenEnded: boolean; isOfAnotherRange: boolean };

// Ten canvases are drawn again only for other numbers, not whenever something around them changes.
const MetricsGrid = memo(function MetricsGrid({ metrics, isOpenEnded, isOfAnotherRange }: MetricsGridProps) {
  const card = { metrics, points: pointsOf(metrics, isOpenEnded) };
  return (
    <div className="metrics-grid" aria-busy={isOfAnotherRange}>
      <ThroughputCard {...card} />
      <LatencyCard {...card} />
      <CostByModelCard metrics={metrics} />
      <QueueCard {...card} />
      <WaitingCard {...card} />
      <ErrorRateCard {...card} />
      <TokensCard {...card} />
      <SpendCard {...card} />
      <UnitCostCard {...card} />
      <CostByStageCard metrics={metrics} />
      <StepsCard metrics={metrics} />
    </div>
  );
});

const skeletonCards = ["throughput", "latency", "models"];

function MetricsSkeleton() {
  return (
    <div className="metrics-grid">
      {skeletonCards.map((key) => (
        <SkeletonBlock key={key} lines={8} label="Loading the charts" />
      ))}
    </div>
  );
}
