import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { insertConnection } from "../../../../test/builders/connection.ts";
import { mirroredRun, mirroredStep } from "../../../../test/builders/mirrored.ts";
import { createTestDatabase, type TestDatabase } from "../../../../test/database.ts";
import { createPrefectModel, type PrefectModel } from "../../../../test/prefect/prefect-model.ts";
import { createTestContext } from "../../../../test/prefect/watch-context.ts";
import { createFlowMirror } from "../../flow-engine/mirror.ts";
import type { FlowMirror } from "../../flow-engine/public.ts";
import { prefectErrors } from "../errors.ts";
import { createLogDuty } from "./log-duty.ts";
import { type LogStore, mostLines, readLogs } from "./read-logs.ts";

let testDatabase: TestDatabase;
let mirror: FlowMirror;
let store: LogStore;
let connection_id: string;
let model: PrefectModel;
const begin = Date.UTC(2026, 9, 1, 8);

beforeAll(async () => {
  testDatabase = await createTestDatabase({ max: 4 });
  mirror = createFlowMirror(testDatabase.database);
  store = { database: testDatabase.database, mirror, changed: () => undefined };
  connection_id = await insertConnection(testDatabase.database);
});
afterAll(() => testDatabase.close());
beforeEach(() => {
  model = createPrefectModel();
});

const context = () => createTestContext({ connection_id, client: model.client });

async function insertRun(status: "running" | "completed" = "running") {
  const given = mirroredRun({
    ...{ connection_id, external_id: randomUUID(), status },
    completed_at: status === "completed" ? new Date(begin).toISOString() : null,
  });
  const ids = await testDatabase.database
    .transaction()
    .execute((transaction) => mirror.writeRuns(transaction, [given]));
  return { id: ids.get(given.external_id) ?? "", external_id: given.external_id };
}

function log(
  flow_run_id: string,
  atMs: number,
  fields: { message?: string; level?: number; task_run_id?: string } = {},
) {
  const timestamp = new Date(begin + atMs).toISOString();
  model.logs.push({
    id: randomUUID(),
    level: 20,
    message: `line ${atMs}`,
    timestamp,
    flow_run_id,
    ...fields,
  });
}

async function stored(flow_run_id: string) {
  const { rows } = await sql<{ message: string; level: string; step_run_id: string | null; at: string }>`
    SELECT message, level, step_run_id, at FROM step_logs WHERE flow_run_id = ${flow_run_id} ORDER BY id`.execute(
    testDatabase.database,
  );
  return rows;
}

test("the whole log of a run comes once, with our levels and steps, and hostile text as text", async () => {
  const run = await insertRun();
  const step = mirroredStep({ connection_id, external_id: randomUUID(), flow_run_id: run.id });
  await testDatabase.database.transaction().execute((transaction) => mirror.writeSteps(transaction, [step]));
  for (const [place, level] of [10, 20, 30, 40, 50, 25, 0].entries()) log(run.external_id, place, { level });
  const hostile = `<script>alert(1)</script>\u0000'; DROP TABLE units; --\ud800`;
  log(run.external_id, 100, { message: hostile, task_run_id: step.external_id });
  log(run.external_id, 101, { message: "x".repeat(50_000) });
  expect(await readLogs(store, context(), run)).toBe(9);
  expect(await readLogs(store, context(), run)).toBe(0);
  const lines = await stored(run.id);
  expect(lines.map(({ level }) => level).slice(0, 7)).toEqual([
    "debug",
    "info",
    "warn",
    "error",
    "error",
    "info",
    "debug",
  ]);
  expect(lines[7]).toMatchObject({
    message: "<script>alert(1)</script>'; DROP TABLE units; --\ufffd",
    step_run_id: (await mirror.findStepIds(connection_id, [step.external_id])).get(step.external_id),
  });
  expect(lines[8]?.message).toHaveLength(10_000 + " … (cut here)".length);
  expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).sort());
});

test("new lines are added, also those that come a little late, and lines of one moment that fill a page", async () => {
  const run = await insertRun();
  for (let place = 0; place < 10; place += 1) log(run.external_id, place * 1_000);
  await readLogs(store, context(), run);
  log(run.external_id, 8_500, { message: "late" });
  for (let place = 0; place < 450; place += 1)
    log(run.external_id, 10_000, { message: `same moment ${place}` });
  log(run.external_id, 11_000, { message: "last" });
  expect(await readLogs(store, context(), run)).toBe(452);
  expect(new Set((await stored(run.id)).map(({ message }) => message)).size).toBe(462);
});

