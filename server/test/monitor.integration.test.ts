import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { FinishedJob } from "../src/modules/insights/monitor/models.ts";
import { insertConnection } from "./builders/connection.ts";
import { waitFor } from "./engine/harness.ts";
import { createMonitoredCourse, type MonitoredCourse } from "./monitor-course.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const lessonTexts = { prompt: "Lesson title: " };

let own: MonitoredCourse;
const run = (statement: ReturnType<typeof sql>) => statement.execute(own.course.database);

describe("the monitor of a course that runs", () => {
  beforeAll(async () => {
    own = await createMonitoredCourse();
  });
  afterEach(() => own.models.setScript({}));
  afterAll(() => own.stop());

  test("shows nothing of a product without history", async () => {
    expect(await own.monitor()).toMatchObject({
      recorded_since: null,
      at: null,
      active_jobs: [],
      queued_jobs: [],
      history: [],
      figures: {
        running: 0,
        capacity: 0,
        queued: 0,
        finished_today: 0,
        median_duration_ms: null,
        spent_today_usd: 0,
      },
    });
    expect((await own.monitor("1971-01-01T00:00:00Z")).active_total).toBe(0);
  });

  test("shows who waits in the order of claiming, and an expected start once a worker is there", async () => {
    const first = await own.createUnit();
    const second = await own.createUnit({ target_lesson_count: 1 });
    const answer = await own.monitor();
    expect(
      answer.queued_jobs.map(({ task_id, position, expected_start_ms }) => [
        task_id,
        position,
        expected_start_ms,
      ]),
    ).toEqual([
      [first.task_id, 1, null],
      [second.task_id, 2, null],
    ]);
    expect(answer.figures).toMatchObject({ queued: 2, running: 0 });
    expect(answer.figures.oldest_waiting_ms).toBeGreaterThan(0);
    expect(answer.queued_jobs[0]).toMatchObject({
      status: "pending",
      engine: "coursewright",
      user_name: "Local administrator",
    });
    await run(sql`UPDATE tasks SET priority = -1 WHERE id = ${second.task_id}`);
    expect((await own.monitor()).queued_jobs[0]).toMatchObject({ task_id: second.task_id, position: 1 });
    own.models.setScript({ rules: [{ match: lessonTexts, action: { hang: true } }] });
    await own.course.startWorker();
    const running = await waitFor(
      () => own.monitor(),
      ({ active_jobs }) =>
        active_jobs.length === 2 &&
        active_jobs.every(
          ({ current_steps, lanes }) =>
            // All lessons hang in a call, whatever was quicker.
            lanes.every(({ status }) => status === "running") &&
            current_steps.filter(
              ({ provider, lesson_position }) => provider !== null && lesson_position !== null,
            ).length === lanes.length,
        ),
    );
    expect(running.active_jobs[0]).toMatchObject({
      task_id: first.task_id,
      attempt: 1,
      worker: { pid: process.pid },
      progress: { steps_known: expect.any(Number) },
      stuck: null,
    });
    const [job] = running.active_jobs;
    expect(job?.stages.map(({ stage }) => stage)).toEqual(["source", "plan", "lessons", "podcast", "art"]);
    expect(job?.lanes).toHaveLength(2);
    expect(job?.lanes[0]).toMatchObject({
      lesson_position: 1,
      status: "running",
      cells: ["running", "open", "open", "open"],
    });
    expect(job?.progress.percentage).toBeGreaterThan(0);
    expect(job?.cost_usd).toBeGreaterThan(0);
    expect(job?.tokens).toBeGreaterThan(0);
    for (const { task_id } of [first, second])
      await own.course.call("POST", `/task-queue/tasks/${task_id}/cancel`);
    const ended = await waitFor(
      () => own.monitor(),
      ({ active_total, history }) => active_total === 0 && history.length === 2,
    );
    // A call was on its way when the job was cancelled: nobody knows what it cost.
    expect(ended.history[0]).toMatchObject({ outcome: "cancelled", cost_usd: null, is_offline: false });
  });

  test("goes on sensibly when the unit is deleted while it is watched", async () => {
    own.models.setScript({ rules: [{ match: lessonTexts, action: { hang: true } }] });
    const { unit_id, task_id } = await own.createUnit({ title: "The sea" });
    const before = await waitFor(
      () => own.monitor(),
      ({ active_jobs }) => active_jobs[0]?.lanes.some(({ status }) => status === "running") === true,
    );
    expect((await own.course.call("DELETE", `/content/units/${unit_id}`)).status).toBeLessThan(300);
    const after = await waitFor(
      () => own.monitor(),
      ({ active_total, history }) => active_total === 0 && history[0]?.task_id === task_id,
    );
    expect(after.history[0]).toMatchObject({
      unit_id: null,
      unit_title: "The sea",
      learner_level: "beginner",
      target_lesson_count: 2,
    });
    const then = await own.monitor(before.as_of);
    expect(then.active_jobs[0]).toMatchObject({ task_id, unit_id: null, unit_title: "The sea" });
    expect(then.active_jobs[0]?.lanes.map(({ status }) => status)).toEqual(
      before.active_jobs[0]?.lanes.map(({ status }) => status),
    );
  });

  test("refuses a moment that has not come, or is none, in words", async () => {
    const future = new Date(Date.now() + 3_600_000).toISOString();
    const asked = await own.course.call("GET", `/admin/course-generation?at=${future}`);
    expect([asked.status, asked.body.code, asked.body.detail]).toEqual([
      422,
      "moment_in_future",
      expect.stringContaining("has not come yet"),
    ]);
    const wrong = await own.course.call("GET", "/admin/course-generation?at=yesterday");
    expect(wrong.status).toBe(422);
    const before = await own.monitor("2001-01-01T00:00:00+02:00");
    expect(before).toMatchObject({
      at: "2000-12-31T22:00:00.000Z",
      active_total: 0,
      queued_total: 0,
      history: [],
      incidents: [],
    });
    expect(before.recorded_since).not.toBeNull();
  });
});

