import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApi, type TestCall } from "../../../../test/builders/test-api.ts";
import {
  buildExercise,
  findAdministrator,
  insertWrittenUnit,
} from "../../../../test/builders/written-unit.ts";
import { createTestDatabase, type TestDatabase } from "../../../../test/database.ts";
import type { Lesson, UnitDetail } from "../models.ts";
import { createContentModule } from "../module.ts";
import type { ArrivedCourse } from "../public.ts";
import type { LessonArrival } from "./models.ts";

let testDatabase: TestDatabase;
let content: ReturnType<typeof createContentModule>;
let call: TestCall;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  content = createContentModule({
    database: testDatabase.database,
    cancelTask: async () => undefined,
    discardMedia: async () => undefined,
  });
  const routes = [content.unitRoutes, content.lessonRoutes, content.arrivalRoutes] as const;
  call = createTestApi(await findAdministrator(testDatabase.database), ...routes);
});
afterAll(() => testDatabase.close());

function lessonOf(run_id: string, title: string, change: Record<string, unknown> = {}) {
  return {
    run_id,
    title,
    objective: "Say why the water rises.",
    learning_objective_ids: ["lo_1"],
    transcript: `${title} is told here.`,
    body: [{ type: "paragraph", spans: [{ text: title, kind: "quote", reference: null }] }],
    exercises: [buildExercise("ex_1")],
    ...change,
  };
}

/** A written unit of three lessons that belongs to a task which an outside engine carries out. */
async function launchedUnit(): Promise<{ unit_id: string; task_id: string }> {
  const { unit_id } = await insertWrittenUnit(testDatabase.database);
  const { database } = testDatabase;
  await sql`UPDATE units SET target_lesson_count = 3 WHERE id = ${unit_id}::uuid`.execute(database);
  const task_id = await database.transaction().execute(async (transaction) => {
    const inserted = await sql<{ id: string; lineage_id: string }>`
      WITH lineage AS (INSERT INTO lineages (unit_id) VALUES (${unit_id}::uuid) RETURNING id)
      INSERT INTO tasks (task_name, executor, status, unit_id, lineage_id)
      SELECT 'unit_creation', 'external', 'in_progress', ${unit_id}::uuid, id FROM lineage
      RETURNING id, lineage_id`.execute(transaction);
    const task = inserted.rows[0];
    if (task === undefined) throw new Error("INSERT INTO tasks returned no row");
    await content.port.giveToTask(transaction, unit_id, task);
    return task.id;
  });
  return { unit_id, task_id };
}

const put = (unit_id: string, position: number | string, lesson: unknown) =>
  call<LessonArrival & { code: string }>("PUT", `/content/units/${unit_id}/lessons/${position}`, lesson);

async function titlesOf(unit_id: string): Promise<string[]> {
  const { body } = await call<Lesson[]>("GET", `/content/units/${unit_id}/lessons`);
  return body.map(({ position, title }) => `${position} ${title}`);
}

const finish = (unit: { unit_id: string; task_id: string }, external_run_id: string) =>
  testDatabase.database.transaction().execute(async (transaction): Promise<ArrivedCourse | null> => {
    await content.port.lockUnit(transaction, unit.unit_id);
    return content.arrivals.finishFromArrivals(transaction, { ...unit, external_run_id });
  });

