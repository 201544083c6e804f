import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createEngineHarness, type EngineHarness } from "../../../test/engine/harness.ts";
import { createErrorMapper } from "../../http/problems.ts";
import { createRouter } from "../../http/router.ts";
import { createSilentLogger } from "../../platform/logger.ts";
import {
  queueStatusSchema,
  taskDetailsSchema,
  taskSummarySchema,
  workerSummarySchema,
} from "../task-queue/models.ts";
import { flowRunDetailsSchema, flowRunSummarySchema, logLineSchema, stepDetailsSchema } from "./models.ts";
import { definitionsFor } from "./public.ts";

const { defineFlow, defineStep } = definitionsFor<null>();
const echo = defineStep({
  name: "echo",
  version: 1,
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
  async run(context, input) {
    context.log("info", "Echoing", { text: input.text });
    return input;
  },
});
const leaf = defineFlow({
  name: "leaf",
  version: 1,
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
  run: (context, input) => context.step(echo, input),
});
const tree = defineFlow({
  name: "tree",
  version: 1,
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
  run: (context, input) => context.flow(leaf, input, { key: "leaf" }),
});

let testDatabase: TestDatabase;
let harness: EngineHarness;
let app: ReturnType<typeof createRouter>;
let taskIds: string[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  harness = createEngineHarness(testDatabase);
  harness.serve(tree, null);
  app = createRouter();
  app.onError(createErrorMapper(createSilentLogger()));
  app.route("/", harness.taskQueue.routes).route("/", harness.flowEngine.routes);
  await harness.startWorker();
  taskIds = [];
  for (const text of ["one", "two", "three"]) {
    const { id } = await harness.submit({ task_name: "tree", inputs: { text } });
    await harness.waitForTask(id, ({ status }) => status === "completed");
    taskIds.push(id);
  }
});
afterAll(async () => {
  await harness.stop();
  await testDatabase.close();
});

async function get<Schema extends z.ZodType>(path: string, schema: Schema) {
  const response = await app.request(path);
  expect(response.status).toBe(200);
  return { body: schema.parse(await response.json()), headers: response.headers };
}

test("tasks come newest first in pages that follow each other by their Link", async () => {
  const list = z.array(taskSummarySchema.strict());
  const first = await get("/task-queue/tasks?limit=2", list);
  expect(first.body.map(({ id }) => id)).toEqual([taskIds[2], taskIds[1]]);
  expect(first.headers.get("Total-Count")).toBe("3");
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get("Link") ?? "")?.[1];
  const second = await get(next ?? "", list);
  expect(second.body.map(({ id }) => id)).toEqual([taskIds[0]]);
  expect(second.headers.get("Link")).toBeNull();
});

test("tasks are filtered by status, name, text and time", async () => {
  const count = async (query: string) =>
    (await get(`/task-queue/tasks?${query}`, z.array(taskSummarySchema))).body.length;
  expect(await count("status=completed,failed")).toBe(3);
  expect(await count("status=failed")).toBe(0);
  expect(await count("task_name=tree")).toBe(3);
  expect(await count("q=tre")).toBe(3);
  expect(await count("q=100%25")).toBe(0);
  expect(await count(`q=${taskIds[0]}`)).toBe(1);
  expect(await count("created_from=2020-01-01T00:00:00Z")).toBe(3);
  expect(await count("created_to=2020-01-01T00:00:00Z")).toBe(0);
});

test("a task shows its inputs, result and attempts", async () => {
  const { body } = await get(`/task-queue/tasks/${taskIds[0]}`, taskDetailsSchema.strict());
  expect(body).toMatchObject({
    inputs: { text: "one" },
    result: { text: "one" },
    attempts: [{ attempt: 1, outcome: "completed" }],
  });
});

test("a task's flow runs are found under the task and by both names of the filter", async () => {
  const list = z.array(flowRunSummarySchema.strict());
  const { body } = await get(`/task-queue/tasks/${taskIds[0]}/flow-runs`, list);
  expect(body.map(({ flow_name }) => flow_name)).toEqual(["leaf", "tree"]);
  for (const name of ["task_id", "arq_task_id"]) {
    expect((await get(`/flow-engine/runs?${name}=${taskIds[0]}`, list)).body).toEqual(body);
  }
  const root = body[1]!;
  const details = await get(`/flow-engine/runs/${root.id}`, flowRunDetailsSchema.strict());
  expect(details.body).toMatchObject({
    input: { text: "one" },
    output: { text: "one" },
    steps: [],
    children: [{ id: body[0]!.id }],
  });
  expect((await get(`/flow-engine/runs?parent_flow_run_id=${root.id}`, list)).body).toHaveLength(1);
});

