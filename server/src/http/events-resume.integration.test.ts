import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { createApp } from "../app.ts";
import { createLiveNotifier } from "../platform/live-notifier.ts";
import { createSilentLogger } from "../platform/logger.ts";

// How often the connection is cut; the campaign asks for more.
const cuts = Number(process.env.LIVE_CUTS ?? 30);
const people = 40;

let test: TestApp;
let url: string;
const ids: string[] = [];
beforeAll(async () => {
  test = await createTestApp();
  ({ url } = await test.app.startServer());
  const { rows } = await test.database.pool.query<{ id: string }>(
    "INSERT INTO users (name, role) SELECT 'person ' || n, 'viewer' FROM generate_series(1, $1) n RETURNING id",
    [people],
  );
  ids.push(...rows.map(({ id }) => id));
});
afterAll(() => test.close());

interface Frame {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: {
    readonly seq: number;
    readonly first?: number;
    readonly epoch: string;
    readonly resumed?: boolean;
    readonly events?: readonly { readonly entity: string; readonly id: string; readonly version: number }[];
  };
}

/** Follows the stream as a browser does, across as many connections as the test makes. */
function createFollower() {
  const versions = new Map<string, number>();
  const problems: string[] = [];
  let lastId: string | undefined;
  let seq = 0;

  function take({ event, id, data }: Frame): void {
    lastId = id ?? lastId;
    const isHello = event === "hello";
    if (event === "gap" || (isHello && data.resumed !== true)) problems.push(`${event} ${data.seq}`);
    if (event === "changes" && (data.first ?? data.seq) !== seq + 1)
      problems.push(`${seq}, then ${data.seq}`);
    if (event === "beat" && data.seq !== seq) problems.push(`${seq}, but a beat of ${data.seq}`);
    seq = data.seq;
    for (const row of data.events ?? []) {
      if (row.entity === "user") versions.set(row.id, Math.max(row.version, versions.get(row.id) ?? 0));
    }
  }

  return {
    versions,
    problems,
    /** Reads one connection until `holds`, then cuts it. */
    async follow(address: string, holds: (frames: number) => boolean): Promise<void> {
      const cutting = new AbortController();
      const headers: Record<string, string> = { authorization: `Bearer ${test.token}` };
      if (lastId !== undefined) headers["last-event-id"] = lastId;
      const answer = await fetch(`${address}/api/v1/events`, { headers, signal: cutting.signal });
      let rest = "";
      let frames = 0;
      for await (const text of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const parts = (rest + text).split("\n\n");
        rest = parts.pop() ?? "";
        for (const part of parts) {
          take(parse(part));
          frames += 1;
        }
        if (holds(frames)) break;
      }
      cutting.abort();
    },
  };
}

function parse(frame: string): Frame {
  const field = (name: string) =>
    frame
      .split("\n")
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  return { event: field("event") ?? "", id: field("id"), data: JSON.parse(field("data") ?? "{}") };
}

async function readVersions(): Promise<Map<string, number>> {
  const { rows } = await test.database.pool.query<{ id: string; version: number }>(
    "SELECT id, version FROM users WHERE id = ANY($1)",
    [ids],
  );
  return new Map(rows.map(({ id, version }) => [id, Number(version)]));
}

describe("coming back to the stream", () => {
  it(`tells every change once the connection was cut ${cuts} times, without any gap`, async () => {
    const notifier = createLiveNotifier(test.database.pool, createSilentLogger());
    const commit = async (change: number) => {
      await test.database.pool.query("UPDATE users SET name = $2 WHERE id = $1", [
        ids[change % people],
        `name ${change}`,
      ]);
      notifier.changed();
    };
    const follower = createFollower();
    // A server that has just started cannot tell a new reader what changed before; coming back it can.
    await follower.follow(url, (frames) => frames > 0);
    follower.problems.length = 0;
    let changes = 0;
    for (let cut = 0; cut < cuts; cut += 1) {
      let isCut = false;
      const committing = (async () => {
        while (!isCut) await commit(changes++);
      })();
      await follower.follow(url, (frames) => frames > cut % 4);
      isCut = true;
      await committing;
    }
    await commit(0);
    const expected = await readVersions();
    const isComplete = () =>
      [...expected].every(([id, version]) => (follower.versions.get(id) ?? 0) >= version);
    await follower.follow(url, isComplete);
    expect(follower.problems).toEqual([]);
    await notifier.stop();
  });

  it("goes on at another server of the same database", async () => {
    const follower = createFollower();
    await follower.follow(url, (frames) => frames > 0);
    follower.problems.length = 0;
    await test.database.pool.query("UPDATE users SET name = 'elsewhere' WHERE id = $1", [ids[1]]);
    const expected = (await readVersions()).get(ids[1] ?? "") ?? 0;
    const other = await createSecondServer();
    await follower.follow(other.url, () => (follower.versions.get(ids[1] ?? "") ?? 0) >= expected);
    expect(follower.problems).toEqual([]);
    await other.stop();
  });
});

async function createSecondServer() {
  const app = await createApp({
    config: test.config,
    logger: createSilentLogger(),
    database: test.database.database,
    pool: test.database.pool,
    onCommit: test.database.onCommit,
    connectionString: test.database.url,
  });
  const { url: address } = await app.startServer();
  return { url: address, stop: () => app.stop() };
}
