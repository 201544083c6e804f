import { sql } from "kysely";
import { expect } from "vitest";
import type { DashboardMetrics } from "../../src/modules/insights/metrics/models.ts";
import { stageOf } from "../../src/modules/insights/metrics/stages.ts";
import type { Database } from "../../src/platform/database.ts";
import type { MetricsHistory } from "./metrics-history.ts";

interface DirectStep {
  at: number;
  step_name: string;
  provider: string | null;
  model: string | null;
  status: string;
  duration_ms: number | null;
}

interface DirectRequest {
  at: number;
  step_name: string | null;
  provider: string;
  model: string;
  status: string;
  tokens_input: number;
  tokens_output: number;
  cost_usd: number | null;
  is_unknown: boolean;
}

/** Straight from the tables that the product writes. */
async function readDirectly(database: Database) {
  const ms = (moment: string) => sql.raw(`(extract(epoch FROM ${moment}) * 1000)::float8`);
  const duration = sql.raw("extract(epoch FROM completed_at - started_at) * 1000");
  const steps = await sql<DirectStep>`
    SELECT ${ms("s.completed_at")} AS at, s.step_name, r.provider, r.model, s.status, greatest(0, ${duration}) AS duration_ms
    FROM (SELECT * FROM flow_step_runs WHERE status <> 'running' AND reused_from_step_run_id IS NULL
      AND error_code IS DISTINCT FROM 'duplicate') s
    LEFT JOIN (SELECT DISTINCT ON (step_run_id) step_run_id, provider, model FROM llm_requests ORDER BY step_run_id, id DESC) r
      ON r.step_run_id = s.id`.execute(database);
  const requests = await sql<DirectRequest>`
    SELECT ${ms("coalesce(completed_at, sent_at, created_at)")} AS at, step_name, provider, model, status,
      coalesce(tokens_input, 0) AS tokens_input, coalesce(tokens_output, 0) AS tokens_output, cost_usd,
      cost_usd IS NULL AND sent_at IS NOT NULL AS is_unknown
    FROM llm_requests WHERE status <> 'pending'`.execute(database);
  const jobs = await sql<{ at: number; outcome: string }>`
    SELECT ${ms("completed_at")} AS at,
      CASE WHEN status = 'completed' THEN coalesce(result ->> 'unit_status', status) ELSE status END AS outcome
    FROM tasks WHERE completed_at IS NOT NULL AND task_name IN ('unit_creation', 'lesson_regeneration')`.execute(
    database,
  );
  return { steps: steps.rows, requests: requests.rows, jobs: jobs.rows };
}

/** How many lie in each point; `weigh` counts them otherwise. */
function perPoint<Row extends { readonly at: number }>(
  points: readonly string[],
  rows: readonly Row[],
  weigh: (row: Row) => number = () => 1,
): number[] {
  const begins = points.map((point) => Date.parse(point));
  const values = begins.map(() => 0);
  for (const row of rows) {
    const index = begins.findLastIndex((begin) => begin <= row.at);
    values[index] = (values[index] ?? 0) + weigh(row);
  }
  return values.map((value) => Number(value.toFixed(6)));
}

function exactQuantile(values: readonly number[], fraction: number): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length - 1e-9) - 1)] ?? null;
}

