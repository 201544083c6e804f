import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import os from "node:os";
import path from "node:path";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { startCourseFlow } from "../../../../test/prefect/course-flow.ts";
import { findFreePort } from "../../../../test/prefect/free-port.ts";
import { type HttpProxy, startHttpProxy } from "../../../../test/prefect/http-proxy.ts";
import { ownPrefectApi } from "../../../../test/prefect/own-prefect.ts";
import { authString, startPrefectServer } from "../../../../test/prefect/prefect-server.ts";
import { waitFor } from "../../../../test/prefect/wait-for.ts";
import type { FlowRunSummary, StepSummary } from "../../flow-engine/models.ts";
import { createPrefectClient, type PrefectClient } from "../client/client.ts";
import { createRequestBudget } from "../client/request-budget.ts";
import type { PrefectFlowRun } from "../client/wire.ts";
import { type Connection, connectionSchema } from "../connections/models.ts";
import { isTerminalType, mirroredStatus } from "../states.ts";
import { stepNameOf } from "./mapping.ts";

const apiUrl = ownPrefectApi();
let app: TestApp;

afterEach(async () => {
  await app?.close();
});

async function watch(url: string): Promise<void> {
  app = await createTestApp({ COURSEWRIGHT_PREFECT_URL: url, COURSEWRIGHT_PREFECT_AUTH: authString });
  await app.app.startServer();
}

const reader = (url: string): PrefectClient =>
  createPrefectClient({
    apiUrl: url,
    authentication: { kind: "basic", auth_string: authString },
    budget: createRequestBudget({ requestsPerSecond: 50 }),
  });

async function readConnection(): Promise<Connection> {
  const answer = await app.request("/api/v1/prefect/connections");
  return connectionSchema.parse(((await answer.json()) as unknown[])[0]);
}
const waitForHealth = (...healths: Connection["health"][]) =>
  waitFor(`the health ${healths.join(" or ")}`, async () => {
    const connection = await readConnection();
    return healths.includes(connection.health) ? connection : undefined;
  });

async function findRun(external_id: string): Promise<FlowRunSummary | undefined> {
  const { rows } = await sql<FlowRunSummary>`
    SELECT * FROM flow_run_summaries WHERE external_id = ${external_id}`.execute(app.database.database);
  return rows[0];
}
const waitForRun = (external_id: string, isIt: (run: FlowRunSummary) => boolean) =>
  waitFor(`our row of ${external_id}`, async () => {
    const run = await findRun(external_id);
    return run !== undefined && isIt(run) ? run : undefined;
  });

async function readSteps(flow_run_id: string): Promise<StepSummary[]> {
  const { rows } = await sql<StepSummary>`
    SELECT * FROM step_summaries WHERE flow_run_id = ${flow_run_id} ORDER BY step_order`.execute(
    app.database.database,
  );
  return rows;
}

/** The run of the example that carries this title, as Prefect has it. */
const findFlowRun = (client: PrefectClient, unit_id: string) =>
  waitFor(`the run for ${unit_id}`, async () => {
    const runs = await client.listFlowRuns({ sort: "START_TIME_DESC", limit: 50 });
    return runs.find(({ parameters }) => parameters?.unit_id === unit_id);
  });

/** What a full read of Prefect and our rows say of one run, its subflows and their steps. */
async function compare(client: PrefectClient, root: PrefectFlowRun): Promise<void> {
  const children = await client.listFlowRuns({ parent_flow_run_ids: [root.id] });
  const top = await findRun(root.id);
  for (const run of [(await client.findFlowRun(root.id))!, ...children]) {
    const row = await findRun(run.id);
    expect(row).toMatchObject({
      status: mirroredStatus(run.state_type),
      external_state: run.state_name,
      external_run_name: run.name,
      parent_flow_run_id: run.id === root.id ? null : top?.id,
      task_id: top?.task_id,
    });
    const theirs = await client.listTaskRuns({ flow_run_ids: [run.id], is_without_stand_ins: true });
    const ours = await readSteps(row!.id);
    expect(ours.map(({ step_name, status }) => [step_name, status]).sort()).toEqual(
      theirs.map((step) => [stepNameOf(step), mirroredStatus(step.state_type)]).sort(),
    );
  }
}

