import { sql } from "kysely";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  createTides,
  lasting,
  lessonCalls,
  lessonText,
  readLessons,
  readTask,
  regenerate,
  regenerated,
  startModelCourse,
} from "../../../../test/builders/regeneration.ts";
import { waitFor } from "../../../../test/engine/harness.ts";
import type { Lesson, UnitDetail } from "../../content/models.ts";

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

const kindsOf = (calls: readonly { readonly kind: string }[]) => calls.map(({ kind }) => kind).sort();

describe("a lesson written anew", () => {
  test("replaces that lesson alone, pays for its calls alone, and keeps the unit published", async () => {
    const { course, models } = await start();
    const unit = await createTides(course);
    await course.call("POST", `/content/units/${unit.id}/publish`);
    const published = (await course.call<UnitDetail>("GET", `/content/units/${unit.id}`)).body;
    const before = await readLessons(course, unit);
    models.resetLog();

    const { task_id, unit: after } = await regenerated(course, unit, 2, "Use the harbour as the example.");

    expect([after.status, after.error_message]).toEqual(["completed", null]);
    expect(kindsOf(models.log())).toEqual(["object", "object", "speech", "text"]);
    expect(models.calls(lessonCalls)).toHaveLength(1);
    const lessons = await readLessons(course, after);
    expect(lessons[0]).toEqual(before[0]);
    expect(lessons[2]).toEqual(before[2]);
    expect(lessons[1]).toMatchObject({
      id: before[1]?.id,
      content_version: 2,
      guidance: "Use the harbour as the example.",
      status: "completed",
    });
    expect(lessons[1]?.written_by).not.toEqual(before[1]?.written_by);
    expect(after).toMatchObject({
      task_id,
      content_version: published.content_version + 1,
      published_at: published.published_at,
      podcast_media_id: published.podcast_media_id,
      cover_media_id: published.cover_media_id,
      podcast_transcript: published.podcast_transcript,
    });
    expect(after.stages.map(({ status }) => status)).toEqual(published.stages.map(({ status }) => status));
    expect(after.stages[2]).toMatchObject({ total: 3, completed: 3, failed: 0 });
    const written_by = lessons[1]?.written_by.transcript;
    const asked = (await course.call("GET", `/llm/requests/${written_by}`)).body;
    expect(asked).toMatchObject({ task_id, kind: "text" });
    expect(JSON.stringify(asked)).toContain("Use the harbour as the example.");
  });

  test("is a child of the task that wrote the unit, whose plan it reuses at no cost", async () => {
    const { course } = await start();
    const unit = await createTides(course);
    const { task_id } = await regenerated(course, unit, 1);
    const parent = await readTask(course, unit.task_id ?? "");
    expect(parent.children.map(({ id, mode }) => [id, mode])).toEqual([[task_id, "regenerate"]]);
    const child = await readTask(course, task_id);
    expect(child).toMatchObject({ task_name: "lesson_regeneration", mode: "regenerate", children: [] });
    expect(child.related_tasks.map(({ id }) => id)).toEqual([unit.task_id]);
    const steps = await sql<{ step_name: string; reused: boolean; cost_usd: number | null }>`
      SELECT step_name, reused_from_step_run_id IS NOT NULL AS reused, cost_usd FROM step_summaries
      WHERE task_id = ${task_id}::uuid ORDER BY id`.execute(course.database);
    expect(steps.rows.filter(({ reused }) => reused)).toEqual([
      { step_name: "generate_source_material", reused: true, cost_usd: 0 },
      { step_name: "extract_unit_metadata", reused: true, cost_usd: 0 },
      { step_name: "generate_supplemental_source_material", reused: true, cost_usd: 0 },
    ]);
    expect(steps.rows.filter(({ reused }) => !reused)).toHaveLength(4);
  });

  test("takes the former recording along, and no other, also over several lineages", async () => {
    const { course, models } = await start();
    const unit = await createTides(course);
    const listMedia = async () => {
      const { rows } = await sql<{ id: string }>`SELECT id FROM media ORDER BY id`.execute(course.database);
      return rows.map(({ id }) => id);
    };
    const shown = ({ lessons, ...rest }: UnitDetail) =>
      [
        ...new Set([rest.cover_media_id, rest.podcast_media_id, ...lessons.map((one) => one.audio_media_id)]),
      ].sort();
    expect(await listMedia()).toEqual(shown(unit));
    let last = unit;
    for (const [position, words_per_minute] of [
      [1, 90],
      [2, 100],
      [1, 110],
    ] as const) {
      models.setScript({ words_per_minute });
      const { unit: after } = await regenerated(course, unit, position);
      const changed = after.lessons.filter(
        (lesson, place) => lesson.audio_media_id !== last.lessons[place]?.audio_media_id,
      );
      expect(changed.map((lesson) => lesson.position)).toEqual([position]);
      expect(await waitFor(listMedia, (ids) => ids.length === shown(after).length)).toEqual(shown(after));
      last = after;
    }
  });

  test("makes a partial unit whole when it was the failed one, under the same id", async () => {
    const { course, models } = await start();
    models.setScript({ rules: [{ match: lessonText, times: 1, action: { status: 400 } }] });
    const unit = await createTides(course);
    expect(unit.status).toBe("partial");
    const position = unit.lessons.find(({ status }) => status === "failed")?.position ?? 0;
    const { unit: after } = await regenerated(course, unit, position);
    expect(after).toMatchObject({ status: "completed", error_code: null, warnings: [], lessons_failed: 0 });
    expect(after.lessons.map(({ id }) => id)).toEqual(unit.lessons.map(({ id }) => id));
    expect(after.stages[2]).toMatchObject({ status: "completed", total: 3, completed: 3 });
  });

  test("whose audio fails makes the unit partial and says so; a resume makes the audio only", async () => {
    const { course, models } = await start();
    const unit = await createTides(course);
    models.setScript({ rules: [{ match: { kind: "speech" }, action: { status: 400 } }] });
    const { unit: silent } = await regenerated(course, unit, 1);
    expect(silent).toMatchObject({ status: "partial", error_code: "media_failed" });
    expect(silent.warnings).toMatchObject([{ part: "podcast", lesson_position: 1 }]);
    models.setScript({});
    models.resetLog();
    await course.call("POST", `/content-creator/units/${unit.id}/retry`, { mode: "resume" });
    const whole = await course.finished(unit.id);
    expect([whole.status, whole.warnings]).toEqual(["completed", []]);
    // The podcast follows the lesson's new text when that differs; here its wording is the same.
    expect(kindsOf(models.log())).toEqual(["speech"]);
  });
});

