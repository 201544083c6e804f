import { readFileSync } from "node:fs";
import path from "node:path";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type CourseApp, createCourseApp } from "../../../../test/course-app.ts";
import { waitFor } from "../../../../test/engine/harness.ts";
import { startTestProvider, type TestProvider } from "../../../../test/provider/provider.ts";
import type { UnitDetail } from "../../content/models.ts";
import { samplesFolder } from "../samples.ts";
import type { AcceptedAnswer } from "../service.ts";
import { type Course, shapeOf } from "./course-shape.ts";
import type { RetryOptions } from "./models.ts";
import { stepKey } from "./remaining-steps.ts";

const text = readFileSync(path.join(samplesFolder, "how-tides-work.md"), "utf8");
const withSource = {
  sources: [{ kind: "text", title: "How tides work", text }],
  learner_level: "beginner",
  target_lesson_count: 2,
};
const fromTopic = { topic: "How tides work", learner_level: "beginner", target_lesson_count: 2 };

vi.setConfig({ testTimeout: 90_000 });

let course: CourseApp;
let models: TestProvider;

beforeAll(async () => {
  models = await startTestProvider();
  course = await createCourseApp({
    COURSEWRIGHT_LLM_BASE_URL: models.url,
    COURSEWRIGHT_TEXT_MODEL: "test-text",
    COURSEWRIGHT_SPEECH_MODEL: "test-speech",
    COURSEWRIGHT_IMAGE_MODEL: "test-image",
  });
  await course.startWorker();
});
afterEach(() => models.setScript({}));
afterAll(async () => {
  await course.stop();
  await models.close();
});

async function create(app: CourseApp, body: unknown): Promise<UnitDetail> {
  const answer = await app.call<AcceptedAnswer>("POST", "/content-creator/units", body);
  expect(answer.status).toBe(202);
  return app.finished(answer.body.unit_id);
}

/** Steps that the task itself ran, each once. */
async function executedBy(app: CourseApp, task_id: string | null): Promise<string[]> {
  const { rows } = await sql<{ flow_path: string; step_name: string }>`
    SELECT DISTINCT flow_path, step_name FROM step_summaries
    WHERE task_id = ${task_id} AND reused_from_step_run_id IS NULL`.execute(app.database);
  return rows.map(stepKey).sort();
}

async function countReused(task_id: string | null): Promise<number> {
  const { rows } = await sql<{ reused: number }>`
    SELECT count(*)::int AS reused FROM step_summaries
    WHERE task_id = ${task_id} AND reused_from_step_run_id IS NOT NULL`.execute(course.database);
  return rows[0]?.reused ?? 0;
}

async function optionsOf(unit_id: string, app = course): Promise<RetryOptions> {
  const answer = await app.call<RetryOptions>("GET", `/content-creator/units/${unit_id}/retry-options`);
  expect(answer.status).toBe(200);
  return answer.body;
}

function announced({ resume }: RetryOptions): string[] {
  return resume.steps
    .map(({ flow_key, step_name, lesson_position }) => {
      const isRecording = flow_key.startsWith("lesson_podcast:");
      const parent = isRecording ? `unit/lesson:${lesson_position}` : "unit";
      return stepKey({ flow_path: flow_key === "unit" ? "unit" : `${parent}/${flow_key}`, step_name });
    })
    .sort();
}

/** Resumes the unit and compares what runs with what was announced. */
async function resumeAsAnnounced(unit: UnitDetail): Promise<RetryOptions> {
  const options = await optionsOf(unit.id);
  expect(options.resume).toMatchObject({ allowed: true, reason: null });
  await course.call("POST", `/content-creator/units/${unit.id}/retry`, { mode: "resume" });
  const again = await course.finished(unit.id);
  expect([again.status, again.error_message]).toEqual(["completed", null]);
  expect(announced(options)).toEqual(await executedBy(course, again.task_id));
  expect(options.resume.kept_steps).toBe(await countReused(again.task_id));
  return options;
}

