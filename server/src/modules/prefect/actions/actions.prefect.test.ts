import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import os from "node:os";
import path from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { serveCourseFlow, startCourseFlow, waitForState } from "../../../../test/prefect/course-flow.ts";
import { startHttpProxy } from "../../../../test/prefect/http-proxy.ts";
import { ownPrefectApi } from "../../../../test/prefect/own-prefect.ts";
import { authString } from "../../../../test/prefect/prefect-server.ts";
import { type PythonProcess, startPython } from "../../../../test/prefect/python-process.ts";
import { waitFor } from "../../../../test/prefect/wait-for.ts";
import type { UnitDetail } from "../../content/models.ts";
import { createPrefectClient, type PrefectClient } from "../client/client.ts";
import { createRequestBudget } from "../client/request-budget.ts";
import type { PrefectDeployment } from "../client/wire.ts";
import type { Connection } from "../connections/models.ts";
import type { EngineRun, EngineTask } from "../runs/models.ts";
import type { EngineAction, Launched } from "./models.ts";

const apiUrl = ownPrefectApi();
const source = readFileSync(
  path.resolve(import.meta.dirname, "../../../../../examples/sources/how-tides-work.md"),
  "utf8",
);
const slow = { variant: "slow", seconds_per_lesson: 0.4 };

let test: TestApp;
let client: PrefectClient;
let served: PythonProcess;
let deployment: PrefectDeployment;
let connection: Connection;

beforeAll(async () => {
  client = createPrefectClient({
    apiUrl,
    authentication: { kind: "basic", auth_string: authString },
    budget: createRequestBudget({ requestsPerSecond: 50 }),
  });
  test = await createTestApp({
    COURSEWRIGHT_PREFECT_URL: apiUrl,
    COURSEWRIGHT_PREFECT_AUTH: authString,
    COURSEWRIGHT_PREFECT_REQUESTS_PER_SECOND: "20",
  });
  const { url } = await test.app.startServer();
  const target = { url, token: await test.makeToken("content:write") };
  ({ process: served, deployment } = await serveCourseFlow(client, apiUrl, "actions-test", target));
  connection = await waitFor("a live connection", async () => {
    const [first] = await call<Connection[]>("GET", "/prefect/connections");
    return first?.health === "live" ? first : undefined;
  });
}, 120_000);
afterAll(async () => {
  await test?.close();
  await served?.stop();
  await client?.close();
});

async function call<Body>(method: string, route: string, body?: unknown): Promise<Body> {
  const response = await test.send(method, `/api/v1${route}`, body);
  // The shape that the test expects; its assertions fail when the answer has another one.
  return (response.status === 204 ? undefined : await response.json()) as Body;
}

async function launchUnit(
  parameters: Readonly<Record<string, unknown>>,
  on: { deployment_id?: string; connection_id?: string } = {},
): Promise<Launched> {
  const draft = await call<{ unit_id: string }>("POST", "/content-creator/units", {
    ...{ title: "Tides", learner_level: "beginner", target_lesson_count: 1, start: false },
    sources: [{ text: source }],
  });
  return call<Launched>("POST", `/prefect/connections/${on.connection_id ?? connection.id}/launch`, {
    ...{ unit_id: draft.unit_id, deployment_id: on.deployment_id ?? deployment.id, parameters },
  });
}

function waitForUnit(unit_id: string, status: string): Promise<UnitDetail> {
  return waitFor(`unit ${status}`, async () => {
    const unit = await call<UnitDetail>("GET", `/content/units/${unit_id}`);
    return unit.status === status ? unit : undefined;
  });
}

/** Our id of a task's run, once it is in this state type. */
function waitForRun(task_id: string, state_type: string): Promise<string> {
  return waitFor(`our row ${state_type}`, async () => {
    const { rows } = await sql<{ id: string }>`
      SELECT id FROM outside_runs WHERE task_id = ${task_id}::uuid AND external_state_type = ${state_type}
        AND external_parent_task_run_id IS NULL`.execute(test.database.database);
    return rows[0]?.id;
  });
}

