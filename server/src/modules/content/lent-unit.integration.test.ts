import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApi, type TestCall } from "../../../test/builders/test-api.ts";
import { buildLesson, findAdministrator, insertWrittenUnit } from "../../../test/builders/written-unit.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import type { TaskStatus } from "../task-queue/public.ts";
import type { Lesson, UnitDetail } from "./models.ts";
import { createContentModule } from "./module.ts";

let testDatabase: TestDatabase;
let content: ReturnType<typeof createContentModule>;
let call: TestCall;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const { database } = testDatabase;
  content = createContentModule({
    database,
    cancelTask: async () => undefined,
    discardMedia: async () => undefined,
  });
  call = createTestApi(await findAdministrator(database), content.unitRoutes, content.lessonRoutes);
});
afterAll(() => testDatabase.close());

const database = () => testDatabase.database;

async function readUnit(unit_id: string): Promise<UnitDetail> {
  return (await call<UnitDetail>("GET", `/content/units/${unit_id}`)).body;
}

/** Lends the unit to a new task of a child lineage, as a regeneration does. */
async function lend(unit_id: string): Promise<string> {
  return database()
    .transaction()
    .execute(async (transaction) => {
      const inserted = await sql<{ id: string; lineage_id: string }>`
        WITH lineage AS (INSERT INTO lineages (unit_id, parent_id, forked_at)
          SELECT id, lineage_id, clock_timestamp() FROM units WHERE id = ${unit_id}::uuid RETURNING id)
        INSERT INTO tasks (task_name, mode, status, unit_id, lineage_id)
        SELECT 'lesson_regeneration', 'regenerate', 'in_progress', ${unit_id}::uuid, id FROM lineage
        RETURNING id, lineage_id`.execute(transaction);
      const task = inserted.rows[0];
      if (task === undefined) throw new Error("INSERT INTO tasks returned no row");
      await content.port.lendToTask(transaction, unit_id, task);
      return task.id;
    });
}

async function settle(unit_id: string, task_id: string, status: TaskStatus): Promise<void> {
  const ended = { error_code: "x", error_message: "It broke.", pause_reason: null, fence: 1 };
  await database()
    .transaction()
    .execute((transaction) => content.settleTask(transaction, { id: task_id, unit_id, status, ...ended }));
}

async function endTask(task_id: string): Promise<void> {
  await sql`UPDATE tasks SET status = 'cancelled', completed_at = clock_timestamp() WHERE id = ${task_id}::uuid`.execute(
    database(),
  );
}

/** What a unit is again after it was lent in vain. */
function lasting(unit: UnitDetail) {
  const { version: _version, updated_at: _updated, ...rest } = unit;
  return rest;
}

describe("a unit that is lent to a task", () => {
  test.each([
    ["completed", { status: "completed" as const }],
    ["partial", { status: "partial" as const, error_code: "media_failed", error_message: "Missing: it." }],
  ])("is what it was, %s, once the task was paused, continued and cancelled", async (_status, change) => {
    const { unit_id } = await insertWrittenUnit(database(), change);
    await call("POST", `/content/units/${unit_id}/publish`);
    const before = await readUnit(unit_id);
    const task_id = await lend(unit_id);
    expect(await readUnit(unit_id)).toMatchObject({
      status: "in_progress",
      stage: "lessons",
      task_id,
      error_code: null,
      published_at: before.published_at,
    });
    await settle(unit_id, task_id, "paused");
    expect((await readUnit(unit_id)).status).toBe("paused");
    await settle(unit_id, task_id, "retry");
    expect((await readUnit(unit_id)).status).toBe("in_progress");
    await settle(unit_id, task_id, "cancelled");
    const after = await readUnit(unit_id);
    expect(lasting(after)).toEqual({ ...lasting(before), cost_usd: 0 });
    await settle(unit_id, task_id, "cancelled");
    expect(await readUnit(unit_id)).toEqual(after);
    await endTask(task_id);
  });

  test("has its lesson replaced under the same id, keeps all else, and is judged anew", async () => {
    const { unit_id } = await insertWrittenUnit(database(), {
      status: "partial",
      error_code: "lessons_failed",
      lessons: [
        buildLesson(1),
        buildLesson(2, {
          status: "failed",
          transcript: "",
          exercises: [],
          error_code: "x",
          error_message: "y",
        }),
      ],
    });
    const before = await readUnit(unit_id);
    const task_id = await lend(unit_id);
    const lesson = { ...buildLesson(2, { title: "Anew", review: "draft" }), guidance: "Shorter." };
    const lesson_id = before.lessons[1]?.id ?? "";
    await database()
      .transaction()
      .execute((transaction) =>
        content.port.replaceLesson(transaction, {
          ...{ unit_id, task_id, lesson_id, lesson },
          judge: ({ lessons, has_podcast, has_cover }) => {
            expect(lessons.map(({ status }) => status)).toEqual(["completed", "completed"]);
            expect([has_podcast, has_cover]).toEqual([false, false]);
            return { status: "completed", error_code: null, error_message: null, warnings: [] };
          },
        }),
      );
    const after = await readUnit(unit_id);
    expect(after).toMatchObject({ status: "completed", stage: "done", task_id, content_version: 2 });
    expect(after.lessons[0]).toEqual(before.lessons[0]);
    expect((await call<Lesson>("GET", `/content/lessons/${lesson_id}`)).body).toMatchObject({
      title: "Anew",
      review: "draft",
      guidance: "Shorter.",
      content_version: 2,
      word_count: 4,
      exercise_count: 2,
    });
    // The task has ended well: nothing takes that back.
    await settle(unit_id, task_id, "completed");
    expect(await readUnit(unit_id)).toEqual(after);
    await endTask(task_id);
  });

  test("is no longer published when its only approved lesson was replaced by a draft", async () => {
    const { unit_id } = await insertWrittenUnit(database(), { lessons: [buildLesson(1)] });
    await call("POST", `/content/units/${unit_id}/publish`);
    const task_id = await lend(unit_id);
    const lesson_id = (await readUnit(unit_id)).lessons[0]?.id ?? "";
    const replaced = { unit_id, task_id, lesson_id, lesson: buildLesson(1, { review: "draft" }) };
    const judge = () =>
      ({ status: "completed", error_code: null, error_message: null, warnings: [] }) as const;
    await database()
      .transaction()
      .execute((transaction) => content.port.replaceLesson(transaction, { ...replaced, judge }));
    expect((await readUnit(unit_id)).published_at).toBeNull();
    await endTask(task_id);
  });
});

