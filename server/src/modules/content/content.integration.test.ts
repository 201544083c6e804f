import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApi, type TestCall } from "../../../test/builders/test-api.ts";
import {
  buildExercise,
  buildLesson,
  findAdministrator,
  finishUnit,
  insertStartedUnit,
  insertWrittenUnit,
} from "../../../test/builders/written-unit.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { unitExportSchema } from "./export-unit.ts";
import type { LearnerLesson, LearnerUnit, LearnerUnitDetail } from "./learner-models.ts";
import type { Lesson, LessonSummary, UnitDetail, UnitSummary } from "./models.ts";
import { createContentModule } from "./module.ts";

let test_database: TestDatabase;
let content: ReturnType<typeof createContentModule>;
let call: TestCall;

/** What the queue does for a task that nobody has claimed. */
async function cancelTask(task_id: string): Promise<void> {
  await sql`UPDATE tasks SET status = 'cancelled', completed_at = clock_timestamp() WHERE id = ${task_id}::uuid`.execute(
    test_database.database,
  );
}

beforeAll(async () => {
  test_database = await createTestDatabase();
  const { database } = test_database;
  content = createContentModule({ database, cancelTask, discardMedia: async () => undefined });
  const user = await findAdministrator(database);
  call = createTestApi(user, content.unitRoutes, content.lessonRoutes, content.learnerRoutes);
});
afterAll(() => test_database.close());

const database = () => test_database.database;
const nowhere = "00000000-0000-7000-8000-000000000000";

async function firstLesson(unit_id: string) {
  const { body } = await call<LessonSummary[]>("GET", `/content/units/${unit_id}/lessons`);
  return (await call<Lesson>("GET", `/content/lessons/${body[0]?.id}`)).body;
}

