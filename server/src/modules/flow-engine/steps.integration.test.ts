import { setTimeout as wait } from "node:timers/promises";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createEngineHarness, type EngineHarness, waitFor } from "../../../test/engine/harness.ts";
import type { AppError } from "../../platform/errors.ts";
import { loadedSecrets, redacted } from "../../platform/redaction.ts";
import { TaskFenced } from "../task-queue/public.ts";
import { StepFailed } from "./errors.ts";
import { definitionsFor, type FlowContext, type SettledCalls, type StepContext } from "./public.ts";
import { decodeStored } from "./stored-value.ts";

type Work = (context: StepContext<null>, input: { name: string }) => Promise<unknown>;

const { defineFlow, defineStep } = definitionsFor<null>();

let testDatabase: TestDatabase;
let harness: EngineHarness;
let settled: { step_run_id: string; duplicate: boolean }[];
let released: string[];
let sums: SettledCalls;
let work: Work;
let script: (context: FlowContext<null>) => Promise<unknown>;
let calls: string[];

beforeAll(async () => {
  testDatabase = await createTestDatabase({ max: 20 });
});
afterAll(() => testDatabase.close());
afterEach(() => harness.stop());
beforeEach(async () => {
  await sql`TRUNCATE tasks, workers, flow_step_runs CASCADE`.execute(testDatabase.database);
  settled = [];
  released = [];
  calls = [];
  sums = { tokens_input: 100, tokens_cached: 40, tokens_output: 20, cost_usd: 0.5, request_ids: [] };
  harness = createEngineHarness({
    ...testDatabase,
    settleCalls: async (_transaction, step_run_id, { duplicate }) => {
      settled.push({ step_run_id, duplicate });
      return sums;
    },
    releaseCalls: (step_run_id) => released.push(step_run_id),
  });
  harness.serve(scripted, null);
  await harness.startWorker();
});

function makeStep(
  options: {
    version?: number;
    output?: z.ZodType;
    upgrade?: (output: unknown) => unknown;
    deadlineMs?: number;
  } = {},
) {
  return defineStep({
    name: "work",
    version: options.version ?? 1,
    input: z.object({ name: z.string() }),
    output: options.output ?? z.unknown(),
    ...(options.upgrade ? { upgrade: options.upgrade } : {}),
    ...(options.deadlineMs ? { deadlineMs: options.deadlineMs } : {}),
    run(context, input) {
      calls.push(input.name);
      return work(context, input);
    },
  });
}

const scripted = defineFlow({
  name: "scripted",
  version: 1,
  input: z.object({}),
  output: z.unknown(),
  run: (context) => script(context),
});

const child = defineFlow({
  name: "scripted_child",
  version: 1,
  input: z.object({ name: z.string() }),
  output: z.unknown(),
  run: (context, input) => context.step(makeStep(), input),
});

async function runToEnd(lineage_id?: string) {
  const submitted = await harness.submit({
    task_name: "scripted",
    ...(lineage_id ? { lineage_id, mode: "resume" } : {}),
  });
  const task = await harness.waitForTask(submitted.id, ({ status }) =>
    ["completed", "failed", "cancelled"].includes(status),
  );
  const { rows } = await harness.flowEngine.service.listFlowRuns({ task_id: submitted.id }, { limit: 50 });
  const root = await harness.flowEngine.service.getFlowRun(
    rows.find(({ flow_key }) => flow_key === "root")!.id,
  );
  return { ...submitted, task, root };
}

test("what a step's calls cost is booked with its result, on the step and on its flow run", async () => {
  work = async (context) => context.correlation.step_run_id;
  script = async (context) => [
    await context.step(makeStep(), { name: "a" }),
    await context.step(makeStep(), { name: "b" }),
  ];
  const { root } = await runToEnd();
  expect(settled).toEqual(root.steps.map(({ id }) => ({ step_run_id: id, duplicate: false })));
  expect(root.steps).toMatchObject([
    { tokens_used: 120, cost_usd: 0.5 },
    { tokens_used: 120, cost_usd: 0.5 },
  ]);
  expect(root).toMatchObject({ tokens_input: 200, tokens_cached: 80, tokens_output: 40, cost_usd: 1 });
});

test("an unknown cost stays unknown and is never counted as nothing", async () => {
  sums = { ...sums, cost_usd: null };
  work = async (context) => context.correlation.step_run_id;
  script = (context) => context.step(makeStep(), { name: "a" });
  const { root } = await runToEnd();
  expect(root).toMatchObject({ cost_usd: null, tokens_input: 100 });
});

