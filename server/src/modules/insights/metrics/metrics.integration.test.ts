import { sql } from "kysely";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { expectClose, expectRows } from "../../../../test/builders/direct-count.ts";
import { createTides, regenerated, startModelCourse } from "../../../../test/builders/regeneration.ts";
import { waitFor } from "../../../../test/engine/harness.ts";
import type { DashboardMetrics } from "./models.ts";
import { dropOldRollups, foldRollups, readToday, sampleGauges } from "./repo.ts";

// Speech is real work; a busy machine needs its time for it.
vi.setConfig({ testTimeout: 90_000 });

let test: TestApp | undefined;
let stop: (() => Promise<void>) | undefined;

afterEach(async () => {
  await test?.close();
  await stop?.();
  [test, stop] = [undefined, undefined];
});

async function start(): Promise<TestApp> {
  test = await createTestApp();
  return test;
}

async function read(app: TestApp, query: string): Promise<DashboardMetrics> {
  const answer = await app.request(`/api/v1/admin/dashboard-metrics?${query}`);
  expect(answer.status).toBe(200);
  // The route answers with the metrics or a problem.
  return (await answer.json()) as DashboardMetrics;
}

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

/** Tasks that write units and ended at these moments; each took a second. */
async function insertEnded(app: TestApp, moments: readonly string[], status = "completed"): Promise<void> {
  await sql`
    WITH made AS (INSERT INTO lineages SELECT FROM unnest(${moments}::timestamptz[]) RETURNING id),
      numbered AS (SELECT id, row_number() OVER () AS n FROM made)
    INSERT INTO tasks (task_name, status, result, lineage_id, started_at, completed_at)
    SELECT 'unit_creation', CASE WHEN ${status} = 'partial' THEN 'completed' ELSE ${status} END,
      jsonb_build_object('unit_status', ${status}::text), n.id, at - interval '1 second', at
    FROM unnest(${moments}::timestamptz[]) WITH ORDINALITY m (at, n) JOIN numbered n USING (n)`.execute(
    app.database.database,
  );
}

async function insertSpending(app: TestApp, at: string, cost_usd: number | null): Promise<void> {
  await sql`INSERT INTO llm_requests (kind, provider, model, status, sent_at, completed_at, cost_usd)
    VALUES ('text', 'openai', 'gpt', 'completed', ${at}, ${at}, ${cost_usd})`.execute(app.database.database);
}

