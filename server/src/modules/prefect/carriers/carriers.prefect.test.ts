import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { waitForState } from "../../../../test/prefect/course-flow.ts";
import { ownPrefectApi } from "../../../../test/prefect/own-prefect.ts";
import { authString } from "../../../../test/prefect/prefect-server.ts";
import type { PythonProcess } from "../../../../test/prefect/python-process.ts";
import { killTree, makeTaskPool, type TaskPool } from "../../../../test/prefect/task-pool.ts";
import { waitFor } from "../../../../test/prefect/wait-for.ts";
import type { UnitDetail } from "../../content/models.ts";
import type { TaskDetails } from "../../task-queue/models.ts";
import { createPrefectClient, type PrefectClient } from "../client/client.ts";
import { createRequestBudget } from "../client/request-budget.ts";
import type { TaskCarrier } from "../runs/models.ts";

// Each waits for several programs to start, one after the other.
vi.setConfig({ testTimeout: 180_000 });

const apiUrl = ownPrefectApi();
let client: PrefectClient;
let app: TestApp;
let pool: TaskPool;
let worker: PythonProcess;

beforeAll(async () => {
  client = createPrefectClient({
    apiUrl,
    authentication: { kind: "basic", auth_string: authString },
    budget: createRequestBudget({ requestsPerSecond: 50 }),
  });
  app = await createTestApp({
    COURSEWRIGHT_DISPATCH: "prefect",
    COURSEWRIGHT_PREFECT_URL: apiUrl,
    COURSEWRIGHT_PREFECT_AUTH: authString,
  });
  await app.app.startServer();
  // For what it does beside claiming: it takes tasks from dead workers.
  await app.app.startWorker();
  pool = await makeTaskPool(apiUrl, "carriers", {
    DATABASE_URL: app.database.url,
    COURSEWRIGHT_HOME: app.config.home,
    COURSEWRIGHT_KEY_FILE: app.config.keyFile,
    LOG_LEVEL: "warn",
  });
  worker = await pool.startWorker();
}, 180_000);
afterAll(async () => {
  await worker?.stop();
  await app?.close();
  await client?.close();
});

const paragraph = (topic: string) =>
  `${topic} is a word for something that people have looked at for a long time. Whoever studies ${topic} begins with what can be seen, then asks how it came about, and at last what follows from it.`;

async function startUnit(target_lesson_count: number): Promise<{ unit_id: string; task_id: string }> {
  const topics = ["Rain", "Wind", "Snow", "Ice", "Fog", "Thunder", "Frost", "Hail", "Dew", "Mist"];
  const text = topics.map((topic) => `# ${topic}\n\n${`${paragraph(topic)}\n\n`.repeat(4)}`).join("\n");
  const answer = await app.send("POST", "/api/v1/content-creator/units", {
    sources: [{ kind: "text", text }],
    learner_level: "beginner",
    target_lesson_count,
  });
  expect(answer.status).toBe(202);
  // The create route's documented answer.
  return (await answer.json()) as { unit_id: string; task_id: string };
}

async function read<Body>(route: string): Promise<Body> {
  // The shape that the route's reference promises.
  return (await (await app.request(`/api/v1${route}`)).json()) as Body;
}

const readTask = (id: string) => read<TaskDetails>(`/task-queue/tasks/${id}`);

function waitForTask(id: string, statuses: readonly string[]): Promise<TaskDetails> {
  return waitFor(`task ${id} to be ${statuses.join(" or ")}`, async () => {
    const task = await readTask(id);
    return statuses.includes(task.status) ? task : undefined;
  });
}

async function readCarriers(task_id: string): Promise<readonly TaskCarrier[]> {
  return (await read<{ carriers: TaskCarrier[] }>(`/prefect/tasks/${task_id}`)).carriers;
}

/** The id of the run that carries the task now. */
function findRun(task_id: string): Promise<string> {
  return waitFor(`a run for ${task_id}`, async () => {
    const [carrier] = await readCarriers(task_id);
    return carrier?.external_id ?? undefined;
  });
}

