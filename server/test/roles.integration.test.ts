import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { ask, createHome, createUnit, readJson, removeHome, type Unit, waitForUnit } from "./product.ts";
import { type RunningProgram, runProgram } from "./program.ts";

const source = readFileSync(
  path.resolve(import.meta.dirname, "../../examples/sources/how-tides-work.md"),
  "utf8",
);
const request = {
  sources: [{ kind: "text", text: source }],
  learner_level: "beginner",
  target_lesson_count: 1,
};

let database: TestDatabase;
let home: string;
let server: RunningProgram;
let url: string;

function run(...words: string[]): RunningProgram {
  return runProgram(words, {
    DATABASE_URL: database.url,
    COURSEWRIGHT_HOME: home,
    COURSEWRIGHT_KEY_FILE: `${home}-keys`,
    COURSEWRIGHT_PORT: "0",
    LOG_LEVEL: "warn",
  });
}

beforeAll(async () => {
  database = await createTestDatabase();
  home = createHome();
  server = run("serve");
  url = await server.ready();
});
afterAll(async () => {
  server.child.kill("SIGTERM");
  await server.ended();
  await database.close();
  removeHome(home);
});

async function taskOf(unitId: string): Promise<{ id: string; status: string }> {
  const { task_id } = await readJson<Unit & { task_id: string }>(url, `/content/units/${unitId}`);
  return readJson(url, `/task-queue/tasks/${task_id}`);
}

const readTask = (id: string) =>
  readJson<{ status: string; crashes: number; unit_id: string }>(url, `/task-queue/tasks/${id}`);

describe("the roles apart, on one DATABASE_URL", () => {
  it("a server alone takes a unit and leaves it to a worker, which writes it", async () => {
    const unitId = await createUnit(url, request);
    expect((await taskOf(unitId)).status).toBe("pending");
    const worker = run("worker");
    const unit = await waitForUnit(url, unitId);
    expect([unit.status, unit.error_message]).toEqual(["completed", null]);
    worker.child.kill("SIGTERM");
    expect(await worker.ended()).toBe(0);
  });

  it("run-task runs exactly one task to its end and says by its exit code how it went", async () => {
    const wanted = await createUnit(url, request);
    const other = await createUnit(url, request);
    const task = await taskOf(wanted);
    expect(await run("run-task", task.id).ended()).toBe(0);
    expect((await readJson<Unit>(url, `/content/units/${wanted}`)).status).toBe("completed");
    expect((await taskOf(other)).status).toBe("pending");
    const again = run("run-task", task.id);
    expect(await again.ended()).toBe(3);
    expect(again.stderr()).toMatch(/is completed and cannot be started now/);
    expect(again.stdout()).toBe("");
  });

  it("run-task tells how far it is in lines of JSON", async () => {
    const { id } = await taskOf(await createUnit(url, request));
    const carrier = run("run-task", id, "--report");
    expect(await carrier.ended()).toBe(0);
    const reports = carrier.stdout().trim().split("\n");
    expect(reports.length).toBeGreaterThan(1);
    expect(JSON.parse(reports.at(-1)!)).toEqual({
      progress_percentage: 100,
      current_step: null,
      status: "completed",
      error_message: null,
    });
  });

  it("run-task hands its task back when it is told to end, and ends its task when that is cancelled", async () => {
    const { id } = await taskOf(await createUnit(url, { ...request, target_lesson_count: 6 }));
    const first = run("run-task", id, "--report");
    await once(first.child.stdout!, "data");
    first.child.kill("SIGTERM");
    expect(await first.ended()).toBe(1);
    expect(JSON.parse(first.stdout().trim().split("\n").at(-1)!)).toMatchObject({ status: "retry" });
    expect(await readTask(id)).toMatchObject({ status: "retry", crashes: 0 });
    const second = run("run-task", id, "--report");
    await once(second.child.stdout!, "data");
    const cancelled = await ask(url, `/task-queue/tasks/${id}/cancel`, { method: "POST" });
    expect(cancelled.ok).toBe(true);
    expect(await second.ended()).toBe(1);
    expect(JSON.parse(second.stdout().trim().split("\n").at(-1)!)).toMatchObject({ status: "cancelled" });
  });
});