describe("lessons that come back from an outside engine", () => {
  test("wait until the run ends, and are the unit's in one moment then", async () => {
    const unit = await launchedUnit();
    const run = randomUUID();
    const before = await titlesOf(unit.unit_id);
    for (const position of [3, 1, 2]) {
      const { status, body } = await put(unit.unit_id, position, lessonOf(run, `Part ${position}`));
      expect(status).toBe(200);
      expect(body).toMatchObject({ position, run_id: run, is_new: true, applied_at: null });
    }
    expect(await titlesOf(unit.unit_id)).toEqual(before);

    expect(await finish(unit, run)).toEqual({
      ...{ status: "completed", missing: [], error_code: null, error_message: null },
    });
    expect(await titlesOf(unit.unit_id)).toEqual(["1 Part 1", "2 Part 2", "3 Part 3"]);
    const { body } = await call<UnitDetail>("GET", `/content/units/${unit.unit_id}`);
    expect(body).toMatchObject({ status: "completed", author: "prefect", podcast_media_id: null });
    const lessons = await call<Lesson[]>("GET", `/content/units/${unit.unit_id}/lessons`);
    const { body: lesson } = await call<Lesson>("GET", `/content/lessons/${lessons.body[0]?.id}`);
    // Whatever the run said of reviews: a person has seen none of it.
    expect(lesson).toMatchObject({ review: "draft", exercises: [{ review: "draft" }] });
  });

  test("the same lesson again changes nothing, another text replaces it until the run has ended", async () => {
    const unit = await launchedUnit();
    const run = randomUUID();
    const first = await put(unit.unit_id, 1, lessonOf(run, "Tides"));
    const again = await put(unit.unit_id, 1, lessonOf(run, "Tides"));
    expect(again.body).toEqual({ ...first.body, is_new: false });
    const other = await put(unit.unit_id, 1, lessonOf(run, "High tides"));
    expect(other.body.is_new).toBe(true);
    expect(other.body.content_sha256).not.toBe(first.body.content_sha256);

    await finish(unit, run);
    expect(await titlesOf(unit.unit_id)).toEqual(["1 High tides"]);
    const same = await put(unit.unit_id, 1, lessonOf(run, "High tides"));
    expect(same.status).toBe(200);
    expect(same.body.applied_at).not.toBeNull();
    const late = await put(unit.unit_id, 1, lessonOf(run, "Low tides"));
    expect(late.status).toBe(409);
    expect(late.body.code).toBe("lesson_arrival_settled");
  });

  test("missing ones make the unit partial and are named; those of another run do not count", async () => {
    const unit = await launchedUnit();
    const run = randomUUID();
    await put(unit.unit_id, 2, lessonOf(run, "Two"));
    await put(unit.unit_id, 1, lessonOf(randomUUID(), "One of another run"));
    expect(await finish(unit, run)).toEqual({
      status: "partial",
      missing: [1, 3],
      error_code: "lessons_missing",
      error_message: "The run ended without lessons 1 and 3.",
    });
    expect(await titlesOf(unit.unit_id)).toEqual(["2 Two"]);
    const { body } = await call<UnitDetail>("GET", `/content/units/${unit.unit_id}`);
    expect(body).toMatchObject({ status: "partial", error_code: "lessons_missing" });
    expect(body.warnings.map(({ message }) => message)).toContain("Lesson 3 did not arrive from the run.");
  });

  test("a run that returned nothing leaves the unit as it was", async () => {
    const unit = await launchedUnit();
    const before = await titlesOf(unit.unit_id);
    expect(await finish(unit, randomUUID())).toBeNull();
    expect(await titlesOf(unit.unit_id)).toEqual(before);
  });

  test("a second attempt of the run may fill what the first left open", async () => {
    const unit = await launchedUnit();
    const run = randomUUID();
    await put(unit.unit_id, 1, lessonOf(run, "One"));
    expect((await finish(unit, run))?.missing).toEqual([2, 3]);
    await put(unit.unit_id, 1, lessonOf(run, "One"));
    for (const position of [2, 3]) await put(unit.unit_id, position, lessonOf(run, `Late ${position}`));
    expect((await finish(unit, run))?.status).toBe("completed");
    expect(await titlesOf(unit.unit_id)).toEqual(["1 One", "2 Late 2", "3 Late 3"]);
  });

  test("two at the same moment leave one of them, whole", async () => {
    const unit = await launchedUnit();
    const run = randomUUID();
    const titles = Array.from({ length: 8 }, (_, number) => `Version ${number}`);
    const answers = await Promise.all(titles.map((title) => put(unit.unit_id, 1, lessonOf(run, title))));
    expect(answers.map(({ status }) => status)).toEqual(titles.map(() => 200));
    await finish(unit, run);
    const [title] = await titlesOf(unit.unit_id);
    expect(titles.map((own) => `1 ${own}`)).toContain(title);
  });

  test.each([
    ["a place that the unit does not have", 4, {}, "lesson_position_invalid"],
    ["place 0", 0, {}, "request_invalid"],
    ["a run that is no id", 1, { run_id: "mine" }, "request_invalid"],
    ["HTML instead of blocks", 1, { body: "<p>Hi</p>" }, "request_invalid"],
    ["a field that no lesson has", 1, { audio: null }, "request_invalid"],
    ["an empty title", 1, { title: "  " }, "request_invalid"],
    ["a character that cannot be stored", 1, { objective: "a\u0000b" }, "request_invalid"],
    [
      "two exercises of one id",
      1,
      { exercises: [buildExercise("a"), buildExercise("a")] },
      "request_invalid",
    ],
  ])("%s is refused and nothing is kept", async (_, position, change, code) => {
    const unit = await launchedUnit();
    const { status, body } = await put(unit.unit_id, position, lessonOf(randomUUID(), "Tides", change));
    expect([status, body.code]).toEqual([422, code]);
    const { rows } = await sql`SELECT 1 FROM lesson_arrivals WHERE unit_id = ${unit.unit_id}::uuid`.execute(
      testDatabase.database,
    );
    expect(rows).toEqual([]);
  });

  test("a unit that is gone takes its arrivals along and gets no more", async () => {
    const unit = await launchedUnit();
    const run = randomUUID();
    await put(unit.unit_id, 1, lessonOf(run, "Tides"));
    await sql`UPDATE units SET task_id = NULL WHERE id = ${unit.unit_id}::uuid`.execute(
      testDatabase.database,
    );
    await sql`DELETE FROM units WHERE id = ${unit.unit_id}::uuid`.execute(testDatabase.database);
    const { status, body } = await put(unit.unit_id, 2, lessonOf(run, "Tides"));
    expect([status, body.code]).toEqual([404, "unit_not_found"]);
  });

  test("hostile texts are kept as they are, as text", async () => {
    const unit = await launchedUnit();
    const run = randomUUID();
    const title = `<img src=x onerror=alert(1)> ${"\u202e"}javascript:`;
    await put(unit.unit_id, 1, lessonOf(run, title));
    await finish(unit, run);
    expect(await titlesOf(unit.unit_id)).toEqual([`1 ${title}`]);
  });

  test("so many runs for one unit are refused", async () => {
    const unit = await launchedUnit();
    await sql`
      INSERT INTO lesson_arrivals (unit_id, external_run_id, position, content_sha256, lesson)
      SELECT ${unit.unit_id}::uuid, 'run-' || run, position, 'x', '{}'
      FROM generate_series(1, 20) run, generate_series(1, 3) position`.execute(testDatabase.database);
    const { status, body } = await put(unit.unit_id, 1, lessonOf(randomUUID(), "Tides"));
    expect([status, body.code]).toEqual([409, "too_many_arrivals"]);
    // What is older than a month makes room.
    await sql`UPDATE lesson_arrivals SET arrived_at = clock_timestamp() - interval '31 days'
      WHERE unit_id = ${unit.unit_id}::uuid`.execute(testDatabase.database);
    expect((await put(unit.unit_id, 1, lessonOf(randomUUID(), "Tides"))).status).toBe(200);
  });
});
