import { sql } from "kysely";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  createTides,
  lasting,
  lessonText,
  readLessons,
  readTask,
  regenerate,
  regenerated,
  startModelCourse,
} from "../../../../test/builders/regeneration.ts";
import { insertWrittenUnit } from "../../../../test/builders/written-unit.ts";
import { type CourseApp, createCourseApp } from "../../../../test/course-app.ts";
import { waitFor } from "../../../../test/engine/harness.ts";
import type { UnitDetail } from "../../content/models.ts";
import type { AcceptedAnswer } from "../service.ts";

// Speech is real work; a busy machine needs its time for it.
vi.setConfig({ testTimeout: 90_000 });

let stop: (() => Promise<void>) | undefined;

afterEach(async () => {
  await stop?.();
  stop = undefined;
});

async function start(settings: Record<string, string> = {}) {
  const started = await startModelCourse(settings);
  stop = started.stop;
  return started;
}

describe("a lesson that could not be written anew", () => {
  test("stays, with all of its unit, when its model fails", async () => {
    const { course, models } = await start();
    const unit = await createTides(course);
    const before = await readLessons(course, unit);
    models.setScript({ rules: [{ match: lessonText, action: { status: 400 } }] });
    const { task_id, unit: after } = await regenerated(course, unit, 2);
    expect(lasting(after)).toEqual(lasting(unit));
    expect(await readLessons(course, after)).toEqual(before);
    expect(await readTask(course, task_id)).toMatchObject({ status: "failed" });
    // Nothing stands in the way of another try.
    models.setScript({});
    expect((await regenerated(course, unit, 2)).unit.status).toBe("completed");
  });

  test("stays, with all of its unit, when it is cancelled midway", async () => {
    const { course, models } = await start();
    const unit = await createTides(course);
    const before = await readLessons(course, unit);
    models.setScript({ rules: [{ match: { schema_name: "exercise_drafts" }, action: { hang: true } }] });
    const answer = await regenerate(course, unit, 3);
    await waitFor(
      async () => models.calls({ action: "hang" }).length,
      (count) => count === 1,
    );
    const writing = (await course.call<UnitDetail>("GET", `/content/units/${unit.id}`)).body;
    expect(writing).toMatchObject({ status: "in_progress", stage: "lessons", task_id: answer.body.task_id });
    expect(writing.stages[2]).toMatchObject({ status: "running", total: 3, completed: 2 });
    await course.call("POST", `/task-queue/tasks/${answer.body.task_id}/cancel`);
    const after = await course.finished(unit.id);
    expect(lasting(after)).toEqual(lasting(unit));
    expect(await readLessons(course, after)).toEqual(before);
  });

  test("goes with its unit when that is deleted meanwhile", async () => {
    const { course, models } = await start();
    const unit = await createTides(course);
    models.setScript({ rules: [{ match: lessonText, action: { hang: true } }] });
    const { body } = await regenerate(course, unit, 1);
    expect((await course.call("DELETE", `/content/units/${unit.id}`)).status).toBe(204);
    expect(await readTask(course, body.task_id)).toMatchObject({ status: "cancelled", unit_id: null });
  });

  test("is refused while a task of the unit runs, and says so", async () => {
    const { course, models } = await start();
    const unit = await createTides(course);
    models.setScript({ rules: [{ match: lessonText, action: { hang: true } }] });
    const first = await regenerate(course, unit, 1);
    const second = await regenerate(course, unit, 2);
    expect([second.status, second.body.code]).toEqual([409, "lesson_not_regenerable"]);
    expect(second.body.detail).toContain("in progress");
    await course.call("POST", `/task-queue/tasks/${first.body.task_id}/cancel`);
    expect((await course.finished(unit.id)).status).toBe("completed");
  });

  test("is refused without a recorded plan, which is never paid a second time", async () => {
    const { course, models } = await start();
    const unit = await createTides(course);
    await sql`UPDATE flow_step_runs SET superseded_at = clock_timestamp() WHERE step_name = 'extract_unit_metadata'`.execute(
      course.database,
    );
    models.resetLog();
    const refused = await regenerate(course, unit, 1);
    expect([refused.status, refused.body.code]).toEqual([409, "lesson_not_regenerable"]);
    expect(models.log()).toEqual([]);
    expect((await course.call<UnitDetail>("GET", `/content/units/${unit.id}`)).body).toEqual(unit);
  });

  test("is refused when the task that held the unit replaced the lesson meanwhile", async () => {
    const { course } = await start();
    const unit = await createTides(course);
    const { promise: isBehind, resolve: goOn } = Promise.withResolvers<void>();
    const { promise: isLocked, resolve: locked } = Promise.withResolvers<void>();
    const held = course.database.transaction().execute(async (transaction) => {
      await sql`SELECT 1 FROM units WHERE id = ${unit.id} FOR NO KEY UPDATE`.execute(transaction);
      locked();
      await isBehind;
      await sql`DELETE FROM lessons WHERE unit_id = ${unit.id} AND position = 1`.execute(transaction);
    });
    await isLocked;
    const answer = regenerate(course, unit, 1);
    await waitFor(
      () =>
        sql<{ waiting: number }>`SELECT count(*)::int AS waiting FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(course.database),
      ({ rows }) => (rows[0]?.waiting ?? 0) > 0,
    );
    goOn();
    await held;
    const refused = await answer;
    expect([refused.status, refused.body.code]).toEqual([404, "lesson_not_found"]);
    const after = (await course.call<UnitDetail>("GET", `/content/units/${unit.id}`)).body;
    expect([after.status, after.task_id]).toEqual(["completed", unit.task_id]);
  });

  test("is refused with unknown ids, fields and too long guidance", async () => {
    const { course } = await start();
    const nobody = "019f0000-0000-7000-8000-000000000000";
    const post = (id: string, body: unknown) =>
      course.call("POST", `/content-creator/lessons/${id}/regenerate`, body);
    expect((await post(nobody, {})).body).toMatchObject({ status: 404, code: "lesson_not_found" });
    expect((await post("x", {})).status).toBe(422);
    expect((await post(nobody, { colour: "red" })).status).toBe(422);
    expect((await post(nobody, { guidance: "a".repeat(2_001) })).status).toBe(422);
    expect((await post(nobody, { guidance: "a\u0000b" })).status).toBe(422);
  });
});

test("a unit by models is not written on by a product without any, and says what is missing", async () => {
  const app = await createCourseApp();
  stop = () => app.stop();
  const unit_id = await insertModelUnit(app);
  const unit = (await app.call<UnitDetail>("GET", `/content/units/${unit_id}`)).body;
  const refused = await regenerate(app, unit, 1);
  expect([refused.status, refused.body.code]).toEqual([409, "lesson_not_regenerable"]);
  expect(refused.body.detail).toContain("COURSEWRIGHT_TEXT_MODEL");
});

/** A finished unit that says that models wrote it. */
async function insertModelUnit(course: CourseApp): Promise<string> {
  const { unit_id } = await insertWrittenUnit(course.database);
  const made = {
    ...{ title: null, topic: "Tides", sources: [], learner_level: "beginner", learning_objectives: [] },
    target_lesson_count: 2,
    authors: { text: "model", speech: "model", image: "model" },
  };
  await sql`UPDATE units SET request = ${JSON.stringify(made)}::jsonb WHERE id = ${unit_id}::uuid`.execute(
    course.database,
  );
  return unit_id;
}

test("a unit without a model follows no guidance, and writes the same lesson anew without", async () => {
  const app = await createCourseApp();
  stop = () => app.stop();
  await app.startWorker();
  const text =
    "Tides are the rise and fall of the sea. The Moon pulls on the water of the ocean. A spring tide is a tide with a large range. " +
    "A neap tide is a tide with a small range. The Sun pulls on the water as well. High water comes about twice a day. ";
  const made = await app.call<AcceptedAnswer>("POST", "/content-creator/units", {
    sources: [{ text: text.repeat(4) }],
    learner_level: "beginner",
    target_lesson_count: 1,
  });
  const unit = await app.finished(made.body.unit_id);
  const refused = await regenerate(app, unit, 1, "Be funnier.");
  expect([refused.status, refused.body.code]).toEqual([409, "lesson_not_regenerable"]);
  expect(refused.body.detail).toContain("without a language model");
  const before = await readLessons(app, unit);
  const { unit: after } = await regenerated(app, unit, 1);
  const [lesson] = await readLessons(app, after);
  expect(lesson).toMatchObject({
    transcript: before[0]?.transcript,
    audio_media_id: before[0]?.audio_media_id,
    content_version: 2,
    review: "draft",
  });
  expect((await app.call("GET", `/media/${lesson?.audio_media_id}`)).status).toBe(200);
});
