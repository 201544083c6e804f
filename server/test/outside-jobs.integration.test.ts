import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createFlowMirror } from "../src/modules/flow-engine/mirror.ts";
import type { FlowRunSummary } from "../src/modules/flow-engine/models.ts";
import type { MirroredRun, RunNote } from "../src/modules/flow-engine/public.ts";
import type { HealthRow } from "../src/modules/insights/health/repo.ts";
import { createHealthDuty } from "../src/modules/insights/health/service.ts";
import type { CourseGeneration, FinishedJob } from "../src/modules/insights/monitor/models.ts";
import { createStuckDuty } from "../src/modules/insights/stuck/stuck-duty.ts";
import type { TaskSummary } from "../src/modules/task-queue/models.ts";
import { createOutsideTasks } from "../src/modules/task-queue/outside-tasks.ts";
import type { ObservedTask } from "../src/modules/task-queue/public.ts";
import { createTestApp, type TestApp } from "./app.ts";
import { insertConnection } from "./builders/connection.ts";
import { mirroredRun, mirroredStep, observedTask } from "./builders/mirrored.ts";
import { insertStartedUnit } from "./builders/written-unit.ts";

let app: TestApp;
let connection_id: string;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await sql`TRUNCATE tasks, lineages, units, connections, health_states, rollup_deltas, rollups CASCADE`.execute(
    database(),
  );
  connection_id = await insertConnection(database(), { name: "Cellar" });
});

const database = () => app.database.database;
const outside = createOutsideTasks({ settleTask: [], lockUnit: async () => true });
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();
async function read<Answer>(route: string): Promise<Answer> {
  const answer = await app.request(`/api/v1${route}`);
  expect(answer.status).toBe(200);
  // The test says what the route answers.
  return (await answer.json()) as Answer;
}
const monitor = (query = "") => read<CourseGeneration>(`/admin/course-generation${query}`);

/** A run of the connection with its task, as a sweep writes them. */
async function mirrored(
  run: Partial<MirroredRun> = {},
  task: Partial<ObservedTask> = {},
): Promise<{ task_id: string; flow_run_id: string; external_id: string }> {
  const mirror = createFlowMirror(database());
  const external_id = randomUUID();
  const times = { created_at: ago(60), started_at: ago(50) };
  return database()
    .transaction()
    .execute(async (transaction) => {
      const tasks = await outside.observeTasks(transaction, [
        observedTask({ connection_id, external_id, ...times, ...task }),
      ]);
      const task_id = tasks.get(external_id) ?? "";
      const ids = await mirror.writeRuns(transaction, [
        mirroredRun({ connection_id, external_id, task_id, ...times, ...run }),
      ]);
      return { task_id, flow_run_id: ids.get(external_id) ?? "", external_id };
    });
}

const note = (notes: RunNote) =>
  database()
    .transaction()
    .execute((transaction) => createFlowMirror(database()).noteRuns(transaction, [notes]));

const setHealth = (health: string, reason: string | null) =>
  sql`UPDATE connections SET health = ${health}, health_reason = ${reason}, health_since = clock_timestamp() WHERE id = ${connection_id}`.execute(
    database(),
  );