describe("the shape of a course", () => {
  const whole = (change: Partial<Course>): string[] =>
    shapeOf({
      authors: { text: "model", speech: "model", image: "model" },
      has_sources: true,
      needs_supplement: false,
      lesson_positions: [1, 2],
      ...change,
    })
      .map(stepKey)
      .sort();

  test("is what a run from sources and one from a topic execute", async () => {
    const given = await create(course, withSource);
    const isSupplemented = (unit: UnitDetail) => unit.sources.some(({ kind }) => kind === "supplemental");
    expect(await executedBy(course, given.task_id)).toEqual(
      whole({ needs_supplement: isSupplemented(given) }),
    );
    const uncovered = { ...fromTopic, learning_objectives: ["Build a tidal power station"] };
    const written = await create(course, uncovered);
    const needs_supplement = written.sources.some(({ kind }) => kind === "supplemental");
    expect(await executedBy(course, written.task_id)).toEqual(
      whole({ has_sources: false, needs_supplement }),
    );
    expect((await optionsOf(given.id)).from_scratch).toMatchObject({
      allowed: false,
      reason: expect.stringContaining("completed"),
      step_count: whole({}).length,
    });
  });

  test("is what a run without any model executes", async () => {
    const offline = await createCourseApp();
    try {
      await offline.startWorker();
      const unit = await create(offline, withSource);
      const authors = { text: "offline", speech: "offline", image: "offline" } as const;
      const lesson_positions = unit.lessons.map(({ position }) => position);
      expect(await executedBy(offline, unit.task_id)).toEqual(whole({ authors, lesson_positions }));
      const { from_scratch } = await optionsOf(unit.id, offline);
      expect(from_scratch.estimate).toMatchObject({
        cost_usd: 0,
        duration_ms: expect.any(Number),
        based_on_runs: 1,
        unknown_because: null,
      });
    } finally {
      await offline.stop();
    }
  });
});

describe("what a resume would run is what it runs, of a unit", () => {
  const lessonTexts = { kind: "text" as const, prompt: "Lesson title: " };

  test("with a lesson whose text failed: the podcast follows it", async () => {
    models.setScript({ rules: [{ match: lessonTexts, times: 1, action: { status: 400 } }] });
    const partial = await create(course, withSource);
    expect(partial.status).toBe("partial");
    models.setScript({});
    const { resume } = await resumeAsAnnounced(partial);
    const reasons = Map.groupBy(resume.steps, ({ why }) => why);
    expect(reasons.get("failed")).toMatchObject([{ step_name: "generate_lesson_transcript" }]);
    expect(reasons.get("follows")?.map(({ flow_key }) => flow_key)).toEqual(["podcast", "podcast"]);
    expect(reasons.get("not_started")).toHaveLength(3);
  });

  test("with exercises that failed after their lesson was spoken", async () => {
    const drafts = { schema_name: "exercise_drafts" };
    models.setScript({ rules: [{ match: drafts, times: 1, action: { status: 400 } }] });
    const partial = await create(course, withSource);
    expect(partial.status).toBe("partial");
    models.setScript({});
    const { resume } = await resumeAsAnnounced(partial);
    expect(resume.steps.map(({ step_name }) => step_name)).not.toContain("synthesize_audio");
  });

  test("without audio and cover", async () => {
    models.setScript({ rules: [{ match: { kind: ["image", "speech"] }, action: { status: 400 } }] });
    const partial = await create(course, withSource);
    models.setScript({});
    const { resume } = await resumeAsAnnounced(partial);
    expect(resume.steps.map(({ why }) => why)).toEqual(["failed", "failed", "failed", "failed"]);
  });

  test("whose plan failed: everything is left", async () => {
    models.setScript({ rules: [{ match: { schema_name: "unit_metadata" }, action: { status: 400 } }] });
    const failed = await create(course, fromTopic);
    expect(failed.status).toBe("failed");
    models.setScript({});
    const options = await optionsOf(failed.id);
    expect([options.resume.kept_steps, options.resume.steps[0]?.why]).toEqual([1, "failed"]);
    await course.call("POST", `/content-creator/units/${failed.id}/retry`, { mode: "resume" });
    const again = await course.finished(failed.id);
    // Whether the source lacks something is what the plan says.
    const executed = await executedBy(course, again.task_id);
    const foreseeable = executed.filter((key) => !key.endsWith(" generate_supplemental_source_material"));
    expect(announced(options)).toEqual(foreseeable);
  });

  test("that was cancelled in the middle, and again after the first resume", async () => {
    models.setScript({ rules: [{ match: lessonTexts, skip: 1, action: { hang: true } }] });
    const before = models.calls({ action: "hang" }).length;
    const made = await course.call<AcceptedAnswer>("POST", "/content-creator/units", withSource);
    await waitFor(
      async () => models.calls({ action: "hang" }).length,
      (count) => count > before,
    );
    await course.call("POST", `/task-queue/tasks/${made.body.task_id}/cancel`);
    const cancelled = await course.finished(made.body.unit_id);
    expect(cancelled.status).toBe("cancelled");
    models.setScript({ rules: [{ match: { kind: ["speech"] }, action: { status: 400 } }] });
    await course.call("POST", `/content-creator/units/${cancelled.id}/retry`, { mode: "resume" });
    const partial = await course.finished(cancelled.id);
    expect(partial.status).toBe("partial");
    models.setScript({});
    await resumeAsAnnounced(partial);
  });
});