describe("rows that no worker of ours would write", () => {
  beforeAll(async () => {
    own = await createMonitoredCourse();
  });
  beforeEach(() => run(sql`TRUNCATE tasks, lineages CASCADE`));
  afterAll(() => own.stop());

  /** A task with columns of one's own. */
  async function insertTask(columns: Record<string, unknown>): Promise<string> {
    const { rows } = await sql<{ id: string }>`
      WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
      INSERT INTO tasks (lineage_id, ${sql.join(Object.keys(columns).map((name) => sql.ref(name)))})
      SELECT id, ${sql.join(Object.values(columns))} FROM lineage RETURNING id`.execute(own.course.database);
    return rows[0]?.id ?? "";
  }

  test("times that run backwards are shown as no time at all", async () => {
    const [ahead, now] = [new Date(Date.now() + 60_000), new Date()];
    await insertTask({
      task_name: "unit_creation",
      status: sql`'completed'`,
      started_at: sql`${ahead}::timestamptz`,
      completed_at: sql`${now}::timestamptz`,
    });
    await insertTask({
      task_name: "unit_creation",
      status: sql`'in_progress'`,
      started_at: sql`${ahead}::timestamptz`,
    });
    const answer = await own.monitor();
    expect(answer.history).toEqual([expect.objectContaining({ duration_ms: 0 })]);
    expect(answer.active_jobs).toEqual([
      expect.objectContaining({
        elapsed_ms: 0,
        progress: { steps_done: 0, steps_known: null, percentage: null },
      }),
    ]);
  });

  test("a run of 10,000 steps is counted, not answered with", async () => {
    const task_id = await insertTask({
      task_name: "unit_creation",
      status: sql`'in_progress'`,
      started_at: sql`clock_timestamp()`,
    });
    await run(sql`
      WITH run AS (
        INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, lesson_position, started_at)
        VALUES ('lesson_creation', 1, 'lesson:1', 'unit/lesson:1', 'running', ${task_id}, 1, clock_timestamp()) RETURNING id
      )
      INSERT INTO flow_step_runs (flow_run_id, task_id, flow_path, step_name, step_version, step_order, memo_key, status, started_at, completed_at)
      SELECT id, ${task_id}, 'unit/lesson:1', 'draft_exercises', 1, n, 'key' || n, CASE WHEN n > 9900 THEN 'running' ELSE 'completed' END,
        clock_timestamp(), CASE WHEN n <= 9900 THEN clock_timestamp() END FROM run, generate_series(1, 10000) n`);
    const [job] = (await own.monitor()).active_jobs;
    expect(job).toMatchObject({ current_step_count: 100, progress: { steps_done: 9_900 } });
    expect(job?.current_steps).toHaveLength(8);
    expect(job?.lanes[0]?.cells.length).toBeLessThanOrEqual(40);
    expect(JSON.stringify(job).length).toBeLessThan(20_000);
  });

  test("a job is Prefect's only where it came over a connection; without a worker it is executed outside", async () => {
    const columns = { task_name: "unit_creation", status: sql`'in_progress'`, executor: "external" };
    const outside = await insertTask({ ...columns, started_at: sql`clock_timestamp()` });
    const connection_id = await insertConnection(own.course.database);
    const prefect = await insertTask({ ...columns, connection_id });
    await insertTask({ ...columns, status: sql`'completed'`, completed_at: sql`clock_timestamp()` });
    const { active_jobs, history } = await own.monitor();
    const engines = active_jobs.map(({ task_id, engine, worker }) => [task_id, engine, worker]);
    expect(new Set(engines)).toEqual(
      new Set([
        [outside, "coursewright", null],
        [prefect, "prefect", null],
      ]),
    );
    expect(history[0]?.engine).toBe("coursewright");
  });

  test("jobs of other kinds are shown too, and listed when they are asked for", async () => {
    const bulk = await insertTask({
      task_name: "bulk_action",
      status: sql`'in_progress'`,
      started_at: sql`clock_timestamp()`,
    });
    await run(
      sql`INSERT INTO bulk_actions (task_id, action, entity, item_count) VALUES (${bulk}, 'cancel', 'unit', 4)`,
    );
    await run(sql`INSERT INTO bulk_action_items (task_id, entity_id, status, completed_at)
      SELECT ${bulk}::uuid, uuidv7(), CASE WHEN n = 1 THEN 'done' ELSE 'pending' END, CASE WHEN n = 1 THEN clock_timestamp() END FROM generate_series(1, 4) n`);
    await insertTask({
      task_name: "llm_replay",
      status: sql`'completed'`,
      completed_at: sql`clock_timestamp()`,
    });
    const answer = await own.monitor();
    expect(answer.active_jobs[0]).toMatchObject({
      task_name: "bulk_action",
      stages: [],
      lanes: [],
      progress: { steps_done: 1, steps_known: 4, percentage: 25 },
    });
    expect(answer.history).toEqual([]);
    const listed = await own.course.call<FinishedJob[]>(
      "GET",
      "/admin/course-generation/history?task_name=llm_replay",
    );
    expect(listed.body).toHaveLength(1);
  });
});

