import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type ChainWorkers, createChainWorkers } from "./chain-workers.ts";
import { waitFor } from "./engine/harness.ts";
import { createMonitoredCourse, type MonitoredCourse } from "./monitor-course.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let own: MonitoredCourse;
let chains: ChainWorkers;
beforeAll(async () => {
  own = await createMonitoredCourse();
  await own.startServer();
});
beforeEach(() => {
  chains = createChainWorkers(own.course.database);
});
afterEach(() => {
  chains.stop();
  own.models.setScript({});
});
afterAll(() => own.stop());

const flagsOf = async (task_id: string) => {
  const { rows } = await sql<{ kind: string; sentence: string; since: string; until: string | null }>`
    SELECT kind, sentence, since, until FROM stuck_jobs WHERE task_id = ${task_id} ORDER BY id`.execute(
    own.course.database,
  );
  return rows;
};
const jobOf = async (task_id: string) =>
  (await own.monitor()).active_jobs.find((job) => job.task_id === task_id);

/** When the keeper, which watches for stuck jobs too, looked last. */
const lookedAt = async () => {
  const { rows } = await sql<{ looked_at: string }>`SELECT looked_at FROM health_looks`.execute(
    own.course.database,
  );
  return Date.parse(rows[0]?.looked_at ?? "1970-01-01T00:00:00Z");
};

describe("a worker process that is frozen", () => {
  test("is flagged on its job within 10 s with the reason, and no longer once it goes on", async () => {
    const child = await chains.start();
    const task_id = await chains.submit(3, 1);
    await waitFor(
      () => jobOf(task_id),
      (job) => job?.current_step_count === 1 && job.progress.steps_done === 1,
    );
    expect(await flagsOf(task_id)).toEqual([]);
    child.kill("SIGSTOP");
    const frozenAt = performance.now();
    const flagged = await waitFor(
      () => jobOf(task_id),
      (job) => job?.stuck !== null && job !== undefined,
      10_000,
    );
    expect(performance.now() - frozenAt).toBeLessThan(10_000);
    expect(flagged?.stuck).toMatchObject({
      kind: "heartbeat_late",
      sentence: expect.stringMatching(
        /^Worker \S+:\d+ was last heard at \d\d:\d\d:\d\d UTC; no other worker runs/,
      ),
    });
    expect((await own.monitor()).health.find(({ kind }) => kind === "workers")).toMatchObject({
      state: "bad",
    });
    child.kill("SIGCONT");
    await waitFor(
      () => jobOf(task_id),
      (job) => job !== undefined && job.stuck === null,
    );
    expect((await flagsOf(task_id)).every(({ until }) => until !== null)).toBe(true);
    chains.openGate();
    await waitFor(
      () => own.monitor(),
      ({ active_total }) => active_total === 0,
    );
  });
});

describe("a worker process that stays frozen", () => {
  test("is flagged before another one takes its job, and the flag ends when that one has it", async () => {
    const children = await Promise.all([chains.start(), chains.start()]);
    const task_id = await chains.submit(3, 1);
    const running = await waitFor(
      () => jobOf(task_id),
      (job) => job?.current_step_count === 1 && job.progress.steps_done === 1,
    );
    const { pid } = running?.worker ?? {};
    children.find((child) => child.pid === pid)?.kill("SIGSTOP");
    const taken = await waitFor(
      () => jobOf(task_id),
      (job) => job !== undefined && job.attempt === 2 && job.stuck === null,
      25_000,
    );
    expect(taken?.worker?.pid).not.toBe(pid);
    expect(await flagsOf(task_id)).toEqual([
      expect.objectContaining({
        kind: "heartbeat_late",
        sentence: expect.stringMatching(
          /another worker takes over at about \d\d:|it was given up, and the job waits/,
        ),
        until: expect.any(String),
      }),
    ]);
    chains.openGate();
    await waitFor(
      () => own.monitor(),
      ({ active_total }) => active_total === 0,
    );
  });
});

