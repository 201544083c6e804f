import { readFileSync } from "node:fs";
import path from "node:path";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { lessonText, regenerate, startModelCourse } from "../../../../test/builders/regeneration.ts";
import { type CourseApp, createCourseApp } from "../../../../test/course-app.ts";
import { waitFor } from "../../../../test/engine/harness.ts";
import type { TestProvider } from "../../../../test/provider/provider.ts";
import { createSilentLogger } from "../../../platform/logger.ts";
import type { UnitDetail } from "../../content/models.ts";
import { createFlowEngineModule } from "../../flow-engine/module.ts";
import type { RouteFor } from "../retry-options/estimate.ts";
import { samplesFolder } from "../samples.ts";
import type { AcceptedAnswer } from "../service.ts";
import type { JobOutlook } from "./forecast.ts";
import { createForecastRecorder } from "./record-forecasts.ts";
import { createForecastRepo } from "./repo.ts";
import { createForecastService } from "./service.ts";

vi.setConfig({ testTimeout: 90_000 });

const tides = { topic: "How tides work", learner_level: "beginner", target_lesson_count: 3 };
const latency_ms = { text: 60, object: 80, speech: 100, image: 50 };

let course: CourseApp;
let models: TestProvider;
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ course, models, stop } = await startModelCourse());
});
afterEach(() => models.setScript({ latency_ms }));
afterAll(() => stop());

/** The forecaster on the course's data, which reads its history anew each time unless told otherwise. */
function forecasting(app: CourseApp, routeFor: RouteFor, historyMaxAgeMs = 0) {
  const repo = createForecastRepo(app.database);
  const { engine } = createFlowEngineModule({
    database: app.database,
    logger: createSilentLogger(),
    fence: async () => Promise.reject(new Error("Nothing runs here.")),
    classifyFailure: (error) => {
      throw error;
    },
    settleCalls: async () => Promise.reject(new Error("Nothing runs here.")),
    releaseCalls: () => undefined,
    changed: () => undefined,
  });
  const service = createForecastService({ repo, engine, routeFor, historyMaxAgeMs });
  return { service, record: createForecastRecorder(repo, service) };
}

const ofModels = (historyMaxAgeMs = 0) =>
  forecasting(
    course,
    (kind) => ({
      provider: new URL(models.url).host,
      model: kind === "speech" ? "test-speech" : kind === "image" ? "test-image" : "test-text",
    }),
    historyMaxAgeMs,
  );

async function begin(body: object = tides): Promise<AcceptedAnswer> {
  const answer = await course.call<AcceptedAnswer>("POST", "/content-creator/units", body);
  expect(answer.status).toBe(202);
  return answer.body;
}

/** Waits until a call of the script hangs, with everything else of the job done. */
async function untilQuiet(task_id: string, running: number): Promise<void> {
  await waitFor(
    async () => {
      const { rows } = await sql<{ running: number; moved: boolean }>`
        SELECT count(*) FILTER (WHERE status = 'running')::int AS running,
          bool_or(updated_at > clock_timestamp() - interval '700 milliseconds') AS moved
        FROM flow_step_runs WHERE task_id = ${task_id}`.execute(course.database);
      return rows[0];
    },
    (row) => row?.running === running && row.moved === false,
  );
}

async function samplesOf(task_id: string) {
  const { rows } = await sql<{ milestone: number; predicted_ms: number; actual_ms: number | null }>`
    SELECT milestone, predicted_ms, actual_ms FROM forecast_samples WHERE task_id = ${task_id}
    ORDER BY milestone`.execute(course.database);
  return rows;
}

test("a job without a history says why its end is unknown", async () => {
  models.setScript({ rules: [{ match: { kind: "text" }, action: { hang: true } }] });
  const { task_id, unit_id } = await begin();
  const outlook = await waitFor(
    async () => (await ofModels().service.outlookOf([task_id])).get(task_id),
    (one) => one !== undefined,
  );
  expect(outlook).toEqual({
    task_id,
    remaining: null,
    cost_usd_remaining: null,
    based_on_runs: 0,
    unknown_because: 'No completed run of "generate source material" with test-text is recorded yet.',
  });
  expect((await ofModels().service.plansOf([task_id])).size).toBe(0);
  await course.call("POST", `/task-queue/tasks/${task_id}/cancel`);
  await course.finished(unit_id);
  expect((await ofModels().service.outlookOf([task_id])).size).toBe(0);
});