describe("with a server that answers", () => {
  let client: PrefectClient;
  beforeAll(() => {
    client = reader(apiUrl);
  });
  afterAll(() => client.close());

  it("shows a run that goes on, its subflows, its steps and its progress, and in the end what Prefect has", async () => {
    await watch(apiUrl);
    const words = ["run", "--lessons", "2", "--unit-id", "mirror-a", "--seconds-per-lesson", "4"];
    const flow = startCourseFlow(apiUrl, words);
    const root = await findFlowRun(client, "mirror-a");
    const half = await waitForRun(root.id, ({ progress_percentage }) => progress_percentage === 50);
    expect(half).toMatchObject({ status: "running", progress_source: "artifact", flow_name: "write-course" });
    expect(await flow.ended).toBe(0);
    const done = await waitForRun(root.id, ({ status }) => status === "completed");
    expect(done).toMatchObject({ progress_percentage: 100, attempt: 1 });
    const task = await app.request(`/api/v1/task-queue/tasks/${done.task_id}`);
    expect(await task.json()).toMatchObject({ status: "completed", task_name: "prefect_flow_run" });
    await vi.waitFor(() => compare(client, root), { timeout: 30_000, interval: 300 });
    const connection = await readConnection();
    expect(connection.last_sync_at).not.toBeNull();
    expect(["live", "polling"]).toContain(connection.health);
  });

  it("shows runs of before it was connected", async () => {
    const words = ["run", "--variant", "failing", "--lessons", "2", "--unit-id", "mirror-b"];
    await startCourseFlow(apiUrl, [...words, "--seconds-per-lesson", "0.1"]).ended;
    const root = await findFlowRun(client, "mirror-b");
    await watch(apiUrl);
    const row = await waitForRun(root.id, ({ status }) => status === "failed");
    expect(row).toMatchObject({ error_code: "prefect_run_failed" });
    expect(row.error_message).toContain("The pull of the Moon");
    await vi.waitFor(() => compare(client, root), { timeout: 30_000, interval: 300 });
  });
});

describe("with a server that does not answer as it should", () => {
  type Mode = "forward" | "silent" | 500 | 401;
  let mode: Mode;
  let proxy: HttpProxy;
  const held: ServerResponse[] = [];

  function intercept(_incoming: IncomingMessage, answer: ServerResponse): "forward" | "answered" {
    if (mode === "forward") return "forward";
    if (mode === "silent") held.push(answer);
    else answer.writeHead(mode, { "content-type": "application/json" }).end(`{"exception_message": "No."}`);
    return "answered";
  }

  beforeAll(async () => {
    mode = "forward";
    proxy = await startHttpProxy(apiUrl, intercept);
  });
  afterAll(() => proxy.close());

  it("says that it is down while every answer is a 500 or takes too long, and keeps the rows as they were", async () => {
    mode = "forward";
    await watch(proxy.apiUrl);
    await waitForHealth("live", "polling");
    const client = reader(apiUrl);
    const words = ["run", "--lessons", "1", "--unit-id", "mirror-c", "--seconds-per-lesson", "0.1"];
    await startCourseFlow(apiUrl, words).ended;
    const root = await findFlowRun(client, "mirror-c");
    await client.close();
    const before = await waitForRun(root.id, ({ status }) => status === "completed");
    mode = 500;
    const down = await waitForHealth("down");
    expect(down.health_reason).toContain("Prefect answered 500");
    mode = "forward";
    await waitForHealth("live", "polling");
    // Withheld for longer than a request waits: as with a latency of 30 s.
    mode = "silent";
    expect((await waitForHealth("down")).health_reason).not.toBeNull();
    mode = "forward";
    await waitForHealth("live", "polling");
    expect(await findRun(root.id)).toMatchObject({ status: before.status, id: before.id });
  }, 120_000);

  it("says that the credentials are wrong, and goes on when they are entered anew", async () => {
    mode = 401;
    app = await createTestApp();
    await app.app.startServer();
    const made = await app.send("POST", "/api/v1/prefect/connections", {
      name: "Ours",
      base_url: proxy.apiUrl,
      credentials: { kind: "basic", auth_string: "tester:wrong" },
    });
    expect(made.status).toBe(201);
    expect((await waitForHealth("auth_failed")).health_reason).toContain("401");
    mode = "forward";
    const { id } = await readConnection();
    const credentials = { kind: "basic", auth_string: authString };
    expect((await app.send("PATCH", `/api/v1/prefect/connections/${id}`, { credentials })).status).toBe(200);
    await waitForHealth("live", "polling");
  });
});

it("keeps what it knew when the server is killed in the middle of a run, and goes on when it is back", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-mirror-"));
  const port = await findFreePort();
  const first = await startPrefectServer({ folder, port });
  await watch(first.apiUrl);
  const client = reader(first.apiUrl);
  const words = ["run", "--lessons", "2", "--unit-id", "mirror-d", "--seconds-per-lesson", "4"];
  const flow = startCourseFlow(first.apiUrl, words);
  const root = await findFlowRun(client, "mirror-d");
  await waitForRun(root.id, ({ status, steps_done }) => status === "running" && steps_done > 0);
  await first.kill();
  await waitForHealth("down");
  expect(await findRun(root.id)).toMatchObject({ status: "running", error_code: null });
  const second = await startPrefectServer({ folder, port });
  try {
    await waitForHealth("live", "polling");
    await flow.ended;
    const after = await client.findFlowRun(root.id);
    await waitForRun(root.id, ({ status }) => status === mirroredStatus(after?.state_type));
    if (isTerminalType(after?.state_type)) {
      await vi.waitFor(() => compare(client, root), { timeout: 30_000, interval: 300 });
    }
  } finally {
    await flow.kill();
    await client.close();
    await second.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
