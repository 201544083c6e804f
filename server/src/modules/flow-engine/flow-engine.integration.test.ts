import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createEngineHarness, type EngineHarness } from "../../../test/engine/harness.ts";
import { PauseTask } from "../task-queue/public.ts";
import { StepFailed } from "./errors.ts";
import { definitionsFor } from "./public.ts";

interface Services {
  readonly calls: string[];
  fail?: (name: string) => void;
}

const { defineFlow, defineStep } = definitionsFor<Services>();

const shout = defineStep({
  name: "shout",
  version: 1,
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
  async run(context, input) {
    context.services.calls.push(input.text);
    context.services.fail?.(input.text);
    context.log("info", `Shouting ${input.text}`, { length: input.text.length });
    return { text: input.text.toUpperCase() };
  },
});

const child = defineFlow({
  name: "child",
  version: 1,
  input: z.object({ position: z.number().int() }),
  output: z.object({ text: z.string() }),
  async run(context, { position }) {
    context.expectSteps(2);
    const first = await context.step(shout, { text: `child ${position} first` });
    return context.step(shout, { text: `child ${position} second after ${first.text.length}` });
  },
});

const parent = defineFlow({
  name: "parent",
  version: 1,
  input: z.object({ children: z.number().int() }),
  output: z.object({
    texts: z.array(z.string()),
    failed: z.array(z.string()),
    at: z.string(),
    id: z.string(),
  }),
  async run(context, { children }) {
    context.expectSteps(2);
    const at = await context.now();
    const id = await context.id("cover");
    const before = await context.step(shout, { text: "before" });
    const outcomes = await context.all(
      Array.from(
        { length: children },
        (_, index) => () =>
          context.flow(child, { position: index }, { key: `lesson:${index}`, lesson_position: index }),
      ),
    );
    const after = await context.step(shout, { text: "after" });
    const texts = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value.text] : []));
    const failed = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" && outcome.reason instanceof StepFailed ? [outcome.reason.code] : [],
    );
    return { texts: [before.text, ...texts, after.text], failed, at, id };
  },
});

let test_database: TestDatabase;
let harness: EngineHarness;
let services: { calls: string[]; fail?: ((name: string) => void) | undefined };

beforeAll(async () => {
  test_database = await createTestDatabase();
});
afterAll(() => test_database.close());
afterEach(() => harness.stop());

function begin(): void {
  harness = createEngineHarness(test_database);
  services = { calls: [] };
  harness.serve(parent, services);
}

async function countSteps(task_id: string) {
  const result = await sql<{ status: string; reused: boolean; count: number }>`
    SELECT status, reused_from_step_run_id IS NOT NULL AS reused, count(*) AS count FROM flow_step_runs
    WHERE task_id = ${task_id} GROUP BY 1, 2 ORDER BY 1, 2`.execute(harness.database);
  return result.rows;
}

