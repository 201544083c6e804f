import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createEngineHarness, type EngineHarness } from "../../../test/engine/harness.ts";
import { definitionsFor } from "./public.ts";

interface Services {
  readonly calls: string[];
}

const { defineFlow, defineStep } = definitionsFor<Services>();
const say = defineStep({
  name: "say",
  version: 1,
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string(), call: z.number() }),
  async run({ services }, { text }) {
    services.calls.push(text);
    return { text, call: services.calls.length };
  },
});
const part = defineFlow({
  name: "part",
  version: 1,
  input: z.object({ name: z.string() }),
  output: z.number(),
  run: async (context, { name }) => (await context.step(say, { text: name })).call,
});
const whole = defineFlow({
  name: "whole",
  version: 1,
  input: z.object({ parts: z.array(z.string()), onlyRecorded: z.boolean().optional() }),
  output: z.record(z.string(), z.number()),
  async run(context, { parts, onlyRecorded }) {
    const plan = await context.step(say, { text: "plan" }, { onlyRecorded });
    const calls: Record<string, number> = { plan: plan.call };
    for (const name of parts) calls[name] = await context.flow(part, { name }, { key: `part:${name}` });
    return calls;
  },
});

let testDatabase: TestDatabase;
let harness: EngineHarness;
let services: Services;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.close());
afterEach(() => harness.stop());

async function begin(): Promise<void> {
  harness = createEngineHarness(testDatabase);
  services = { calls: [] };
  harness.serve(whole, services);
  await harness.startWorker();
}

interface Run {
  readonly parts?: readonly string[];
  readonly onlyRecorded?: boolean;
  readonly lineage_id?: string;
  readonly parent_lineage_id?: string;
  readonly rebuilt_paths?: readonly string[];
}

/** Runs the flow to its end; answers its result and the calls that it made. */
async function run({ parts = ["a", "b"], onlyRecorded, ...lineage }: Run) {
  const before = services.calls.length;
  const inputs = onlyRecorded === undefined ? { parts } : { parts, onlyRecorded };
  const mode = lineage.parent_lineage_id !== undefined ? "regenerate" : "resume";
  const task = await harness.submit({ task_name: "whole", inputs, mode, ...lineage });
  const ended = await harness.waitForTask(
    task.id,
    ({ status }) => status !== "pending" && status !== "in_progress",
  );
  return { ...task, ...ended, calls: services.calls.slice(before) };
}

async function promote(lineage_id: string): Promise<void> {
  await harness.database
    .transaction()
    .execute((transaction) => harness.flowEngine.engine.promoteLineage(transaction, lineage_id));
}

test("a child lineage makes only what starts anew and reuses the rest, at no cost", async () => {
  await begin();
  const first = await run({});
  expect(first.calls).toEqual(["plan", "a", "b"]);
  const child = await run({ parent_lineage_id: first.lineage_id, rebuilt_paths: ["root/part:b"] });
  expect([child.status, child.calls]).toEqual(["completed", ["b"]]);
  expect(child.result).toEqual({ plan: 1, a: 2, b: 4 });
  const reused = await sql<{ cost_usd: number; lineage_id: string; is_first: boolean }>`
    SELECT s.cost_usd, s.lineage_id, o.task_id = ${first.id} AS is_first
    FROM flow_step_runs s JOIN flow_step_runs o ON o.id = s.reused_from_step_run_id
    WHERE s.task_id = ${child.id}`.execute(harness.database);
  expect(reused.rows).toEqual(
    Array.from({ length: 2 }, () => ({ cost_usd: 0, lineage_id: child.lineage_id, is_first: true })),
  );
});

test("a path that starts anew is no prefix of a longer name", async () => {
  await begin();
  const first = await run({ parts: ["1", "10"] });
  const child = await run({
    parts: ["1", "10"],
    parent_lineage_id: first.lineage_id,
    rebuilt_paths: ["root/part:1"],
  });
  expect(child.calls).toEqual(["1"]);
});

