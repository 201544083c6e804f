import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { CourseGeneration } from "../src/modules/insights/monitor/models.ts";
import { type ChainWorkers, createChainWorkers } from "./chain-workers.ts";
import { waitFor } from "./engine/harness.ts";
import { createMonitoredCourse, type MonitoredCourse } from "./monitor-course.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let own: MonitoredCourse;
let chains: ChainWorkers;
beforeAll(async () => {
  own = await createMonitoredCourse({ COURSEWRIGHT_BUDGET_USD_PER_UNIT: "2" });
  chains = createChainWorkers(own.course.database);
});
afterEach(() => own.models.setScript({}));
afterAll(async () => {
  chains.stop();
  await own.stop();
});

const lessonTexts = { prompt: "Lesson title: " };

/**
 * The answer without what a past moment cannot tell or tells from other sources: forecasts, what is usual, the words of health, the
 * versions of jobs' rows, which only serve live patches, and what was spent today: calls are booked a moment after they ended.
 */
function comparable(answer: CourseGeneration) {
  const { at: _at, recorded_since: _since, health: _health, ...rest } = answer;
  const { spent_today_usd: _spent, ...figures } = rest.figures;
  return {
    ...rest,
    figures,
    active_jobs: rest.active_jobs.map(({ forecast: _forecast, version: _version, ...job }) => ({
      ...job,
      current_steps: job.current_steps.map(({ usual: _usual, ...step }) => step),
    })),
    queued_jobs: rest.queued_jobs.map(({ expected_start_ms: _start, version: _version, ...job }) => job),
  };
}

interface RecordedAnswer {
  readonly answer: CourseGeneration;
  readonly answered_at: string;
}

/**
 * Whether anything was written so shortly before the moment that it may not have been committed when it was asked for, or after the
 * moment but before the last part of the answer was read.
 */
async function isUnsettled({ answer, answered_at }: RecordedAnswer): Promise<boolean> {
  const { as_of } = answer;
  const { rows } = await sql<{ found: boolean }>`
    SELECT EXISTS (
      SELECT 1 FROM (
        SELECT at FROM status_changes UNION ALL SELECT started_at FROM workers UNION ALL SELECT dead_at FROM workers
        UNION ALL SELECT created_at FROM tasks
        UNION ALL SELECT unnest(ARRAY[started_at, completed_at, cancel_requested_at]) FROM tasks
        UNION ALL SELECT unnest(ARRAY[started_at, completed_at]) FROM flow_runs
        UNION ALL SELECT unnest(ARRAY[started_at, completed_at]) FROM flow_step_runs
        UNION ALL SELECT at FROM incident_versions UNION ALL SELECT fired_at FROM alert_events UNION ALL SELECT ended_at FROM alert_events
        UNION ALL SELECT since FROM stuck_jobs UNION ALL SELECT until FROM stuck_jobs
      ) written WHERE at > ${as_of}::timestamptz - interval '250 milliseconds' AND at <= ${answered_at}::timestamptz) AS found`.execute(
    own.course.database,
  );
  return rows[0]?.found === true;
}

const recorded: RecordedAnswer[] = [];