describe("a flow", () => {
  test("runs its steps and children and leaves rows for all of them", async () => {
    begin();
    await harness.startWorker();
    const { id } = await harness.submit({ task_name: "parent", inputs: { children: 3 } });
    const task = await harness.waitForTask(id, ({ status }) => status === "completed");
    expect(task.progress_percentage).toBe(100);
    expect(services.calls).toHaveLength(8);
    expect(await countSteps(id)).toEqual([{ status: "completed", reused: false, count: 10 }]);
    const { rows } = await harness.flowEngine.service.listFlowRuns({ task_id: id }, { limit: 50 });
    expect(
      rows.map(({ flow_key, status, steps_done, progress_percentage }) => [
        flow_key,
        status,
        steps_done,
        progress_percentage,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ["root", "completed", 2, 100],
        ["lesson:0", "completed", 2, 100],
      ]),
    );
    const root = await harness.flowEngine.service.getFlowRun(
      rows.find(({ flow_key }) => flow_key === "root")!.id,
    );
    expect(root.input).toEqual({ children: 3 });
    expect(root.output).toEqual(task.result);
    expect(root.children).toHaveLength(3);
    expect(root.steps.map(({ step_name }) => step_name)).toEqual(["now", "id", "shout", "shout"]);
    const logs = await harness.flowEngine.service.listLogs(root.id);
    expect(logs.map(({ message, step_name }) => [message, step_name])).toEqual([
      ["Shouting before", "shout"],
      ["Shouting after", "shout"],
    ]);
    const step = await harness.flowEngine.service.getStep(root.id, root.steps[2]!.id);
    expect(step).toMatchObject({ input: { text: "before" }, output: { text: "BEFORE" }, cost_usd: 0 });
  });

  test("goes on with the other children when one fails, and names the failure", async () => {
    begin();
    services.fail = (name) => {
      if (name.startsWith("child 1")) throw new StepFailed("too_quiet", "Nobody heard it.");
    };
    await harness.startWorker();
    const { id } = await harness.submit({ task_name: "parent", inputs: { children: 3 } });
    const task = await harness.waitForTask(id, ({ status }) => status === "completed");
    expect(task.result).toMatchObject({ failed: ["too_quiet"] });
    const { rows } = await harness.flowEngine.service.listFlowRuns(
      { task_id: id, status: ["failed"] },
      { limit: 50 },
    );
    expect(rows).toMatchObject([
      { flow_key: "lesson:1", error_code: "too_quiet", error_message: "Nobody heard it." },
    ]);
  });

  test("is replayed from a full memo by a resuming task without a single call", async () => {
    begin();
    await harness.startWorker();
    const first = await harness.submit({ task_name: "parent", inputs: { children: 2 } });
    const done = await harness.waitForTask(first.id, ({ status }) => status === "completed");
    const made = services.calls.length;
    const again = await harness.submit({
      task_name: "parent",
      inputs: { children: 2 },
      mode: "resume",
      lineage_id: first.lineage_id,
    });
    const replayed = await harness.waitForTask(again.id, ({ status }) => status === "completed");
    expect(services.calls).toHaveLength(made);
    expect(replayed.result).toEqual(done.result);
    expect(await countSteps(again.id)).toEqual([{ status: "completed", reused: true, count: 8 }]);
  });

  test("resumes after a failed step with everything that succeeded", async () => {
    begin();
    services.fail = (name) => {
      if (name === "after") throw new StepFailed("broken", "It broke.");
    };
    await harness.startWorker();
    const first = await harness.submit({ task_name: "parent", inputs: { children: 2 } });
    const failed = await harness.waitForTask(first.id, ({ status }) => status === "failed");
    expect(failed).toMatchObject({
      error_code: "broken",
      error_message: "It broke.",
      crashes: 0,
      attempt: 1,
    });
    services.fail = undefined;
    const again = await harness.submit({
      task_name: "parent",
      inputs: { children: 2 },
      mode: "resume",
      lineage_id: first.lineage_id,
    });
    await harness.waitForTask(again.id, ({ status }) => status === "completed");
    expect(services.calls.filter((text) => text === "before")).toHaveLength(1);
    expect(services.calls.filter((text) => text === "after")).toHaveLength(2);
  });

  test("pauses, keeps what it has, and goes on after it was continued", async () => {
    begin();
    services.fail = (name) => {
      if (name === "after") throw new PauseTask("budget_day: the cap is reached");
    };
    await harness.startWorker();
    const { id } = await harness.submit({ task_name: "parent", inputs: { children: 1 } });
    const paused = await harness.waitForTask(id, ({ status }) => status === "paused");
    expect(paused).toMatchObject({ pause_reason: "budget_day: the cap is reached", crashes: 0 });
    const runs = await harness.flowEngine.service.listFlowRuns(
      { task_id: id, status: ["paused"] },
      { limit: 50 },
    );
    expect(runs.rows.map(({ flow_key }) => flow_key)).toEqual(["root"]);
    services.fail = undefined;
    await harness.taskQueue.service.continueTask(id);
    await harness.waitForTask(id, ({ status }) => status === "completed");
    expect(services.calls.filter((text) => text === "before")).toHaveLength(1);
    await expect(harness.taskQueue.service.continueTask(id)).rejects.toMatchObject({
      code: "task_not_paused",
    });
  });

  test("breaks off at an unforeseen error, tries again, and fails as poison after five crashes", async () => {
    begin();
    services.fail = (name) => {
      if (name === "before") throw new RangeError("nobody thought of this");
    };
    await harness.startWorker();
    const { id } = await harness.submit({ task_name: "parent", inputs: { children: 1 } });
    const poisoned = await harness.waitForTask(id, ({ status }) => status === "failed", 20_000);
    expect(poisoned).toMatchObject({ error_code: "crashed_repeatedly", crashes: 5, attempt: 5 });
    expect(poisoned.error_message).toContain("nobody thought of this");
    const details = await harness.taskQueue.service.getTask(id);
    expect(details.attempts.map(({ outcome }) => outcome)).toEqual([
      "crashed",
      "crashed",
      "crashed",
      "crashed",
      "crashed",
    ]);
  });
});