describe("the text of a source", () => {
  test("is answered whole, and an unknown one is not found", async () => {
    const { unit_id } = await insertWrittenUnit(database(), {
      sources: [{ kind: "generated", title: null, text: "Größe\u202e 1 MB".repeat(50_000) }],
    });
    const given = await call("GET", `/content/units/${unit_id}/sources/1`);
    expect(given.body).toMatchObject({
      ...{ unit_id, position: 1, kind: "text", title: "Given", text: "The given text." },
      extracted_by: null,
    });
    const generated = await call("GET", `/content/units/${unit_id}/sources/2`);
    expect(generated.body.text).toBe("Größe\u202e 1 MB".repeat(50_000));
    expect((await call("GET", `/content/units/${unit_id}/sources/3`)).body).toMatchObject({
      status: 404,
      code: "source_not_found",
    });
    expect((await call("GET", `/content/units/${unit_id}/sources/x`)).status).toBe(422);
    expect((await call("GET", `/content/units/${unit_id}/sources/0`)).status).toBe(422);
  });
});

test("a unit of 10,000 long lessons is answered without reading one of their texts", async () => {
  const { unit_id } = await insertWrittenUnit(database(), { lessons: [buildLesson(1)] });
  await sql`
    INSERT INTO lessons (unit_id, position, title, status, transcript, exercises)
    SELECT ${unit_id}::uuid, n, 'Lesson ' || n, 'completed',
      (SELECT string_agg(md5(n::text || i::text), ' ') FROM generate_series(1, 100) i), l.exercises
    FROM generate_series(2, 10000) n, lessons l WHERE l.unit_id = ${unit_id}::uuid AND l.position = 1`.execute(
    database(),
  );
  await sql`ANALYZE lessons`.execute(database());
  const plan = await sql<{ "QUERY PLAN": [{ Plan: Record<string, number> }] }>`
    EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM lesson_summaries WHERE unit_id = ${unit_id}::uuid ORDER BY position`.execute(
    database(),
  );
  const read = plan.rows[0]?.["QUERY PLAN"][0].Plan;
  expect((read?.["Shared Hit Blocks"] ?? 0) + (read?.["Shared Read Blocks"] ?? 0)).toBeLessThan(5_000);
  const begin = performance.now();
  const unit = await readUnit(unit_id);
  const took = performance.now() - begin;
  expect(unit.lessons).toHaveLength(10_000);
  expect(unit.lessons[9_999]).toMatchObject({ position: 10_000, word_count: 100, exercise_count: 2 });
  expect(unit).toMatchObject({ lessons_completed: 10_000, exercise_count: 20_000 });
  expect(took).toBeLessThan(5_000);
}, 90_000);
