import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { SystemHealth } from "../src/modules/insights/health/models.ts";
import { createHealthDuty, createHealthService } from "../src/modules/insights/health/service.ts";
import type { Duty } from "../src/modules/insights/keeper.ts";
import { createTestApp, type TestApp } from "./app.ts";

vi.setConfig({ testTimeout: 60_000 });

let app: TestApp;
let duty: Duty;
beforeAll(async () => {
  app = await createTestApp();
  duty = createHealthDuty(app.database.database, "1.0.0");
});
beforeEach(() =>
  run(sql`TRUNCATE health_states, health_looks, workers, llm_requests, rate_limits, tasks, lineages CASCADE`),
);
afterAll(() => app.close());

const run = (statement: ReturnType<typeof sql>) => statement.execute(app.database.database);
const read = async () => (await (await app.request("/api/v1/admin/health")).json()) as SystemHealth;
const partOf = async (kind: string) => (await read()).parts.find((part) => part.kind === kind);
const recorded = async (kind: string) => {
  const { rows } = await sql<{ state: string; since: string; ended_at: string | null; version: number }>`
    SELECT state, since, ended_at, version FROM health_states WHERE kind = ${kind} ORDER BY id`.execute(
    app.database.database,
  );
  return rows;
};
const startWorker = () =>
  run(sql`INSERT INTO workers (host, pid, app_version, queues, capacity, running, beat_at)
    VALUES ('vm', 1, '1', '{default}', 8, 0, clock_timestamp() + interval '1 minute')`);
const clock = async () => {
  const { rows } = await sql<{ now: string }>`SELECT clock_timestamp() AS now`.execute(app.database.database);
  return rows[0]?.now ?? "";
};