/** Asks again and again while the work is done. */
async function recordWhile(work: () => Promise<unknown>): Promise<void> {
  let isOver = false;
  const recording = (async () => {
    while (!isOver) {
      const answer = await own.monitor();
      recorded.push({ answer, answered_at: new Date().toISOString() });
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await recording;
  }
}

/** Waits for an answer of a moment at which nothing was being written. */
async function recordedQuiet(): Promise<void> {
  const before = recorded.length;
  await waitFor(
    async () => {
      const last = recorded.at(-1);
      return last !== undefined && recorded.length > before && !(await isUnsettled(last));
    },
    (isQuiet) => isQuiet,
  );
}

const statusOf = async (task_id: string) => {
  const { rows } = await sql<{ status: string }>`SELECT status FROM tasks WHERE id = ${task_id}`.execute(
    own.course.database,
  );
  return rows[0]?.status ?? "";
};
const isEnded = (status: string) => ["completed", "failed", "cancelled"].includes(status);

/** Lives of a course: waiting for a worker, a failed lesson, its resume, a pause, a takeover, a cancel. */
async function liveThroughAll(): Promise<void> {
  const { call, startWorker, finished } = own.course;
  own.models.setScript({ latency_ms: { object: 120, text: 120, speech: 300, image: 300 } });
  const waiting = await own.createUnit();
  const next = await own.createUnit({ target_lesson_count: 1 });
  await recordedQuiet();
  await startWorker();
  await Promise.all([finished(waiting.unit_id), finished(next.unit_id)]);

  own.models.setScript({
    latency_ms: { object: 150, text: 150, speech: 400 },
    rules: [{ match: lessonTexts, skip: 1, action: { status: 400 } }],
  });
  const broken = await own.createUnit();
  await finished(broken.unit_id);
  await waitFor(
    () => own.monitor(),
    ({ incidents, alerts }) => incidents.length > 0 && alerts.length > 0,
  );
  await recordedQuiet();
  own.models.setScript({ latency_ms: { object: 200, speech: 200 } });
  await call("POST", `/content-creator/units/${broken.unit_id}/retry`, { mode: "resume" });
  await finished(broken.unit_id);

  own.models.setScript({ rules: [{ match: lessonTexts, action: { hang: true } }] });
  const cancelled = await own.createUnit();
  await waitFor(
    () => own.monitor(),
    ({ active_jobs }) =>
      active_jobs.some(
        (job) => job.task_id === cancelled.task_id && job.lanes.some(({ status }) => status === "running"),
      ),
  );
  await recordedQuiet();
  await call("POST", `/task-queue/tasks/${cancelled.task_id}/cancel`);
  await waitFor(() => statusOf(cancelled.task_id), isEnded);

  own.models.setScript({ latency_ms: { object: 60, text: 60 } });
  const costly = await own.createUnit({ target_lesson_count: 16 });
  await waitFor(
    () => statusOf(costly.task_id),
    (status) => status === "paused",
  );
  await recordedQuiet();
  await call("POST", `/task-queue/tasks/${costly.task_id}/continue`);
  await waitFor(
    () => statusOf(costly.task_id),
    (status) => status === "paused",
  );
  await recordedQuiet();
  await call("POST", `/task-queue/tasks/${costly.task_id}/cancel`);
  await waitFor(() => statusOf(costly.task_id), isEnded);

  const first = await chains.start();
  const chained = await chains.submit(4, 2);
  await waitFor(
    () => own.monitor(),
    ({ active_jobs }) => active_jobs.some((job) => job.task_id === chained && job.progress.steps_done === 2),
  );
  first.kill("SIGKILL");
  await chains.start();
  chains.openGate();
  await waitFor(() => statusOf(chained), isEnded, 30_000);
}

describe("the monitor at a past moment", () => {
  test("equals what was answered at that moment, while jobs wait, fail, are resumed and cancelled", async () => {
    // Its keeper groups failures and looks after alerts.
    await own.startServer();
    const rule = { kind: "failure_rate", percentage: 1, window_minutes: 5, least_jobs: 1 };
    expect((await own.course.call("POST", "/admin/alerts", { name: "Failures", rule })).status).toBe(201);
    await recordWhile(liveThroughAll);
    let compared = 0;
    const shapes = new Set<string>();
    const failures = new Set<string>();
    for (const one of recorded) {
      if (await isUnsettled(one)) continue;
      const { answer } = one;
      const again = await own.monitor(answer.as_of);
      expect(again.figures.spent_today_usd ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(
        answer.figures.spent_today_usd ?? 0,
      );
      expect(again.at).toBe(answer.as_of);
      expect(comparable(again), `at ${answer.as_of}`).toEqual(comparable(answer));
      compared += 1;
      failures.add(
        `${answer.incident_total} ${answer.incidents[0]?.unit_count_unrepaired} ${answer.alerts.length}`,
      );
      shapes.add(`${answer.figures.running}/${answer.figures.queued}/${answer.history.length}`);
    }
    expect(compared).toBeGreaterThan(15);
    expect(shapes.size).toBeGreaterThan(4);
    // Before, with its unit broken, with it repaired.
    expect(failures.size).toBeGreaterThan(2);
    expect(recorded.some(({ answer }) => answer.alerts.length === 1)).toBe(true);
  });
});
