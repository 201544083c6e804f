import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/database.ts";
import { createClient } from "./database.ts";
import { createLiveFeed, type LiveChange } from "./live-feed.ts";
import { createLiveNotifier, liveChannel } from "./live-notifier.ts";
import { createSilentLogger } from "./logger.ts";

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

const logger = createSilentLogger();

async function startFeed(sweepMs: number) {
  const feed = createLiveFeed({ url: test.url, database: test.database, logger, sweepMs });
  const told: LiveChange[] = [];
  feed.subscribe((changes) => told.push(...changes));
  await feed.start();
  return { feed, told };
}

async function addUser(name: string): Promise<string> {
  const { rows } = await test.pool.query<{ id: string }>(
    "INSERT INTO users (name, role) VALUES ($1, 'viewer') RETURNING id",
    [name],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error("INSERT … RETURNING answers a row");
  return id;
}

describe("the live feed", () => {
  it("tells a change once, by its sweep alone when nobody rings", async () => {
    const { feed, told } = await startFeed(20);
    const id = await addUser("swept");
    await vi.waitFor(() => expect(told).toContainEqual({ entity: "user", id }));
    await addUser("another");
    await vi.waitFor(() => expect(told).toHaveLength(2));
    expect(told.filter((change) => change.id === id)).toHaveLength(1);
    await feed.stop();
  });

  it("is woken by a notification long before its sweep", async () => {
    const { feed, told } = await startFeed(3_600_000);
    const notifier = createLiveNotifier(test.pool, logger);
    const id = await addUser("rung");
    await vi.waitFor(() => {
      notifier.changed();
      expect(told).toContainEqual({ entity: "user", id });
    });
    await notifier.stop();
    await feed.stop();
  });

  it("tells a row whose transaction committed after younger ones were told", async () => {
    const { feed, told } = await startFeed(20);
    const late = createClient({ url: test.url, applicationName: "late" });
    await late.connect();
    await late.query("BEGIN");
    const inserted = await late.query(
      "INSERT INTO users (name, role) VALUES ('late', 'viewer') RETURNING id",
    );
    const young = await addUser("young");
    await vi.waitFor(() => expect(told).toContainEqual({ entity: "user", id: young }));
    expect(told.map(({ id }) => id)).not.toContain(inserted.rows[0].id);
    await late.query("COMMIT");
    await vi.waitFor(() => expect(told).toContainEqual({ entity: "user", id: inserted.rows[0].id }));
    await late.end();
    await feed.stop();
  });

  it("answers what changed since a position, and nothing for one of another database start", async () => {
    const { feed } = await startFeed(20);
    const position = feed.position();
    if (position === undefined) throw new Error("A started feed has a position");
    const id = await addUser("missed");
    expect((await feed.since(position))?.changes).toContainEqual({ entity: "user", id });
    expect(await feed.since({ ...position, database_started_at: "2020-01-01T00:00:00.000Z" })).toBeNull();
    expect(await feed.since({ ...position, at: "2020-01-01T00:00:00.000Z" })).toBeNull();
    await feed.stop();
  });

  it("hears of the first commit after a quiet time at once, and of many that follow once more", async () => {
    const rings: number[] = [];
    const client = createClient({ url: test.url, applicationName: "ears" });
    await client.connect();
    client.on("notification", () => rings.push(performance.now()));
    await client.query(`LISTEN ${liveChannel}`);
    const notifier = createLiveNotifier(test.pool, logger);
    for (let commit = 0; commit < 100; commit += 1) notifier.changed();
    await vi.waitFor(() => expect(rings).toHaveLength(2));
    expect((rings[1] ?? 0) - (rings[0] ?? 0)).toBeGreaterThan(25);
    await notifier.stop();
    await client.query("SELECT 1");
    expect(rings).toHaveLength(2);
    notifier.changed();
    await client.query("SELECT 1");
    expect(rings).toHaveLength(2);
    await client.end();
  });

  it("is told at the end what was still due when the notifier stops", async () => {
    let rings = 0;
    const client = createClient({ url: test.url, applicationName: "ears" });
    await client.connect();
    client.on("notification", () => {
      rings += 1;
    });
    await client.query(`LISTEN ${liveChannel}`);
    const notifier = createLiveNotifier(test.pool, logger);
    notifier.changed();
    notifier.changed();
    await notifier.stop();
    await client.query("SELECT 1");
    expect(rings).toBe(2);
    await client.end();
  });
});