describe("clocks that differ", () => {
  test("flag nothing: only the database's times count", async () => {
    const child = await chains.start();
    const task_id = await chains.submit(2, 1);
    await waitFor(
      () => jobOf(task_id),
      (job) => job?.current_step_count === 1,
    );
    // A beat, a start and a claim that seem to come from the future.
    child.kill("SIGSTOP");
    await sql`UPDATE workers SET beat_at = clock_timestamp() + interval '1 hour' WHERE dead_at IS NULL`.execute(
      own.course.database,
    );
    await sql`UPDATE flow_step_runs SET started_at = clock_timestamp() + interval '1 hour' WHERE status = 'running'`.execute(
      own.course.database,
    );
    const frozenAt = Date.now();
    await waitFor(lookedAt, (at) => at > frozenAt + 4_500);
    expect(await flagsOf(task_id)).toEqual([]);
    expect(await jobOf(task_id)).toMatchObject({ stuck: null, elapsed_ms: expect.any(Number) });
    child.kill("SIGKILL");
    await own.course.call("POST", `/task-queue/tasks/${task_id}/cancel`);
  });
});

describe("a step that runs far longer than 99 of 100 did", () => {
  test("is flagged with what is usual, until it ends; one without a history is not", async () => {
    await own.course.startWorker();
    await fillHistory({ step_name: "generate_lesson_transcript", model: "test-text", milliseconds: 100 });
    // Slower than all of them, as one of 100 always is, and nothing to look at yet.
    await fillHistory({ step_name: "draw_cover", model: "test-image", milliseconds: 5_000 });
    own.models.setScript({
      rules: [
        { match: { prompt: "Lesson title: " }, times: 1, action: { latency_ms: 7_000 } },
        { match: { kind: ["image"] }, action: { latency_ms: 6_500 } },
      ],
    });
    const { task_id, unit_id } = await own.createUnit({ target_lesson_count: 1 });
    const flagged = await waitFor(
      () => jobOf(task_id),
      (job) => job?.stuck !== null && job !== undefined,
      20_000,
    );
    const step = flagged?.current_steps.find(({ step_name }) => step_name === "generate_lesson_transcript");
    expect(flagged?.stuck).toMatchObject({ kind: "step_slow", step_run_id: step?.step_run_id });
    expect(flagged?.stuck?.sentence).toMatch(
      /^generate_lesson_transcript by test-text runs longer than 5 s; 99 of 100 took less than [\d.]+ s, of \d+ that are recorded\.$/,
    );
    expect(step?.usual).toMatchObject({ runs: expect.any(Number) });
    await own.course.finished(unit_id);
    await waitFor(
      () => flagsOf(task_id),
      (flags) => flags.every(({ until }) => until !== null),
    );
    const [flag, ...others] = await flagsOf(task_id);
    expect(others).toEqual([]);
    const then = await own.monitor(new Date(Date.parse(flag?.since ?? "") + 50).toISOString());
    expect(then.active_jobs.find((job) => job.task_id === task_id)?.stuck).toMatchObject({
      kind: "step_slow",
    });
  });
});

/** 40 completed runs of a step by one of the test's models, in flow runs of a former task. */
async function fillHistory(of: { step_name: string; model: string; milliseconds: number }): Promise<void> {
  await sql`
    WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id), task AS (
      INSERT INTO tasks (task_name, status, lineage_id, completed_at) SELECT 'unit_creation', 'cancelled', id, clock_timestamp()
      FROM lineage RETURNING id
    ), run AS (
      INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id)
      SELECT 'lesson_creation', 1, 'former:' || n, 'unit', 'completed', id FROM task, generate_series(1, 40) n RETURNING id, task_id
    ), step AS (
      INSERT INTO flow_step_runs (flow_run_id, task_id, flow_path, step_name, step_version, step_order, status, started_at, completed_at)
      SELECT id, task_id, 'unit', ${of.step_name}, 1, 0, 'completed', now() - interval '1 minute',
        now() - interval '1 minute' + ${of.milliseconds}::int * interval '1 millisecond' FROM run
      RETURNING id, flow_run_id, task_id
    )
    INSERT INTO llm_requests (step_run_id, flow_run_id, task_id, kind, provider, model, status, sent_at, completed_at, cost_usd)
    SELECT id, flow_run_id, task_id, 'object', ${new URL(own.models.url).host}, ${of.model}, 'completed', now(), now(), 0 FROM step`.execute(
    own.course.database,
  );
}