describe("the history", () => {
  const list = async (query: string) =>
    own.course.call<FinishedJob[]>("GET", `/admin/course-generation/history?${query}`);

  beforeAll(async () => {
    own = await createMonitoredCourse();
    // Ends in another order than births; several at one moment.
    await run(sql`
      INSERT INTO units (title, learner_level, status, target_lesson_count, source_kind)
      SELECT CASE WHEN n = 3 THEN 'Glaciers' ELSE 'Course ' || n END, 'beginner', 'completed', 3, 'topic' FROM generate_series(1, 5) n`);
    await run(sql`
      WITH lineage AS (INSERT INTO lineages SELECT FROM generate_series(1, 60) RETURNING id), numbered AS (
        SELECT id, row_number() OVER ()::int AS n FROM lineage
      )
      INSERT INTO tasks (lineage_id, task_name, status, unit_id, user_id, started_at, completed_at, result, error_code, error_message)
      SELECT id, CASE WHEN n % 10 = 0 THEN 'lesson_regeneration' ELSE 'unit_creation' END,
        CASE WHEN n % 4 = 1 THEN 'failed' WHEN n % 4 = 2 THEN 'cancelled' ELSE 'completed' END,
        (SELECT u.id FROM units u ORDER BY u.id OFFSET n % 5 LIMIT 1), CASE WHEN n % 2 = 0 THEN (SELECT id FROM users LIMIT 1) END,
        now() - interval '2 hours', now() - ((n * 7) % 20) * interval '1 minute',
        CASE WHEN n % 4 IN (0, 3) THEN jsonb_build_object('unit_status', CASE WHEN n % 4 = 3 THEN 'partial' ELSE 'completed' END,
          'lessons_completed', 2, 'lessons_failed', 1, 'exercises', 9) END,
        CASE WHEN n % 4 = 1 THEN 'provider_timeout' END, CASE WHEN n % 4 = 1 THEN 'Too late' END
      FROM numbered`);
  });
  afterAll(() => own.stop());

  test("goes by the ends, page after page, each job once", async () => {
    const seen: FinishedJob[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page = await list(`limit=7${cursor === "" ? "" : `&cursor=${cursor}`}`);
      expect(page.headers.get("total-count")).toBe("60");
      seen.push(...page.body);
      cursor = /[?&]cursor=([^&>]+)/.exec(page.headers.get("link") ?? "")?.[1] ?? null;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(60);
    const order = seen.map(({ completed_at, id }) => `${completed_at} ${id}`);
    expect(order).toEqual([...order].sort().reverse());
    expect((await list("cursor=x")).status).toBe(422);
  });

  test("is filtered by outcome, kind, person, unit, words and time", async () => {
    const outcomes = async (query: string) =>
      (await list(`limit=100&${query}`)).body.map(({ outcome }) => outcome);
    expect(await outcomes("outcome=failed")).toEqual(Array(15).fill("failed"));
    expect(new Set(await outcomes("outcome=partial,cancelled"))).toEqual(new Set(["partial", "cancelled"]));
    expect((await list("outcome=melted")).status).toBe(422);
    expect(await outcomes("task_name=lesson_regeneration")).toHaveLength(6);
    const [{ user_id, unit_id } = { user_id: null, unit_id: null }] = (await list("limit=100")).body.filter(
      (job) => job.user_id !== null,
    );
    expect(await outcomes(`user_id=${user_id}`)).toHaveLength(30);
    expect(await outcomes(`unit_id=${unit_id}`)).toHaveLength(12);
    expect(await outcomes("q=glacier")).toHaveLength(12);
    expect(await outcomes("q=gl")).toHaveLength(12);
    expect(await outcomes("q=nothing%20like%20it")).toEqual([]);
    expect(await outcomes(`completed_from=${new Date(Date.now() - 330_000).toISOString()}`)).toHaveLength(18);
    expect(
      await outcomes(
        `completed_to=${new Date(Date.now() - 330_000).toISOString()}&outcome=failed&user_id=${user_id}`,
      ),
    ).toEqual([]);
  });

  test("tells from its own lesson runs what a job without a result came to", async () => {
    await run(sql`
      INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, started_at)
      SELECT 'lesson_creation', 1, 'lesson:' || n, 'unit', CASE WHEN n = 1 THEN 'failed' ELSE 'completed' END, t.id, now()
      FROM (SELECT id FROM tasks WHERE status = 'failed' ORDER BY completed_at DESC, id DESC LIMIT 1) t, generate_series(1, 3) n`);
    const [job] = (await list("outcome=failed&limit=1")).body;
    expect(job).toMatchObject({ lessons_completed: 2, lessons_failed: 1, exercise_count: 0 });
  });

  test("says of each job what came of it", async () => {
    const { body } = await list("limit=100");
    expect(body.find(({ outcome }) => outcome === "partial")).toMatchObject({
      lessons_completed: 2,
      lessons_failed: 1,
      exercise_count: 9,
      tokens: 0,
      cost_usd: 0,
    });
    expect(body.findLast(({ outcome }) => outcome === "failed")).toMatchObject({
      error_code: "provider_timeout",
      error_message: "Too late",
      lessons_completed: 0,
    });
  });
});
