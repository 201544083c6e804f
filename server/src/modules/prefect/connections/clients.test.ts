import { afterEach, expect, it } from "vitest";
import { startForeignServer } from "../../../../test/prefect/foreign-server.ts";
import { createPrefectClients } from "./clients.ts";
import type { WatchedConnection } from "./store.ts";

const clients = createPrefectClients({ requestsPerSecond: 5 });
afterEach(() => clients.close());

const connection = (changes: Partial<WatchedConnection> = {}): WatchedConnection => ({
  id: "00000000-0000-7000-8000-000000000001",
  lock_key: 1,
  name: "Prefect",
  base_url: "http://127.0.0.1:9/api",
  ui_url: "http://127.0.0.1:9",
  authentication: { kind: "none" },
  filter_tags: [],
  filter_deployment_ids: [],
  settings_version: 1,
  ...changes,
});

it("gives all who ask the same client, until the settings change", () => {
  const first = clients.clientFor(connection());
  expect(clients.clientFor(connection({ name: "Renamed" }))).toBe(first);
  const second = clients.clientFor(connection({ settings_version: 2 }));
  expect(second).not.toBe(first);
  expect(clients.clientFor(connection({ settings_version: 2 }))).toBe(second);
});

it("does not go back to settings that are out of date", () => {
  const newest = clients.clientFor(connection({ settings_version: 2 }));
  expect(clients.clientFor(connection({ settings_version: 1 }))).toBe(newest);
});

it("gives each connection a client of its own", () => {
  const other = connection({ id: "00000000-0000-7000-8000-000000000002" });
  expect(clients.clientFor(other)).not.toBe(clients.clientFor(connection()));
});

it("lets whoever has not heard of new settings finish with the former client", async () => {
  const server = await startForeignServer((_, answer) =>
    answer.writeHead(200, { "content-type": "application/json" }).end('"3.8.8"'),
  );
  const former = clients.clientFor(connection({ base_url: server.apiUrl }));
  await former.getVersion();
  clients.clientFor(connection({ base_url: server.apiUrl, settings_version: 2 }));
  expect(await former.getVersion()).toBe("3.8.8");
  await clients.close();
  await expect(former.getVersion()).rejects.toThrow();
  await server.close();
});

it("keeps to the limit of one server across a change of credentials", async () => {
  const arrivals: number[] = [];
  const server = await startForeignServer((_, answer) => {
    arrivals.push(performance.now());
    answer.writeHead(200, { "content-type": "application/json" }).end('"3.8.8"');
  });
  const slow = createPrefectClients({ requestsPerSecond: 4 });
  const ask = (settings_version: number) =>
    slow.clientFor(connection({ base_url: server.apiUrl, settings_version })).getVersion();
  // The burst of a second is used up by the first client, so the second one's requests are spaced.
  await Promise.all([1, 1, 1, 1, 2, 2].map(ask));
  expect(arrivals.at(-1)! - arrivals[0]!).toBeGreaterThan(400);
  await slow.close();
  await server.close();
});