test("a step that fails after a call books what the call cost, with the chain of causes", async () => {
  work = async (context) => {
    const { step_run_id } = context.correlation;
    throw new StepFailed("answer_invalid", "The answer was rubbish.", new Error(`raw of ${step_run_id}`));
  };
  script = (context) => context.step(makeStep(), { name: "a" });
  const { root, task } = await runToEnd();
  expect(task).toMatchObject({
    status: "failed",
    error_code: "answer_invalid",
    error_message: "The answer was rubbish.",
  });
  expect(root).toMatchObject({ status: "failed", cost_usd: 0.5, error_code: "answer_invalid" });
  const [step] = root.steps;
  expect(step).toMatchObject({ status: "failed", cost_usd: 0.5 });
  const details = await harness.flowEngine.service.getStep(root.id, step!.id);
  expect(details.error_causes.map(({ name }) => name)).toEqual(["StepFailed", "Error"]);
});

test("a recorded result that no longer fits is upgraded without a call", async () => {
  work = async () => ({ old: 1 });
  script = (context) => context.step(makeStep(), { name: "a" });
  const first = await runToEnd();
  const upgraded = makeStep({
    version: 2,
    output: z.object({ fresh: z.number() }),
    upgrade: (output) => ({ fresh: z.object({ old: z.number() }).parse(output).old }),
  });
  script = (context) => context.step(upgraded, { name: "a" });
  const second = await runToEnd(first.lineage_id);
  expect(second.task.result).toEqual({ fresh: 1 });
  expect(calls).toEqual(["a"]);
});

test("a recorded result that no longer fits and cannot be upgraded is replaced, and the log says why", async () => {
  work = async () => ({ old: 1 });
  script = (context) => context.step(makeStep(), { name: "a" });
  const first = await runToEnd();
  work = async () => ({ fresh: 2 });
  script = (context) =>
    context.step(makeStep({ version: 2, output: z.object({ fresh: z.number() }) }), { name: "a" });
  const second = await runToEnd(first.lineage_id);
  expect(second.task.result).toEqual({ fresh: 2 });
  expect(calls).toEqual(["a", "a"]);
  const former = await harness.flowEngine.service.getStep(first.root.id, first.root.steps[0]!.id);
  expect(former.superseded_at).not.toBeNull();
  const logs = await harness.flowEngine.service.listLogs(second.root.id);
  expect(logs).toMatchObject([{ level: "warn", fields: { recorded_version: 1, version: 2 } }]);
});

test("a step that exceeds its deadline is aborted and fails for good", async () => {
  work = (context) => wait(60_000, undefined, { signal: context.signal });
  script = (context) => context.step(makeStep({ deadlineMs: 50 }), { name: "a" });
  const { task } = await runToEnd();
  expect(task).toMatchObject({ status: "failed", error_code: "step_deadline_exceeded", attempt: 1 });
});

test("a step that ignores its signal is left behind after its deadline", async () => {
  work = () => new Promise(() => undefined);
  script = (context) => context.step(makeStep({ deadlineMs: 50 }), { name: "a" });
  const { task } = await runToEnd();
  expect(task.error_code).toBe("step_deadline_exceeded");
});

test("a result that the step does not promise fails the step", async () => {
  work = async () => ({ number: "one" });
  script = (context) => context.step(makeStep({ output: z.object({ number: z.number() }) }), { name: "a" });
  expect((await runToEnd()).task.error_code).toBe("step_output_invalid");
});

test("a task that broke off does not run a failed child again, and repeats nothing that succeeded", async () => {
  let hasCrashed = false;
  work = async (_context, { name }) => {
    if (name === "bad") throw new StepFailed("too_quiet", "Nobody heard it.");
    if (name === "last" && !hasCrashed) {
      hasCrashed = true;
      throw new RangeError("nobody thought of this");
    }
    return name;
  };
  script = async (context) => {
    const outcomes = await context.all(
      ["good", "bad"].map((name) => () => context.flow(child, { name }, { key: `child:${name}` })),
    );
    const last = await context.step(makeStep(), { name: "last" });
    // The engine rejects with StepFailed, which carries the code.
    return [
      last,
      ...outcomes.map((outcome) =>
        outcome.status === "fulfilled" ? outcome.value : (outcome.reason as AppError).code,
      ),
    ];
  };
  const { task } = await runToEnd();
  expect(task).toMatchObject({ status: "completed", attempt: 2, result: ["last", "good", "too_quiet"] });
  expect(calls.toSorted()).toEqual(["bad", "good", "last", "last"]);
});

