import type { DashboardMetrics } from "./models.ts";
import type { BreakdownRow, PointRow, PointSketchRow, WindowRows } from "./repo.ts";
import { addSketch, quantileOf, type Sketch } from "./sketch.ts";
import { costStages, stageOf } from "./stages.ts";
import type { MetricsWindow } from "./window.ts";

const mostSteps = 100;
const mostModels = 50;

/** Brings the rows of a window into the form of the answer. */
export function assembleMetrics(window: MetricsWindow, rows: WindowRows): DashboardMetrics {
  const place = new Map(window.points.map((point, index) => [point, index]));
  const series = (column: keyof PointRow) => seriesOf(place, rows.points, column);
  const waits = sketchesOf(place, rows, "start");
  const latencies = sketchesOf(place, rows, "steps");
  return {
    from: toText(window.begin),
    to: toText(window.to),
    resolution: window.resolution,
    points: window.points.map(toText),
    jobs: {
      completed: series("jobs_completed"),
      partial: series("jobs_partial"),
      failed: series("jobs_failed"),
      cancelled: series("jobs_cancelled"),
    },
    throughput: { units: series("units"), lessons: series("lessons"), steps: series("steps") },
    queue: {
      ...gaugesOf(place, rows.gauges),
      waiting_p50_ms: waits.perPoint(0.5),
      waiting_p95_ms: waits.perPoint(0.95),
    },
    step_latency: {
      p50_ms: latencies.perPoint(0.5),
      p95_ms: latencies.perPoint(0.95),
      p99_ms: latencies.perPoint(0.99),
    },
    steps: stepsOf(rows),
    requests: { completed: series("requests_completed"), failed: series("requests_failed") },
    tokens: { input: series("tokens_input"), output: series("tokens_output") },
    cost: { usd: series("cost_usd"), unknown: series("cost_unknown") },
    cost_by_model: modelsOf(rows.breakdown),
    cost_by_stage: stagesOf(rows.breakdown),
    cost_per_unit: costPerUnit(series("unit_cost_usd"), series("unit_cost_known")),
    totals: totalsOf(rows.points, latencies.overall, waits.overall),
  };
}

function seriesOf(
  place: ReadonlyMap<number, number>,
  points: readonly PointRow[],
  column: keyof PointRow,
): number[] {
  const values = Array.from(place, () => 0);
  for (const point of points) {
    const index = place.get(point.at);
    if (index !== undefined) values[index] = point[column];
  }
  return values;
}

type Quantile = (fraction: number) => number | null;

function sketchesOf(
  place: ReadonlyMap<number, number>,
  { point_sketches }: WindowRows,
  entity: PointSketchRow["entity"],
) {
  const sketches = Array.from(place, (): Sketch => new Map());
  const all: Sketch = new Map();
  for (const row of point_sketches) {
    const sketch = sketches[place.get(row.at) ?? -1];
    if (sketch === undefined || row.entity !== entity) continue;
    addSketch(sketch, row);
    addSketch(all, row);
  }
  const overall: Quantile = (fraction) => quantileOf(all, fraction);
  /** Null where nothing was measured. */
  const perPoint = (fraction: number) => sketches.map((sketch) => quantileOf(sketch, fraction));
  return { perPoint, overall };
}

function gaugesOf(place: ReadonlyMap<number, number>, gauges: WindowRows["gauges"]) {
  const empty = (): (number | null)[] => Array.from(place, () => null);
  const [depth, running, capacity] = [empty(), empty(), empty()];
  for (const gauge of gauges) {
    const index = place.get(gauge.at);
    if (index === undefined) continue;
    depth[index] = gauge.queued_max;
    running[index] = gauge.running_max;
    capacity[index] = gauge.capacity_last;
  }
  return { depth, running, capacity };
}

function stepsOf({ breakdown, step_sketches }: WindowRows): DashboardMetrics["steps"] {
  const keyOf = (row: { name: string; provider: string; model: string }) =>
    JSON.stringify([row.name, row.provider, row.model]);
  const sketches = new Map<string, Sketch>();
  for (const row of step_sketches) {
    const sketch = sketches.get(keyOf(row)) ?? new Map();
    addSketch(sketch, row);
    sketches.set(keyOf(row), sketch);
  }
  const steps = groupRows(
    breakdown.filter(({ entity }) => entity === "step"),
    keyOf,
  ).map(([key, rows]) => {
    const sketch = sketches.get(key) ?? new Map();
    const { name, provider, model } = rows[0];
    return {
      step_name: name,
      provider: provider === "" ? null : provider,
      model: model === "" ? null : model,
      completed: sumOf(rows, "count", "completed"),
      failed: sumOf(rows, "count", "failed"),
      p50_ms: quantileOf(sketch, 0.5),
      p95_ms: quantileOf(sketch, 0.95),
      p99_ms: quantileOf(sketch, 0.99),
    };
  });
  return steps
    .filter(({ completed, failed }) => completed + failed > 0)
    .sort((one, other) => (other.p95_ms ?? -1) - (one.p95_ms ?? -1) || other.completed - one.completed)
    .slice(0, mostSteps);
}