describe("the monitor", () => {
  test("shows a run of Prefect as a card, with what Prefect says of it and nothing that nobody can tell", async () => {
    const { task_id, flow_run_id, external_id } = await mirrored({
      external_state: "Running",
      external_work_pool: "courses",
    });
    const mirror = createFlowMirror(database());
    await database()
      .transaction()
      .execute(async (transaction) => {
        await mirror.writeSteps(transaction, [
          mirroredStep({
            connection_id,
            external_id: randomUUID(),
            flow_run_id,
            task_id,
            started_at: ago(9),
          }),
        ]);
        await mirror.writeProgress(transaction, [
          {
            flow_run_id,
            source: "counts",
            percentage: null,
            steps_done: 2,
            total_steps: 3,
            current_step: "write_lesson",
          },
        ]);
      });
    const { active_jobs, active_total, figures } = await monitor();
    expect(active_total).toBe(1);
    expect(figures).toMatchObject({ running: 1, outside_running: 1 });
    expect(active_jobs[0]).toMatchObject({
      task_id,
      task_name: "prefect_flow_run",
      unit_title: "brave-otter",
      engine: "prefect",
      connection_id,
      connection_name: "Cellar",
      external_id,
      external_state: "Running",
      external_work_pool: "courses",
      external_url: `http://127.0.0.1:9/runs/flow-run/${external_id}`,
      is_suspect: false,
      connection_as_of: null,
      attempt: 1,
      worker: null,
      progress: { steps_done: 2, steps_known: 3, percentage: null },
      stages: [],
      lanes: [],
      current_step_count: 1,
      forecast: null,
      stuck: null,
    });
    expect(active_jobs[0]?.current_steps[0]).toMatchObject({
      step_name: "write_lesson",
      provider: null,
      usual: null,
    });
    await database()
      .transaction()
      .execute((transaction) =>
        mirror.writeProgress(transaction, [
          {
            flow_run_id,
            source: "artifact",
            percentage: 42.5,
            steps_done: 2,
            total_steps: 3,
            current_step: null,
          },
        ]),
      );
    expect((await monitor()).active_jobs[0]?.progress.percentage).toBe(42);
  });

  test("says as of when a card is while the connection is out of touch; nothing turns failed", async () => {
    await mirrored();
    await setHealth("down", "Connection refused");
    const [job] = (await monitor()).active_jobs;
    expect(job).toMatchObject({ status: "in_progress", external_state: "Running" });
    expect(Date.parse(job?.connection_as_of ?? "")).toBeGreaterThan(Date.now() - 60_000);
  });

  test("flags a suspect run as stuck with the reason, until it gives a sign of life", async () => {
    const { task_id, flow_run_id } = await mirrored();
    const duty = createStuckDuty({ database: database(), forecaster: { usualDurations: async () => [] } });
    await duty.run();
    expect((await monitor()).active_jobs[0]?.stuck).toBeNull();
    await note({ id: flow_run_id, suspect_reason: "No heartbeat for 9 minutes." });
    await duty.run();
    const [suspect] = (await monitor()).active_jobs;
    expect(suspect).toMatchObject({
      task_id,
      status: "in_progress",
      is_suspect: true,
      suspect_reason: "No heartbeat for 9 minutes.",
      stuck: { kind: "heartbeat_late", sentence: "No heartbeat for 9 minutes.", step_run_id: null },
    });
    await note({ id: flow_run_id, suspect_reason: "No heartbeat for 10 minutes." });
    await duty.run();
    expect((await monitor()).active_jobs[0]?.stuck?.sentence).toBe("No heartbeat for 10 minutes.");
    await note({ id: flow_run_id, suspect_reason: null });
    await duty.run();
    expect((await monitor()).active_jobs[0]).toMatchObject({ is_suspect: false, stuck: null });
  });

  test("lists the jobs of one engine when asked, now and of a past moment, with the figures of all", async () => {
    const { task_id: running } = await mirrored();
    const { task_id: waiting } = await mirrored(
      { status: "pending", external_state: "Scheduled", started_at: null },
      { status: "pending", started_at: null },
    );
    const ended = { status: "completed", completed_at: ago(5) } as const;
    const { task_id: over } = await mirrored({ ...ended, external_state: "Completed" }, ended);
    const own = await insertStartedUnit(database());
    await sql`UPDATE tasks SET started_at = clock_timestamp() WHERE id = ${own.task_id}`.execute(database());
    const all = await monitor();
    expect([all.active_total, all.queued_total, all.history.length]).toEqual([2, 1, 1]);
    expect(all.queued_jobs[0]).toMatchObject({
      ...{
        task_id: waiting,
        engine: "prefect",
        external_state: "Scheduled",
        position: null,
        expected_start_ms: null,
      },
    });
    expect(all.history[0]).toMatchObject({
      ...{
        id: over,
        engine: "prefect",
        connection_name: "Cellar",
        external_state: "Completed",
        outcome: "completed",
      },
    });
    expect(all.figures).toMatchObject({ running: 2, outside_running: 1, finished_today: 1 });
    const [prefect, ours] = [await monitor("?engine=prefect"), await monitor("?engine=coursewright")];
    expect(prefect.active_jobs.map(({ task_id }) => task_id)).toEqual([running]);
    expect([prefect.active_total, prefect.queued_total, prefect.history.length]).toEqual([1, 1, 1]);
    expect(ours.active_jobs.map(({ task_id }) => task_id)).toEqual([own.task_id]);
    expect([ours.active_total, ours.queued_total, ours.history.length]).toEqual([1, 0, 0]);
    expect(ours.figures).toEqual(all.figures);
    const past = await monitor(`?engine=prefect&at=${encodeURIComponent(all.as_of)}`);
    expect(past.active_jobs).toMatchObject([
      { task_id: running, connection_name: "Cellar", external_state: null, progress: { percentage: null } },
    ]);
    // It was begun before anybody looked.
    const before = await monitor(`?at=${encodeURIComponent(ago(30))}`);
    expect(before.active_jobs.map(({ task_id }) => task_id)).toContain(running);
    expect(before.queued_jobs.map(({ task_id }) => task_id)).toEqual([waiting]);
  });

  test("keeps figures when no job of the engine is there", async () => {
    const own = await insertStartedUnit(database());
    expect((await monitor("?engine=prefect")).figures.running).toBe(1);
    expect((await monitor("?engine=coursewright")).active_jobs[0]?.task_id).toBe(own.task_id);
  });

  test("finds ended runs by engine and connection in its history", async () => {
    const ended = { status: "failed", completed_at: ago(5), error_message: "Boom" } as const;
    const { task_id } = await mirrored(ended, ended);
    const history = (query: string) => read<FinishedJob[]>(`/admin/course-generation/history${query}`);
    for (const query of [
      "",
      "?engine=prefect",
      `?connection_id=${connection_id}`,
      "?task_name=prefect_flow_run",
    ]) {
      expect((await history(query)).map(({ id }) => id)).toEqual([task_id]);
    }
    expect(await history("?engine=coursewright")).toEqual([]);
    expect(await history(`?connection_id=${randomUUID()}`)).toEqual([]);
    expect(await history("?engine=prefect&outcome=completed")).toEqual([]);
  });

  test("shows a run whose engine's clock is ahead at once", async () => {
    const ahead = { created_at: ago(-290), started_at: ago(-280) };
    const { task_id } = await mirrored(ahead, ahead);
    expect((await monitor()).active_jobs.map((job) => job.task_id)).toEqual([task_id]);
    const ended = { ...ahead, status: "completed", completed_at: ago(-285) } as const;
    const other = await mirrored(ended, ended);
    expect((await monitor()).history.map(({ id }) => id)).toEqual([other.task_id]);
  });
});