test("a lesson that waits for money leaves its unit paused, and is finished once it goes on", async () => {
  const { course, models } = await start({ COURSEWRIGHT_BUDGET_USD_PER_DAY: "100" });
  const { host } = new URL(models.url);
  const enterPrices = () =>
    sql`
      INSERT INTO price_book (provider, model, billed, usd_per_million, source) VALUES
        (${host}, 'test-text', 'input_token', 1, 'test'), (${host}, 'test-text', 'output_token', 1, 'test'),
        (${host}, 'test-speech', 'character', 1, 'test'), (${host}, 'test-image', 'image', 1, 'test')`.execute(
      course.database,
    );
  await enterPrices();
  const unit = await createTides(course);
  expect([unit.status, unit.error_message]).toEqual(["completed", null]);
  const before = await readLessons(course, unit);
  await sql`DELETE FROM price_book`.execute(course.database);
  models.resetLog();
  const { body } = await regenerate(course, unit, 1);
  const readUnit = async () => (await course.call<UnitDetail>("GET", `/content/units/${unit.id}`)).body;
  const waiting = await waitFor(readUnit, ({ status }) => status === "paused");
  expect(waiting.pause_reason).toContain("price_unknown");
  expect(models.log()).toEqual([]);
  expect(await readLessons(course, unit)).toEqual(before);
  await enterPrices();
  expect((await course.call("POST", `/task-queue/tasks/${body.task_id}/continue`)).status).toBe(202);
  const after = await course.finished(unit.id);
  expect([after.status, after.error_message]).toEqual(["completed", null]);
  const lessons = await readLessons(course, after);
  expect(lessons[0]?.content_version).toBe(2);
  expect(lessons.slice(1)).toEqual(before.slice(1));
  expect(kindsOf(models.log())).toEqual(["object", "object", "speech", "text"]);
});