test("a step shows its input and output, and its flow run's log can be read as text", async () => {
  const { body } = await get(
    `/flow-engine/runs?task_id=${taskIds[0]}&flow_name=leaf`,
    z.array(flowRunSummarySchema),
  );
  const run = await get(`/flow-engine/runs/${body[0]!.id}`, flowRunDetailsSchema);
  const step = run.body.steps[0]!;
  const details = await get(`/flow-engine/runs/${run.body.id}/steps/${step.id}`, stepDetailsSchema.strict());
  expect(details.body).toMatchObject({ step_name: "echo", input: { text: "one" }, output: { text: "one" } });
  const logs = await get(`/flow-engine/runs/${run.body.id}/logs`, z.array(logLineSchema.strict()));
  expect(logs.body).toMatchObject([
    { step_name: "echo", level: "info", message: "Echoing", fields: { text: "one" } },
  ]);
  const text = await app.request(`/flow-engine/runs/${run.body.id}/logs?format=text`);
  expect(await text.text()).toMatch(/^\d{4}-\S+Z INFO {2}echo Echoing \{"text":"one"\}\n$/);
});

test("a run tells all its children and steps, and what it used with all flows below, however many there are", async () => {
  const root = "01890000-0000-7000-8000-00000000000a";
  const child = "01890000-0000-7000-8000-00000000000b";
  const insertRuns = (from: number, to: number, parent: string | null, id: string | null) =>
    sql`INSERT INTO flow_runs (id, flow_name, flow_version, flow_key, flow_path, status, parent_flow_run_id, tokens_input,
        tokens_cached, tokens_output, cost_usd)
      SELECT coalesce(${id}::uuid, uuidv7()), 'wide', 1, 'wide:' || n, 'wide', 'completed', ${parent}::uuid, 3, 2, 1, 0.01
      FROM generate_series(${from}::int, ${to}::int) n`.execute(harness.database);
  await insertRuns(0, 0, null, root);
  await insertRuns(1, 1, root, child);
  await insertRuns(2, 1_200, root, null);
  await insertRuns(1_201, 1_201, child, null);
  await sql`INSERT INTO flow_step_runs (flow_run_id, flow_path, step_name, step_version, step_order, status)
    SELECT ${root}::uuid, 'wide', 'step', 1, n, 'completed' FROM generate_series(1, 5100) n`.execute(
    harness.database,
  );
  const read = async () => (await get(`/flow-engine/runs/${root}`, flowRunDetailsSchema.strict())).body;
  const whole = await read();
  expect([whole.children.length, whole.children_total]).toEqual([1_000, 1_200]);
  expect([whole.children[0]?.flow_key, whole.children[999]?.flow_key]).toEqual(["wide:1", "wide:1000"]);
  expect([whole.steps.length, whole.steps_total]).toEqual([5_000, 5_100]);
  expect(whole).toMatchObject({
    tokens_input: 3,
    tree_tokens_input: 3_606,
    tree_tokens_cached: 2_404,
    tree_tokens_output: 1_202,
    tree_cost_usd: 12.02,
  });
  await sql`UPDATE flow_runs SET cost_usd = NULL WHERE parent_flow_run_id = ${child}`.execute(
    harness.database,
  );
  expect(await read()).toMatchObject({ cost_usd: 0.01, tree_cost_usd: null });
});

test("of a very long log the newest lines are told, in their order", async () => {
  const run = "01890000-0000-7000-8000-00000000000c";
  await sql`INSERT INTO flow_runs (id, flow_name, flow_version, flow_key, flow_path, status)
    VALUES (${run}, 'talkative', 1, 'talkative', 'talkative', 'completed')`.execute(harness.database);
  await sql`INSERT INTO step_logs (flow_run_id, level, message)
    SELECT ${run}::uuid, 'info', 'line ' || n FROM generate_series(1, 10003) n ORDER BY n`.execute(
    harness.database,
  );
  const { body } = await get(`/flow-engine/runs/${run}/logs`, z.array(logLineSchema));
  expect([body.length, body[0]?.message, body.at(-1)?.message]).toEqual([10_000, "line 4", "line 10003"]);
});