test("a job's forecasts shrink to nothing, are written down, and what came is written beside them", async () => {
  models.setScript({ latency_ms });
  const remembering = ofModels(60_000);
  expect(await remembering.service.usualDurations()).not.toContainEqual(
    expect.objectContaining({ step_name: "draw_cover" }),
  );
  await course.finished((await begin()).unit_id);
  const { service, record } = ofModels();
  const { task_id, unit_id } = await begin();
  const outlooks: JobOutlook[] = [];
  await waitFor(
    async () => {
      await record();
      const outlook = (await service.outlookOf([task_id])).get(task_id);
      if (outlook !== undefined) outlooks.push(outlook);
      // It finds the first job that ended although it may keep what it knows for a minute.
      await remembering.service.outlookOf([task_id]);
      return (await course.call<UnitDetail>("GET", `/content/units/${unit_id}`)).body.status;
    },
    (status) => status !== "in_progress",
  );
  expect(await remembering.service.usualDurations()).toContainEqual(
    expect.objectContaining({ step_name: "draw_cover" }),
  );
  for (const { remaining, based_on_runs, unknown_because } of outlooks) {
    if (remaining === null) throw new Error(`Unknown: ${unknown_because}`);
    expect(remaining.earliest_ms).toBeGreaterThanOrEqual(0);
    expect(remaining.likely_ms).toBeGreaterThanOrEqual(remaining.earliest_ms);
    expect(remaining.latest_ms).toBeGreaterThanOrEqual(remaining.likely_ms);
    expect(based_on_runs).toBeGreaterThanOrEqual(0);
  }
  const likely = outlooks.map(({ remaining }) => remaining?.likely_ms ?? 0);
  expect(likely.at(-1)).toBeLessThan((likely[0] ?? 0) / 2);
  await record();
  const samples = await samplesOf(task_id);
  expect(samples.length).toBeGreaterThanOrEqual(3);
  expect(samples.every(({ actual_ms }) => actual_ms !== null && actual_ms >= 0)).toBe(true);
  const actual = samples.map((one) => one.actual_ms ?? 0);
  expect(actual).toEqual(actual.toSorted((left, right) => right - left));

  const plan = (await service.plansOf([task_id])).get(task_id);
  const { rows } = await sql<{ steps: number; planned_at: string }>`
    SELECT count(DISTINCT (flow_path, step_name))::int AS steps,
      min(completed_at) FILTER (WHERE step_name = 'extract_unit_metadata') AS planned_at
    FROM flow_step_runs WHERE task_id = ${task_id}`.execute(course.database);
  expect(plan).toMatchObject({ steps_known: rows[0]?.steps, planned_at: rows[0]?.planned_at });
  expect([...(plan?.lesson_titles.keys() ?? [])]).toEqual([1, 2, 3]);

  const usual = await service.usualDurations();
  const transcript = usual.find(({ step_name }) => step_name === "generate_lesson_transcript");
  expect(transcript).toMatchObject({ model: "test-text", runs: 6 });
  expect(transcript?.p99_ms).toBeGreaterThanOrEqual(transcript?.p50_ms ?? Number.POSITIVE_INFINITY);
  expect(transcript?.p50_ms).toBeGreaterThanOrEqual(60);
});

test("two recorders at once write each forecast once, and a cancelled job teaches nothing", async () => {
  models.setScript({ latency_ms, rules: [{ match: lessonText, action: { hang: true } }] });
  const { task_id, unit_id } = await begin();
  await untilQuiet(task_id, 3);
  const recorders = [ofModels(), ofModels(), ofModels()];
  await Promise.all(recorders.map(({ record }) => record()));
  expect(await samplesOf(task_id)).toHaveLength(1);
  await course.call("POST", `/task-queue/tasks/${task_id}/cancel`);
  await course.finished(unit_id);
  await ofModels().record();
  expect(await samplesOf(task_id)).toEqual([]);
});