function modelsOf(breakdown: readonly BreakdownRow[]): DashboardMetrics["cost_by_model"] {
  const models = groupRows(requestsOf(breakdown), ({ provider, model }) => JSON.stringify([provider, model]));
  return models
    .map(([, rows]) => ({ provider: rows[0].provider, model: rows[0].model, ...useOf(rows) }))
    .filter(({ requests }) => requests > 0)
    .sort((one, other) => (other.cost_usd ?? 0) - (one.cost_usd ?? 0) || other.requests - one.requests)
    .slice(0, mostModels);
}

function stagesOf(breakdown: readonly BreakdownRow[]): DashboardMetrics["cost_by_stage"] {
  const stages = new Map(groupRows(requestsOf(breakdown), ({ name }) => stageOf(name)));
  return costStages.flatMap((stage) => {
    const rows = stages.get(stage);
    const use = rows === undefined ? undefined : useOf(rows);
    return use === undefined || use.requests === 0 ? [] : [{ stage, ...use }];
  });
}

function requestsOf(breakdown: readonly BreakdownRow[]): BreakdownRow[] {
  return breakdown.filter(({ entity }) => entity === "request");
}

function useOf(rows: readonly BreakdownRow[]) {
  const cost_unknown = sumOf(rows, "cost_unknown");
  return {
    requests: sumOf(rows, "count"),
    failed: sumOf(rows, "count", "failed"),
    tokens_input: sumOf(rows, "tokens_input"),
    tokens_cached: sumOf(rows, "tokens_cached"),
    tokens_output: sumOf(rows, "tokens_output"),
    cost_usd: knownCost(sumOf(rows, "cost_usd"), sumOf(rows, "cost_known"), cost_unknown),
    cost_unknown,
  };
}

function costPerUnit(cost: readonly number[], units: number[]): DashboardMetrics["cost_per_unit"] {
  return { usd: cost.map((usd, index) => meanOf(usd, units[index] ?? 0)), units };
}

function totalsOf(
  points: readonly PointRow[],
  latency: Quantile,
  waiting: Quantile,
): DashboardMetrics["totals"] {
  const total = (column: keyof PointRow) =>
    withoutNoise(points.reduce((sum, point) => sum + point[column], 0));
  const cost_unknown = total("cost_unknown");
  return {
    units: total("units"),
    units_failed: total("units_failed"),
    lessons: total("lessons"),
    steps: total("steps"),
    steps_failed: total("steps_failed"),
    requests: total("requests"),
    requests_failed: total("requests_failed"),
    tokens_input: total("tokens_input"),
    tokens_output: total("tokens_output"),
    cost_usd: knownCost(total("cost_usd"), total("cost_known"), cost_unknown),
    cost_unknown,
    step_p50_ms: latency(0.5),
    step_p95_ms: latency(0.95),
    step_p99_ms: latency(0.99),
    waiting_p50_ms: waiting(0.5),
    unit_cost_usd: meanOf(total("unit_cost_usd"), total("unit_cost_known")),
  };
}

/** Rows by a key; no group is empty. */
function groupRows<Row>(rows: readonly Row[], keyOf: (row: Row) => string): [string, [Row, ...Row[]]][] {
  const groups = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return [...groups];
}

type Sum =
  | "count"
  | "tokens_input"
  | "tokens_cached"
  | "tokens_output"
  | "cost_usd"
  | "cost_known"
  | "cost_unknown";

function sumOf(rows: readonly BreakdownRow[], of: Sum, status?: string): number {
  return withoutNoise(
    rows.reduce((sum, row) => (status === undefined || row.status === status ? sum + row[of] : sum), 0),
  );
}

/** Null when there is nothing but unknown costs. */
function knownCost(usd: number, known: number, unknown: number): number | null {
  return known === 0 && unknown > 0 ? null : usd;
}

function meanOf(sum: number, count: number): number | null {
  return count > 0 ? withoutNoise(sum / count) : null;
}

/** Money has eight decimal places; sums of binary fractions have more. */
function withoutNoise(value: number): number {
  return Math.round(value * 1e8) / 1e8;
}

function toText(moment: number): string {
  return new Date(moment).toISOString();
}