test("a resume after one lesson was written anew does what was announced, the podcast of the new text included", async () => {
  models.setScript({ rules: [{ match: { kind: ["image"] }, action: { status: 400 } }] });
  const partial = await create(course, withSource);
  expect(partial.status).toBe("partial");
  models.setScript({});
  const [lesson] = partial.lessons;
  const answer = await course.call("POST", `/content-creator/lessons/${lesson?.id}/regenerate`, {
    guidance: "Name more harbours.",
  });
  expect([answer.status, answer.body.detail]).toEqual([202, undefined]);
  const rewritten = await course.finished(partial.id);
  expect(rewritten.status).toBe("partial");
  const { resume } = await resumeAsAnnounced(rewritten);
  expect(resume.steps.map(({ step_name }) => step_name)).not.toContain("generate_lesson_transcript");
});

describe("the estimate", () => {
  test("is unknown while a price is, and then the sum of the medians of the steps that run", async () => {
    const lessonTexts = { kind: "text" as const, prompt: "Lesson title: " };
    models.setScript({ rules: [{ match: lessonTexts, times: 1, action: { status: 400 } }] });
    const unpriced = await create(course, withSource);
    const before = await optionsOf(unpriced.id);
    expect(before.resume.estimate).toMatchObject({
      cost_usd: null,
      unknown_because: expect.stringMatching(/What test-\w+ costs is not known/),
    });
    const host = new URL(models.url).host;
    for (const [model, billed] of [
      ["test-text", "input_token"],
      ["test-text", "output_token"],
      ["test-speech", "character"],
      ["test-image", "image"],
    ]) {
      await sql`INSERT INTO price_book (provider, model, billed, usd_per_million, source)
        VALUES (${host}, ${model}, ${billed}, 10, 'test')`.execute(course.database);
    }
    await sql`UPDATE flow_step_runs SET cost_usd = 0.25 WHERE cost_usd IS NULL AND status = 'completed'`.execute(
      course.database,
    );
    const after = await optionsOf(unpriced.id);
    // Four steps of the lesson and two of the podcast, a quarter of a dollar each.
    expect(after.resume.steps).toHaveLength(6);
    expect(after.resume.estimate).toMatchObject({ cost_usd: 1.5, unknown_because: null });
    expect(after.resume.estimate.duration_ms).toBeGreaterThan(0);
    expect(after.resume.estimate.based_on_runs).toBeGreaterThan(0);
    expect(after.from_scratch.estimate.cost_usd).toBe(0.25 * after.from_scratch.step_count);
  });

  test("of a unit that is not there is a 404", async () => {
    const answer = await course.call("GET", `/content-creator/units/${crypto.randomUUID()}/retry-options`);
    expect([answer.status, answer.body.code]).toEqual([404, "unit_not_found"]);
  });
});
