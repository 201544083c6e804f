import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { chain } from "../../../test/engine/chain-flow.ts";
import { createEngineHarness, type EngineHarness, waitFor } from "../../../test/engine/harness.ts";

const script = fileURLToPath(new URL("../../../test/engine/worker-process.ts", import.meta.url));

let testDatabase: TestDatabase;
let harness: EngineHarness;
let folder: string;
let callsFile: string;
let gateFile: string;
let children: ChildProcess[];

beforeAll(async () => {
  testDatabase = await createTestDatabase({ max: 20 });
});
afterAll(() => testDatabase.close());
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-takeover-"));
  callsFile = path.join(folder, "calls");
  gateFile = path.join(folder, "gate");
  writeFileSync(callsFile, "");
  children = [];
  harness = createEngineHarness(testDatabase);
  harness.serve(chain, { callsFile, gateFile });
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await harness.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function startProcess(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script, testDatabase.url, callsFile, gateFile], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  await new Promise((resolve, reject) => {
    child.stdout.once("data", resolve);
    child.once("exit", () => reject(new Error("The worker process ended early")));
  });
  return child;
}

function calls(): number[] {
  return readFileSync(callsFile, "utf8").split("\n").filter(Boolean).map(Number);
}

/** Submits three steps of which the second waits for the gate, and waits until it does. */
async function submitGated(): Promise<string> {
  const { id } = await harness.submit({ task_name: "chain", inputs: { steps: 3, ms: 1, gated: 1 } });
  await waitFor(
    async () => calls(),
    (made) => made.includes(1),
  );
  return id;
}

async function stepStates(task_id: string) {
  const result = await sql<{
    step_order: number;
    attempt: number;
    status: string;
    error_code: string | null;
  }>`
    SELECT step_order, attempt, status, error_code FROM flow_step_runs WHERE task_id = ${task_id}
    ORDER BY id`.execute(harness.database);
  return result.rows;
}