function waitForAction(id: string, task_id: string, status: string): Promise<EngineAction> {
  return waitFor(`action ${status}`, async () => {
    const { recent_actions } = await call<EngineTask>("GET", `/prefect/tasks/${task_id}`);
    return recent_actions.find((action) => action.id === id && action.status === status);
  });
}

const act = (flow_run_id: string, kind: string) =>
  call<EngineAction>("POST", `/prefect/flow-runs/${flow_run_id}/actions`, { kind });

it("generates a unit by a run of the deployment, from its source, and shows the run's task", async () => {
  const { unit_id, task_id, action } = await launchUnit({ seconds_per_lesson: 0.1 });
  expect(action.status).toBe("pending");
  const settled = await waitForAction(action.id, task_id, "accepted");
  const unit = await waitForUnit(unit_id, "completed");
  expect(unit.lessons).toHaveLength(1);
  const run = await client.findFlowRun(settled.external_run_id ?? "");
  expect(run).toMatchObject({ idempotency_key: task_id, labels: { coursewright_task_id: task_id } });
  expect(run?.tags.sort()).toEqual(["coursewright", `unit:${unit_id}`]);
  expect(run?.parameters).toMatchObject({
    unit_id,
    title: "Tides",
    target_lesson_count: 1,
    source_text: source,
  });
  const task = await call("GET", `/task-queue/tasks/${task_id}`);
  expect(task).toMatchObject({ status: "completed", executor: "external", external_id: run?.id });
});

it("shows Prefect's own words when it refuses a launch, and gives the unit back", async () => {
  const { unit_id, task_id, action } = await launchUnit({ seconds_per_lesson: "soon" });
  const refused = await waitForAction(action.id, task_id, "refused");
  expect(refused.reason).toContain("seconds_per_lesson");
  expect((await waitForUnit(unit_id, "failed")).error_message).toBe(refused.reason);
  const again = await call<Launched>("POST", `/prefect/connections/${connection.id}/launch`, {
    ...{ unit_id, deployment_id: deployment.id, parameters: { seconds_per_lesson: 0.1 } },
  });
  expect(again.task_id).not.toBe(task_id);
  await waitForUnit(unit_id, "completed");
});

it("cancels a running run, and its retry writes the unit after all", async () => {
  const { unit_id, task_id } = await launchUnit(slow);
  const run = await waitForRun(task_id, "RUNNING");
  const details = await call<EngineRun>("GET", `/prefect/flow-runs/${run}`);
  expect(details.actions).toEqual([
    { kind: "cancel", why_not: null },
    { kind: "retry", why_not: "The run has not ended." },
    { kind: "resume", why_not: "The run is not paused." },
  ]);
  const cancel = await act(run, "cancel");
  await waitForAction(cancel.id, task_id, "accepted");
  await waitForUnit(unit_id, "cancelled");
  expect(await call("GET", `/task-queue/tasks/${task_id}`)).toMatchObject({ status: "cancelled" });
  const retry = await act(run, "retry");
  await waitForAction(retry.id, task_id, "accepted");
  expect((await waitForUnit(unit_id, "completed")).lessons).toHaveLength(1);
  expect(await call("GET", `/prefect/flow-runs/${run}`)).toMatchObject({
    attempt: 2,
    state_type: "COMPLETED",
  });
});

it("does not offer to retry a run without a deployment, and says why", async () => {
  const process = startCourseFlow(apiUrl, ["run", "--variant", "failing", "--seconds-per-lesson", "0.1"]);
  await process.ended;
  const run = await waitFor("the failed run", async () => {
    const { rows } = await sql<{ id: string }>`
      SELECT id FROM outside_runs WHERE external_deployment_id IS NULL AND status = 'failed'
        AND external_parent_task_run_id IS NULL`.execute(test.database.database);
    return rows[0]?.id;
  });
  expect(await act(run, "retry")).toMatchObject({
    ...{ status: 409, code: "engine_action_impossible" },
    detail: "Prefect repeats only runs of a deployment.",
  });
});

