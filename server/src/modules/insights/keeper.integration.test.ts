import { sql } from "kysely";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createSilentLogger } from "../../platform/logger.ts";
import { createKeeper, type Keeper } from "./keeper.ts";

let database: TestDatabase;
let keepers: Keeper[];

beforeEach(async () => {
  database = await createTestDatabase();
  keepers = [];
});
afterEach(async () => {
  await Promise.all(keepers.map((keeper) => keeper.stop()));
  await database.close();
});

function startKeeper(): { keeper: Keeper; turns: () => number } {
  let count = 0;
  const run = async () => {
    count += 1;
  };
  const keeper = createKeeper({
    url: database.url,
    logger: createSilentLogger(),
    duties: [{ name: "The counting", everyMs: 20, run }],
  });
  keepers.push(keeper);
  void keeper.start();
  return { keeper, turns: () => count };
}

const soon = { timeout: 8_000 };

it("lets one of several servers do the duties", async () => {
  const servers = [startKeeper(), startKeeper(), startKeeper()];
  await vi.waitFor(() => expect(servers.some(({ turns }) => turns() > 10)).toBe(true), soon);
  expect(servers.filter(({ keeper }) => keeper.isLeader())).toHaveLength(1);
  expect(servers.filter(({ turns }) => turns() > 0)).toHaveLength(1);
});

it("hands the duties to another server when the one that has them stops", async () => {
  const first = startKeeper();
  await vi.waitFor(() => expect(first.keeper.isLeader()).toBe(true), soon);
  const second = startKeeper();
  await first.keeper.stop();
  await vi.waitFor(() => expect(second.turns()).toBeGreaterThan(0), soon);
  const before = first.turns();
  await vi.waitFor(() => expect(second.turns()).toBeGreaterThan(20), soon);
  expect(first.turns()).toBe(before);
});

it("goes on after its connection broke, still in one server only", async () => {
  const servers = [startKeeper(), startKeeper()];
  await vi.waitFor(() => expect(servers.some(({ keeper }) => keeper.isLeader())).toBe(true), soon);
  for (let cut = 0; cut < 3; cut += 1) {
    const { rows } = await sql<{ pid: number }>`
      SELECT pg_terminate_backend(pid), pid FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'coursewright keeper'`.execute(
      database.database,
    );
    expect(rows.length).toBeGreaterThan(0);
    await vi.waitFor(() => expect(servers.every(({ keeper }) => !keeper.isLeader())).toBe(true), soon);
    await vi.waitFor(() => expect(servers.filter(({ keeper }) => keeper.isLeader())).toHaveLength(1), soon);
  }
});
