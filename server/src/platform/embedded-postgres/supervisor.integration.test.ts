import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createClient } from "../database.ts";
import { createSilentLogger } from "../logger.ts";
import { listProcessesIn, waitUntil } from "../processes.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./supervisor.ts";

const logger = createSilentLogger();
const isRoot = process.getuid?.() === 0;
let base: string;
let home: string;
let running: EmbeddedPostgres[];

beforeEach(() => {
  base = mkdtempSync(path.join(os.tmpdir(), "coursewright-postgres-"));
  chmodSync(base, 0o755);
  home = path.join(base, "home");
  running = [];
});
afterEach(async () => {
  for (const postgres of running) await postgres.stop();
  for (const pid of await listProcessesIn(path.join(home, "postgres"))) process.kill(pid, "SIGKILL");
  rmSync(base, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ home, logger });
  running.push(postgres);
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = createClient({ url, applicationName: "test" });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test("data written before a stop is there after the next start, at the same address", async () => {
  const first = await start();
  expect(first.health()).toMatchObject({ status: "ready", reason: null });
  await query(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  await first.stop();
  expect(first.health().status).toBe("stopped");
  expect(await listProcessesIn(path.join(home, "postgres"))).toEqual([]);
  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await query(second.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

test("it commits durably, listens on loopback only and keeps its files from others", async () => {
  const { url } = await start();
  const rows = await query(
    url,
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'listen_addresses', 'unix_socket_directories') ORDER BY name",
  );
  expect(rows).toEqual([
    { name: "fsync", setting: "on" },
    { name: "listen_addresses", setting: "127.0.0.1" },
    { name: "synchronous_commit", setting: "on" },
    { name: "unix_socket_directories", setting: "" },
  ]);
  expect(statSync(path.join(home, "postgres")).mode & 0o777).toBe(0o700);
  for (const name of ["postgres.json", "postgres.log"]) {
    expect(statSync(path.join(home, name)).mode & 0o777, name).toBe(0o600);
  }
  const withoutPassword = new URL(url);
  withoutPassword.password = "wrong";
  await expect(query(withoutPassword.href, "SELECT 1")).rejects.toThrow("password authentication failed");
});

test("a killed postmaster is replaced although one of its backends still computes", async () => {
  const postgres = await start();
  await query(postgres.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  const busy = query(
    postgres.url,
    "DO $$ DECLARE i bigint := 0; BEGIN LOOP i := i + 1; END LOOP; END $$",
  ).catch((error: unknown) => error);
  await waitUntil(async () => {
    const [row] = await query(
      postgres.url,
      "SELECT count(*)::int AS busy FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'",
    );
    return JSON.stringify(row) === '{"busy":1}';
  }, 5_000);
  const killed = postgres.pid()!;
  process.kill(killed, "SIGKILL");
  expect(await waitUntil(() => postgres.health().status === "down", 5_000)).toBe(true);
  expect(await waitUntil(() => postgres.health().status === "ready", 15_000)).toBe(true);
  expect(await busy).toBeInstanceOf(Error);
  expect(postgres.pid()).not.toBe(killed);
  expect(await query(postgres.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

test("a database left running by a killed process is ended and started again", async () => {
  const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(path.join(import.meta.dirname, "supervisor.ts"))};
    import { createSilentLogger } from ${JSON.stringify(path.join(import.meta.dirname, "../logger.ts"))};
    const postgres = await startEmbeddedPostgres({ home: ${JSON.stringify(home)}, logger: createSilentLogger() });
    console.log(postgres.pid());
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [chunk] = await once(child.stdout, "data");
  const orphan = Number(String(chunk));
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await listProcessesIn(path.join(home, "postgres"))).toContain(orphan);
  const postgres = await start();
  expect(await query(postgres.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect(await listProcessesIn(path.join(home, "postgres"))).not.toContain(orphan);
});

test("an interrupted first start leaves nothing that the next one would take for a database", async () => {
  mkdirSync(path.join(home, "postgres.new", "base"), { recursive: true });
  const postgres = await start();
  expect(await query(postgres.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect(readdirSync(home)).not.toContain("postgres.new");
  expect(existsSync(path.join(home, "postgres.password"))).toBe(false);
});

test("a database whose password file is lost is not overwritten", async () => {
  await (await start()).stop();
  rmSync(path.join(home, "postgres.json"));
  await expect(start()).rejects.toThrow("postgres.json");
  expect(existsSync(path.join(home, "postgres", "PG_VERSION"))).toBe(true);
});

test.skipIf(!isRoot)(
  "as root it runs as another user, also below a folder that only root may enter",
  async () => {
    chmodSync(base, 0o700);
    const postgres = await start();
    await query(postgres.url, "CREATE TABLE kept AS SELECT 42 AS answer");
    const namespaceUser = spawnSync("nsenter", ["--user", "--target", String(postgres.pid()), "id", "-u"]);
    expect(namespaceUser.stdout.toString().trim()).not.toBe("0");
    await postgres.stop();
    chmodSync(base, 0o755);
    const moved = await start();
    expect(await query(moved.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  },
);