test("in a chain of lineages the nearest one counts, and what it replaced stays replaced", async () => {
  await begin();
  const first = await run({});
  const second = await run({ parent_lineage_id: first.lineage_id, rebuilt_paths: ["root/part:b"] });
  await promote(second.lineage_id);
  const third = await run({ parent_lineage_id: second.lineage_id, rebuilt_paths: ["root/part:a"] });
  await promote(third.lineage_id);
  expect(third.calls).toEqual(["a"]);
  expect(third.result).toEqual({ plan: 1, a: 5, b: 4 });
  const fourth = await run({ parent_lineage_id: third.lineage_id, rebuilt_paths: ["root/part:b"] });
  await promote(fourth.lineage_id);
  expect(fourth.result).toEqual({ plan: 1, a: 5, b: 6 });
  // A resume of the newest lineage has nothing to do.
  const resumed = await run({ lineage_id: fourth.lineage_id });
  expect([resumed.calls, resumed.result]).toEqual([[], fourth.result]);
  const live = await sql<{ flow_path: string; count: number }>`
    SELECT flow_path, count(*)::int AS count FROM flow_step_runs
    WHERE task_id = ANY (${[first.id, second.id, third.id, fourth.id]}::uuid[]) AND superseded_at IS NULL
      AND reused_from_step_run_id IS NULL
    GROUP BY flow_path ORDER BY flow_path`.execute(harness.database);
  expect(live.rows).toEqual([
    { flow_path: "root", count: 1 },
    { flow_path: "root/part:a", count: 1 },
    { flow_path: "root/part:b", count: 1 },
  ]);
});

test("what a parent records after its child began is not the child's", async () => {
  await begin();
  const first = await run({ parts: ["a"] });
  const child = await run({ parts: ["a"], parent_lineage_id: first.lineage_id, rebuilt_paths: [] });
  expect(child.calls).toEqual([]);
  const later = await run({ parts: ["a", "b"], lineage_id: first.lineage_id });
  expect(later.calls).toEqual(["b"]);
  const resumed = await run({ parts: ["a", "b"], lineage_id: child.lineage_id });
  expect(resumed.calls).toEqual(["b"]);
});

test("a child lineage that is not promoted leaves its parent's records as they are", async () => {
  await begin();
  const first = await run({});
  await run({ parent_lineage_id: first.lineage_id, rebuilt_paths: ["root/part:b"] });
  const resumed = await run({ lineage_id: first.lineage_id });
  expect([resumed.calls, resumed.result]).toEqual([[], first.result]);
});

test("a step that must be recorded fails without a call where it is not", async () => {
  await begin();
  const lost = await run({ onlyRecorded: true });
  expect(lost).toMatchObject({ status: "failed", error_code: "step_not_recorded", calls: [] });
  const first = await run({});
  const child = await run({
    onlyRecorded: true,
    parent_lineage_id: first.lineage_id,
    rebuilt_paths: ["root/part:a"],
  });
  expect([child.status, child.calls]).toEqual(["completed", ["a"]]);
  await sql`UPDATE flow_step_runs SET superseded_at = clock_timestamp() WHERE task_id = ${first.id} AND flow_path = 'root'`.execute(
    harness.database,
  );
  const refused = await run({ onlyRecorded: true, parent_lineage_id: first.lineage_id, rebuilt_paths: [] });
  expect(refused).toMatchObject({ status: "failed", error_code: "step_not_recorded", calls: [] });
});

test("the names of recorded steps are told by flow path", async () => {
  await begin();
  const first = await run({});
  const child = await run({ parent_lineage_id: first.lineage_id, rebuilt_paths: ["root/part:b"] });
  const list = (lineage_id: string, flow_path: string) =>
    harness.database
      .transaction()
      .execute((transaction) =>
        harness.flowEngine.engine.listRecordedSteps(transaction, lineage_id, flow_path),
      );
  expect(await list(child.lineage_id, "root")).toEqual(["say"]);
  expect(await list(child.lineage_id, "root/part:a")).toEqual(["say"]);
  expect(await list(child.lineage_id, "root/part:z")).toEqual([]);
});

test("log lines and the root runs of moved tasks are told to the change feeds", async () => {
  await begin();
  const first = await run({});
  const runs = await harness.flowEngine.service.listFlowRuns({ task_id: first.id }, { limit: 50 });
  const root = runs.rows.find(({ parent_flow_run_id }) => parent_flow_run_id === null);
  expect(await harness.flowEngine.service.listRootRunIds([first.id])).toEqual([root?.id]);
  const before = await harness.flowEngine.service.listFlowRunSummaries([root?.id ?? ""]);
  await sql`UPDATE tasks SET progress_percentage = 50 WHERE id = ${first.id}`.execute(harness.database);
  const after = await harness.flowEngine.service.listFlowRunSummaries([root?.id ?? ""]);
  expect(after[0]?.version).toBe((before[0]?.version ?? 0) + 1);
  const inserted = await sql<{ id: string }>`
    INSERT INTO step_logs (flow_run_id, level, message) VALUES (${root?.id}, 'info', 'Hello') RETURNING id`.execute(
    harness.database,
  );
  const told = await sql<{ id: string }>`
    SELECT id FROM live_changes WHERE entity = 'step_log'`.execute(harness.database);
  expect(told.rows).toEqual(inserted.rows);
  expect(await harness.flowEngine.service.listLogLines([inserted.rows[0]?.id ?? ""])).toMatchObject([
    { flow_run_id: root?.id, message: "Hello", step_name: null },
  ]);
});
