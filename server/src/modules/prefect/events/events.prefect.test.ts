import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startCourseFlow } from "../../../../test/prefect/course-flow.ts";
import { createMirrorWorld, type MirrorWorld } from "../../../../test/prefect/mirror-world.ts";
import { ownPrefectApi } from "../../../../test/prefect/own-prefect.ts";
import { authString } from "../../../../test/prefect/prefect-server.ts";
import { waitFor } from "../../../../test/prefect/wait-for.ts";
import { startTcpProxy, type TcpProxy } from "../../../../test/tcp-proxy.ts";
import { createSilentLogger } from "../../../platform/logger.ts";
import { createPrefectClient, type PrefectClient } from "../client/client.ts";
import { createRequestBudget } from "../client/request-budget.ts";
import type { ConnectionNews, WatchedConnection } from "../connections/store.ts";
import { createLogDuty } from "../logs/log-duty.ts";
import { refreshHinted } from "../mirror/refresh.ts";
import { createSweeps } from "../mirror/sweeps/sweeps.ts";
import { type ConnectionWatch, startConnectionWatch } from "../watching/connection-watch.ts";
import type { WatchDuty } from "../watching/watch-duty.ts";
import { createEventHints } from "./hints.ts";
import { listenToEvents, tryEvents } from "./socket.ts";
import { createSuspicion } from "./suspect.ts";

const apiUrl = ownPrefectApi();
const authentication = { kind: "basic", auth_string: authString } as const;
const quickTimes = { probeMs: 500, silenceMs: 4_000 };
let world: MirrorWorld;
let client: PrefectClient | undefined;
let proxy: TcpProxy;
let watch: ConnectionWatch | undefined;
let news: ConnectionNews[];

beforeAll(async () => {
  world = await createMirrorWorld();
  proxy = await startTcpProxy(apiUrl);
});
afterEach(async () => {
  await watch?.stop();
  await client?.close();
  watch = undefined;
  client = undefined;
});
afterAll(async () => {
  await proxy.close();
  await world.close();
});

/** Watches until the test ends, its events by way of the proxy; resolves when they come live. */
async function startWatch(makeDuties: () => readonly WatchDuty[]): Promise<void> {
  news = [];
  world.mirror.forget(world.connection.id);
  const connection: WatchedConnection = { ...world.connection, base_url: proxy.url, authentication };
  client = createPrefectClient({
    apiUrl,
    authentication,
    budget: createRequestBudget({ requestsPerSecond: 5 }),
  });
  const signs = { database: world.database.database, mirror: world.runs, changed: () => undefined };
  watch = startConnectionWatch({
    ...{ connection, client, logger: createSilentLogger(), duties: makeDuties() },
    companions: [
      createEventHints({ ...signs, silenceMs: 540_000, times: quickTimes, logger: createSilentLogger() }),
    ],
    store: { tell: async (_id, told) => void news.push(told) },
    refresh: (context, ids) => refreshHinted(world.mirror, context, ids),
  });
  await waitForHealth("live");
}

const waitForHealth = (health: ConnectionNews["health"], after = 0) =>
  waitFor(`${health}, told after ${after} others`, async () =>
    news.slice(after).some((told) => told.health === health) ? true : undefined,
  );

const idSchema = z.object({ id: z.string() });

