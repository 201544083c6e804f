import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import nodePath from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { captureQueries, explain, nodesOf } from "../../../../test/query-plan.ts";
import { type KeyRing, openKeyRing } from "../../../platform/crypto.ts";
import { ensureDefaultConnection } from "./default-connection.ts";
import type { Connection } from "./models.ts";
import type { ConnectionNews } from "./news.ts";
import { listConnections } from "./repo.ts";
import { createConnectionStore } from "./store.ts";

const path = "/api/v1/prefect/connections";
const base_url = "http://127.0.0.1:9/api";

let test: TestApp;
let home: string;
let keyRing: KeyRing;
let changes = 0;
beforeAll(async () => {
  test = await createTestApp();
  home = mkdtempSync(nodePath.join(os.tmpdir(), "coursewright-keys-"));
  keyRing = openKeyRing(nodePath.join(home, "keys"));
});
beforeEach(async () => {
  await test.database.pool.query("DELETE FROM connections");
  changes = 0;
});
afterAll(async () => {
  await test.close();
  rmSync(home, { recursive: true });
});

const list = async () => (await (await test.request(path)).json()) as Connection[];
const storeWith = (ring: KeyRing = keyRing) =>
  createConnectionStore({
    database: test.database.database,
    keyRing: () => ring,
    changed: () => {
      changes += 1;
    },
  });
const ensure = (url: string | undefined, auth?: string) =>
  ensureDefaultConnection({
    database: test.database.database,
    keyRing: () => keyRing,
    wanted: { url, auth },
  });
const rowsEver = async () => (await test.database.pool.query("SELECT 1 FROM connections")).rowCount;

describe("the connection of the environment", () => {
  const only = async () => {
    const connections = await list();
    expect(connections).toHaveLength(1);
    return connections[0]!;
  };

  it("is added, changed and removed as its variables say", async () => {
    await ensure(undefined);
    expect(await list()).toEqual([]);
    await ensure(`${base_url}/`, "tester:secret");
    const first = await only();
    expect(first).toMatchObject({ name: "Prefect", base_url, auth_kind: "basic", is_from_environment: true });
    await ensure(base_url, "tester:secret");
    expect((await only()).version).toBe(first.version);
    await ensure(base_url, "pnu_key");
    expect(await only()).toMatchObject({ id: first.id, auth_kind: "bearer" });
    await ensure("http://127.0.0.1:10/api", "pnu_key");
    expect(await only()).toMatchObject({ id: first.id, base_url: "http://127.0.0.1:10/api" });
    expect(await storeWith().listWatched()).toMatchObject([
      { settings_version: 3, authentication: { kind: "bearer", api_key: "pnu_key" } },
    ]);
    await ensure("http://127.0.0.1:10/api");
    expect((await only()).auth_kind).toBe("none");
    await ensure(undefined);
    expect(await list()).toEqual([]);
  });

  it("is the former one when its variable comes back, so that no run is mirrored twice", async () => {
    await ensure(base_url, "tester:secret");
    const { id } = await only();
    await ensure(undefined);
    await ensure(base_url, "tester:other");
    expect(await only()).toMatchObject({ id, health: "connecting" });
    expect(await storeWith().getWatched(id)).toMatchObject({
      authentication: { kind: "basic", auth_string: "tester:other" },
    });
    expect(await rowsEver()).toBe(1);
  });

  it("is one row when servers start at once", async () => {
    await Promise.all(Array.from({ length: 6 }, () => ensure(base_url, "tester:secret")));
    expect(await rowsEver()).toBe(1);
  });

  it("finds a name when people took its own", async () => {
    await test.send("POST", path, { name: "PREFECT", base_url });
    await ensure(base_url);
    expect((await list()).map(({ name }) => name)).toEqual(["PREFECT", "Prefect (environment)"]);
  });

  it("can be disabled, which a start does not undo, and neither edited nor removed", async () => {
    await ensure(base_url, "tester:secret");
    const { id } = await only();
    for (const answer of [
      await test.send("PATCH", `${path}/${id}`, { name: "Mine" }),
      await test.send("PATCH", `${path}/${id}`, { credentials: { kind: "none" }, is_enabled: false }),
      await test.request(`${path}/${id}`, { method: "DELETE" }),
    ]) {
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
        409,
        "connection_from_environment",
      ]);
    }
    expect((await test.send("PATCH", `${path}/${id}`, { is_enabled: false })).status).toBe(200);
    await ensure(base_url, "tester:secret");
    await ensure(base_url, "tester:changed");
    expect(await only()).toMatchObject({ health: "disabled", disabled_at: expect.any(String) });
    await test.send("PATCH", `${path}/${id}`, { is_enabled: true });
    expect((await only()).health).toBe("connecting");
  });

  it("is written anew when the key file was lost", async () => {
    await ensure(base_url, "tester:secret");
    await test.database.pool.query("UPDATE connections SET auth_encrypted = 'cw1.1.AAAA'");
    await ensure(base_url, "tester:secret");
    expect(await storeWith().listWatched()).toHaveLength(1);
  });

  it("is set when a server starts", async () => {
    const other = await createTestApp({
      COURSEWRIGHT_PREFECT_URL: base_url,
      COURSEWRIGHT_PREFECT_AUTH: "tester:secret",
    });
    try {
      await other.app.startServer();
      const answer = await other.request(path);
      expect(await answer.json()).toMatchObject([
        { base_url, auth_kind: "basic", is_from_environment: true },
      ]);
    } finally {
      await other.close();
    }
  });
});

