import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertConnection } from "../../../test/builders/connection.ts";
import { moment, observedTask } from "../../../test/builders/mirrored.ts";
import { findAdministrator } from "../../../test/builders/written-unit.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import type { Transaction } from "../../platform/database.ts";
import { createSilentLogger } from "../../platform/logger.ts";
import { createContentModule } from "../content/module.ts";
import type { TaskSummary } from "./models.ts";
import { createTaskQueueModule } from "./module.ts";
import type { ObservedTask, OutsideProgress } from "./public.ts";
import { listUnsettled } from "./repo/workers.ts";

let testDatabase: TestDatabase;
let taskQueue: ReturnType<typeof createTaskQueueModule>;
let content: ReturnType<typeof createContentModule>;
let connection_id: string;
const database = () => testDatabase.database;
const commit = <Result>(work: (transaction: Transaction) => Promise<Result>) =>
  database().transaction().execute(work);

beforeAll(async () => {
  testDatabase = await createTestDatabase({ max: 6 });
  content = createContentModule({
    database: database(),
    cancelTask: async () => undefined,
    discardMedia: async () => undefined,
  });
  taskQueue = createTaskQueueModule({
    database: database(),
    pool: testDatabase.pool,
    connectionString: testDatabase.url,
    logger: createSilentLogger(),
    app_version: "test",
    changed: () => undefined,
    ports: { settleTask: [content.settleTask], lockUnit: content.lockUnit },
  });
  connection_id = await insertConnection(database());
});
afterAll(async () => {
  await taskQueue.stop();
  await testDatabase.close();
});

type Row = TaskSummary & { readonly result: unknown; readonly fence: number };
async function read(id: string): Promise<Row> {
  const { rows } = await sql<Row>`
    SELECT s.*, t.result, t.fence FROM task_summaries s JOIN tasks t ON t.id = s.id WHERE s.id = ${id}`.execute(
    database(),
  );
  if (rows[0] === undefined) throw new Error(`There is no task ${id}`);
  return rows[0];
}

async function observe(...tasks: ObservedTask[]): Promise<string[]> {
  const ids = await commit((transaction) => taskQueue.service.observeTasks(transaction, tasks));
  return tasks.map(({ external_id }) => ids.get(external_id) ?? "");
}
const observed = (given: Partial<ObservedTask> = {}) =>
  observedTask({ connection_id, external_id: randomUUID(), ...given });

interface Launched {
  readonly unit_id: string;
  readonly task_id: string;
  readonly external_id: string;
}

/** A unit that waits for its run. */
async function launch(): Promise<Launched> {
  const user = await findAdministrator(database());
  return commit(async (transaction) => {
    const unit_id = await content.port.insertUnit(transaction, {
      title: "Tides",
      learner_level: "beginner",
      target_lesson_count: 2,
      source_kind: "topic",
      generated_from_topic: true,
      request: {},
      user_id: user.id,
      sources: [],
    });
    const task = await taskQueue.service.submitOutsideTask(transaction, {
      task_name: "unit_creation",
      inputs: { topic: "Tides" },
      unit_id,
      user_id: user.id,
      connection_id,
    });
    await content.port.giveToTask(transaction, unit_id, task);
    return { unit_id, task_id: task.id, external_id: randomUUID() };
  });
}

const reading = (
  status: OutsideProgress["status"],
  seconds: number,
  given: Partial<OutsideProgress> = {},
) => ({
  ...observedTask({ connection_id, external_id: "unused" }),
  status,
  external_state_at: moment(seconds),
  external_state_id: String(seconds),
  completed_at: ["completed", "failed", "cancelled"].includes(status) ? moment(seconds) : null,
  ...given,
});

function move(
  { task_id, external_id }: Launched,
  progress: OutsideProgress,
  write?: Parameters<typeof taskQueue.service.moveOutsideTask>[3],
): Promise<boolean> {
  return commit((transaction) =>
    taskQueue.service.moveOutsideTask(transaction, { id: task_id, external_id }, progress, write),
  );
}