describe("units", () => {
  test("answer with lessons, sources, stages and their own task", async () => {
    const { unit_id, task_id } = await insertWrittenUnit(database(), {
      sources: [{ kind: "supplemental", title: "More", text: "Written text." }],
      warnings: [{ code: "plan_note", message: "Short.", part: "plan", lesson_position: null }],
    });
    const { status, body } = await call<UnitDetail>("GET", `/content/units/${unit_id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: unit_id,
      status: "completed",
      task_id,
      arq_task_id: task_id,
      content_version: 1,
    });
    expect(body.lessons.map((lesson) => [lesson.position, lesson.exercise_count])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(body.sources.map(({ kind, words }) => [kind, words])).toEqual([
      ["text", 3],
      ["supplemental", 2],
    ]);
    expect(body.stages.map(({ stage, status: of }) => [stage, of])).toEqual([
      ["source", "skipped"],
      ["plan", "completed"],
      ["lessons", "completed"],
      ["podcast", "skipped"],
      ["art", "skipped"],
    ]);
    expect(body.warnings).toHaveLength(1);
  });

  test("are listed in pages, newest first, and filtered", async () => {
    const marker = `Paged ${Date.now()} 100%`;
    const made = [];
    for (let count = 0; count < 3; count++) made.push(await insertWrittenUnit(database(), { title: marker }));
    const query = `/content/units?limit=2&status=completed&q=${encodeURIComponent(marker)}`;
    const first = await call<UnitSummary[]>("GET", query);
    expect(first.body.map(({ id }) => id)).toEqual([made[2]?.unit_id, made[1]?.unit_id]);
    expect(first.headers.get("total-count")).toBe("3");
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1];
    const second = await call<UnitSummary[]>("GET", next ?? "");
    expect(second.body.map(({ id }) => id)).toEqual([made[0]?.unit_id]);
    expect(second.headers.get("link")).toBeNull();
    const either = await call(
      "GET",
      `/content/units?status=completed,failed&q=${encodeURIComponent(marker)}`,
    );
    const completed = await call("GET", `/content/units?status=completed&q=${encodeURIComponent(marker)}`);
    expect(either.body).toEqual(completed.body);
    expect((await call("GET", `/content/units?status=failed&q=${encodeURIComponent(marker)}`)).body).toEqual(
      [],
    );
    expect((await call("GET", "/content/units?q=no%25such_title")).body).toEqual([]);
  });

  test.each([
    ["GET", `/content/units/${nowhere}`, 404, "unit_not_found"],
    ["GET", `/content/units/${nowhere}/lessons`, 404, "unit_not_found"],
    ["GET", "/content/units/not-an-id", 422, "request_invalid"],
    ["GET", "/content/units?status=finished", 422, "request_invalid"],
    ["GET", "/content/units?cursor=abc", 422, "cursor_invalid"],
    ["GET", "/content/units?q=a%00b", 422, "request_invalid"],
    ["GET", `/content/lessons/${nowhere}`, 404, "lesson_not_found"],
    ["POST", `/content/units/${nowhere}/publish`, 404, "unit_not_found"],
    ["DELETE", `/content/units/${nowhere}`, 404, "unit_not_found"],
    ["GET", `/learner/units/${nowhere}`, 404, "unit_not_found"],
  ])("answer %s %s with %i %s", async (method, path, status, code) => {
    const answer = await call(method, path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test("written again replace their lessons and keep being published while something is approved", async () => {
    const ids = await insertWrittenUnit(database());
    await call("POST", `/content/units/${ids.unit_id}/publish`);
    await finishUnit(database(), ids, { lessons: [buildLesson(1, { title: "New" })] });
    const again = (await call<UnitDetail>("GET", `/content/units/${ids.unit_id}`)).body;
    expect(again.lessons.map(({ title }) => title)).toEqual(["New"]);
    expect(again.content_version).toBe(2);
    expect(again.published_at).not.toBeNull();
    await finishUnit(database(), ids, { lessons: [buildLesson(1, { review: "draft" })] });
    expect((await call("GET", `/content/units/${ids.unit_id}`)).body.published_at).toBeNull();
  });

  test("follow their task, and only their own", async () => {
    const { unit_id, task_id } = await insertStartedUnit(database());
    const settled = { unit_id, fence: 2, pause_reason: null, error_code: null, error_message: null };
    const settle = async (
      id: string,
      status: "paused" | "retry" | "failed" | "cancelled",
      error_code: string | null = null,
    ) => {
      await database()
        .transaction()
        .execute((transaction) => content.settleTask(transaction, { ...settled, id, status, error_code }));
      const { body } = await call("GET", `/content/units/${unit_id}`);
      return [body.status, body.error_code];
    };
    expect(await settle(task_id, "paused")).toEqual(["paused", null]);
    expect(await settle(task_id, "retry")).toEqual(["in_progress", null]);
    expect(await settle(nowhere, "cancelled")).toEqual(["in_progress", null]);
    expect(await settle(task_id, "failed", "provider_auth")).toEqual(["failed", "provider_auth"]);
    const before = (await call("GET", `/content/units/${unit_id}`)).body.version;
    await settle(task_id, "failed", "provider_auth");
    expect((await call("GET", `/content/units/${unit_id}`)).body.version).toBe(before);
  });

  test("are deleted after their task was cancelled, which keeps their title", async () => {
    const { unit_id, task_id } = await insertStartedUnit(database(), "To be deleted");
    expect((await call("DELETE", `/content/units/${unit_id}`)).status).toBe(204);
    expect((await call("GET", `/content/units/${unit_id}`)).status).toBe(404);
    const left =
      await sql`SELECT status, unit_id, unit_title FROM task_summaries WHERE id = ${task_id}::uuid`.execute(
        database(),
      );
    expect(left.rows).toEqual([{ status: "cancelled", unit_id: null, unit_title: "To be deleted" }]);
  });

  test("stay when their task does not end in time", async () => {
    const { unit_id } = await insertStartedUnit(database());
    const { createContentService } = await import("./service.ts");
    const impatient = createContentService({
      database: database(),
      cancelTask: async () => undefined,
      discardMedia: async () => undefined,
      deletionWaitMs: 1,
    });
    await expect(impatient.deleteUnit(unit_id)).rejects.toMatchObject({ code: "unit_busy" });
    expect((await call("GET", `/content/units/${unit_id}`)).status).toBe(200);
  });
});

describe("review and publishing", () => {
  test("show learners approved lessons and exercises only, and say what stays out", async () => {
    const { unit_id } = await insertWrittenUnit(database(), {
      lessons: [
        buildLesson(1, {
          exercises: [
            buildExercise("ex_1"),
            buildExercise("ex_2", "draft"),
            buildExercise("ex_3", "rejected"),
          ],
        }),
        buildLesson(2, { review: "draft" }),
        buildLesson(3, { status: "failed", review: "draft", exercises: [], error_code: "x" }),
      ],
    });
    const published = await call("POST", `/content/units/${unit_id}/publish`);
    expect(published.body).toMatchObject({
      published_lessons: 1,
      published_exercises: 1,
      draft_lessons: 1,
      draft_exercises: 3,
      rejected_exercises: 1,
    });
    const unit = (await call<LearnerUnitDetail>("GET", `/learner/units/${unit_id}`)).body;
    expect(unit.lessons).toHaveLength(1);
    expect(unit).toMatchObject({ lesson_count: 1 });
    const lesson = (await call<LearnerLesson>("GET", `/learner/lessons/${unit.lessons[0]?.id}`)).body;
    expect(lesson.exercises.map(({ id }) => id)).toEqual(["ex_1"]);
    expect(lesson.exercises[0]).not.toHaveProperty("review");
    expect(unit).not.toHaveProperty("task_id");

    const listed = await call<LearnerUnit[]>("GET", "/learner/units");
    expect(listed.body.map(({ id }) => id)).toContain(unit_id);
    const hidden = (await call<LessonSummary[]>("GET", `/content/units/${unit_id}/lessons`)).body[1];
    expect((await call("GET", `/learner/lessons/${hidden?.id}`)).status).toBe(404);

    expect((await call("POST", `/content/units/${unit_id}/unpublish`)).body).toMatchObject({
      published_at: null,
      published_lessons: 0,
    });
    expect((await call("GET", `/learner/units/${unit_id}`)).status).toBe(404);
  });

  test("refuse to publish a unit without anything approved, or one that is still being written", async () => {
    const { unit_id } = await insertWrittenUnit(database(), {
      lessons: [buildLesson(1, { review: "draft" })],
    });
    const refused = await call("POST", `/content/units/${unit_id}/publish`);
    expect([refused.status, refused.body.code, refused.body.draft_lessons]).toEqual([
      409,
      "nothing_approved",
      1,
    ]);
    const started = await insertStartedUnit(database());
    const early = await call("POST", `/content/units/${started.unit_id}/publish`);
    expect([early.status, early.body.code]).toEqual([409, "unit_not_publishable"]);
  });

  test("can be taken back, one by one and for a lesson with all its exercises", async () => {
    const { unit_id } = await insertWrittenUnit(database(), {
      lessons: [
        buildLesson(1, {
          review: "draft",
          exercises: [buildExercise("ex_1", "draft"), buildExercise("ex_2", "draft")],
        }),
      ],
    });
    const { id } = await firstLesson(unit_id);
    const reviewsAfter = async (path: string, body: unknown) => {
      const answer = await call<Lesson>("PUT", `/content/lessons/${id}${path}`, body);
      return [answer.body.review, ...answer.body.exercises.map(({ review }) => review)];
    };
    expect(await reviewsAfter("/exercises/ex_2/review", { review: "rejected" })).toEqual([
      "draft",
      "draft",
      "rejected",
    ]);
    expect(await reviewsAfter("/exercises/ex_2/review", { review: "draft" })).toEqual([
      "draft",
      "draft",
      "draft",
    ]);
    expect(await reviewsAfter("/review", { review: "approved" })).toEqual(["approved", "draft", "draft"]);
    expect(await reviewsAfter("/review", { review: "approved", with_exercises: true })).toEqual([
      "approved",
      "approved",
      "approved",
    ]);
    expect(
      (await call("PUT", `/content/lessons/${id}/exercises/ex_9/review`, { review: "draft" })).body.code,
    ).toBe("exercise_not_found");
    expect((await call("PUT", `/content/lessons/${id}/review`, { review: "fine" })).status).toBe(422);
    expect((await call("GET", `/content/units/${unit_id}`)).body.draft_count).toBe(0);
  });
});

describe("editing a lesson", () => {
  test("changes what was given, counts as a new version, and marks spoken text as outdated", async () => {
    const media = await sql<{ id: string }>`
      INSERT INTO media (sha256, kind, mime, bytes, seconds) VALUES (uuidv7()::text, 'audio', 'audio/mpeg', 10, 2.5)
      RETURNING id`.execute(database());
    const { unit_id } = await insertWrittenUnit(database(), {
      lessons: [buildLesson(1, { audio: { media_id: media.rows[0]?.id ?? "", seconds: 2.5 } })],
    });
    const before = await firstLesson(unit_id);
    const titled = await call<Lesson>("PATCH", `/content/lessons/${before.id}`, {
      version: before.version,
      title: "Better",
    });
    expect(titled.body).toMatchObject({ title: "Better", transcript: before.transcript, content_version: 2 });
    expect(titled.body.quality.audio_outdated).toBe(false);
    const edit = { version: titled.body.version, transcript: "Other words." };
    expect(
      (await call<Lesson>("PATCH", `/content/lessons/${before.id}`, edit)).body.quality.audio_outdated,
    ).toBe(true);
    const late = await call("PATCH", `/content/lessons/${before.id}`, edit);
    expect([late.status, late.body.code]).toEqual([409, "lesson_changed"]);
  });

  test("refuses unknown fields, exercises without one key, and nothing at all", async () => {
    const { unit_id } = await insertWrittenUnit(database());
    const { id, version } = await firstLesson(unit_id);
    const exercise = buildExercise("ex_1");
    const twoKeys = { ...exercise, options: exercise.options.map((option) => ({ ...option, is_key: true })) };
    for (const change of [
      { version },
      { version, colour: "red" },
      { version, exercises: [twoKeys] },
      { version, exercises: [exercise, exercise] },
      { version, title: "a\u0000b" },
      { version, transcript: "half a pair: \ud800" },
      { version, body: [{ type: "html", text: "<b>" }] },
    ]) {
      expect((await call("PATCH", `/content/lessons/${id}`, change)).status).toBe(422);
    }
    expect((await firstLesson(unit_id)).version).toBe(version);
  });

  test("is refused for a lesson that failed", async () => {
    const { unit_id } = await insertWrittenUnit(database(), {
      lessons: [buildLesson(1, { status: "failed" }), buildLesson(2)],
    });
    const { id, version } = await firstLesson(unit_id);
    expect((await call("PATCH", `/content/lessons/${id}`, { version, title: "x" })).body.code).toBe(
      "lesson_failed",
    );
  });
});

describe("export", () => {
  test("gives back as JSON exactly what the lessons hold", async () => {
    const hostile = "Rock & <script>alert(1)</script> *roll* | #1";
    const { unit_id } = await insertWrittenUnit(database(), {
      title: "Tides: an introduction",
      lessons: [
        buildLesson(1, {
          title: hostile,
          body: [{ type: "paragraph", spans: [{ text: hostile, kind: "quote", reference: null }] }],
        }),
        buildLesson(2, { status: "failed" }),
      ],
    });
    const answer = await call("GET", `/content/units/${unit_id}/export?format=json`);
    expect(answer.headers.get("content-disposition")).toBe(
      'attachment; filename="tides-an-introduction.json"',
    );
    const exported = unitExportSchema.parse(answer.body);
    const lesson = await firstLesson(unit_id);
    expect(exported.lessons).toHaveLength(1);
    expect(exported.lessons[0]).toEqual({
      position: lesson.position,
      title: lesson.title,
      objective: lesson.objective,
      learning_objective_ids: lesson.learning_objective_ids,
      review: lesson.review,
      transcript: lesson.transcript,
      body: lesson.body,
      author: lesson.author,
      audio_seconds: lesson.audio_seconds,
      exercises: lesson.exercises,
    });
    const markdown = await call("GET", `/content/units/${unit_id}/export`);
    expect(markdown.headers.get("content-type")).toContain("text/markdown");
    expect(markdown.body).toContain("# Tides: an introduction");
    expect(markdown.body).toContain("\\<script\\>");
    expect(markdown.body).toContain("Answer: B. Reason B");
  });

  test("is refused while no lesson is written", async () => {
    const { unit_id } = await insertStartedUnit(database());
    expect((await call("GET", `/content/units/${unit_id}/export`)).body.code).toBe("unit_empty");
  });
});

test("the unit lists walk their indexes", async () => {
  const plans = [
    [sql`SELECT * FROM unit_summaries WHERE status = 'failed' ORDER BY id DESC LIMIT 51`, "units_status"],
    [sql`SELECT * FROM unit_summaries ORDER BY id DESC LIMIT 51`, "units_pkey"],
    [sql`SELECT id FROM units WHERE published_at IS NOT NULL ORDER BY id DESC LIMIT 51`, "units_published"],
  ] as const;
  await database()
    .transaction()
    .execute(async (transaction) => {
      await sql`SET LOCAL enable_seqscan = off`.execute(transaction);
      await sql`SET LOCAL enable_sort = off`.execute(transaction);
      await sql`SET LOCAL enable_bitmapscan = off`.execute(transaction);
      for (const [query, index] of plans) {
        const explained = await sql<{ "QUERY PLAN": string }>`EXPLAIN ${query}`.execute(transaction);
        expect(explained.rows.map((row) => row["QUERY PLAN"]).join("\n")).toContain(index);
      }
    });
});