describe("what is found out about a connection", () => {
  let id: string;
  beforeEach(async () => {
    const answer = await test.send("POST", path, { name: "Prefect", base_url });
    ({ id } = (await answer.json()) as Connection);
  });
  const tell = (news: ConnectionNews) => storeWith().tell(id, news);
  const now = async () => (await list())[0]!;
  const age = (seconds: number) => {
    // The trigger that keeps updated_at is left out, as if the time had passed.
    const { pool } = test.database;
    return pool.query(
      `BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE connections SET updated_at = updated_at - interval '${seconds} seconds'; COMMIT`,
    );
  };

  it("is written once, and nothing when nothing changes", async () => {
    await tell({ health: "live", health_reason: null, version_found: "3.8.8", is_ok: true });
    const first = await now();
    expect(first).toMatchObject({ health: "live", version_found: "3.8.8", version: 2 });
    expect(changes).toBe(1);
    await tell({ health: "live", health_reason: null, version_found: "3.8.8" });
    await tell({});
    expect(await now()).toEqual(first);
    expect(changes).toBe(1);
  });

  it("keeps since when it has its health, whatever the reason says", async () => {
    await tell({ health: "down", health_reason: "Nothing listens." });
    const first = await now();
    await tell({ health: "down", health_reason: "There is no way." });
    expect(await now()).toMatchObject({
      health_since: first.health_since,
      health_reason: "There is no way.",
      version: 3,
    });
    await tell({ health: "polling" });
    const later = await now();
    expect(later.health_reason).toBeNull();
    expect(Date.parse(later.health_since)).toBeGreaterThan(Date.parse(first.health_since));
  });

  it("tells times and lags every two seconds at most, and at once with another health", async () => {
    await tell({ is_ok: true, last_sync_at: "2026-01-01T00:00:00Z", lag_ms: 10 });
    const first = await now();
    expect(first).toMatchObject({ last_sync_at: "2026-01-01T00:00:00.000Z", lag_ms: 10, version: 2 });
    const later = { is_ok: true, last_sync_at: "2026-01-01T00:00:05Z", lag_ms: 20.4 };
    await tell(later);
    expect(await now()).toEqual(first);
    await tell({ ...later, health: "polling" });
    expect(await now()).toMatchObject({ last_sync_at: "2026-01-01T00:00:05.000Z", lag_ms: 20, version: 3 });
    await age(3);
    await tell({ last_sync_at: "2026-01-01T00:00:01Z" });
    expect((await now()).version).toBe(3);
    await tell({ is_ok: true, last_sync_at: "2026-01-01T00:00:09Z" });
    expect(await now()).toMatchObject({ last_sync_at: "2026-01-01T00:00:09.000Z", version: 4 });
  });

  it("does not reach a connection that was disabled or removed meanwhile", async () => {
    await test.send("PATCH", `${path}/${id}`, { is_enabled: false });
    const off = await now();
    await tell({ health: "live", is_ok: true });
    expect(await now()).toEqual(off);
    await expect(storeWith().getWatched(id)).rejects.toMatchObject({ code: "connection_disabled" });
    expect(await storeWith().listWatched()).toEqual([]);
    await test.request(`${path}/${id}`, { method: "DELETE" });
    await tell({ health: "live" });
    await expect(storeWith().getWatched(id)).rejects.toMatchObject({ code: "connection_not_found" });
    expect(changes).toBe(0);
  });

  it("names a lost secret, and the other connections are watched all the same", async () => {
    const credentials = { kind: "basic", auth_string: "tester:secret" };
    await test.send("POST", path, { name: "Sealed with another key", base_url, credentials });
    expect((await storeWith().listWatched()).map(({ name }) => name)).toEqual(["Prefect"]);
    expect((await list())[1]).toMatchObject({
      health: "auth_failed",
      health_reason: expect.stringContaining("key file"),
    });
    await storeWith().listWatched();
    expect(changes).toBe(1);
  });
});

it("live runs are counted without those that have ended, and without what else a run's row shows", async () => {
  const { pool } = test.database;
  await test.send("POST", path, { name: "Prefect", base_url });
  await pool.query(
    `INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, connection_id, external_id)
     SELECT 'f', 0, n::text, 'p', CASE WHEN n <= 200 THEN 'running' ELSE 'completed' END, c.id, n::text
     FROM connections c, generate_series(1, 10000) n`,
  );
  await pool.query("ANALYZE flow_runs");
  const [query] = await captureQueries(pool, listConnections);
  const nodes = nodesOf(await explain(pool, query!)).filter(({ relation }) => relation !== undefined);
  expect([...new Set(nodes.map(({ relation }) => relation))].sort()).toEqual(["connections", "flow_runs"]);
  const runs = nodes.filter(
    ({ relation, index }) => relation === "flow_runs" || index?.startsWith("flow_runs"),
  );
  expect(runs.reduce((sum, { rowsRead }) => sum + rowsRead, 0)).toBeLessThan(500);
  expect((await list())[0]?.live_runs).toBe(200);
  await pool.query("TRUNCATE flow_runs CASCADE");
});