it("generates a unit in the work pool and tells Prefect how far it is", async () => {
  const { unit_id, task_id } = await startUnit(2);
  await waitForTask(task_id, ["in_progress", "completed"]);
  const task = await waitForTask(task_id, ["completed", "failed"]);
  expect(task).toMatchObject({ status: "completed", queue_name: "prefect" });
  expect(await read<UnitDetail>(`/content/units/${unit_id}`)).toMatchObject({
    status: "completed",
    lessons: { length: 2 },
  });
  const run = await waitForState(client, await findRun(task_id), ["COMPLETED", "FAILED", "CRASHED"]);
  expect(run).toMatchObject({
    state_type: "COMPLETED",
    state: { message: "The task is completed." },
    parameters: { task_id },
    tags: expect.arrayContaining(["coursewright-task"]),
  });
  const [progress] = await client.listProgress([run.id]);
  expect(progress).toMatchObject({ data: 100, key: `task-${task_id}` });
  const carriers = await waitFor("the carrier's end", async () => {
    const found = await readCarriers(task_id);
    return found[0]?.ended_at ? found : undefined;
  });
  expect(carriers).toMatchObject([{ external_state: "Completed", error_message: null }]);
  const mirrored = await app.database.pool.query("SELECT 1 FROM flow_runs WHERE external_id = $1", [run.id]);
  expect(mirrored.rowCount).toBe(0);
  // A run that comes too late says so and changes nothing.
  const late = await client.createFlowRun({
    deployment_id: run.deployment_id!,
    parameters: { task_id },
    tags: ["coursewright-task"],
    idempotency_key: `late:${task_id}`,
  });
  const ended = await waitForState(client, late.run.id, ["COMPLETED", "FAILED", "CRASHED"]);
  expect(ended).toMatchObject({
    state_type: "COMPLETED",
    state: { message: expect.stringMatching(/^Not claimable/) },
  });
  expect((await readTask(task_id)).version).toBe(task.version);
});

it("ends the task when its run is cancelled in Prefect", async () => {
  const { unit_id, task_id } = await startUnit(10);
  await waitForTask(task_id, ["in_progress"]);
  const run_id = await findRun(task_id);
  expect(await client.setState(run_id, { type: "CANCELLING" })).toMatchObject({ status: "ACCEPT" });
  expect(await waitForTask(task_id, ["cancelled", "completed"])).toMatchObject({ status: "cancelled" });
  expect((await read<UnitDetail>(`/content/units/${unit_id}`)).status).toBe("cancelled");
  await waitForState(client, run_id, ["CANCELLED"]);
  expect(await readCarriers(task_id)).toHaveLength(1);
});

it("ends the run as cancelled when the task is cancelled here", async () => {
  const { task_id } = await startUnit(10);
  await waitForTask(task_id, ["in_progress"]);
  expect((await app.send("POST", `/api/v1/task-queue/tasks/${task_id}/cancel`)).ok).toBe(true);
  expect(await waitForTask(task_id, ["cancelled", "completed"])).toMatchObject({ status: "cancelled" });
  const run = await waitForState(client, await findRun(task_id), [
    "CANCELLED",
    "FAILED",
    "CRASHED",
    "COMPLETED",
  ]);
  expect(run).toMatchObject({ state_type: "CANCELLED", state: { message: "The task was cancelled." } });
});

it("brings another run to a task whose worker was lost with everything it did", async () => {
  const { unit_id, task_id } = await startUnit(10);
  await waitForTask(task_id, ["in_progress"]);
  const lost = await findRun(task_id);
  await killTree(worker.pid);
  await waitForTask(task_id, ["retry"]);
  worker = await pool.startWorker();
  await waitForTask(task_id, ["in_progress", "completed"]);
  expect(await waitForTask(task_id, ["completed", "failed"])).toMatchObject({ status: "completed" });
  expect((await read<UnitDetail>(`/content/units/${unit_id}`)).status).toBe("completed");
  const carriers = await readCarriers(task_id);
  expect(carriers).toHaveLength(2);
  expect(carriers[1]!.external_id).toBe(lost);
  expect((await client.findFlowRun(lost))?.state_type).toBe("RUNNING");
});