describe("a chain of lessons written anew", () => {
  test("is what a later resume keeps: the newest of each lesson, at no cost", async () => {
    const { course, models } = await start();
    models.setScript({ rules: [{ match: { kind: "image" }, action: { status: 400 } }] });
    const unit = await createTides(course);
    expect(unit).toMatchObject({ status: "partial", error_code: "media_failed" });
    await regenerated(course, unit, 2, "Name three harbours.");
    await regenerated(course, unit, 1, "Begin with the moon.");
    const { unit: again } = await regenerated(course, unit, 2, "Name four harbours.");
    expect(again).toMatchObject({ status: "partial", error_code: "media_failed" });
    const kept = await readLessons(course, again);
    expect(kept.map(({ guidance }) => guidance)).toEqual([
      "Begin with the moon.",
      "Name four harbours.",
      null,
    ]);

    models.setScript({});
    models.resetLog();
    await course.call("POST", `/content-creator/units/${unit.id}/retry`, { mode: "resume" });
    const resumed = await course.finished(unit.id);
    expect([resumed.status, resumed.error_message]).toEqual(["completed", null]);
    expect(models.calls(lessonCalls)).toEqual([]);
    expect(models.calls({ kind: "image" })).toHaveLength(1);
    expect(models.calls({ schema_name: "unit_metadata" })).toEqual([]);
    const resumedLessons = await readLessons(course, resumed);
    const content = (lesson: Lesson) => [
      lesson.id,
      lesson.transcript,
      lesson.exercises,
      lesson.written_by,
      lesson.guidance,
    ];
    expect(resumedLessons.map(content)).toEqual(kept.map(content));

    // And once more after the resume, which was in the newest lineage.
    models.resetLog();
    const { unit: last } = await regenerated(course, resumed, 3);
    expect(last.status).toBe("completed");
    expect(kindsOf(models.log())).toEqual(["object", "object", "speech", "text"]);
    const rest = await readLessons(course, last);
    expect(rest.slice(0, 2)).toEqual(resumedLessons.slice(0, 2));
    const superseded = await sql<{ flow_path: string; live: number }>`
      SELECT flow_path, count(*) FILTER (WHERE superseded_at IS NULL)::int AS live FROM step_summaries
      WHERE unit_id = ${unit.id}::uuid AND status = 'completed' AND reused_from_step_run_id IS NULL
        AND step_name = 'generate_lesson_transcript'
      GROUP BY flow_path ORDER BY flow_path`.execute(course.database);
    expect(superseded.rows).toEqual(
      [1, 2, 3].map((position) => ({ flow_path: `unit/lesson:${position}`, live: 1 })),
    );
  });

  test("continues what the unit shows, also after a retry from scratch that failed", async () => {
    const { course, models } = await start();
    models.setScript({ rules: [{ match: { kind: "image" }, action: { status: 400 } }] });
    const unit = await createTides(course);
    await regenerated(course, unit, 2, "Name three harbours.");
    models.setScript({ rules: [{ match: { kind: "text" }, action: { status: 400 } }] });
    await course.call("POST", `/content-creator/units/${unit.id}/retry`, { mode: "from_scratch" });
    const failed = await course.finished(unit.id);
    expect([failed.status, failed.lessons_completed]).toEqual(["failed", 3]);
    // In vain: the unit is failed again, with the lineage of its failed retry.
    const { unit: restored } = await regenerated(course, unit, 1);
    expect(lasting(restored)).toEqual(lasting(failed));

    models.setScript({});
    models.resetLog();
    const { unit: partial } = await regenerated(course, unit, 1);
    expect(partial).toMatchObject({ status: "partial", error_code: "media_failed" });
    expect(kindsOf(models.log())).toEqual(["object", "object", "speech", "text"]);
    models.resetLog();
    await course.call("POST", `/content-creator/units/${unit.id}/retry`, { mode: "resume" });
    const whole = await course.finished(unit.id);
    expect(whole.status).toBe("completed");
    expect(models.calls(lessonCalls)).toEqual([]);
    expect((await readLessons(course, whole)).map(({ guidance }) => guidance)).toEqual([
      null,
      "Name three harbours.",
      null,
    ]);
  });

  test("is forgotten by a retry from scratch, which plans and writes everything again", async () => {
    const { course, models } = await start();
    models.setScript({ rules: [{ match: { kind: "image" }, action: { status: 400 } }] });
    const unit = await createTides(course);
    await regenerated(course, unit, 2, "Name three harbours.");
    models.setScript({});
    models.resetLog();
    await course.call("POST", `/content-creator/units/${unit.id}/retry`, { mode: "from_scratch" });
    const whole = await course.finished(unit.id);
    expect(whole.status).toBe("completed");
    expect(models.calls(lessonCalls)).toHaveLength(3);
    expect((await readLessons(course, whole)).map(({ guidance }) => guidance)).toEqual([null, null, null]);
  });
});
