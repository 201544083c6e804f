import type { DashboardMetrics } from "../../../api/monitor-rows.ts";

const hourMs = 3_600_000;

/** The beginning of the last hour of the sample numbers. */
export const sampleEnd = "2026-11-21T12:00:00.000Z";

/** Numbers of as many hours as `units` has, in which nothing else happened unless told. */
export function metricsOf(
  units: readonly number[],
  fields: Partial<DashboardMetrics> = {},
): DashboardMetrics {
  const zeros = units.map(() => 0);
  const nothing = units.map(() => null);
  const points = units.map((_, place) =>
    new Date(Date.parse(sampleEnd) - (units.length - 1 - place) * hourMs).toISOString(),
  );
  return {
    from: points[0] ?? sampleEnd,
    to: new Date(Date.parse(sampleEnd) + hourMs).toISOString(),
    resolution: "hour",
    points,
    jobs: { completed: [...units], partial: zeros, failed: zeros, cancelled: zeros },
    throughput: {
      units: [...units],
      lessons: units.map((count) => count * 4),
      steps: units.map((count) => count * 40),
    },
    queue: {
      depth: nothing,
      running: nothing,
      capacity: nothing,
      waiting_p50_ms: nothing,
      waiting_p95_ms: nothing,
    },
    step_latency: { p50_ms: nothing, p95_ms: nothing, p99_ms: nothing },
    steps: [],
    requests: { completed: zeros, failed: zeros },
    tokens: { input: zeros, output: zeros },
    cost: { usd: zeros, unknown: zeros },
    cost_by_model: [],
    cost_by_stage: [],
    cost_per_unit: { usd: nothing, units: zeros },
    totals: {
      units: units.reduce((sum, count) => sum + count, 0),
      units_failed: 0,
      lessons: units.reduce((sum, count) => sum + count * 4, 0),
      steps: units.reduce((sum, count) => sum + count * 40, 0),
      steps_failed: 0,
      requests: 0,
      requests_failed: 0,
      tokens_input: 0,
      tokens_output: 0,
      cost_usd: 0,
      cost_unknown: 0,
      step_p50_ms: null,
      step_p95_ms: null,
      step_p99_ms: null,
      waiting_p50_ms: null,
      unit_cost_usd: null,
    },
    ...fields,
  };
}