async function readUnit({ unit_id }: Launched) {
  const [unit] = await content.service.listUnitSummaries([unit_id]);
  if (unit === undefined) throw new Error("The unit is gone");
  return unit;
}

/** What arrivals do: the unit's content and its state in the ending transaction. */
const arrive =
  ({ unit_id }: Launched, status: "completed" | "partial") =>
  async (transaction: Transaction) => {
    await sql`UPDATE units SET status = ${status}, stage = 'done', completed_at = clock_timestamp() WHERE id = ${unit_id}`.execute(
      transaction,
    );
    return { unit_status: status };
  };

describe("observed tasks", () => {
  test("stand for a run each, and are written only when something differs", async () => {
    const given = observed({ title: "Run \u0000 one" });
    const [id = ""] = await observe(given);
    const first = await read(id);
    expect(first).toMatchObject({
      executor: "observed",
      task_name: "prefect_flow_run",
      unit_title: "Run \uFFFD one",
      connection_id,
      connection_name: "Prefect",
      external_id: given.external_id,
      status: "in_progress",
      progress_percentage: 10,
      version: 1,
    });
    expect(await observe(given, given)).toEqual([id, id]);
    expect(await read(id)).toEqual(first);
    const other = observed({ external_id: given.external_id, progress_percentage: 5 });
    await observe(other);
    expect((await read(id)).progress_percentage).toBe(10);
    await observe({ ...given, progress_percentage: 55 });
    expect(await read(id)).toMatchObject({ progress_percentage: 55, version: 3 });
    const [another = ""] = await observe(observed());
    expect((await read(another)).lineage_id).not.toBe(first.lineage_id);
  });

  test("ignore an older state, and begin again when their run does", async () => {
    const given = observed();
    const ended = observed({
      external_id: given.external_id,
      ...{
        status: "failed",
        completed_at: moment(9),
        external_state_at: moment(9),
        error_message: "x".repeat(20_000),
      },
    });
    const [id = ""] = await observe(given);
    await taskQueue.service.cancelTask(id);
    await observe(ended);
    await observe(given);
    const failed = await read(id);
    expect(failed).toMatchObject({
      status: "failed",
      completed_at: "2026-10-01T08:00:09.000Z",
      progress_percentage: 10,
    });
    expect(failed.error_message).toHaveLength(10_000);
    expect(failed.cancel_requested_at).not.toBeNull();
    await observe({
      ...given,
      status: "pending",
      attempt: 2,
      progress_percentage: 0,
      external_state_at: moment(20),
    });
    expect(await read(id)).toMatchObject({
      status: "pending",
      completed_at: null,
      error_message: null,
      attempt: 2,
      progress_percentage: 0,
      cancel_requested_at: null,
    });
    await observe({ ...given, status: "completed", attempt: 2, external_state_at: moment(30) });
    expect(await read(id)).toMatchObject({ status: "completed", progress_percentage: 100 });
  });

  test("hold the rules of the table whatever was read", async () => {
    const odd = {
      pause_reason: null,
      completed_at: moment(3),
      progress_percentage: 1e9,
      unit_id: randomUUID(),
    };
    const [paused = "", over = ""] = await observe(
      observed({ ...odd, status: "paused" }),
      observed({ ...odd, status: "cancelled", completed_at: null, pause_reason: "x" }),
    );
    expect(await read(paused)).toMatchObject({ status: "paused", completed_at: null, unit_id: null });
    expect(await read(over)).toMatchObject({
      status: "cancelled",
      pause_reason: null,
      progress_percentage: 100,
    });
    expect((await read(over)).completed_at).not.toBeNull();
  });

  test("are asked to end, never ended here; they are neither claimed nor continued nor settled", async () => {
    const [pending = "", paused = ""] = await observe(
      observed({ status: "pending" }),
      observed({ status: "paused", pause_reason: "Somebody has to say yes." }),
    );
    await taskQueue.service.cancelTask(pending);
    const asked = await read(pending);
    expect(asked).toMatchObject({ status: "pending", completed_at: null });
    expect(asked.cancel_requested_at).not.toBeNull();
    await taskQueue.service.cancelTask(pending);
    expect(await read(pending)).toEqual(asked);
    await expect(taskQueue.service.continueTask(paused)).rejects.toMatchObject({
      code: "task_runs_elsewhere",
    });
    const continued = await commit((transaction) =>
      taskQueue.service.continuePausedTasks(transaction, "Somebody has to say yes."),
    );
    expect(continued).toEqual([]);
    expect(await taskQueue.service.getStatus()).toMatchObject({ pending: 0, paused: 0 });
    await sql`INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, connection_id, external_id)
      SELECT 'course', 0, 'x', 'x', 'running', id, connection_id, external_id FROM tasks WHERE id = ${pending}`.execute(
      database(),
    );
    await sql`UPDATE tasks SET status = 'failed', completed_at = clock_timestamp() WHERE id = ${pending}`.execute(
      database(),
    );
    expect(await listUnsettled(database())).toEqual([]);
  });
});