test("identical calls are separate steps, and each keeps its own result", async () => {
  let count = 0;
  work = async () => {
    count += 1;
    return count;
  };
  script = async (context) => {
    const outcomes = await context.all([1, 2, 3].map(() => () => context.step(makeStep(), { name: "same" })));
    return outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : null));
  };
  const first = await runToEnd();
  expect(z.array(z.number()).parse(first.task.result).toSorted()).toEqual([1, 2, 3]);
  const second = await runToEnd(first.lineage_id);
  expect(count).toBe(3);
  expect(z.array(z.number()).parse(second.task.result).toSorted()).toEqual([1, 2, 3]);
});

test("a flow does not end before a child that it did not wait for", async () => {
  let isChildDone = false;
  work = async () => {
    await wait(100);
    isChildDone = true;
    return null;
  };
  script = async (context) => {
    void context.flow(child, { name: "floating" }, { key: "child" });
    return null;
  };
  const { task, root } = await runToEnd();
  expect(isChildDone).toBe(true);
  expect(task.status).toBe("completed");
  expect(root.children).toMatchObject([{ status: "completed" }]);
});

test("a large output is stored compressed and comes back whole on a replay", async () => {
  const text = "Grüße aus der Tiefe. ".repeat(2_000);
  work = async () => ({ text });
  script = (context) => context.step(makeStep(), { name: "a" });
  const first = await runToEnd();
  const stored = await sql<{ is_compressed: boolean; bytes: number }>`
    SELECT output_zstd IS NOT NULL AS is_compressed, length(output_zstd) AS bytes FROM flow_step_runs
    WHERE task_id = ${first.id}`.execute(harness.database);
  expect(stored.rows[0]?.is_compressed).toBe(true);
  expect(stored.rows[0]?.bytes).toBeLessThan(1_000);
  expect((await runToEnd(first.lineage_id)).task.result).toEqual({ text });
});

test.each([
  ["small", ""],
  ["large", "The tide rises. ".repeat(1_000)],
])(
  "a loaded secret that a %s output tells is not stored, and every run sees what is stored",
  async (_size, padding) => {
    const secret = "sk-told-back-by-a-provider/+=1";
    loadedSecrets.add(secret);
    work = async () => ({ padding, told: `The key is ${secret}.` });
    script = (context) => context.step(makeStep(), { name: "a" });
    const { id, task } = await runToEnd();
    const stored = await sql<{ output: unknown; output_zstd: Buffer | null }>`
    SELECT output, output_zstd FROM flow_step_runs WHERE task_id = ${id}`.execute(harness.database);
    const [row] = stored.rows;
    expect(decodeStored(row?.output, row?.output_zstd ?? null)).toEqual({
      padding,
      told: `The key is ${redacted}.`,
    });
    expect(task.result).toEqual({ padding, told: `The key is ${redacted}.` });
  },
);

test("using a flow key twice is a bug that breaks the task off", async () => {
  work = async () => null;
  script = async (context) => {
    await context.flow(child, { name: "a" }, { key: "same" });
    await context.flow(child, { name: "b" }, { key: "same" });
  };
  const { id } = await harness.submit({ task_name: "scripted" });
  const task = await harness.waitForTask(id, ({ status }) => status === "retry");
  expect(task.crashes).toBe(1);
  await harness.taskQueue.service.cancelTask(id);
});

test.each([
  ["of that", new TaskFenced("The second call found the task lost")],
  ["of another error", new StepFailed("answer_invalid", "The answer was rubbish.")],
])(
  "a step that loses its task and ends because %s books what its calls cost as spent in vain",
  async (_why, error) => {
    let stepRunId = "";
    work = async (context, { name }) => {
      if (name === "b") return null;
      stepRunId = context.correlation.step_run_id;
      await sql`UPDATE tasks SET fence = fence + 1, status = 'failed', error_code = 'taken', completed_at = clock_timestamp()
      WHERE id = ${context.correlation.task_id}`.execute(harness.database);
      throw error;
    };
    script = async (context) => {
      await context.step(makeStep(), { name: "a" });
      return context.step(makeStep(), { name: "b" });
    };
    await harness.submit({ task_name: "scripted" });
    await waitFor(
      async () => released,
      (ids) => ids.length > 0,
    );
    expect(settled).toEqual([{ step_run_id: stepRunId, duplicate: true }]);
    expect(released).toEqual([stepRunId]);
    expect(calls).toEqual(["a"]);
  },
);
