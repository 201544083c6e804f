import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectClose, expectExact, expectRows } from "../../../../test/builders/direct-count.ts";
import { createRandom, MetricsHistory } from "../../../../test/builders/metrics-history.ts";
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from "../../../../test/database.ts";
import { captureQueries, explain, nodesOf } from "../../../../test/query-plan.ts";
import { createDatabase } from "../../../platform/database.ts";
import { createSilentLogger } from "../../../platform/logger.ts";
import { migrate, readMigrations } from "../../../platform/migrate.ts";
import { foldRollups, readClock, readWindow } from "./repo.ts";
import { createMetricsService, type MetricsService } from "./service.ts";
import { planWindow } from "./window.ts";

let test: TestDatabase;
let service: MetricsService;
let now: number;

beforeEach(async () => {
  test = await createTestDatabase();
  service = createMetricsService(test.database);
  now = await readClock(test.database);
});
afterEach(() => test.close());

async function countDeltas(): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM rollup_deltas`.execute(
    test.database,
  );
  return rows[0]?.count ?? Number.NaN;
}

describe("the numbers over time", () => {
  it.each([1, 2, 3, 4])(
    "equal a direct count after random events, corrections and folds of two sessions (seed %i)",
    async (seed) => {
      const random = createRandom(seed * 1_000);
      const history = new MetricsHistory(test.database, seed, now);
      for (let event = 0; event < 400; event += 1) {
        await history.step();
        if (random() < 0.05) {
          const most = 1 + Math.floor(random() * 60);
          await Promise.all([foldRollups(test.database, most), foldRollups(test.database, most)]);
        }
        if (event % 133 === 132)
          await expectExact(test.database, await service.read({ range: "1h" }), history);
      }
      const before = await service.read({ range: "1h" });
      while ((await foldRollups(test.database, 100)) !== 0);
      expect(await countDeltas()).toBe(0);
      const after = await service.read({ range: "1h" });
      expect({ ...after, to: before.to }).toEqual(before);
      const days = await service.read({ range: "30d" });
      expect({ ...days.totals }).toEqual(after.totals);
      expect((await service.read({ range: "7d" })).totals).toEqual(after.totals);
    },
    60_000,
  );

  it("count a step again by what a late result made of it, at the minute of each", async () => {
    const history = new MetricsHistory(test.database, 5, now);
    const { rows } = await sql<{ id: string }>`
      WITH run AS (INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path) VALUES ('f', 1, 'f', 'f') RETURNING id)
      INSERT INTO flow_step_runs (flow_run_id, flow_path, step_name, step_version, step_order, started_at)
      SELECT id, 'f', 'draw_cover', 1, 1, clock_timestamp() - interval '20 minutes' FROM run RETURNING id`.execute(
      test.database,
    );
    const id = rows[0]?.id;
    await sql`UPDATE flow_step_runs SET status = 'failed', error_code = 'worker_lost',
      completed_at = clock_timestamp() - interval '15 minutes' WHERE id = ${id}`.execute(test.database);
    await foldRollups(test.database, 100);
    expect((await service.read({ range: "1h" })).totals).toMatchObject({ steps: 1, steps_failed: 1 });
    await sql`UPDATE flow_step_runs SET status = 'completed', error_code = NULL,
      completed_at = clock_timestamp() - interval '5 minutes' WHERE id = ${id}`.execute(test.database);
    const told = await service.read({ range: "1h" });
    expect(told.totals).toMatchObject({ steps: 1, steps_failed: 0 });
    expectClose(told.totals.step_p50_ms, 15 * 60_000);
    await foldRollups(test.database, 100);
    await expectExact(test.database, await service.read({ range: "1h" }), history);
  });

  it("lose nothing when a fold breaks off, and one of two sessions folds", async () => {
    const history = new MetricsHistory(test.database, 6, now);
    for (let event = 0; event < 100; event += 1) await history.step();
    const waiting = await countDeltas();
    expect(waiting).toBeGreaterThan(20);
    const broken = test.database.transaction().execute(async (transaction) => {
      expect(await foldRollups(transaction, 1_000)).toBe(waiting);
      // The other session does not wait for this one.
      expect(await foldRollups(test.database, 1_000)).toBeNull();
      throw new Error("The server ends here");
    });
    await expect(broken).rejects.toThrow("The server ends here");
    expect(await countDeltas()).toBe(waiting);
    await expectExact(test.database, await service.read({ range: "1h" }), history);
    expect(await foldRollups(test.database, 1_000)).toBe(waiting);
    await expectExact(test.database, await service.read({ range: "1h" }), history);
  });

  it("count what commits while a fold runs, in the next one", async () => {
    const history = new MetricsHistory(test.database, 7, now);
    await test.database.transaction().execute(async (transaction) => {
      await foldRollups(transaction, 1_000);
      for (let event = 0; event < 60; event += 1) await history.step();
    });
    await expectExact(test.database, await service.read({ range: "1h" }), history);
    await foldRollups(test.database, 1_000);
    await expectExact(test.database, await service.read({ range: "1h" }), history);
  });

  it("of what ended before they were kept are filled in by the migration", async () => {
    const empty = await createEmptyDatabase();
    const logger = createSilentLogger();
    const migrations = readMigrations();
    const before = migrations.findIndex(({ name }) => name === "rollups");
    await migrate({ url: empty.url, logger, migrations: migrations.slice(0, before) });
    const old = createDatabase({ url: empty.url, max: 4, applicationName: "test", logger });
    try {
      const history = new MetricsHistory(old.database, 8, now);
      for (let event = 0; event < 300; event += 1) await history.step();
      await migrate({ url: empty.url, logger });
      const told = await createMetricsService(old.database).read({ range: "1h" });
      expect(told.totals.steps).toBeGreaterThan(10);
      await expectRows(old.database, told, history);
      expect(await foldRollups(old.database, 10)).toBe(0);
    } finally {
      await old.close();
      await empty.close();
    }
  });

  it.each(["1h", "24h", "7d", "30d"] as const)(
    "of %s are read by index, and only those that it shows",
    async (range) => {
      await sql`
      INSERT INTO rollups SELECT resolution, entity, date_trunc(resolution, clock_timestamp() - n * span, 'UTC'), 'step ' || name,
        '', '', 'completed', 1, 1, 0, 0, 0, 0, 0, 0, 0, '{1,2}', '{1,1}'
      FROM (VALUES ('minute', interval '1 minute'), ('hour', interval '1 hour'), ('day', interval '1 day')) r (resolution, span),
        generate_series(0, 999) n, generate_series(1, 5) name, unnest(ARRAY['step', 'steps', 'request', 'requests']) entity
      ON CONFLICT DO NOTHING`.execute(test.database);
      await sql`ANALYZE rollups`.execute(test.database);
      const window = planWindow({ range }, now);
      const [query] = await captureQueries(test.pool, (database) => readWindow(database, window));
      if (query === undefined) throw new Error("Nothing was sent");
      const nodes = nodesOf(await explain(test.pool, query));
      const reads = nodes.filter(({ relation }) => /^rollup_(minute|hour|day)/.test(relation ?? ""));
      expect(reads.length).toBeGreaterThan(1);
      expect(reads.map(({ type }) => type)).not.toContain("Seq Scan");
      // Two entities of five names each for the points, two for what is summed over all of them.
      const most = 20 * window.points.length + 20 * 200;
      expect(reads.reduce((sum, { rowsRead }) => sum + rowsRead, 0)).toBeLessThan(most);
    },
  );
});