describe("GET /admin/dashboard-metrics", () => {
  it.each([
    ["range=1h", "minute", 60],
    ["range=24h", "hour", 24],
    ["range=7d", "hour", 168],
    ["range=30d", "day", 30],
    [`from=${hoursAgo(24 * 399)}`, "day", 400],
  ])("answers zeros and nulls of an empty database for %s", async (query, resolution, count) => {
    const told = await read(await start(), query);
    const [zeros, nulls] = [Array(count).fill(0), Array(count).fill(null)];
    expect([told.resolution, told.points.length]).toEqual([resolution, count]);
    expect(told.jobs).toEqual({ completed: zeros, partial: zeros, failed: zeros, cancelled: zeros });
    expect(told.throughput).toEqual({ units: zeros, lessons: zeros, steps: zeros });
    expect(new Set(Object.values(told.queue).flat())).toEqual(new Set([null]));
    expect(told.step_latency).toEqual({ p50_ms: nulls, p95_ms: nulls, p99_ms: nulls });
    expect([told.steps, told.cost_by_model, told.cost_by_stage]).toEqual([[], [], []]);
    expect(told.cost_per_unit).toEqual({ usd: nulls, units: zeros });
    expect(told.totals).toMatchObject({ units: 0, requests: 0, cost_usd: 0, cost_unknown: 0 });
    expect(told.totals).toMatchObject({ step_p50_ms: null, waiting_p50_ms: null, unit_cost_usd: null });
  });

  it.each([
    ["", "request_invalid"],
    ["range=1h&from=2026-01-01T00:00:00Z", "request_invalid"],
    ["range=2h", "request_invalid"],
    ["from=yesterday", "request_invalid"],
    ["from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "request_invalid"],
    [`from=${hoursAgo(-48)}`, "metrics_range_in_future"],
    ["from=2020-01-01T00:00:00Z", "metrics_range_too_long"],
    ["from=0001-01-01T00:00:00Z", "metrics_range_too_long"],
  ])("refuses '%s' with words", async (query, code) => {
    const answer = await (await start()).request(`/api/v1/admin/dashboard-metrics?${query}`);
    const problem = (await answer.json()) as { code: string; detail: string };
    expect(answer.status).toBe(422);
    expect(problem.code).toBe(code);
    expect(problem.detail.length).toBeGreaterThan(20);
  });

  it("equals a direct count after a course with a failing lesson, its retry and a lesson written anew", async () => {
    const { course, models, stop: end } = await startModelCourse();
    stop = end;
    models.setScript({
      rules: [{ match: { schema_name: "exercise_drafts" }, times: 1, action: { status: 400 } }],
    });
    const unit = await createTides(course);
    expect(unit.status).toBe("partial");
    await course.call("POST", `/content-creator/units/${unit.id}/retry`, { mode: "resume" });
    const whole = await course.finished(unit.id);
    expect(whole.status).toBe("completed");
    const { unit: after } = await regenerated(course, whole, 2);
    expect(after.status).toBe("completed");
    const { body: told } = await course.call<DashboardMetrics>("GET", "/admin/dashboard-metrics?range=1h");
    const lessonsWritten = await listLessonEnds(course.database);
    // Three of the course, of which one only when it was tried again, and one anew.
    expect(lessonsWritten.length).toBe(4);
    await expectRows(course.database, told, { lessonsWritten });
    expect(told.totals).toMatchObject({
      units: 2,
      units_failed: 0,
      lessons: 4,
      steps_failed: 1,
      requests_failed: 1,
    });
    const sum = (values: readonly number[]) => values.reduce((one, other) => one + other, 0);
    expect([sum(told.jobs.completed), sum(told.jobs.partial), sum(told.jobs.failed)]).toEqual([2, 1, 0]);
    expect(new Set(told.cost_by_stage.map(({ stage }) => stage))).toEqual(
      new Set(["source", "plan", "lessons", "podcast", "art"]),
    );
    expect(told.totals.waiting_p50_ms).not.toBeNull();
    while ((await foldRollups(course.database, 20)) !== 0);
    const folded = await course.call<DashboardMetrics>("GET", "/admin/dashboard-metrics?range=24h");
    expect(folded.body.totals).toEqual(told.totals);
  });

  it("is kept by the server that leads: deltas are folded and the queue is looked at", async () => {
    const app = await start();
    await insertEnded(app, [hoursAgo(0.01), hoursAgo(0.02)]);
    await app.app.startServer();
    const count = async (table: string) =>
      (await sql<{ n: number }>`SELECT count(*) AS n FROM ${sql.table(table)}`.execute(app.database.database))
        .rows[0]?.n;
    await waitFor(
      () => count("rollup_deltas"),
      (left) => left === 0,
    );
    await waitFor(
      () => count("rollup_gauges"),
      (rows) => rows === 3,
    );
    const told = await read(app, "range=1h");
    expect(told.jobs.completed.reduce((one, other) => one + other)).toBe(2);
    expect(told.queue.depth.at(-1)).toBe(0);
  });

  it("tells the most of a minute of the queue and the newest capacity", async () => {
    const app = await start();
    const { database } = app.database;
    await sql`INSERT INTO workers (host, pid, app_version, queues, capacity) VALUES ('one', 1, '1', '{default}', 16),
      ('two', 2, '1', '{default}', 4)`.execute(database);
    await sql`WITH l AS (INSERT INTO lineages SELECT FROM generate_series(1, 3) RETURNING id)
      INSERT INTO tasks (task_name, lineage_id) SELECT 'unit_creation', id FROM l`.execute(database);
    await sampleGauges(database);
    await sql`UPDATE tasks SET status = 'cancelled', completed_at = clock_timestamp()`.execute(database);
    await sql`UPDATE workers SET dead_at = clock_timestamp() WHERE host = 'two'`.execute(database);
    await sampleGauges(database);
    const told = await read(app, "range=30d");
    expect([told.queue.depth.at(-1), told.queue.running.at(-1), told.queue.capacity.at(-1)]).toEqual([
      3, 0, 16,
    ]);
  });

  it("forgets minutes after 3 days and hours after 60, but never a day", async () => {
    const app = await start();
    const { database } = app.database;
    await insertEnded(app, [hoursAgo(2), hoursAgo(80), hoursAgo(24 * 62)]);
    await foldRollups(database, 100);
    const countRows = async () => {
      const { rows } = await sql<{ resolution: string; n: number }>`
        SELECT resolution, count(*) AS n FROM rollups WHERE entity = 'job' GROUP BY 1`.execute(database);
      return Object.fromEntries(rows.map(({ resolution, n }) => [resolution, n]));
    };
    // What would be forgotten at once is not written at all: a migration meets years of it.
    expect(await countRows()).toEqual({ day: 3, hour: 2, minute: 1 });
    await sql`UPDATE rollups SET at = at - interval '75 hours' WHERE resolution = 'minute'`.execute(database);
    await dropOldRollups(database);
    expect(await countRows()).toEqual({ day: 3, hour: 2 });
    const total = (told: DashboardMetrics) => told.jobs.completed.reduce((one, other) => one + other);
    expect(total(await read(app, `from=${hoursAgo(81)}&to=${hoursAgo(79)}`))).toBe(1);
    expect(total(await read(app, `from=${hoursAgo(24 * 63)}`))).toBe(3);
  });
});

describe("the figures of today", () => {
  it("are the same for a moment when it is past as they were then", async () => {
    const app = await start();
    const { database } = app.database;
    const { rows } = await sql<{ day: string; now: string }>`
      SELECT date_trunc('day', clock_timestamp(), 'UTC') AS day, clock_timestamp() AS now`.execute(database);
    const [day, now] = [Date.parse(rows[0]?.day ?? ""), Date.parse(rows[0]?.now ?? "")];
    const moments = [0, 0.2, 0.5, 0.999].map((part) => new Date(day + part * (now - day)).toISOString());
    await insertEnded(app, moments);
    await insertEnded(app, moments.slice(0, 3), "failed");
    await insertEnded(app, moments.slice(0, 2), "partial");
    await insertEnded(app, [new Date(day - 1).toISOString()]);
    for (const [index, moment] of moments.entries()) await insertSpending(app, moment, index + 0.25);
    const told = await readToday(database, null);
    expect(told).toMatchObject({ finished_today: 6, partial_today: 2, failed_today: 3, spent_today_usd: 7 });
    expectClose(told.median_duration_ms, 1_000);
    await foldRollups(database, 5);
    expect(await readToday(database, null)).toEqual(told);
    expect(await readToday(database, new Date(now).toISOString())).toEqual(told);
    // Up to the third of them, whose moment counts.
    expect(await readToday(database, moments[2] ?? null)).toMatchObject({
      ...{ finished_today: 5, partial_today: 2, failed_today: 3, spent_today_usd: 3.75 },
    });
    // The day before has the one that ended in its last moment.
    expect(await readToday(database, new Date(day - 1).toISOString())).toMatchObject({
      finished_today: 1,
      failed_today: 0,
    });
  });

  it("leave the spending open while one cost is unknown", async () => {
    const app = await start();
    const at = new Date().toISOString();
    await insertSpending(app, at, 1);
    expect((await readToday(app.database.database, null)).spent_today_usd).toBe(1);
    await insertSpending(app, at, null);
    expect((await readToday(app.database.database, null)).spent_today_usd).toBeNull();
  });

  it("of a day whose hours are gone come from the rows themselves", async () => {
    const app = await start();
    await insertEnded(app, [hoursAgo(24 * 70)]);
    await foldRollups(app.database.database, 100);
    await dropOldRollups(app.database.database);
    expect(await readToday(app.database.database, hoursAgo(24 * 70 - 0.0001))).toMatchObject({
      finished_today: 1,
    });
  });
});

async function listLessonEnds(database: TestApp["database"]["database"]): Promise<number[]> {
  const { rows } = await sql<{ at: number }>`
    SELECT (extract(epoch FROM f.completed_at) * 1000)::float8 AS at FROM flow_runs f
    WHERE f.flow_name = 'lesson_creation' AND f.status = 'completed' AND EXISTS (
      SELECT 1 FROM flow_step_runs s WHERE s.flow_run_id = f.id AND s.reused_from_step_run_id IS NULL)`.execute(
    database,
  );
  return rows.map(({ at }) => at);
}