test("workers and the queue's health are shown", async () => {
  const workers = await get("/task-queue/workers", z.array(workerSummarySchema.strict()));
  expect(workers.body).toMatchObject([{ health: "healthy", queues: ["default"] }]);
  const status = await get("/task-queue/status", queueStatusSchema.strict());
  expect(status.body).toMatchObject({ pending: 0, in_progress: 0, workers_healthy: 1, capacity: 16 });
});

test("what does not exist or is not allowed is a problem with its code", async () => {
  const unknown = "01890000-0000-7000-8000-000000000000";
  const cases = [
    ["GET", `/task-queue/tasks/${unknown}`, 404, "task_not_found"],
    ["POST", `/task-queue/tasks/${unknown}/cancel`, 404, "task_not_found"],
    ["POST", `/task-queue/tasks/${taskIds[0]}/continue`, 409, "task_not_paused"],
    ["GET", `/flow-engine/runs/${unknown}`, 404, "flow_run_not_found"],
    ["GET", `/flow-engine/runs/${unknown}/logs`, 404, "flow_run_not_found"],
    ["GET", `/flow-engine/runs/${unknown}/steps/${unknown}`, 404, "step_run_not_found"],
    ["GET", "/task-queue/tasks/nonsense", 422, "request_invalid"],
    ["GET", "/task-queue/tasks?status=running", 422, "request_invalid"],
    ["GET", "/task-queue/tasks?limit=201", 422, "request_invalid"],
    ["GET", "/task-queue/tasks?cursor=x", 422, "cursor_invalid"],
  ] as const;
  for (const [method, path, status, code] of cases) {
    const response = await app.request(path, { method });
    expect([path, response.status, z.object({ code: z.string() }).parse(await response.json()).code]).toEqual(
      [path, status, code],
    );
  }
});

test("cancelling an ended task answers with the task as it is", async () => {
  const response = await app.request(`/task-queue/tasks/${taskIds[0]}/cancel`, { method: "POST" });
  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({ id: taskIds[0], status: "completed" });
});

test("a long value does not come along but is told with its length, and has a route of its own", async () => {
  const text = "a line of 1 MB ".repeat(70_000);
  const { id } = await harness.submit({ task_name: "tree", inputs: { text } });
  await harness.waitForTask(id, ({ status }) => status === "completed", 30_000);
  const runs = await get(`/flow-engine/runs?task_id=${id}`, z.array(flowRunSummarySchema));
  const leafRun = runs.body.find(({ flow_name }) => flow_name === "leaf");
  const path = `/flow-engine/runs/${leafRun?.id}`;
  const characters = JSON.stringify({ text }).length;
  const long = { input: null, output: null, input_characters: characters, output_characters: characters };
  const run = (await get(path, flowRunDetailsSchema)).body;
  expect(run).toMatchObject(long);
  const stepPath = `${path}/steps/${run.steps[0]?.id}`;
  expect((await get(stepPath, stepDetailsSchema)).body).toMatchObject(long);
  for (const address of [path, stepPath]) {
    for (const part of ["input", "output"]) {
      const { body, headers } = await get(`${address}/payloads/${part}`, z.object({ text: z.string() }));
      expect(body.text).toBe(text);
      expect(headers.get("content-type")).toContain("application/json");
    }
  }
  // Outputs recorded before lengths were: counted when they are read.
  await sql`UPDATE flow_step_runs SET output_characters = NULL WHERE id = ${run.steps[0]?.id}`.execute(
    harness.database,
  );
  expect((await get(stepPath, stepDetailsSchema)).body).toMatchObject(long);
});

test("a short value comes along with its length, and an unknown one is not found", async () => {
  const runs = await get(`/flow-engine/runs?task_id=${taskIds[0]}`, z.array(flowRunSummarySchema));
  const leafRun = runs.body.find(({ flow_name }) => flow_name === "leaf");
  const run = (await get(`/flow-engine/runs/${leafRun?.id}`, flowRunDetailsSchema)).body;
  expect(run).toMatchObject({
    input: { text: "one" },
    input_characters: 14,
    output: { text: "one" },
    output_characters: 14,
  });
  const nobody = "019f0000-0000-7000-8000-000000000000";
  for (const path of [
    `/flow-engine/runs/${nobody}/payloads/input`,
    `/flow-engine/runs/${run.id}/steps/${nobody}/payloads/output`,
    `/flow-engine/runs/${nobody}/steps/${run.steps[0]?.id}/payloads/output`,
  ]) {
    const answer = await app.request(path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: "payload_not_found" });
  }
  expect((await app.request(`/flow-engine/runs/${run.id}/payloads/colour`)).status).toBe(422);
});