test("a worker lives through the loss of all its connections and keeps its task", async () => {
  const worker = await harness.startWorker();
  const before = worker.id();
  const { id } = await harness.submit({ task_name: "chain", inputs: { steps: 10, ms: 100, gated: null } });
  for (const seen of [2, 5, 8]) {
    await waitFor(
      async () => calls(),
      (made) => made.length >= seen,
    );
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`.execute(harness.database);
  }
  const done = await harness.waitForTask(id, ({ status }) => status === "completed");
  expect(done).toMatchObject({ attempt: 1, crashes: 0 });
  expect(worker.id()).toBe(before);
  expect(calls()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

describe("beside a worker that sweeps", () => {
  // It claims nothing here and may declare others dead, after six seconds of beats without a gap: one for all tests, and those
  // that need no dead worker come first.
  const gaplessMs = 6_600;
  let sweeper: EngineHarness;
  let sweepsSince: number;

  beforeAll(async () => {
    sweeper = createEngineHarness(testDatabase);
    await sweeper.startWorker({ queues: ["elsewhere"] });
    sweepsSince = performance.now();
  });
  afterAll(() => sweeper.stop());

  const sweeperIsReady = () =>
    waitFor(
      async () => performance.now() - sweepsSince,
      (ms) => ms > gaplessMs,
    );

  test("a stopping worker hands its task back unharmed", async () => {
    const worker = await harness.startWorker({ graceMs: 1_500 });
    const id = await submitGated();
    await worker.stop();
    expect(await harness.readTask(id)).toMatchObject({ status: "retry", crashes: 0, worker_id: null });
    expect((await stepStates(id))[1]).toMatchObject({ status: "failed", error_code: "worker_stopped" });
    writeFileSync(gateFile, "");
    await harness.startWorker();
    await harness.waitForTask(id, ({ status }) => status === "completed");
    expect(calls()).toEqual([0, 1, 1, 2]);
  });

  test("a stopping worker lets calls in flight end and records them", async () => {
    const worker = await harness.startWorker();
    const { id } = await harness.submit({ task_name: "chain", inputs: { steps: 3, ms: 400, gated: null } });
    await waitFor(
      async () => calls(),
      (made) => made.length >= 1,
    );
    await worker.stop();
    expect(await harness.readTask(id)).toMatchObject({ status: "retry", crashes: 0 });
    expect(await stepStates(id)).toMatchObject([{ status: "completed" }]);
    await harness.taskQueue.service.cancelTask(id);
  });

  test("a cancel reaches a running step within a second", async () => {
    await harness.startWorker();
    const id = await submitGated();
    const askedAt = performance.now();
    await harness.taskQueue.service.cancelTask(id);
    await harness.waitForTask(id, ({ status }) => status === "cancelled");
    expect(performance.now() - askedAt).toBeLessThan(1_000);
    expect((await stepStates(id))[1]).toMatchObject({ status: "cancelled", error_code: "task_cancelled" });
    const { rows } = await harness.flowEngine.service.listFlowRuns({ task_id: id }, { limit: 10 });
    expect(rows).toMatchObject([{ status: "cancelled" }]);
  });

  test("run-task runs exactly one task to its end", async () => {
    const { id } = await harness.submit({
      task_name: "chain",
      inputs: { steps: 2, ms: 1, gated: null },
      queue_name: "outside",
    });
    const signal = new AbortController().signal;
    expect(await harness.taskQueue.runTask(id, signal)).toBe(0);
    expect(await harness.readTask(id)).toMatchObject({ status: "completed" });
    await expect(harness.taskQueue.runTask(id, signal)).rejects.toMatchObject({ code: "task_not_claimable" });
  });

  test("kill -9 of a worker: another one goes on within six seconds and repeats no completed step", async () => {
    await sweeperIsReady();
    const victim = await startProcess();
    const { id } = await harness.submit({ task_name: "chain", inputs: { steps: 8, ms: 150, gated: null } });
    await waitFor(
      async () => calls(),
      (made) => made.length >= 4,
    );
    victim.kill("SIGKILL");
    const killedAt = performance.now();
    await harness.startWorker();
    await harness.waitForTask(id, ({ attempt }) => attempt === 2);
    expect(performance.now() - killedAt).toBeLessThan(6_000);
    const done = await harness.waitForTask(id, ({ status }) => status === "completed");
    expect(done.result).toEqual({ numbers: [0, 1, 2, 3, 4, 5, 6, 7] });
    const completed = (await stepStates(id)).filter(({ status }) => status === "completed");
    expect(completed).toHaveLength(8);
    // Only the call that was in flight may have been made twice.
    expect(calls().length).toBeLessThanOrEqual(9);
    const { attempts } = await harness.taskQueue.service.getTask(id);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(["worker_died", "completed"]);
  });

  test("a frozen worker loses its task; its late result is adopted when the step has none yet", async () => {
    await sweeperIsReady();
    const frozen = await startProcess();
    const id = await submitGated();
    frozen.kill("SIGSTOP");
    await harness.waitForTask(id, ({ status, fence }) => status === "retry" && fence === 2);
    expect((await stepStates(id))[1]).toMatchObject({ status: "failed", error_code: "worker_lost" });
    writeFileSync(gateFile, "");
    frozen.kill("SIGCONT");
    await waitFor(
      () => stepStates(id),
      (steps) => steps[1]?.status === "completed",
    );
    await harness.waitForTask(id, ({ status }) => status === "completed");
    expect(calls()).toEqual([0, 1, 2]);
  });

  test("a frozen worker's late result is booked as a duplicate when another one was first", async () => {
    await sweeperIsReady();
    const frozen = await startProcess();
    const id = await submitGated();
    frozen.kill("SIGSTOP");
    await harness.waitForTask(id, ({ status }) => status === "retry");
    writeFileSync(gateFile, "");
    await harness.startWorker();
    await harness.waitForTask(id, ({ status }) => status === "completed");
    frozen.kill("SIGCONT");
    await waitFor(
      () => stepStates(id),
      (steps) => steps.some(({ error_code }) => error_code === "duplicate"),
    );
    expect((await stepStates(id)).filter(({ status }) => status === "completed")).toHaveLength(3);
    expect(calls()).toEqual([0, 1, 1, 2]);
  });
});
