import { sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type CourseApp, createCourseApp } from "../../../test/course-app.ts";
import { startTestProvider, type TestProvider } from "../../../test/provider/provider.ts";
import type { Lesson, UnitDetail } from "../../modules/content/models.ts";
import type { AcceptedAnswer } from "../../modules/content-creator/service.ts";
import { insertSamples } from "./insert-samples.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let app: CourseApp;
let provider: TestProvider;

beforeAll(async () => {
  provider = await startTestProvider();
  app = await createCourseApp({
    COURSEWRIGHT_LLM_BASE_URL: provider.url,
    COURSEWRIGHT_LLM_API_KEY: "test-key",
    COURSEWRIGHT_TEXT_MODEL: "test-text",
    COURSEWRIGHT_SPEECH_MODEL: "test-speech",
    COURSEWRIGHT_IMAGE_MODEL: "test-image",
  });
  await insertSamples(app.database, { home: app.home, again: false });
  await app.startWorker();
});
afterAll(async () => {
  await app.stop();
  await provider.close();
});

async function findUnit(title: string): Promise<UnitDetail> {
  const found = await sql<{ id: string }>`
    SELECT id FROM units WHERE title LIKE ${`${title}%`}`.execute(app.database);
  return (await app.call<UnitDetail>("GET", `/content/units/${found.rows[0]?.id}`)).body;
}

async function resume(unit: UnitDetail): Promise<UnitDetail> {
  provider.resetLog();
  const answer = await app.call("POST", `/content-creator/units/${unit.id}/retry`, { mode: "resume" });
  expect(answer.status).toBe(202);
  return app.finished(unit.id);
}

/** Addresses of the steps that the unit's task ran, and how many it took from the records. */
async function stepsOf(unit: UnitDetail) {
  const { rows } = await sql<{ address: string; reused: boolean }>`
    SELECT flow_key || '/' || step_name AS address, reused_from_step_run_id IS NOT NULL AS reused FROM step_summaries
    WHERE task_id = ${unit.task_id}::uuid ORDER BY id`.execute(app.database);
  return {
    ran: rows.filter(({ reused }) => !reused).map(({ address }) => address),
    kept: rows.filter(({ reused }) => reused).map(({ address }) => address),
  };
}

test("the sample unit with a failed lesson is resumed with everything that is recorded", async () => {
  const unit = await findUnit("Photosynthesis");
  expect(unit.status).toBe("partial");
  const resumed = await resume(unit);
  expect([resumed.status, resumed.error_message]).toEqual(["completed", null]);
  const { ran, kept } = await stepsOf(resumed);
  expect(ran).toEqual([
    "lesson:2/draft_exercises",
    "lesson:2/validate_and_structure_exercises",
    "podcast/generate_unit_podcast_transcript",
    "podcast/synthesize_unit_audio",
  ]);
  expect(kept).toHaveLength(13);
  expect(provider.calls({ schema_name: "unit_metadata" })).toEqual([]);
});

test("the sample unit that failed after its source is resumed from the plan on", async () => {
  const unit = await findUnit("Perspective");
  expect(unit.status).toBe("failed");
  const resumed = await resume(unit);
  expect([resumed.status, resumed.error_message]).toEqual(["completed", null]);
  expect((await stepsOf(resumed)).kept).toEqual(["unit/generate_source_material"]);
});

test("the cancelled sample unit is resumed with what was done before", async () => {
  const unit = await findUnit("Rhythm");
  expect(unit.status).toBe("cancelled");
  const done = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM step_summaries WHERE unit_id = ${unit.id}::uuid AND status = 'completed'`.execute(
    app.database,
  );
  const resumed = await resume(unit);
  expect([resumed.status, resumed.error_message]).toEqual(["completed", null]);
  const { kept } = await stepsOf(resumed);
  expect(kept).toHaveLength(done.rows[0]?.count ?? 0);
  expect(kept).toContain("unit/extract_unit_metadata");
});

test.each([
  ["from a source, by models", "The water cycle"],
  ["from a topic, by models", "Compound interest"],
  ["without a model", "How tides"],
])("a lesson of the sample unit made %s is written anew", async (_how, title) => {
  const unit = await findUnit(title);
  expect(unit.status).toBe("completed");
  const read = () =>
    Promise.all(
      unit.lessons.map(async ({ id }) => (await app.call<Lesson>("GET", `/content/lessons/${id}`)).body),
    );
  const before = await read();
  const accepted = await app.call<AcceptedAnswer>(
    "POST",
    `/content-creator/lessons/${unit.lessons[0]?.id}/regenerate`,
  );
  expect(accepted.status).toBe(202);
  const after = await app.finished(unit.id);
  expect([after.status, after.error_message]).toEqual(["completed", null]);
  const lessons = await read();
  expect(lessons[0]).toMatchObject({ content_version: 2, status: "completed" });
  expect(lessons.slice(1)).toEqual(before.slice(1));
  const { ran } = await stepsOf(after);
  expect(ran.filter((address) => !address.startsWith("lesson"))).toEqual([]);
});
