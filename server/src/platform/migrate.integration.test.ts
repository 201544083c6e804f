import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEmptyDatabase } from "../../test/database.ts";
import { createClient } from "./database.ts";
import { createSilentLogger } from "./logger.ts";
import { type Migration, migrate } from "./migrate.ts";

const logger = createSilentLogger();
let database: Awaited<ReturnType<typeof createEmptyDatabase>>;

beforeEach(async () => {
  database = await createEmptyDatabase();
});
afterEach(() => database.close());

function migration(number: number, sql: string, name = `part_${number}`): Migration {
  return { number, name, sql, sha256: createHash("sha256").update(sql).digest("hex") };
}

async function query(sql: string): Promise<unknown[]> {
  const client = createClient({ url: database.url, applicationName: "test" });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const first = migration(1, "CREATE TABLE apples (id int); INSERT INTO apples VALUES (1);");
const second = migration(2, "CREATE TABLE pears (id int);");

test("migrations are applied once and in order", async () => {
  expect(await migrate({ url: database.url, logger, migrations: [first] })).toEqual([first]);
  expect(await migrate({ url: database.url, logger, migrations: [first, second] })).toEqual([second]);
  expect(await migrate({ url: database.url, logger, migrations: [first, second] })).toEqual([]);
  expect(await query("SELECT number, name, sha256 FROM schema_migrations ORDER BY number")).toEqual([
    { number: 1, name: "part_1", sha256: first.sha256 },
    { number: 2, name: "part_2", sha256: second.sha256 },
  ]);
});

test("a failing migration leaves nothing behind and says which it was", async () => {
  const broken = migration(2, "CREATE TABLE plums (id int);\nSELECT 1 / 0;", "broken");
  await expect(migrate({ url: database.url, logger, migrations: [first, broken] })).rejects.toThrow(
    "Migration 0002_broken.sql failed: division by zero",
  );
  expect(await query("SELECT to_regclass('plums') AS plums, to_regclass('apples') AS apples")).toEqual([
    { plums: null, apples: "apples" },
  ]);
});

test("an applied migration that was changed is refused", async () => {
  await migrate({ url: database.url, logger, migrations: [first] });
  const changed = migration(1, "CREATE TABLE apples (id bigint);");
  await expect(migrate({ url: database.url, logger, migrations: [changed] })).rejects.toMatchObject({
    code: "migration_changed",
  });
});

test("a database newer than the program is refused", async () => {
  await migrate({ url: database.url, logger, migrations: [first, second] });
  await expect(migrate({ url: database.url, logger, migrations: [first] })).rejects.toMatchObject({
    code: "schema_newer",
  });
});

test("processes that migrate at once apply each migration exactly once, also with concurrent indexes", async () => {
  const index = migration(
    3,
    "-- no transaction\nCREATE INDEX CONCURRENTLY pears_id ON pears (id);\nANALYZE pears;\n",
  );
  const migrations = [first, second, index];
  const results = await Promise.all(
    Array.from({ length: 4 }, () => migrate({ url: database.url, logger, migrations })),
  );
  expect(results.map((applied) => applied.length).sort()).toEqual([0, 0, 0, 3]);
  expect(await query("SELECT id FROM apples")).toEqual([{ id: 1 }]);
  expect(await query("SELECT to_regclass('pears_id') AS name")).toEqual([{ name: "pears_id" }]);
});

test("a process that finds another one migrating gives up after its time", async () => {
  const holder = createClient({ url: database.url, applicationName: "test" });
  await holder.connect();
  await holder.query("SELECT pg_advisory_lock(7305881220771)");
  await expect(
    migrate({ url: database.url, logger, migrations: [first], lockTimeoutMs: 200 }),
  ).rejects.toMatchObject({ code: "migration_busy" });
  await holder.end();
});

test("a database that cannot be opened is named without its password", async () => {
  const missing = new URL(database.url);
  missing.pathname = "/nowhere";
  const refused = migrate({ url: missing.href, logger, migrations: [first] });
  await expect(refused).rejects.toThrow(/^The database nowhere at 127\.0\.0\.1:\d+ cannot be opened/);
  await expect(refused).rejects.not.toThrow(missing.password);
});

test("the project's own migrations apply to an empty database", async () => {
  const applied = await migrate({ url: database.url, logger });
  expect(applied.length).toBeGreaterThan(0);
  expect(await query("SELECT count(*)::int AS count FROM schema_migrations")).toEqual([
    { count: applied.length },
  ]);
});
