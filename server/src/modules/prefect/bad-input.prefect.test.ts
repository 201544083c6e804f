import { randomUUID } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { createMirrorWorld, type MirrorWorld } from "../../../test/prefect/mirror-world.ts";
import { ownPrefectApi } from "../../../test/prefect/own-prefect.ts";
import { authString } from "../../../test/prefect/prefect-server.ts";
import { waitFor } from "../../../test/prefect/wait-for.ts";
import type { FlowRunSummary } from "../flow-engine/models.ts";
import { createPrefectClient, type PrefectClient } from "./client/client.ts";
import { createRequestBudget } from "./client/request-budget.ts";
import { createLogDuty } from "./logs/log-duty.ts";
import { mostLines } from "./logs/read-logs.ts";
import { stepsTotalLabel } from "./mirror/mapping.ts";
import { refreshWithSteps } from "./mirror/refresh.ts";
import { createReadRuns } from "./runs/read-runs.ts";

setFlagsFromString("--expose-gc");
// Only a context made after the flag was set has the function.
const collectGarbage: () => void = runInNewContext("gc");

// Samples; the full numbers in `npm run campaign:prefect`.
const logLines = 1_000 * Number(process.env.PREFECT_LOG_MEGABYTES ?? 2);
const taskRuns = Number(process.env.PREFECT_TASK_RUNS ?? 250);
const isFull = Boolean(process.env.PREFECT_LOG_MEGABYTES ?? process.env.PREFECT_TASK_RUNS);
/** Together above the largest answer that is taken. */
const heavyRuns = 34;
const longestMs = 900_000;
/** Of a log of any size, while it is read and afterwards. Measured with 15 and 100 MB: 21, then 1 to 3. */
const mostHeldMegabytes = 40;
const mostLeftMegabytes = 10;

const apiUrl = ownPrefectApi();
let world: MirrorWorld;
let client: PrefectClient;
let flow_id: string;
const made: string[] = [];

beforeAll(async () => {
  world = await createMirrorWorld();
  client = createPrefectClient({
    apiUrl,
    authentication: { kind: "basic", auth_string: authString },
    budget: createRequestBudget({ requestsPerSecond: 5 }),
  });
  flow_id = idSchema.parse(await send("POST", "/flows/", { name: `bad-input-${randomUUID()}` })).id;
});
afterAll(async () => {
  await client.close();
  await removeAll();
  await world.close();
}, longestMs);

const idSchema = z.object({ id: z.string() });

