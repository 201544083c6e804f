import { sql } from "kysely";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type CourseApp, createCourseApp } from "../../../../test/course-app.ts";
import { createTestDatabase } from "../../../../test/database.ts";
import { waitFor } from "../../../../test/engine/harness.ts";
import { askWith, createHome, readJson, removeHome, startProduct } from "../../../../test/product.ts";
import type { Database } from "../../../platform/database.ts";
import type { TaskDetails } from "../../task-queue/models.ts";
import type { BulkAction, BulkItem, BulkPreview } from "./models.ts";

vi.setConfig({ testTimeout: 90_000 });

const homes: string[] = [];
let app: CourseApp;

beforeEach(async () => {
  app = await createCourseApp();
});
afterEach(() => app.stop());
afterAll(() => homes.forEach(removeHome));

/** Nothing can be written from it, so its tasks fail at once. */
const request = {
  title: null,
  topic: null,
  sources: [],
  learner_level: "beginner",
  learning_objectives: [],
  target_lesson_count: 3,
  authors: { text: "offline", speech: "offline", image: "offline" },
};

/** Units as their tasks left them: each with a lineage, an ended task and a flow run of it. */
async function insertUnits(
  database: Database,
  count: number,
  status: string,
  title = "Tides",
): Promise<string[]> {
  const taskStatus =
    { completed: "completed", partial: "completed", in_progress: "pending" }[status] ?? status;
  const { rows } = await sql<{ id: string }>`
    WITH made AS (
      INSERT INTO units (title, learner_level, status, target_lesson_count, source_kind, user_id, request)
      SELECT ${title} || ' ' || n, 'beginner', ${status}, 3, 'topic', (SELECT id FROM users ORDER BY id LIMIT 1),
        ${JSON.stringify(request)}::jsonb FROM generate_series(1, ${count}::int) n
      RETURNING id, title
    ), lineage AS (
      INSERT INTO lineages (unit_id) SELECT id FROM made RETURNING id, unit_id
    ), task AS (
      INSERT INTO tasks (task_name, status, unit_id, unit_title, lineage_id, user_id, inputs, completed_at)
      SELECT 'unit_creation', ${taskStatus}, m.id, m.title, l.id, (SELECT id FROM users ORDER BY id LIMIT 1),
        ${JSON.stringify(request)}::jsonb, CASE WHEN ${taskStatus} <> 'pending' THEN clock_timestamp() END
      FROM made m JOIN lineage l ON l.unit_id = m.id RETURNING id, unit_id, lineage_id
    ), run AS (
      INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, unit_id, lineage_id)
      SELECT 'unit_creation', 1, 'unit', 'unit', 'failed', id, unit_id, lineage_id FROM task
      UNION ALL
      SELECT 'lesson_creation', 1, 'lesson:1', 'unit/lesson:1', 'failed', id, unit_id, lineage_id FROM task
    )
    SELECT id FROM made ORDER BY id`.execute(database);
  await sql`
    UPDATE units u SET task_id = t.id, lineage_id = t.lineage_id FROM tasks t WHERE t.unit_id = u.id AND u.task_id IS NULL`.execute(
    database,
  );
  return rows.map(({ id }) => id);
}

const start = (body: unknown) =>
  app.call<{ task_id: string; item_count: number }>("POST", "/content-creator/bulk-actions", body);
const preview = async (body: unknown) =>
  (await app.call<BulkPreview>("POST", "/content-creator/bulk-actions/preview", body)).body;
const actionOf = async (task_id: string) =>
  (await app.call<BulkAction>("GET", `/content-creator/bulk-actions/${task_id}`)).body;
const itemsOf = async (task_id: string, query = "") =>
  (await app.call<BulkItem[]>("GET", `/content-creator/bulk-actions/${task_id}/items${query}`)).body;

const unfinished = new Set(["pending", "in_progress", "retry"]);
function ended(task_id: string): Promise<TaskDetails> {
  return waitFor(
    async () => (await app.call<TaskDetails>("GET", `/task-queue/tasks/${task_id}`)).body,
    ({ status }) => !unfinished.has(status),
    60_000,
  );
}