test("of a huge log the newest lines are kept, with a line that says so", async () => {
  const run = await insertRun();
  for (let place = 0; place < mostLines + 2_500; place += 1) log(run.external_id, place);
  await readLogs(store, context(), run);
  const first = await stored(run.id);
  expect(first.length).toBeLessThanOrEqual(mostLines);
  expect(first[0]?.message).toMatch(/Older lines are not kept/);
  expect(first.at(-1)?.message).toBe(`line ${mostLines + 2_499}`);
  expect(model.calls.get("logs")).toBe(50);
  for (let place = 0; place < 300; place += 1) log(run.external_id, 20_000 + place);
  await readLogs(store, context(), run);
  const second = await stored(run.id);
  expect(second).toHaveLength(mostLines);
  expect(second.filter(({ message }) => message.startsWith("Older lines"))).toHaveLength(1);
  expect(second[0]?.message).toMatch(/Older lines/);
  expect(second.at(-1)?.message).toBe("line 20299");
});

test("a log that grew by more than is kept is taken up at its end", async () => {
  const run = await insertRun();
  log(run.external_id, 0, { message: "first of all" });
  await readLogs(store, context(), run);
  for (let place = 0; place < mostLines + 4_000; place += 1) log(run.external_id, 60_000 + place);
  await readLogs(store, context(), run);
  const lines = await stored(run.id);
  expect(lines.length).toBeLessThanOrEqual(mostLines);
  expect(lines[0]?.message).toMatch(/Older lines/);
  expect(lines.at(-1)?.message).toBe(`line ${60_000 + mostLines + 3_999}`);
  expect(lines.some(({ message }) => message === "first of all")).toBe(false);
});

/** Prefect with answers of at most 16 MiB, as the transport takes them. */
function withLargestAnswer(characters: number) {
  const { client } = model;
  return {
    ...client,
    async listLogs(query: Parameters<typeof client.listLogs>[0]): ReturnType<typeof client.listLogs> {
      const limit = query.limit ?? 200;
      const page = await client.listLogs({ ...query, limit });
      if (page.reduce((sum, { message }) => sum + message.length, 0) <= characters) return page;
      if (limit === 1) throw prefectErrors.create("prefect_answer_too_large", "Too large.");
      return this.listLogs({ ...query, limit: Math.max(1, Math.floor(limit / 8)) });
    },
  };
}

test("a line that is too large to be read does not hide those around it", async () => {
  const run = await insertRun();
  for (let place = 0; place < 40; place += 1) {
    log(run.external_id, place, place === 17 ? { message: "x".repeat(2_000) } : {});
  }
  expect(await readLogs(store, { ...context(), client: withLargestAnswer(1_000) }, run)).toBe(39);
});

test("lines that are each very long are read in shorter pages, with a bounded number of requests", async () => {
  const run = await insertRun();
  for (let place = 0; place < 300; place += 1) log(run.external_id, place, { message: "x".repeat(30_000) });
  expect(await readLogs(store, { ...context(), client: withLargestAnswer(500_000) }, run)).toBeGreaterThan(
    200,
  );
  expect(model.calls.get("logs")).toBeLessThan(120);
  const lines = await stored(run.id);
  expect(Math.max(...lines.map(({ message }) => message.length))).toBeLessThan(10_100);
});

test("the duty reads logs of open runs, the newest first, and an ended run's until its last lines are there", async () => {
  const other = await insertConnection(testDatabase.database, { name: "Another" });
  const before = connection_id;
  connection_id = other;
  try {
    let now = begin;
    const duty = createLogDuty({ ...store, mirror, now: () => now });
    const watch = context();
    const runs: { id: string; external_id: string }[] = [];
    for (let place = 0; place < 6; place += 1) runs.push(await insertRun());
    for (const { external_id } of runs) for (const at of [0, 1]) log(external_id, at);
    await duty.run(watch);
    const counts = async () => Promise.all(runs.map(async ({ id }) => (await stored(id)).length));
    expect(await counts()).toEqual([0, 0, 2, 2, 2, 2]);
    expect(model.calls.get("logs")).toBe(4);
    await duty.run(watch);
    expect(await counts()).toEqual([2, 2, 2, 2, 2, 2]);
    const recheck = new Date(Date.now() + 600_000).toISOString();
    await sql`UPDATE flow_runs SET status = 'completed', recheck_until = ${recheck} WHERE connection_id = ${other}`.execute(
      testDatabase.database,
    );
    for (const { external_id } of runs) log(external_id, 2, { message: "late" });
    await duty.run(watch);
    await duty.run(watch);
    now += 20_000;
    for (const { external_id } of runs) log(external_id, 3, { message: "later" });
    await duty.run(watch);
    await duty.run(watch);
    expect(await counts()).toEqual([4, 4, 4, 4, 4, 4]);
    const asked = model.calls.get("logs");
    await duty.run(watch);
    expect(model.calls.get("logs")).toBe(asked);
  } finally {
    connection_id = before;
  }
});