it("resumes a paused run", async () => {
  const home = mkdtempSync(path.join(os.tmpdir(), "coursewright-pausing-"));
  const process = startPython(["pausing_flow.py"], {
    home,
    cwd: path.resolve(import.meta.dirname, "../../../../test/prefect"),
    environment: { PREFECT_API_URL: apiUrl, PREFECT_API_AUTH_STRING: authString },
  });
  const run = await waitFor("the paused run", async () => {
    const { rows } = await sql<{ id: string }>`
      SELECT id FROM outside_runs
      WHERE flow_name = 'write-reviewed-course' AND external_state_type = 'PAUSED'`.execute(
      test.database.database,
    );
    return rows[0]?.id;
  });
  await act(run, "resume");
  expect(await process.ended).toBe(0);
  rmSync(home, { recursive: true, force: true });
  const details = await waitFor("its end", async () => {
    const read = await call<EngineRun>("GET", `/prefect/flow-runs/${run}`);
    return read.state_type === "COMPLETED" ? read : undefined;
  });
  expect(details.recent_actions[0]).toMatchObject({ kind: "resume", status: "accepted" });
});

it("cancels a run whose runner died, by Prefect's own time limit", async () => {
  const doomed = await serveCourseFlow(client, apiUrl, "actions-doomed");
  const { unit_id, task_id } = await launchUnit({ variant: "slow" }, { deployment_id: doomed.deployment.id });
  const run = await waitForRun(task_id, "RUNNING");
  await doomed.process.kill();
  expect((await test.send("POST", `/api/v1/task-queue/tasks/${task_id}/cancel`)).status).toBeLessThan(300);
  await waitForRun(task_id, "CANCELLING");
  await waitForUnit(unit_id, "cancelled");
  const { recent_actions, state_type } = await call<EngineRun>("GET", `/prefect/flow-runs/${run}`);
  expect(state_type).toBe("CANCELLED");
  expect(recent_actions.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
    "cancel accepted",
    "launch accepted",
  ]);
});

it("makes one run although the answer to its launch was lost", async () => {
  let launches = 0;
  const proxy = await startHttpProxy(apiUrl, (incoming, answer) => {
    if (!incoming.url?.endsWith("/create_flow_run")) return "forward";
    launches += 1;
    if (launches > 1) return "forward";
    carryOutAndHangUp(incoming, answer);
    return "answered";
  });
  const other = await call<Connection>("POST", "/prefect/connections", {
    ...{ name: "By way of a proxy", base_url: proxy.apiUrl },
    credentials: { kind: "basic", auth_string: authString },
  });
  const { unit_id, task_id, action } = await launchUnit(
    { seconds_per_lesson: 0.1 },
    { connection_id: other.id },
  );
  await waitForAction(action.id, task_id, "accepted");
  // More often when Prefect's database is locked: the key makes one run of all of them.
  expect(launches).toBeGreaterThanOrEqual(2);
  expect(await client.countFlowRuns({ idempotency_keys: [task_id] })).toBe(1);
  await waitForUnit(unit_id, "completed");
  await call("DELETE", `/prefect/connections/${other.id}`);
  await proxy.close();
});

/** The request reaches Prefect, its answer nobody. */
function carryOutAndHangUp(incoming: IncomingMessage, answer: ServerResponse): void {
  const target = new URL(apiUrl);
  const outgoing = request(
    {
      ...{ host: target.hostname, port: target.port, path: incoming.url },
      ...{ method: incoming.method, headers: incoming.headers },
    },
    (answered) => {
      answered.resume();
      answered.on("end", () => answer.destroy());
    },
  );
  incoming.pipe(outgoing);
}

it("cancels a run that nobody carries out yet", async () => {
  await served.stop();
  const { unit_id, task_id } = await launchUnit(slow);
  await waitForRun(task_id, "SCHEDULED");
  await test.send("POST", `/api/v1/task-queue/tasks/${task_id}/cancel`);
  await waitForUnit(unit_id, "cancelled");
  const task = await call<{ external_id: string }>("GET", `/task-queue/tasks/${task_id}`);
  expect(await waitForState(client, task.external_id, ["CANCELLED"])).toMatchObject({ run_count: 0 });
});