/** What other programs do on Prefect, past the proxy. */
async function post(path: string, body: unknown): Promise<unknown> {
  const send = () =>
    fetch(`${apiUrl}${path}`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(authString).toString("base64")}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(body),
    });
  // SQLite refuses writes that meet another one.
  const answer = await waitFor(`an answer to ${path}`, async () => {
    const given = await send();
    return given.status === 503 ? undefined : given;
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}

async function createRun(): Promise<string> {
  const flow = idSchema.parse(await post("/flows/", { name: "events" }));
  const run = await post("/flow_runs/", { flow_id: flow.id, state: { type: "PENDING" } });
  return idSchema.parse(run).id;
}
const setState = (id: string, type: string) =>
  post(`/flow_runs/${id}/set_state`, { state: { type }, force: true });

const foreignEvent = () => ({
  id: crypto.randomUUID(),
  event: "prefect.flow-run.Noise",
  occurred: new Date().toISOString(),
  resource: { "prefect.resource.id": `prefect.flow-run.${crypto.randomUUID()}` },
});

async function countRuns(ids: readonly string[], state: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM flow_runs WHERE connection_id = ${world.connection.id}
      AND external_id = ANY (${[...ids]}::text[]) AND external_state_type = ${state}`.execute(
    world.database.database,
  );
  return rows[0]?.count ?? 0;
}
const waitForRuns = (ids: readonly string[], state: string) =>
  waitFor(`${ids.length} rows in ${state}`, async () =>
    (await countRuns(ids, state)) === ids.length ? true : undefined,
  );

it("brings each change of a run into our row by events alone", async () => {
  await startWatch(() => []);
  const id = await createRun();
  await waitForRuns([id], "PENDING");
  for (let round = 0; round < 10; round += 1) {
    for (const state of ["RUNNING", "PAUSED"]) {
      await setState(id, state);
      await waitForRuns([id], state);
    }
  }
});

it("arrives at the truth after a burst of more events than Prefect keeps for a listener", async () => {
  await startWatch(() => createSweeps(world.mirror));
  const ids: string[] = [];
  for (let place = 0; place < 300; place += 1) ids.push(await createRun());
  // Of 1,000 events at once Prefect sends 256: the hints of our runs are among the lost ones.
  await post("/events", Array.from({ length: 1_000 }, foreignEvent));
  for (let place = 0; place < 300; place += 50) {
    await post("/flow_runs/bulk_set_state", {
      flow_runs: { id: { any_: ids.slice(place, place + 50) } },
      state: { type: "RUNNING" },
      force: true,
    });
  }
  await waitForRuns(ids, "RUNNING");
  // The other files share the server: nothing of this may seem to run there for ever.
  for (let place = 0; place < 300; place += 50) {
    await post("/flow_runs/bulk_delete", { flow_runs: { id: { any_: ids.slice(place, place + 50) } } });
  }
});

describe("a connection for events", () => {
  it("is made again after it was cut, and what happened meanwhile is seen", async () => {
    await startWatch(() => createSweeps(world.mirror));
    const id = await createRun();
    await waitForRuns([id], "PENDING");
    const before = news.length;
    proxy.cut();
    await setState(id, "RUNNING");
    await waitForHealth("polling", before);
    const cutNews = news.length;
    proxy.restore();
    await waitForRuns([id], "RUNNING");
    await waitForHealth("live", cutNews);
  });

  it("that is open for us alone is found by its silence and made again", async () => {
    await startWatch(() => []);
    const id = await createRun();
    await waitForRuns([id], "PENDING");
    const before = news.length;
    proxy.freeze();
    await waitForHealth("polling", before);
    await waitForHealth("live", before);
    await setState(id, "RUNNING");
    await waitForRuns([id], "RUNNING");
  });

  it("stays open while nothing happens, for Prefect answers pings", async () => {
    const ending = new AbortController();
    const endings: unknown[] = [];
    const lives: true[] = [];
    const listener = {
      since: new Date().toISOString(),
      onLive: () => void lives.push(true),
      onEvent: () => undefined,
    };
    const source = { apiUrl, authentication };
    const listening = listenToEvents(source, listener, ending.signal, { probeMs: 200, silenceMs: 2_000 });
    void listening.then((end) => endings.push(end));
    await waitFor("the connection", async () => lives[0]);
    const until = performance.now() + 4_000;
    await waitFor("four quiet seconds", async () => (performance.now() > until ? true : undefined));
    expect(endings).toEqual([]);
    ending.abort();
    expect(await listening).toBeNull();
  });

  it("is refused with wrong credentials, and told apart from an address without events", async () => {
    const wrong = { kind: "basic", auth_string: "tester:wrong" } as const;
    await expect(tryEvents({ apiUrl, authentication: wrong })).rejects.toMatchObject({
      code: "prefect_auth_failed",
      message: "Prefect does not accept the credentials for its events (Invalid token).",
    });
    await expect(tryEvents({ apiUrl, authentication: { kind: "none" } })).rejects.toMatchObject({
      code: "prefect_auth_failed",
    });
    await expect(tryEvents({ apiUrl: `${apiUrl}/elsewhere`, authentication })).rejects.toMatchObject({
      code: "prefect_unreachable",
      message: expect.stringContaining("takes no WebSocket"),
    });
    await tryEvents({ apiUrl, authentication });
  });
});

describe("a real flow", () => {
  const startFlow = (unit_id: string, variant = "normal") =>
    startCourseFlow(apiUrl, [
      ...["run", "--lessons", "1", "--unit-id", unit_id, "--variant", variant],
      ...["--seconds-per-lesson", variant === "slow" ? "30" : "0.1"],
    ]);

  interface FlowRow {
    readonly id: string;
    readonly external_id: string;
    readonly external_state_type: string;
    readonly status: string;
    readonly last_heartbeat_at: string | null;
    readonly suspect_since: string | null;
  }

  const waitForRow = (unit_id: string, isWanted: (row: FlowRow) => boolean) =>
    waitFor(`the row of ${unit_id}`, async () => {
      const { rows } = await sql<FlowRow>`
        SELECT f.id, f.external_id, f.external_state_type, f.status, f.last_heartbeat_at, f.suspect_since
        FROM flow_runs f JOIN tasks t ON t.id = f.task_id
        WHERE f.connection_id = ${world.connection.id} AND f.parent_flow_run_id IS NULL
          AND t.inputs ->> 'unit_id' = ${unit_id}`.execute(world.database.database);
      return rows[0] !== undefined && isWanted(rows[0]) ? rows[0] : undefined;
    });

  it("has its heartbeat noted and its log read", async () => {
    const logs = { database: world.database.database, mirror: world.runs, changed: () => undefined };
    await startWatch(() => [...createSweeps(world.mirror), createLogDuty(logs)]);
    expect(await startFlow("log-reader").ended).toBe(0);
    const row = await waitForRow("log-reader", ({ last_heartbeat_at }) => last_heartbeat_at !== null);
    expect(Math.abs(Date.now() - Date.parse(row.last_heartbeat_at ?? ""))).toBeLessThan(60_000);
    const lines = await waitFor("the log", async () => {
      const { rows } = await sql<{ message: string; level: string }>`
        SELECT message, level FROM step_logs WHERE flow_run_id = ${row.id} ORDER BY id`.execute(
        world.database.database,
      );
      return rows.some(({ message }) => message.startsWith("Lesson 1 of 1")) ? rows : undefined;
    });
    expect(lines.every(({ level }) => level === "info")).toBe(true);
    const states = await client?.listFlowRunStates(row.external_id);
    expect(states?.map(({ type }) => type)).toEqual(["PENDING", "RUNNING", "COMPLETED"]);
  });

  it("whose process died is suspected, and stays RUNNING as Prefect says", async () => {
    const signs = { database: world.database.database, mirror: world.runs, changed: () => undefined };
    await startWatch(() => [...createSweeps(world.mirror), createSuspicion({ ...signs, silenceMs: 3_000 })]);
    const flow = startFlow("dies", "slow");
    await waitForRow("dies", ({ last_heartbeat_at: at }) => at !== null);
    await flow.kill();
    const row = await waitForRow("dies", ({ suspect_since }) => suspect_since !== null);
    expect(row).toMatchObject({ external_state_type: "RUNNING", status: "running" });
  });
});