/** At most 5 % off. */
export function expectClose(told: number | null | undefined, exact: number | null): void {
  if (exact === null) expect(told).toBeNull();
  else expect(Math.abs((told ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 0.05);
}

/** Fails unless the numbers are those that a count of the tables gives; percentiles may be 5 % off. */
export async function expectExact(
  database: Database,
  told: DashboardMetrics,
  history: MetricsHistory,
): Promise<void> {
  expectEvents(told, history);
  await expectRows(database, told, history);
}

/** What only the history knows: units end more than once, and tasks that start again are available again. */
function expectEvents(told: DashboardMetrics, history: MetricsHistory): void {
  const { points } = told;
  const ended = history.unitEnds.filter(({ status }) => status !== "cancelled");
  expect(told.throughput.units).toEqual(perPoint(points, ended));
  expect(told.totals.units_failed).toBe(ended.filter(({ status }) => status === "failed").length);
  const priced = history.unitEnds.filter(({ cost_usd }) => cost_usd !== null);
  expect(told.cost_per_unit.units).toEqual(perPoint(points, priced));
  const spent = priced.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0);
  if (priced.length > 0) expect(told.totals.unit_cost_usd).toBeCloseTo(spent / priced.length, 6);
  const waits = history.waits.map(({ waiting_ms }) => waiting_ms);
  expectClose(told.totals.waiting_p50_ms, exactQuantile(waits, 0.5));
}

/** The same without what leaves no trace in a row. */
export async function expectRows(
  database: Database,
  told: DashboardMetrics,
  history: Pick<MetricsHistory, "lessonsWritten">,
): Promise<void> {
  const { points } = told;
  const direct = await readDirectly(database);
  for (const outcome of ["completed", "partial", "failed", "cancelled"] as const) {
    const ended = direct.jobs.filter((job) => job.outcome === outcome);
    expect(told.jobs[outcome]).toEqual(perPoint(points, ended));
  }
  const worked = direct.steps.filter(({ status }) => status !== "cancelled");
  expect(told.throughput.steps).toEqual(perPoint(points, worked));
  expect(told.totals.steps_failed).toBe(worked.filter(({ status }) => status === "failed").length);
  const lessons = history.lessonsWritten.map((at) => ({ at }));
  expect(told.throughput.lessons).toEqual(perPoint(points, lessons));
  for (const status of ["completed", "failed"] as const) {
    const ended = direct.requests.filter((request) => request.status === status);
    expect(told.requests[status]).toEqual(perPoint(points, ended));
  }
  expect(told.totals.requests).toBe(direct.requests.length);
  expect(told.tokens.input).toEqual(perPoint(points, direct.requests, ({ tokens_input }) => tokens_input));
  expect(told.tokens.output).toEqual(perPoint(points, direct.requests, ({ tokens_output }) => tokens_output));
  expect(told.cost.usd).toEqual(perPoint(points, direct.requests, ({ cost_usd }) => cost_usd ?? 0));
  const unknown = direct.requests.filter(({ is_unknown }) => is_unknown);
  expect(told.cost.unknown).toEqual(perPoint(points, unknown));
  expectSteps(told, direct.steps);
  expectUse(told, direct.requests);
}

function expectSteps(told: DashboardMetrics, steps: readonly DirectStep[]): void {
  const key = ({ step_name, provider, model }: Omit<DirectStep, "at" | "status" | "duration_ms">) =>
    `${step_name} ${provider} ${model}`;
  const counted = steps.filter(({ status }) => status !== "cancelled");
  expect(new Set(told.steps.map(key))).toEqual(new Set(counted.map(key)));
  for (const row of told.steps) {
    const own = counted.filter((step) => key(step) === key(row));
    const completed = own
      .filter(({ status }) => status === "completed")
      .map(({ duration_ms }) => duration_ms ?? 0);
    expect([row.completed, row.failed]).toEqual([completed.length, own.length - completed.length]);
    expectClose(row.p50_ms, exactQuantile(completed, 0.5));
    expectClose(row.p95_ms, exactQuantile(completed, 0.95));
    expectClose(row.p99_ms, exactQuantile(completed, 0.99));
  }
  const completed = steps.filter(({ status }) => status === "completed");
  expectClose(
    told.totals.step_p95_ms,
    exactQuantile(
      completed.map(({ duration_ms }) => duration_ms ?? 0),
      0.95,
    ),
  );
  const begins = told.points.map((point) => Date.parse(point));
  for (const [index, begin] of begins.entries()) {
    const here = completed.filter(
      ({ at }) => at >= begin && at < (begins[index + 1] ?? Number.POSITIVE_INFINITY),
    );
    expectClose(
      told.step_latency.p50_ms[index],
      exactQuantile(
        here.map(({ duration_ms }) => duration_ms ?? 0),
        0.5,
      ),
    );
  }
}

function expectUse(told: DashboardMetrics, requests: readonly DirectRequest[]): void {
  const uses = [
    ...told.cost_by_model.map((use) => ({
      use,
      own: requests.filter(({ provider, model }) => provider === use.provider && model === use.model),
    })),
    ...told.cost_by_stage.map((use) => ({
      use,
      own: requests.filter(({ step_name }) => stageOf(step_name ?? "") === use.stage),
    })),
  ];
  for (const { use, own } of uses) {
    const priced = own.filter(({ cost_usd }) => cost_usd !== null);
    const unknown = own.filter(({ is_unknown }) => is_unknown).length;
    const cost = priced.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0);
    expect(use.requests).toBe(own.length);
    expect(use.cost_unknown).toBe(unknown);
    if (priced.length === 0 && unknown > 0) expect(use.cost_usd).toBeNull();
    else expect(use.cost_usd).toBeCloseTo(cost, 6);
  }
  expect(told.cost_by_model.reduce((sum, use) => sum + use.requests, 0)).toBe(requests.length);
  expect(told.cost_by_stage.reduce((sum, use) => sum + use.requests, 0)).toBe(requests.length);
}
