import { spawnSync } from "node:child_process";
import path from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/database.ts";
import { createDatabase, isInfrastructureError } from "./database.ts";
import { createSilentLogger } from "./logger.ts";

let testDatabase: TestDatabase;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.close());

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test("columns arrive as the row types say", async () => {
  const { rows } = await sql`
    SELECT 9007199254740991::int8 AS big, 0.125::numeric AS money, '{"a":[1]}'::jsonb AS json,
      '2026-11-21 22:06:57.123456+01'::timestamptz AS at, '2026-11-21'::date AS day, NULL::int8 AS nothing,
      ARRAY[1,NULL]::int8[] AS bigs, ARRAY['2026-11-21 21:06:57+00']::timestamptz[] AS times,
      uuidv7() IS NOT NULL AS has_ids`.execute(testDatabase.database);
  expect(rows).toEqual([
    {
      big: Number.MAX_SAFE_INTEGER,
      money: 0.125,
      json: { a: [1] },
      at: "2026-11-21T21:06:57.123Z",
      day: "2026-11-21",
      nothing: null,
      bigs: [1, null],
      times: ["2026-11-21T21:06:57.000Z"],
      has_ids: true,
    },
  ]);
});

test("a bigint that a number cannot hold is refused and not rounded", async () => {
  const failure = await failureOf(sql`SELECT 9007199254740993::int8`.execute(testDatabase.database));
  expect(String(failure)).toContain("9007199254740993");
});

test("the committed row types are those of the migrated database", () => {
  const script = path.resolve(import.meta.dirname, "../../../scripts/types.mjs");
  const outcome = spawnSync(process.execPath, [script, "--check", "--url", testDatabase.url], {
    encoding: "utf8",
  });
  expect(outcome.stderr).toBe("");
  expect(outcome.status).toBe(0);
});

test("a connection that is cut inside a transaction fails its work as infrastructure and nothing else", async () => {
  const own = createDatabase({
    url: testDatabase.url,
    max: 1,
    applicationName: "cut",
    logger: createSilentLogger(),
  });
  const failure = await failureOf(
    own.database.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(transaction);
      await sql`SELECT pg_terminate_backend(${rows[0]?.pid}, 5000)`.execute(testDatabase.database);
      await sql`SELECT 1`.execute(transaction);
    }),
  );
  expect(isInfrastructureError(failure)).toBe(true);
  const { rows } = await sql`SELECT 1 AS one`.execute(own.database);
  expect(rows).toEqual([{ one: 1 }]);
  await own.close();
});

test("a query that finds no free connection in time fails as infrastructure", async () => {
  const own = createDatabase({
    url: testDatabase.url,
    max: 1,
    applicationName: "full",
    logger: createSilentLogger(),
    connectionTimeoutMs: 50,
  });
  const held = await own.pool.connect();
  expect(isInfrastructureError(await failureOf(own.pool.query("SELECT 1")))).toBe(true);
  held.release();
  await own.close();
});

test("a deadlock is infrastructure, a wrong statement is not", async () => {
  await testDatabase.pool.query(
    "CREATE TABLE deadlocks (id int PRIMARY KEY); INSERT INTO deadlocks VALUES (1), (2)",
  );
  const [first, second] = [await testDatabase.pool.connect(), await testDatabase.pool.connect()];
  await Promise.all([first.query("BEGIN"), second.query("BEGIN")]);
  await first.query("SELECT 1 FROM deadlocks WHERE id = 1 FOR UPDATE");
  await second.query("SELECT 1 FROM deadlocks WHERE id = 2 FOR UPDATE");
  const outcomes = await Promise.all([
    failureOf(
      first.query("SELECT 1 FROM deadlocks WHERE id = 2 FOR UPDATE").finally(() => first.query("ROLLBACK")),
    ),
    failureOf(
      second.query("SELECT 1 FROM deadlocks WHERE id = 1 FOR UPDATE").finally(() => second.query("ROLLBACK")),
    ),
  ]);
  expect(outcomes.filter((outcome) => isInfrastructureError(outcome))).toHaveLength(1);
  first.release();
  second.release();
  const wrong = await failureOf(sql`SELECT 1 / 0`.execute(testDatabase.database));
  expect(isInfrastructureError(wrong)).toBe(false);
});

test("a refused connection is infrastructure, also as the cause of another error", async () => {
  const own = createDatabase({
    url: "postgres://nobody@127.0.0.1:1/none",
    max: 1,
    applicationName: "refused",
    logger: createSilentLogger(),
  });
  const failure = await failureOf(own.pool.query("SELECT 1"));
  expect(isInfrastructureError(failure)).toBe(true);
  expect(isInfrastructureError(new Error("could not save", { cause: failure }))).toBe(true);
  await own.close();
});