describe("lists", () => {
  test("of tasks, flow runs and units are filtered by engine and connection", async () => {
    const { task_id, flow_run_id } = await mirrored();
    const [own, theirs] = [
      await insertStartedUnit(database()),
      await insertStartedUnit(database(), "On Prefect"),
    ];
    await sql`INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, task_id)
      VALUES ('unit_creation', 1, 'unit', 'unit', ${own.task_id})`.execute(database());
    const next = await sql<{ id: string }>`
      WITH ended AS (UPDATE tasks SET status = 'failed', completed_at = clock_timestamp() WHERE id = ${theirs.task_id} RETURNING 1),
        lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
      INSERT INTO tasks (task_name, lineage_id, executor, connection_id) SELECT 'unit_creation', id, 'external', ${connection_id}
      FROM lineage RETURNING id`.execute(database());
    await sql`UPDATE units SET task_id = ${next.rows[0]?.id} WHERE id = ${theirs.unit_id}`.execute(
      database(),
    );
    const ids = async (route: string) => (await read<{ id: string }[]>(route)).map(({ id }) => id);
    const launched = next.rows[0]?.id ?? "";
    expect((await ids("/task-queue/tasks?engine=prefect")).toSorted()).toEqual(
      [task_id, launched].toSorted(),
    );
    expect((await ids(`/task-queue/tasks?connection_id=${connection_id}&engine=prefect`)).length).toBe(2);
    expect((await ids("/task-queue/tasks?engine=coursewright")).toSorted()).toEqual(
      [own.task_id, theirs.task_id].toSorted(),
    );
    expect(await ids(`/task-queue/tasks?connection_id=${connection_id}&engine=coursewright`)).toEqual([]);
    expect(await ids("/flow-engine/runs?engine=prefect")).toEqual([flow_run_id]);
    expect(await ids(`/flow-engine/runs?connection_id=${connection_id}`)).toEqual([flow_run_id]);
    expect(await ids("/flow-engine/runs?engine=coursewright")).toHaveLength(1);
    expect(await ids("/content/units?engine=prefect")).toEqual([theirs.unit_id]);
    expect(await ids(`/content/units?connection_id=${connection_id}`)).toEqual([theirs.unit_id]);
    expect(await ids("/content/units?engine=coursewright")).toEqual([own.unit_id]);
    const [task] = await read<TaskSummary[]>("/task-queue/tasks?engine=prefect&status=in_progress");
    expect(task).toMatchObject({ id: task_id, connection_name: "Cellar", executor: "observed" });
    const [run] = await read<FlowRunSummary[]>("/flow-engine/runs?engine=prefect");
    expect(run).toMatchObject({ connection_name: "Cellar", task_id, attempt: 1 });
  });
});

describe("health", () => {
  test("has a part for each connection in use, under its name, recorded since when", async () => {
    const duty = createHealthDuty(database(), "1.0.0");
    const parts = async () =>
      (await read<{ parts: HealthRow[] }>("/admin/health")).parts.filter(({ kind }) => kind === "connection");
    await duty.run();
    expect(await parts()).toMatchObject([{ name: "Cellar", state: "ok", meaning: "" }]);
    await setHealth("down", "Connection refused");
    await duty.run();
    const [down] = await parts();
    expect(down).toMatchObject({ name: "Cellar", state: "bad", sentence: "Connection refused." });
    await sql`UPDATE connections SET health = 'disabled', disabled_at = clock_timestamp()`.execute(
      database(),
    );
    await duty.run();
    expect(await parts()).toEqual([]);
    const { rows } = await sql<{ state: string; ended: boolean }>`
      SELECT state, ended_at IS NOT NULL AS ended FROM health_states WHERE kind = 'connection' ORDER BY id`.execute(
      database(),
    );
    expect(rows).toEqual([
      { state: "ok", ended: true },
      { state: "bad", ended: true },
    ]);
  });
});
