import { useState } from "react";
import type { DashboardMetrics } from "../../../api/monitor-rows.ts";
import { TimeChartCard } from "../../../ui/chart/ChartCard.tsx";
import type { ChartPoints } from "../../../ui/chart/chart-data.ts";
import { formatCompact, formatMeasure } from "../../../ui/chart/measure.ts";
import { Segmented } from "../../../ui/disclosure/Tabs.tsx";
import { formatCount, formatDuration, formatQuantity, formatUsd } from "../../../ui/value/format.ts";
import {
  costSeries,
  errorSeries,
  jobSums,
  lastOf,
  latencySeries,
  mostOf,
  queueSeries,
  rateOf,
  throughputSeries,
  tokenSeries,
  unitCostSeries,
  waitingSeries,
} from "./metric-series.ts";

type CardProps = { metrics: DashboardMetrics; points: ChartPoints };

const percent = (rate: number | null) => (rate === null ? "none" : formatMeasure("percent", rate));
const duration = (ms: number | null) => (ms === null ? "none" : formatDuration(ms, ms < 10_000));

const countedThings = [
  { value: "units", word: "Units" },
  { value: "lessons", word: "Lessons" },
  { value: "steps", word: "Steps" },
];

/** Units, lessons or steps per minute, hour or day. */
export function ThroughputCard({ metrics, points }: CardProps) {
  const [counted, setCounted] = useState("units");
  const all = throughputSeries(metrics);
  const drawn = all.find(({ key }) => key === counted) ?? all[0];
  const { totals, resolution } = metrics;
  const sums: Record<string, { count: number; words: string }> = {
    units: { count: totals.units, words: `units, ${formatCount(totals.units_failed)} failed` },
    lessons: { count: totals.lessons, words: "lessons written" },
    steps: { count: totals.steps, words: `steps, ${formatCount(totals.steps_failed)} failed` },
  };
  return (
    <TimeChartCard
      title="Throughput"
      headline={formatCount(sums[drawn.key]?.count ?? 0)}
      words={`${sums[drawn.key]?.words}; bars per ${resolution}`}
      actions={
        <Segmented label="What is counted" options={countedThings} value={counted} onChange={setCounted} />
      }
      points={points}
      series={all}
      drawn={[drawn]}
      kind="bars"
      measure="count"
    />
  );
}

/** How long steps took. */
export function LatencyCard({ metrics, points }: CardProps) {
  const { step_p50_ms, step_p95_ms, step_p99_ms } = metrics.totals;
  return (
    <TimeChartCard
      title="Step latency"
      headline={duration(step_p50_ms)}
      words={
        step_p50_ms === null
          ? "no step ended"
          : `p50; p95 ${duration(step_p95_ms)}, p99 ${duration(step_p99_ms)}`
      }
      points={points}
      series={latencySeries(metrics)}
      kind="lines"
      measure="duration"
    />
  );
}

/** What waited and what ran. */
export function QueueCard({ metrics, points }: CardProps) {
  const { depth } = metrics.queue;
  const most = mostOf(depth);
  const last = lastOf(depth);
  return (
    <TimeChartCard
      title="Queue"
      headline={last === null ? "none" : formatCount(last)}
      words={
        most === null
          ? "measured"
          : `waiting ${points.isLastRunning ? "now" : "at the end"}, at most ${formatCount(most)}`
      }
      points={points}
      series={queueSeries(metrics)}
      kind="lines"
      measure="count"
    />
  );
}

/** How long tasks waited for a worker. */
export function WaitingCard({ metrics, points }: CardProps) {
  const { waiting_p50_ms } = metrics.totals;
  return (
    <TimeChartCard
      title="Waiting time"
      headline={duration(waiting_p50_ms)}
      words={waiting_p50_ms === null ? "was begun" : "p50, from ready to begun"}
      points={points}
      series={waitingSeries(metrics)}
      kind="lines"
      measure="duration"
    />
  );
}

/** Jobs and requests that went wrong. */
export function ErrorRateCard({ metrics, points }: CardProps) {
  const jobs = jobSums(metrics);
  const { requests, requests_failed } = metrics.totals;
  const ended = jobs.all - jobs.cancelled;
  const requestRate = rateOf(requests_failed, requests);
  const jobWords = ended === 0 ? "of no job" : `of ${formatQuantity(ended, "job")}`;
  return (
    <TimeChartCard
      title="Error rate"
      headline={percent(rateOf(jobs.failed + jobs.partial, ended))}
      words={requestRate === null ? jobWords : `${jobWords}, ${percent(requestRate)} of requests`}
      points={points}
      series={errorSeries(metrics)}
      kind="lines"
      measure="percent"
    />
  );
}

/** Tokens in and out. */
export function TokensCard({ metrics, points }: CardProps) {
  const { tokens_input, tokens_output } = metrics.totals;
  return (
    <TimeChartCard
      title="Tokens"
      headline={formatCompact(tokens_input + tokens_output)}
      words={`${formatCompact(tokens_input)} in, ${formatCompact(tokens_output)} out`}
      points={points}
      series={tokenSeries(metrics)}
      kind="stacked"
      measure="count"
    />
  );
}

/** Dollars of a range in a headline and what must be known about them; what is unknown is never nothing. */
export function costHeadline(
  cost_usd: number | null,
  cost_unknown: number,
): { figure: string; words: string } {
  const figure = cost_usd === null ? "unknown" : formatUsd(cost_usd);
  if (cost_unknown === 0) return { figure, words: "all of it measured" };
  return { figure, words: `and ${formatQuantity(cost_unknown, "request")} of unknown cost` };
}

/** Dollars over time. */
export function SpendCard({ metrics, points }: CardProps) {
  const { figure, words } = costHeadline(metrics.totals.cost_usd, metrics.totals.cost_unknown);
  return (
    <TimeChartCard
      title="Cost"
      headline={figure}
      words={words}
      points={points}
      series={costSeries(metrics)}
      kind="bars"
      measure="usd"
    />
  );
}

/** What one unit cost. */
export function UnitCostCard({ metrics, points }: CardProps) {
  const { unit_cost_usd } = metrics.totals;
  return (
    <TimeChartCard
      title="Cost per unit"
      headline={unit_cost_usd === null ? "none" : formatUsd(unit_cost_usd)}
      words={unit_cost_usd === null ? "of a known cost ended" : "mean of units with a known cost"}
      points={points}
      series={unitCostSeries(metrics)}
      kind="lines"
      measure="usd"
    />
  );
}