describe("health", () => {
  test("is answered with since when, and that stays while the state stays", async () => {
    await startWorker();
    await duty.run();
    const first = await read();
    expect(first.state).toBe("ok");
    expect(first.parts.map(({ kind }) => kind)).toEqual(["api", "database", "queue", "workers"]);
    expect(first.parts.every(({ since }) => since !== null)).toBe(true);
    await duty.run();
    const again = await read();
    expect(again.parts.map(({ since }) => since)).toEqual(first.parts.map(({ since }) => since));
    // Busier slots are no news for anybody who listens.
    await run(sql`UPDATE workers SET running = 5`);
    await duty.run();
    expect((await recorded("workers"))[0]).toMatchObject({ version: 1 });
    expect((await partOf("workers"))?.sentence).toBe("The worker beats, 5 of 8 slots busy.");
  });

  test("changes at once for who asks, and is recorded as a new state", async () => {
    await startWorker();
    await duty.run();
    const well = await clock();
    await run(sql`UPDATE workers SET dead_at = clock_timestamp()`);
    expect(await partOf("workers")).toMatchObject({
      state: "bad",
      meaning: expect.stringContaining("until a worker starts"),
    });
    await duty.run();
    const rows = await recorded("workers");
    expect(rows.map(({ state, ended_at }) => [state, ended_at === null])).toEqual([
      ["ok", false],
      ["bad", true],
    ]);
    expect(rows[0]?.ended_at).toBe(rows[1]?.since);
    expect((await read()).state).toBe("bad");
    const service = createHealthService(app.database.database, "1.0.0");
    expect((await service.listAt(well)).find(({ kind }) => kind === "workers")).toMatchObject({
      state: "ok",
    });
    expect(await service.listAt("2001-01-01T00:00:00Z")).toEqual([]);
  });

  test("of a provider follows its calls and its limit, until it is no longer asked for", async () => {
    const call = (status: string, code: string | null, age = "1 second") =>
      run(sql`INSERT INTO llm_requests (kind, provider, model, status, error_code, sent_at, completed_at)
        VALUES ('text', 'here', 'm', ${status}, ${code}, clock_timestamp(), clock_timestamp() - ${age}::interval)`);
    for (let count = 0; count < 5; count += 1) await call("failed", "provider_unavailable");
    await duty.run();
    expect(await partOf("provider")).toMatchObject({ name: "here/m", state: "bad" });
    await call("completed", null);
    await run(sql`INSERT INTO rate_limits (provider, model, blocked_until, blocked_reason)
      VALUES ('here', 'm', clock_timestamp() + interval '30 seconds', 'HTTP 429')`);
    await duty.run();
    const limited = await partOf("provider");
    expect(limited).toMatchObject({ state: "warn", sentence: expect.stringMatching(/^Rate-limited until/) });
    expect(limited?.until).not.toBeNull();
    await run(sql`DELETE FROM llm_requests`);
    await run(sql`DELETE FROM rate_limits`);
    await duty.run();
    expect(await partOf("provider")).toBeUndefined();
    expect((await recorded("provider")).map(({ state, ended_at }) => [state, ended_at !== null])).toEqual([
      ["bad", true],
      ["warn", true],
    ]);
  });

  test("of a provider is known while many calls to it are on their way", async () => {
    await run(sql`INSERT INTO llm_requests (kind, provider, model, status, sent_at, completed_at)
      SELECT 'text', 'here', 'm', 'completed', clock_timestamp(), clock_timestamp() FROM generate_series(1, 3)`);
    await run(sql`INSERT INTO llm_requests (kind, provider, model, status, sent_at)
      SELECT 'text', 'here', 'm', 'pending', clock_timestamp() FROM generate_series(1, 60)`);
    expect(await partOf("provider")).toMatchObject({ name: "here/m", state: "ok" });
  });

  test("of a database that was started anew, or got room again, is told once for each moment", async () => {
    await duty.run();
    const since = async (state: string, ago: string) =>
      run(sql`UPDATE health_states SET state = ${state}, since = clock_timestamp() - ${ago}::interval
        WHERE kind = 'database' AND ended_at IS NULL`);
    const then = async (ago: string) => {
      const { rows } = await sql<{ at: string }>`SELECT clock_timestamp() - ${ago}::interval AS at`.execute(
        app.database.database,
      );
      const service = createHealthService(app.database.database, "1.0.0");
      const parts = await service.listAt(rows[0]?.at ?? "");
      return parts.filter(({ kind }) => kind === "database").map(({ state }) => state);
    };
    // Known from before its start.
    await since("ok", "30 days");
    await duty.run();
    const [old, fresh] = await recorded("database");
    expect(old?.ended_at).toBe(fresh?.since);
    expect(await then("29 days")).toEqual(["ok"]);
    // Crowded for an hour: what it was meanwhile stays told.
    await since("warn", "1 microsecond");
    await duty.run();
    expect((await recorded("database")).map(({ state, ended_at }) => [state, ended_at === null])).toEqual([
      ["ok", false],
      ["warn", false],
      ["ok", true],
    ]);
    expect(await then("0 seconds")).toEqual(["ok"]);
    const [, crowded, now] = await recorded("database");
    expect(crowded?.ended_at).toBe(now?.since);
  });

  test("of the API begins anew after a time in which no server looked", async () => {
    await duty.run();
    await run(sql`UPDATE health_looks SET looked_at = clock_timestamp() - interval '1 hour'`);
    await run(
      sql`UPDATE health_states SET since = clock_timestamp() - interval '2 hours' WHERE kind = 'api'`,
    );
    await duty.run();
    const rows = await recorded("api");
    expect(rows).toHaveLength(2);
    const [gap] = rows;
    expect(Date.parse(rows[1]?.since ?? "") - Date.parse(gap?.ended_at ?? "")).toBeGreaterThan(3_500_000);
  });

  test("is recorded once by two keepers at once, and as it was when one of them breaks off", async () => {
    await startWorker();
    await Promise.all([duty.run(), duty.run(), duty.run()]);
    const { rows } = await sql<{ count: number }>`SELECT count(*)::int AS count FROM health_states`.execute(
      app.database.database,
    );
    expect(rows[0]?.count).toBe(4);
  });

  test("has no answer but a 503 while the database is away", async () => {
    const lost = await createTestApp();
    await lost.database.pool.end();
    const answer = await lost.request("/api/v1/admin/health");
    expect(answer.status).toBe(503);
    expect((await lost.request("/api/v1/admin/course-generation")).status).toBe(503);
    await lost.close().catch(() => undefined);
  });
});