test("a resumed unit counts only what is left, and a lesson written anew its own steps", async () => {
  models.setScript({
    latency_ms,
    rules: [{ match: { schema_name: "exercise_drafts" }, times: 1, action: { status: 400 } }],
  });
  const partial = await course.finished((await begin()).unit_id);
  expect(partial.status).toBe("partial");
  models.setScript({
    latency_ms,
    rules: [{ match: { schema_name: "exercise_drafts" }, action: { hang: true } }],
  });
  const { body } = await course.call<AcceptedAnswer>("POST", `/content-creator/units/${partial.id}/retry`, {
    mode: "resume",
  });
  await untilQuiet(body.task_id, 1);
  const [resumed] = await ofModels().service.foresee([body.task_id]);
  const { steps_done, steps_known, steps } = resumed?.outline ?? {};
  // The drafts, their check and the podcast of the whole unit with its recording.
  expect(steps).toHaveLength(4);
  expect(steps_done).toBe((steps_known ?? 0) - 4);
  expect((await ofModels().service.plansOf([body.task_id])).get(body.task_id)?.steps_known).toBe(steps_known);
  models.setScript({ latency_ms });
  await course.call("POST", `/task-queue/tasks/${body.task_id}/cancel`);
  await course.finished(partial.id);
  await course.call("POST", `/content-creator/units/${partial.id}/retry`, { mode: "resume" });
  const whole = await course.finished(partial.id);
  expect(whole.status).toBe("completed");

  models.setScript({ latency_ms, rules: [{ match: lessonText, action: { hang: true } }] });
  const anew = await regenerate(course, whole, 2);
  expect(anew.status).toBe(202);
  await untilQuiet(anew.body.task_id, 1);
  const [lesson] = await ofModels().service.foresee([anew.body.task_id]);
  expect(lesson?.outline.steps).toHaveLength(4);
  expect(lesson?.outline.steps_done).toBe((lesson?.outline.steps_known ?? 0) - 4);
  expect(lesson?.left?.likely_ms).toBeGreaterThan(0);
  await course.call("POST", `/task-queue/tasks/${anew.body.task_id}/cancel`);
  await course.finished(whole.id);
});

test("jobs of the built-in authors are foreseen as well, at no cost, and a long-gone unit is no hindrance", async () => {
  const offline = await createCourseApp();
  try {
    await offline.startWorker();
    const text = readFileSync(path.join(samplesFolder, "how-tides-work.md"), "utf8");
    const made = await offline.call<AcceptedAnswer>("POST", "/content-creator/units", {
      sources: [{ kind: "text", title: "How tides work", text }],
      learner_level: "beginner",
      target_lesson_count: 1,
    });
    expect((await offline.finished(made.body.unit_id)).status).toBe("completed");
    const { rows } = await sql<{ id: string }>`
      WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
      INSERT INTO tasks (task_name, executor, inputs, lineage_id)
      SELECT t.task_name, 'external', t.inputs, l.id FROM tasks t, lineage l WHERE t.id = ${made.body.task_id}
      RETURNING id`.execute(offline.database);
    const waiting = rows[0]?.id ?? "";
    const { service } = forecasting(offline, () => null);
    const outlook = (await service.outlookOf([waiting, crypto.randomUUID()])).get(waiting);
    expect(outlook).toMatchObject({ cost_usd_remaining: 0, based_on_runs: 1, unknown_because: null });
    expect(outlook?.remaining?.likely_ms).toBeGreaterThan(0);
    await offline.call("DELETE", `/content/units/${made.body.unit_id}`);
    expect((await service.plansOf([made.body.task_id])).get(made.body.task_id)?.steps_known).toBeGreaterThan(
      5,
    );
  } finally {
    await offline.stop();
  }
});
