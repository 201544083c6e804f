import type { DashboardMetrics } from "../../../api/monitor-rows.ts";
import type { ChartPoints, ChartSeries } from "../../../ui/chart/chart-data.ts";

/** The points of an answer. `isOpenEnded`: it was asked for up to now, so its last point still grows. */
export function pointsOf(metrics: DashboardMetrics, isOpenEnded: boolean): ChartPoints {
  return { at: metrics.points, resolution: metrics.resolution, isLastRunning: isOpenEnded };
}

/** Units, lessons and steps that were finished in each point. */
export function throughputSeries({ throughput }: DashboardMetrics): [ChartSeries, ChartSeries, ChartSeries] {
  return [
    { key: "units", label: "units", color: "cat-1", values: throughput.units },
    { key: "lessons", label: "lessons", color: "cat-1", values: throughput.lessons },
    { key: "steps", label: "steps", color: "cat-1", values: throughput.steps },
  ];
}

/** Jobs that ended in each point, by how. */
export function outcomeSeries({ jobs }: DashboardMetrics): ChartSeries[] {
  return [
    { key: "completed", label: "completed", color: "ok-mark", values: jobs.completed },
    { key: "partial", label: "partial", color: "warn-mark", values: jobs.partial },
    { key: "failed", label: "failed", color: "bad-mark", values: jobs.failed },
    { key: "cancelled", label: "cancelled", color: "idle-mark", values: jobs.cancelled },
  ];
}

/** Tasks that waited and that ran, beside what could run at once. */
export function queueSeries({ queue }: DashboardMetrics): ChartSeries[] {
  return [
    { key: "depth", label: "waiting", color: "cat-1", values: queue.depth },
    { key: "running", label: "running", color: "cat-2", values: queue.running },
    { key: "capacity", label: "slots", color: "cat-5", values: queue.capacity },
  ];
}

/** How long tasks waited to be begun. */
export function waitingSeries({ queue }: DashboardMetrics): ChartSeries[] {
  return [
    { key: "p50", label: "p50", color: "cat-1", values: queue.waiting_p50_ms },
    { key: "p95", label: "p95", color: "cat-2", values: queue.waiting_p95_ms },
  ];
}

/** How long steps took. */
export function latencySeries({ step_latency }: DashboardMetrics): ChartSeries[] {
  return [
    { key: "p50", label: "p50", color: "cat-1", values: step_latency.p50_ms },
    { key: "p95", label: "p95", color: "cat-2", values: step_latency.p95_ms },
    { key: "p99", label: "p99", color: "cat-3", values: step_latency.p99_ms },
  ];
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** Hundredths of `all` that went wrong; null where nothing ended. */
export function rateOf(wrong: number, all: number): number | null {
  return all === 0 ? null : (wrong / all) * 100;
}

/** Shares that went wrong in each point: jobs that ended failed or partial, and requests. What a person cancelled is no error. */
export function errorSeries({ jobs, requests, points }: DashboardMetrics): ChartSeries[] {
  const at = (values: readonly number[], place: number) => values[place] ?? 0;
  const jobRates = points.map((_, place) => {
    const wrong = at(jobs.failed, place) + at(jobs.partial, place);
    return rateOf(wrong, wrong + at(jobs.completed, place));
  });
  const requestRates = points.map((_, place) =>
    rateOf(at(requests.failed, place), at(requests.failed, place) + at(requests.completed, place)),
  );
  return [
    { key: "jobs", label: "jobs", color: "cat-1", values: jobRates },
    { key: "requests", label: "requests", color: "cat-2", values: requestRates },
  ];
}

/** Ended jobs of the whole range. */
export function jobSums({ jobs }: DashboardMetrics) {
  const [completed, partial, failed, cancelled] = [
    sumOf(jobs.completed),
    sumOf(jobs.partial),
    sumOf(jobs.failed),
    sumOf(jobs.cancelled),
  ];
  return { completed, partial, failed, cancelled, all: completed + partial + failed + cancelled };
}

/** Tokens of each point. */
export function tokenSeries({ tokens }: DashboardMetrics): ChartSeries[] {
  return [
    { key: "input", label: "input", color: "cat-1", values: tokens.input },
    { key: "output", label: "output", color: "cat-2", values: tokens.output },
  ];
}

/** What each point cost, as far as it is known. */
export function costSeries({ cost }: DashboardMetrics): ChartSeries[] {
  return [{ key: "usd", label: "cost", color: "cat-1", values: cost.usd }];
}

/** What a unit cost in each point. */
export function unitCostSeries({ cost_per_unit }: DashboardMetrics): ChartSeries[] {
  return [{ key: "usd", label: "per unit", color: "cat-1", values: cost_per_unit.usd }];
}

/** The newest value that was measured; null for none. */
export function lastOf(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

/** The largest value that was measured; null for none. */
export function mostOf(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (most, value) => (value === null ? most : Math.max(most ?? value, value)),
    null,
  );
}