function somebodyWaits(): Promise<unknown> {
  return waitFor(
    () =>
      sql<{ waiting: number }>`SELECT count(*)::int AS waiting FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(app.database),
    ({ rows }) => (rows[0]?.waiting ?? 0) > 0,
  );
}

/** How many tasks each unit has, as unit count by task count. */
async function countTasks(database: Database, unit_ids: readonly string[]): Promise<Record<string, number>> {
  const { rows } = await sql<{ tasks: number; units: number }>`
    SELECT tasks, count(*)::int AS units FROM (
      SELECT count(*)::int AS tasks FROM tasks WHERE unit_id = ANY(${[...unit_ids]}::uuid[]) GROUP BY unit_id
    ) counted GROUP BY tasks`.execute(database);
  return Object.fromEntries(rows.map(({ tasks, units }) => [tasks, units]));
}

describe("a bulk action", () => {
  test("retries all that fit the filter at its acceptance, and names what it could not do and why", async () => {
    const failed = await insertUnits(app.database, 40, "failed");
    const [written] = await insertUnits(app.database, 1, "completed");
    const ids = [...failed.slice(0, 3), written, crypto.randomUUID()];
    const wanted = { action: "retry", entity: "unit", filter: { status: "failed,partial" } };
    expect(await preview(wanted)).toMatchObject({
      matching: 40,
      eligible: 40,
      skipped: [],
      estimate: { cost_usd: 0 },
    });
    const accepted = await start(wanted);
    expect([accepted.status, accepted.body.item_count]).toEqual([202, 40]);
    const [later] = await insertUnits(app.database, 1, "failed", "Later");
    await app.startWorker();
    const task = await ended(accepted.body.task_id);
    expect(task).toMatchObject({
      task_name: "bulk_action",
      status: "completed",
      progress_percentage: 100,
      unit_id: null,
      result: { action: "retry", entity: "unit", total: 40, done: 40, refused: 0, failed: 0 },
    });
    expect(await actionOf(task.id)).toEqual({
      ...{ task_id: task.id, action: "retry", entity: "unit", filter: { status: "failed,partial" } },
      ...{ total: 40, pending: 0, done: 40, refused: 0, failed: 0 },
    });
    expect(await countTasks(app.database, failed)).toEqual({ 2: 40 });
    expect(await countTasks(app.database, [later ?? ""])).toEqual({ 1: 1 });
    const [item] = await itemsOf(task.id, "?limit=1");
    const fresh = (await app.call<TaskDetails>("GET", `/task-queue/tasks/${item?.result_task_id}`)).body;
    expect([fresh.unit_id, fresh.mode]).toEqual([item?.unit_id, "from_scratch"]);
    // Lower is taken first: an order does not wait behind the work that it is about.
    expect(task.priority).toBeLessThan(fresh.priority);

    const chosen = await start({ action: "resume", entity: "unit", ids });
    const second = await ended(chosen.body.task_id);
    expect(second.status).toBe("completed");
    const refused = await itemsOf(second.id, "?status=refused,failed");
    expect(refused.map(({ error_code, error_message }) => [error_code, error_message])).toEqual([
      ["unit_not_retryable", expect.stringContaining("This unit is completed")],
      ["bulk_target_missing", expect.stringContaining("does not exist")],
    ]);
  });

  test("that meets another one at the same units starts each of them once", async () => {
    const units = await insertUnits(app.database, 30, "failed");
    const [retried, resumed] = await Promise.all([
      start({ action: "retry", entity: "unit", ids: units }),
      start({ action: "resume", entity: "unit", ids: [...units].reverse() }),
    ]);
    await app.startWorker();
    const tasks = await Promise.all([ended(retried.body.task_id), ended(resumed.body.task_id)]);
    expect(tasks.map(({ status }) => status)).toEqual(["completed", "completed"]);
    const items = (await Promise.all(tasks.map(({ id }) => itemsOf(id, "?limit=100")))).flat();
    expect(items.filter(({ status }) => status !== "done" && status !== "refused")).toEqual([]);
    const refused = items.filter(({ status }) => status === "refused");
    expect(new Set(refused.map(({ error_code }) => error_code)).size).toBeLessThanOrEqual(1);
    for (const unit_id of units) {
      // A unit whose first new task had failed by then may be started a second time.
      const done = items.filter((item) => item.unit_id === unit_id && item.status === "done");
      expect(done.length).toBeGreaterThanOrEqual(1);
      expect(await countTasks(app.database, [unit_id])).toEqual({ [1 + done.length]: 1 });
    }
  });

  test("and the deletion of one of its units do not wait for each other in a circle", async () => {
    const [unit_id = ""] = await insertUnits(app.database, 1, "failed");
    const accepted = await start({ action: "retry", entity: "unit", ids: [unit_id] });
    await app.database.transaction().execute(async (transaction) => {
      await sql`SELECT 1 FROM units WHERE id = ${unit_id} FOR UPDATE`.execute(transaction);
      await app.startWorker();
      await somebodyWaits();
      await sql`DELETE FROM units WHERE id = ${unit_id}`.execute(transaction);
    });
    expect(await ended(accepted.body.task_id)).toMatchObject({ status: "completed", crashes: 0, attempt: 1 });
    expect(await itemsOf(accepted.body.task_id)).toMatchObject([
      { entity_id: unit_id, unit_id: null, status: "refused", error_code: "unit_not_found" },
    ]);
  });

  test("is accepted although one of its units is deleted just then", async () => {
    const units = await insertUnits(app.database, 2, "failed");
    const { answer } = await app.database.transaction().execute(async (transaction) => {
      await sql`DELETE FROM units WHERE id = ${units[0]}`.execute(transaction);
      const answer = start({ action: "retry", entity: "unit", ids: units });
      await somebodyWaits();
      return { answer };
    });
    const { status, body } = await answer;
    expect([status, body.item_count]).toEqual([202, 2]);
    expect((await itemsOf(body.task_id)).map(({ title }) => title)).toEqual([null, "Tides 2"]);
  });

  test("takes several flow runs of one unit as one item, and tells before what it will leave out", async () => {
    await insertUnits(app.database, 3, "failed");
    await insertUnits(app.database, 2, "completed");
    await insertUnits(app.database, 1, "in_progress");
    const wanted = { action: "resume", entity: "flow_run", filter: { status: "failed" } };
    const told = await preview(wanted);
    expect(told).toMatchObject({ matching: 12, eligible: 3 });
    expect(told.skipped).toEqual([
      { code: "unit_not_retryable", reason: expect.stringContaining("completed"), count: 2 },
      { code: "unit_not_retryable", reason: expect.stringContaining("in progress"), count: 1 },
      { code: "bulk_counted_once", reason: expect.stringContaining("counted already"), count: 6 },
    ]);
    expect((await start(wanted)).body.item_count).toBe(6);
    const cancel = { action: "cancel", entity: "flow_run", filter: { flow_name: "lesson_creation" } };
    expect(await preview(cancel)).toMatchObject({
      matching: 6,
      eligible: 1,
      skipped: [
        { code: "bulk_task_ended", reason: expect.stringContaining("failed"), count: 3 },
        { code: "bulk_task_ended", reason: expect.stringContaining("completed"), count: 2 },
      ],
      estimate: { cost_usd: 0, unknown_because: null },
    });
  });

  test("cancels tasks, those that wait and those that have ended told apart", async () => {
    const waiting = await insertUnits(app.database, 3, "in_progress");
    await insertUnits(app.database, 2, "failed");
    await sql`UPDATE tasks SET available_at = clock_timestamp() + interval '1 hour' WHERE status = 'pending'`.execute(
      app.database,
    );
    const accepted = await start({
      action: "cancel",
      entity: "task",
      filter: { task_name: "unit_creation" },
    });
    await app.startWorker();
    const task = await ended(accepted.body.task_id);
    expect(task.result).toMatchObject({ total: 5, done: 3, refused: 2, failed: 0 });
    const units = await Promise.all(waiting.map((id) => app.call("GET", `/content/units/${id}`)));
    expect(units.map(({ body }) => body.status)).toEqual(["cancelled", "cancelled", "cancelled"]);
    const refused = await itemsOf(task.id, "?status=refused");
    expect(refused.map(({ error_code }) => error_code)).toEqual(["bulk_task_ended", "bulk_task_ended"]);
  });

  test("goes on after an item that breaks, and names it", async () => {
    const units = await insertUnits(app.database, 3, "failed");
    await sql
      .raw(
        `CREATE FUNCTION break_unit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk \u2028 is odd'; END $$;
         CREATE TRIGGER break_unit BEFORE UPDATE ON units FOR EACH ROW WHEN (OLD.id = '${units[1]}') EXECUTE FUNCTION break_unit()`,
      )
      .execute(app.database);
    const accepted = await start({ action: "retry", entity: "unit", ids: units });
    await app.startWorker();
    const task = await ended(accepted.body.task_id);
    expect(task.result).toMatchObject({ total: 3, done: 2, refused: 0, failed: 1 });
    const [broken] = await itemsOf(task.id, "?status=failed");
    expect(broken).toMatchObject({
      entity_id: units[1],
      title: "Tides 2",
      error_code: "unexpected_error",
      error_message: expect.stringContaining("is odd"),
      result_task_id: null,
    });
    expect(await countTasks(app.database, units)).toEqual({ 1: 1, 2: 2 });
  });

  test("that is cancelled leaves the rest as it is, and shows it as not done", async () => {
    const units = await insertUnits(app.database, 3_000, "failed");
    const accepted = await start({ action: "retry", entity: "unit", filter: { status: "failed" } });
    const { task_id } = accepted.body;
    // The retried units wait, so that the worker has time for the action alone.
    await sql`ALTER TABLE tasks ALTER available_at SET DEFAULT clock_timestamp() + interval '1 hour'`.execute(
      app.database,
    );
    await app.startWorker();
    await waitFor(
      () => actionOf(task_id),
      ({ done }) => done > 25,
    );
    await app.call("POST", `/task-queue/tasks/${task_id}/cancel`);
    const task = await ended(task_id);
    expect(task.status).toBe("cancelled");
    expect(task.progress_percentage).toBeGreaterThan(0);
    const left = await actionOf(task_id);
    expect(left.pending).toBeGreaterThan(0);
    expect(left.done + left.pending).toBe(3_000);
    expect(await countTasks(app.database, units)).toEqual({ 1: left.pending, 2: left.done });
    const first = await itemsOf(task_id, "?status=pending&limit=2");
    expect(first.map(({ completed_at }) => completed_at)).toEqual([null, null]);
  });

  test("is refused for a filter of no list, for nothing, and for both or neither of ids and filter", async () => {
    await insertUnits(app.database, 1, "failed");
    const [id] = await insertUnits(app.database, 1, "failed");
    const codeOf = async (body: unknown) => {
      const answer = await start(body);
      return [answer.status, (answer.body as { code?: string }).code]; // A problem has a code.
    };
    const retry = { action: "retry", entity: "unit" };
    expect(await codeOf({ ...retry, filter: { sttus: "failed" } })).toEqual([422, "bulk_filter_invalid"]);
    expect(await codeOf({ ...retry, filter: { status: "odd" } })).toEqual([422, "bulk_filter_invalid"]);
    expect(await codeOf({ ...retry, filter: { status: "draft" } })).toEqual([422, "bulk_nothing_matches"]);
    expect(await codeOf({ ...retry, ids: [id], filter: {} })).toEqual([422, "request_invalid"]);
    expect(await codeOf(retry)).toEqual([422, "request_invalid"]);
    expect(await codeOf({ ...retry, ids: [] })).toEqual([422, "request_invalid"]);
    const nobody = await app.call("GET", `/content-creator/bulk-actions/${crypto.randomUUID()}/items`);
    expect([nobody.status, nobody.body.code]).toEqual([404, "bulk_action_not_found"]);
  });

  test("pages its items in the order in which they are done", async () => {
    await insertUnits(app.database, 7, "failed");
    const { body } = await start({ action: "retry", entity: "unit", filter: {} });
    const first = await itemsOf(body.task_id, "?limit=4");
    const second = await itemsOf(body.task_id, `?limit=4&cursor=${first[3]?.id}`);
    const ids = [...first, ...second].map(({ id }) => id);
    expect(ids).toHaveLength(7);
    expect(ids).toEqual([...ids].sort());
    expect(await itemsOf(body.task_id, "?status=done")).toEqual([]);
  });
});

test("a bulk action whose process is killed goes on after a new start and does nothing twice", async () => {
  const own = await createTestDatabase({ max: 5 });
  const home = createHome();
  homes.push(home);
  try {
    const units = await insertUnits(own.database, 300, "failed");
    const settings = { DATABASE_URL: own.url };
    const first = await startProduct(home, settings);
    const answer = await askWith(first.url, "POST", "/content-creator/bulk-actions", {
      action: "retry",
      entity: "unit",
      filter: { status: "failed" },
    });
    const { task_id } = (await answer.json()) as { task_id: string }; // The route's documented answer.
    const readAction = (url: string) => readJson<BulkAction>(url, `/content-creator/bulk-actions/${task_id}`);
    await waitFor(
      () => readAction(first.url),
      ({ done }) => done > 20,
    );
    process.kill(first.pid, "SIGKILL");
    const second = await startProduct(home, settings);
    const task = await waitFor(
      () => readJson<TaskDetails>(second.url, `/task-queue/tasks/${task_id}`),
      ({ status }) => !unfinished.has(status),
      60_000,
    );
    expect([task.status, task.attempts.length]).toEqual(["completed", 2]);
    expect(await readAction(second.url)).toMatchObject({ total: 300, done: 300, refused: 0, failed: 0 });
    expect(await countTasks(own.database, units)).toEqual({ 2: 300 });
    await second.stop();
  } finally {
    await own.close();
  }
});