describe("a launched task", () => {
  test("follows its run, with its unit, to the content that came back", async () => {
    const launched = await launch();
    expect(await read(launched.task_id)).toMatchObject({
      executor: "external",
      status: "pending",
      external_id: null,
    });
    expect(await move(launched, reading("in_progress", 1, { progress_percentage: 30 }))).toBe(true);
    const running = await read(launched.task_id);
    expect(running).toMatchObject({
      status: "in_progress",
      external_id: launched.external_id,
      progress_percentage: 30,
    });
    expect(await move(launched, reading("in_progress", 1, { progress_percentage: 30 }))).toBe(false);
    expect(await read(launched.task_id)).toEqual(running);
    await move(launched, reading("paused", 2, { pause_reason: "Somebody has to say yes." }));
    expect((await readUnit(launched)).status).toBe("paused");
    await move(launched, reading("in_progress", 3));
    expect(await readUnit(launched)).toMatchObject({
      status: "in_progress",
      connection_id,
      connection_name: "Prefect",
    });
    expect(await move(launched, reading("completed", 5), arrive(launched, "partial"))).toBe(true);
    expect(await read(launched.task_id)).toMatchObject({
      status: "completed",
      result: { unit_status: "partial" },
      progress_percentage: 100,
    });
    expect((await readUnit(launched)).status).toBe("partial");
    const written = () => Promise.reject(new Error("It is written already"));
    expect(await move(launched, reading("completed", 5), written)).toBe(false);
    expect(await move(launched, reading("in_progress", 3), written)).toBe(false);
  });

  test("that failed fails its unit; when its run goes on both do, and the cancel of the former attempt is over", async () => {
    const launched = await launch();
    await move(launched, reading("in_progress", 1));
    await taskQueue.service.cancelTask(launched.task_id);
    expect(await read(launched.task_id)).toMatchObject({ status: "in_progress" });
    const failure = { error_code: "prefect_run_crashed", error_message: "Its process died." };
    await move(launched, reading("failed", 4, failure));
    expect(await readUnit(launched)).toMatchObject({ status: "failed", ...failure });
    const { fence } = await read(launched.task_id);
    await move(launched, reading("pending", 6, { attempt: 2, progress_percentage: 0 }));
    expect(await readUnit(launched)).toMatchObject({
      status: "in_progress",
      error_code: null,
      completed_at: null,
    });
    expect(await read(launched.task_id)).toMatchObject({
      status: "pending",
      completed_at: null,
      cancel_requested_at: null,
      progress_percentage: 0,
      fence: fence + 1,
    });
    await move(launched, reading("cancelled", 8));
    expect((await readUnit(launched)).status).toBe("cancelled");
    await move(launched, reading("completed", 9), arrive(launched, "completed"));
    expect((await readUnit(launched)).status).toBe("completed");
  });

  test("whose run completed without a lesson fails, once, until another attempt brings some", async () => {
    const launched = await launch();
    const nothing = async () => null;
    await move(launched, reading("completed", 4), nothing);
    expect(await read(launched.task_id)).toMatchObject({ status: "failed", error_code: "nothing_returned" });
    expect(await readUnit(launched)).toMatchObject({ status: "failed", error_code: "nothing_returned" });
    const asked = () => Promise.reject(new Error("Nobody comes twice"));
    expect(await move(launched, reading("completed", 4), asked)).toBe(false);
    await move(launched, reading("in_progress", 6, { attempt: 2 }));
    await move(launched, reading("completed", 8, { attempt: 2 }), arrive(launched, "completed"));
    expect((await readUnit(launched)).status).toBe("completed");
    expect(await read(launched.task_id)).toMatchObject({ status: "completed", error_code: null });
  });

  test("stays ended when another task has the unit by now, whatever its run does", async () => {
    const launched = await launch();
    await move(launched, reading("failed", 2));
    await commit(async (transaction) => {
      const next = await taskQueue.service.submitFlowTask(transaction, {
        ...{ task_name: "unit_creation", inputs: {}, unit_id: launched.unit_id, user_id: null },
      });
      await content.port.giveToTask(transaction, launched.unit_id, next);
    });
    const asked = () => Promise.reject(new Error("The unit is another's"));
    expect(await move(launched, reading("in_progress", 5), asked)).toBe(false);
    expect((await read(launched.task_id)).status).toBe("failed");
    expect(await move(launched, reading("completed", 7, { result: { by: "run" } }), asked)).toBe(true);
    expect(await read(launched.task_id)).toMatchObject({ status: "completed", result: { by: "run" } });
    expect((await readUnit(launched)).status).toBe("in_progress");
  });

  test("is ended here as long as it has no run; a run that comes all the same is asked to end", async () => {
    const launched = await launch();
    await taskQueue.service.cancelTask(launched.task_id);
    expect((await read(launched.task_id)).status).toBe("cancelled");
    expect((await readUnit(launched)).status).toBe("cancelled");
    await move(launched, reading("in_progress", 1));
    const back = await read(launched.task_id);
    expect(back).toMatchObject({ status: "in_progress", external_id: launched.external_id });
    expect(back.cancel_requested_at).not.toBeNull();
    expect((await readUnit(launched)).status).toBe("in_progress");
  });

  test("that got no run ends with the words of the refusal", async () => {
    const launched = await launch();
    const failure = { error_code: "prefect_refused", error_message: "There is no such deployment." };
    const refused = reading("failed", 1, { ...failure, external_state_at: null, external_state_id: null });
    await commit((transaction) =>
      taskQueue.service.moveOutsideTask(transaction, { id: launched.task_id, external_id: null }, refused),
    );
    expect(await read(launched.task_id)).toMatchObject({ status: "failed", external_id: null, ...failure });
    expect(await readUnit(launched)).toMatchObject({ status: "failed", ...failure });
  });

  test("is the only one of its unit, and not what another run or a stranger says it is", async () => {
    const launched = await launch();
    const twice = {
      task_name: "unit_creation",
      inputs: {},
      unit_id: launched.unit_id,
      user_id: null,
      connection_id,
    };
    await expect(
      commit((transaction) => taskQueue.service.submitOutsideTask(transaction, twice)),
    ).rejects.toMatchObject({ code: "task_already_live" });
    await move(launched, reading("in_progress", 1));
    expect(await move({ ...launched, external_id: "another" }, reading("failed", 9))).toBe(false);
    expect(await move({ ...launched, task_id: randomUUID() }, reading("failed", 9))).toBe(false);
    const [id = ""] = await observe(observed({ external_id: launched.external_id, title: "Watched" }));
    expect(id).toBe(launched.task_id);
    expect(await read(id)).toMatchObject({ executor: "external", unit_title: "Tides" });
  });
});
