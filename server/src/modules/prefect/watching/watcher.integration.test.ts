import { sql } from "kysely";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { insertConnection } from "../../../../test/builders/connection.ts";
import { createTestDatabase, type TestDatabase } from "../../../../test/database.ts";
import { createPrefectModel } from "../../../../test/prefect/prefect-model.ts";
import { createSilentLogger } from "../../../platform/logger.ts";
import type { ConnectionNews, WatchedConnection } from "../connections/store.ts";
import { prefectErrors } from "../errors.ts";
import { createWatcher, type Watcher } from "./watcher.ts";

let database: TestDatabase;
let connections: WatchedConnection[];
let watchers: Watcher[];

beforeEach(async () => {
  database = await createTestDatabase();
  watchers = [];
  connections = [];
  for (const name of ["One", "Two"]) {
    const id = await insertConnection(database.database, { name });
    const { rows } = await sql<{
      lock_key: number;
    }>`SELECT lock_key FROM connections WHERE id = ${id}`.execute(database.database);
    connections.push({
      ...{ id, name, lock_key: rows[0]?.lock_key ?? 0, base_url: "http://127.0.0.1:9/api", ui_url: null },
      ...{
        authentication: { kind: "none" },
        filter_tags: [],
        filter_deployment_ids: [],
        settings_version: 1,
      },
    });
  }
});
afterEach(async () => {
  await Promise.all(watchers.map((watcher) => watcher.stop()));
  await database.close();
});

interface Server {
  readonly watcher: Watcher;
  readonly news: ConnectionNews[];
  /** Connections, in the order in which the duty had its turns. */
  readonly turns: string[];
  /** Settings with which watches began. */
  readonly begun: string[];
  readonly aborted: string[];
}

function startServer(duty: (name: string) => Promise<void> = async () => undefined): Server {
  const [news, turns, begun, aborted]: [ConnectionNews[], string[], string[], string[]] = [[], [], [], []];
  const watcher = createWatcher({
    connectionString: database.url,
    logger: createSilentLogger(),
    store: { listWatched: async () => connections, tell: async (_id, told) => void news.push(told) },
    clients: { clientFor: () => createPrefectModel().client },
    refresh: async () => undefined,
    createDuties(connection) {
      begun.push(`${connection.name} ${connection.settings_version}`);
      return [
        {
          name: "The counting",
          everyMs: () => 20,
          async run() {
            turns.push(connection.name);
            await duty(connection.name);
          },
        },
      ];
    },
    createCompanions: (connection) => [
      {
        name: "The listening",
        run: ({ signal }) =>
          new Promise<void>((resolve) => {
            signal.addEventListener("abort", () => {
              aborted.push(connection.name);
              resolve();
            });
          }),
      },
    ],
  });
  watchers.push(watcher);
  void watcher.start();
  return { watcher, news, turns, begun, aborted };
}

const soon = { timeout: 10_000 };
const leads = ({ watcher }: Server) => connections.filter(({ id }) => watcher.isLeader(id)).length;

it("watches each connection in one of several servers", async () => {
  const servers = [startServer(), startServer(), startServer()];
  await vi.waitFor(() => expect(servers.reduce((sum, server) => sum + leads(server), 0)).toBe(2), soon);
  await vi.waitFor(() => {
    for (const name of ["One", "Two"]) {
      expect(servers.filter(({ turns }) => turns.includes(name))).toHaveLength(1);
    }
  }, soon);
});

it("hands a connection on within three seconds when its server's database connection dies, and stops at once", async () => {
  const first = startServer();
  await vi.waitFor(() => expect(leads(first)).toBe(2), soon);
  const second = startServer();
  // Only the first one's holds locks.
  const cutAt = performance.now();
  await sql`
    SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND classid = ${0x63776174}::int::oid AND granted`.execute(database.database);
  await vi.waitFor(() => expect(first.aborted).toHaveLength(2), soon);
  await vi.waitFor(() => expect(leads(first) + leads(second)).toBe(2), soon);
  expect(performance.now() - cutAt).toBeLessThan(3_000);
});

it("hands its connections on when it stops, within two seconds although a turn goes on", async () => {
  const first = startServer(() => new Promise<void>(() => undefined));
  await vi.waitFor(() => expect(first.turns).toHaveLength(2), soon);
  const second = startServer();
  const stoppedAt = performance.now();
  await first.watcher.stop();
  expect(performance.now() - stoppedAt).toBeLessThan(2_900);
  await vi.waitFor(() => expect(second.turns.length).toBeGreaterThan(5), soon);
});

it("never has two turns of one duty at once, and goes on after one failed", async () => {
  let atOnce = 0;
  let most = 0;
  let failures = 0;
  const server = startServer(async (name) => {
    if (name !== "One") return;
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise((resolve) => setTimeout(resolve, 5));
    atOnce -= 1;
    failures += 1;
    if (failures === 1) throw new Error("Something of ours");
  });
  await vi.waitFor(() => expect(failures).toBeGreaterThan(3), soon);
  expect(most).toBe(1);
  const [one] = connections;
  server.watcher.wake(one!.id, "The counting");
  server.watcher.wake(one!.id);
  await vi.waitFor(() => expect(failures).toBeGreaterThan(6), soon);
  expect(most).toBe(1);
});

it("begins anew when the settings change and ends when the connection is disabled", async () => {
  const server = startServer();
  await vi.waitFor(() => expect(leads(server)).toBe(2), soon);
  connections = connections.map((each) => (each.name === "One" ? { ...each, settings_version: 2 } : each));
  await vi.waitFor(() => expect(server.begun).toContain("One 2"), soon);
  expect(server.aborted).toEqual(["One"]);
  connections = connections.filter(({ name }) => name === "One");
  await vi.waitFor(() => expect(server.aborted).toEqual(["One", "Two"]), soon);
  const other = startServer();
  expect(leads(other)).toBe(0);
});

it("tells how the connection stands from the first probe on", async () => {
  const server = startServer(async () => {
    throw prefectErrors.create("prefect_refused", "No.");
  });
  await vi.waitFor(() => expect(server.turns.length).toBeGreaterThan(0), soon);
  expect(server.news[0]).toMatchObject({ health: "polling", version_found: "3.8.8" });
});