/** What other programs do on Prefect, one after the other. */
async function send(method: "POST" | "DELETE", path: string, body?: unknown): Promise<unknown> {
  // SQLite refuses writes that meet another one.
  const answer = await waitFor(`an answer to ${path}`, async () => {
    const given = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(authString).toString("base64")}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return given.status === 503 ? undefined : given;
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 500)}`);
  return text === "" ? null : JSON.parse(text);
}

async function createRun(fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const state = { type: "RUNNING" };
  const { id } = idSchema.parse(await send("POST", "/flow_runs/", { flow_id, state, ...fields }));
  made.push(id);
  return id;
}

/** The other files share the server: nothing is left there, also nothing that Prefect deletes later. */
async function removeAll(): Promise<void> {
  for (let place = 0; place < made.length; place += 50) {
    const id = { any_: made.slice(place, place + 50) };
    await send("POST", "/flow_runs/bulk_delete", { flow_runs: { id } });
  }
  await send("DELETE", `/flows/${flow_id}`);
  for (const id of made) {
    const logs = { flow_run_id: { any_: [id] } };
    await waitFor(`the end of the log of ${id}`, async () => {
      const left = z.array(z.unknown()).parse(await send("POST", "/logs/filter", { logs, limit: 1 }));
      return left.length === 0 ? true : undefined;
    });
  }
}

async function readRow(external_id: string): Promise<FlowRunSummary> {
  const { rows } = await sql<FlowRunSummary>`
    SELECT * FROM flow_run_summaries WHERE connection_id = ${world.connection.id}
      AND external_id = ${external_id}`.execute(world.database.database);
  if (rows[0] === undefined) throw new Error(`Run ${external_id} has no row`);
  return rows[0];
}

const logStore = () => ({ database: world.database.database, mirror: world.runs, changed: () => undefined });

function report(what: string, startedAt: number, more = ""): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  if (isFull) process.stdout.write(`${what}: ${seconds} s${more}\n`);
}

/** Lines of 1,000 characters, 5 ms apart, in the batches in which Prefect's own client sends them. */
async function writeLog(flow_run_id: string, from: number, to: number, begin: number): Promise<void> {
  const batch = 1_000;
  for (let place = from; place < to; place += batch) {
    const lines = Array.from({ length: Math.min(batch, to - place) }, (_, index) => ({
      ...{ name: "prefect.flow_runs", level: 20, flow_run_id },
      message: `line ${place + index} `.padEnd(1_000, "of tides and the Moon … "),
      timestamp: new Date(begin + 5 * (place + index)).toISOString(),
    }));
    await send("POST", "/logs/", lines);
  }
}

/** The numbers of the kept lines, in their order; null for the line that stands for older ones. */
async function keptLines(external_id: string): Promise<(number | null)[]> {
  const { rows } = await sql<{ words: string }>`
    SELECT left(message, 40) AS words FROM step_logs WHERE flow_run_id = ${(await readRow(external_id)).id}
    ORDER BY id`.execute(world.database.database);
  return rows.map(({ words }) => {
    if (/^Older lines are not kept/.test(words)) return null;
    return Number(/^line (\d+) /.exec(words)?.[1]);
  });
}

/** What lives in this process, in MB, whatever was not collected yet. */
function heldMegabytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

/** Looks at the memory at each answer, when all that was read before is still held. */
function withMemory(reader: PrefectClient) {
  const before = { held: heldMegabytes(), rss: process.memoryUsage().rss };
  const most = { held: 0, rss: 0 };
  const measured: PrefectClient = {
    ...reader,
    async listLogs(query, signal) {
      const page = await reader.listLogs(query, signal);
      most.rss = Math.max(most.rss, (process.memoryUsage().rss - before.rss) / 1e6);
      most.held = Math.max(most.held, heldMegabytes() - before.held);
      return page;
    },
  };
  return { client: measured, most, left: () => heldMegabytes() - before.held };
}

it(
  `keeps the end of a log of ${logLines} KB, in memory that does not grow with it`,
  async () => {
    const id = await createRun();
    const begin = Date.now() - 5 * logLines;
    await refreshWithSteps(world.mirror, world.contextFor(client), [id]);
    const memory = withMemory(client);
    const duty = createLogDuty(logStore());
    const context = world.contextFor(memory.client);
    const early = Math.min(1_000, logLines / 2);
    await writeLog(id, 0, early, begin);
    await duty.run(context);
    expect(await keptLines(id)).toEqual(Array.from({ length: early }, (_, place) => place));

    const wroteAt = performance.now();
    await writeLog(id, early, logLines, begin);
    report(`${logLines} log lines, written`, wroteAt);
    const readAt = performance.now();
    await duty.run(context);
    const { held, rss } = memory.most;
    const megabytes = `, at most ${held.toFixed(1)} MB held, ${memory.left().toFixed(1)} MB afterwards`;
    report(`${logLines} log lines, read`, readAt, `${megabytes}, resident ${rss.toFixed(0)} MB more`);

    const kept = await keptLines(id);
    expect(kept.length).toBeLessThanOrEqual(mostLines);
    // Eight million characters are read at most, and one line gives its place to the note.
    expect(kept.length).toBeGreaterThanOrEqual(Math.min(logLines, 7_990));
    const isCut = kept[0] === null;
    expect(isCut).toBe(logLines > mostLines);
    const numbers = isCut ? kept.slice(1) : kept;
    expect(numbers).toEqual(numbers.map((_, place) => logLines - numbers.length + place));
    expect(held).toBeLessThan(mostHeldMegabytes);
    expect(memory.left()).toBeLessThan(mostLeftMegabytes);

    await duty.run(context);
    expect(await keptLines(id)).toEqual(kept);
    await writeLog(id, logLines, logLines + 1, begin);
    await duty.run(context);
    expect((await keptLines(id)).at(-1)).toBe(logLines);
  },
  longestMs,
);

/** Tells Prefect of task runs as its own client does: by events, which it stores a moment later. */
async function tellSteps(
  flow_run_id: string,
  ids: readonly string[],
  told: { readonly type: "RUNNING" | "COMPLETED"; readonly places: readonly number[]; readonly at: number },
): Promise<void> {
  const { type, places, at } = told;
  const batch = 1_000;
  for (let from = 0; from < places.length; from += batch) {
    const events = places.slice(from, from + batch).map((place) => ({
      id: randomUUID(),
      event: `prefect.task-run.${type}`,
      occurred: new Date(at + place).toISOString(),
      resource: {
        "prefect.resource.id": `prefect.task-run.${ids[place]}`,
        "prefect.orchestration": "client",
      },
      related: [
        { "prefect.resource.id": `prefect.flow-run.${flow_run_id}`, "prefect.resource.role": "flow-run" },
      ],
      payload: {
        validated_state: { type, name: type, state_details: {} },
        task_run: {
          ...{ name: `write_part-${place}`, task_key: "write_part", dynamic_key: String(place) },
          ...{ tags: [], run_count: 1, flow_run_run_count: 1, start_time: new Date(at).toISOString() },
          ...(type === "COMPLETED" ? { end_time: new Date(at + place).toISOString() } : {}),
        },
      },
    }));
    const before = await countSteps(flow_run_id, type);
    await send("POST", "/events", events);
    await waitFor(`${events.length} more task runs in ${type}`, async () =>
      (await countSteps(flow_run_id, type)) === before + events.length ? true : undefined,
    );
  }
}

async function countSteps(flow_run_id: string, type: string): Promise<number> {
  const task_runs = { flow_run_id: { any_: [flow_run_id] }, state: { type: { any_: [type] } } };
  return z.int().parse(await send("POST", "/task_runs/count", { task_runs }));
}

/** How many steps our run has in each status, and that each is there once. */
async function ourSteps(flow_run_id: string): Promise<Record<string, number>> {
  const { rows } = await sql<{ status: string; count: number; different: number }>`
    SELECT status, count(*)::int AS count, count(DISTINCT external_id)::int AS different
    FROM flow_step_runs WHERE flow_run_id = ${flow_run_id} GROUP BY status`.execute(world.database.database);
  expect(rows.map(({ count }) => count)).toEqual(rows.map(({ different }) => different));
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

it(
  `has each of ${taskRuns} task runs of one run as a step, once, and counts them right`,
  async () => {
    const id = await createRun({ labels: { [stepsTotalLabel]: taskRuns } });
    // Long enough ago for those who look back for events.
    const at = Date.now() - 3_600_000;
    const ids = Array.from({ length: taskRuns }, () => randomUUID());
    const all = ids.map((_, place) => place);
    const open = all.filter((place) => place % 10 === 0);
    const done = all.filter((place) => place % 10 !== 0);
    const toldAt = performance.now();
    await tellSteps(id, ids, { type: "RUNNING", places: open, at });
    await tellSteps(id, ids, { type: "COMPLETED", places: done, at });
    report(`${taskRuns} task runs, made`, toldAt);

    const readAt = performance.now();
    await refreshWithSteps(world.mirror, world.contextFor(client), [id]);
    report(`${taskRuns} task runs, read`, readAt);
    const half = await readRow(id);
    expect(await ourSteps(half.id)).toEqual({ running: open.length, completed: done.length });
    expect(half).toMatchObject({ progress_source: "label", steps_done: done.length, total_steps: taskRuns });
    expect(half.progress_percentage).toBeCloseTo((100 * done.length) / taskRuns, 1);

    await tellSteps(id, ids, { type: "COMPLETED", places: open, at: at + 60_000 });
    const againAt = performance.now();
    await refreshWithSteps(world.mirror, world.contextFor(client), [id]);
    report(`${open.length} task runs that ended, read`, againAt);
    const whole = {
      progress_percentage: 100,
      steps_done: taskRuns,
      total_steps: taskRuns,
      status: "running",
    };
    expect(await ourSteps(half.id)).toEqual({ completed: taskRuns });
    expect(await readRow(id)).toMatchObject(whole);

    // Another process, which knows nothing yet, for somebody who looks at the run.
    world.mirror.forget(world.connection.id);
    const anewAt = performance.now();
    await createReadRuns(world.mirror, logStore())(world.connection, client, [id]);
    report(`${taskRuns} task runs, read anew with all of the run`, anewAt);
    expect(await ourSteps(half.id)).toEqual({ completed: taskRuns });
    expect(await readRow(id)).toMatchObject(whole);
  },
  longestMs,
);

it("shows states that nobody named before by Prefect's own words, and takes their type alone for true", async () => {
  const words = [
    "Given to the tides 🌊",
    "Completed",
    "<img src=x onerror=alert(1)>",
    "constructor",
    "x".repeat(900),
  ];
  const ids: string[] = [];
  for (const name of words) ids.push(await createRun({ state: { type: "RUNNING", name } }));
  await refreshWithSteps(world.mirror, world.contextFor(client), ids);
  for (const [place, name] of words.entries()) {
    const shown = name.length > 500 ? `${name.slice(0, 499)}…` : name;
    expect(await readRow(ids[place] ?? "")).toMatchObject({
      ...{ status: "running", external_state: shown, external_state_type: "RUNNING", completed_at: null },
      error_code: null,
    });
  }
});

it(
  "has runs whose parameters are 500 KB each, together more than one answer may hold, without the large ones",
  async () => {
    const startedAt = performance.now();
    const ids: string[] = [];
    const parameters = { topic: "Tides", text: "x".repeat(500_000) };
    for (let place = 0; place < heavyRuns; place += 1) {
      ids.push(await createRun({ parameters, name: `heavy ${place}` }));
    }
    report(`${heavyRuns} runs of 500 KB, made`, startedAt);
    const readAt = performance.now();
    await refreshWithSteps(world.mirror, world.contextFor(client), ids);
    report(`${heavyRuns} runs of 500 KB, read`, readAt);
    const { rows } = await sql<{ title: string; status: string; inputs: unknown }>`
    SELECT t.unit_title AS title, t.status, t.inputs FROM tasks t JOIN flow_runs f ON f.task_id = t.id
    WHERE f.connection_id = ${world.connection.id} AND f.external_id = ANY (${ids}::text[])`.execute(
      world.database.database,
    );
    expect(rows).toHaveLength(heavyRuns);
    expect(new Set(rows.map(({ title }) => title)).size).toBe(heavyRuns);
    for (const { status, inputs } of rows) {
      expect(status).toBe("in_progress");
      expect(inputs).toEqual({ topic: "Tides", text: "(489 KB, kept by Prefect)" });
    }
  },
  longestMs,
);
