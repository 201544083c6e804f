import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { exerciseSchema, lessonSchema, unitStatuses } from "../../modules/content/models.ts";
import { creationRequestSchema } from "../../modules/content-creator/models.ts";
import { listIncidents, listOpenAt } from "../../modules/insights/incidents/repo.ts";
import { foldRollups } from "../../modules/insights/metrics/repo.ts";
import { createMediaRepo } from "../../modules/media/repo.ts";
import { createMediaStore } from "../../modules/media/store.ts";
import { insertSamples, type SeedResult } from "./insert-samples.ts";

let testDatabase: TestDatabase;
let home: string;
let seeded: SeedResult;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  home = mkdtempSync(path.join(os.tmpdir(), "coursewright-seed-"));
  seeded = await insertSamples(testDatabase.database, { home, again: false });
});
afterAll(async () => {
  await testDatabase.close();
  rmSync(home, { recursive: true, force: true });
});

async function rows<Row = Record<string, unknown>>(statement: string): Promise<Row[]> {
  return (await sql.raw<Row>(statement).execute(testDatabase.database)).rows;
}

test("there is a unit in every status, and it agrees with its newest task", async () => {
  const units = await rows<{ status: string; task_status: string | null; id: string }>(
    "SELECT id, status, task_status FROM unit_summaries ORDER BY id",
  );
  expect(seeded.units.map(({ id }) => id).sort()).toEqual(units.map(({ id }) => id));
  expect([...new Set(units.map(({ status }) => status))].sort()).toEqual([...unitStatuses].sort());
  const taskStatusOf: Record<string, string | null> = { draft: null, partial: "completed" };
  for (const { status, task_status } of units) {
    expect(task_status).toBe(status in taskStatusOf ? taskStatusOf[status] : status);
  }
});

test("no worker of ours could claim or take over a sample task", async () => {
  expect(
    await rows(
      `SELECT id FROM tasks WHERE executor = 'worker' AND status IN ('pending', 'retry', 'in_progress')`,
    ),
  ).toEqual([]);
  expect(await rows("SELECT id FROM workers WHERE dead_at IS NULL OR stopped_at IS NULL")).toEqual([]);
  // Reasons that begin like this are lifted by themselves where no cap is set.
  expect(
    await rows(`SELECT id FROM tasks WHERE pause_reason ~ '^(budget_day|budget_unit|price_unknown): '`),
  ).toEqual([]);
});

test("step, flow run, task, unit and lineage of every request and step agree", async () => {
  expect(
    await rows(`
      SELECT r.id FROM llm_requests r
      LEFT JOIN flow_step_runs s ON s.id = r.step_run_id LEFT JOIN flow_runs f ON f.id = s.flow_run_id
      LEFT JOIN tasks t ON t.id = f.task_id LEFT JOIN units u ON u.id = t.unit_id
      WHERE s.id IS NULL OR f.id IS NULL OR t.id IS NULL OR u.id IS NULL
        OR r.flow_run_id <> f.id OR r.task_id <> t.id OR s.task_id <> t.id OR r.unit_id <> u.id OR f.unit_id <> u.id
        OR s.lineage_id <> t.lineage_id OR f.lineage_id <> t.lineage_id OR u.lineage_id <> t.lineage_id
        OR s.flow_path <> f.flow_path OR r.fence IS DISTINCT FROM s.fence OR r.created_at < s.started_at`),
  ).toEqual([]);
  expect(Number((await rows("SELECT count(*) AS n FROM llm_requests"))[0]?.n)).toBe(seeded.llm_requests);
});

test("every flow run but the root has a parent in its task, and its path continues the parent's", async () => {
  expect(
    await rows(`
      SELECT f.id FROM flow_runs f LEFT JOIN flow_runs p ON p.id = f.parent_flow_run_id
      WHERE CASE WHEN f.flow_name = 'unit_creation' THEN p.id IS NOT NULL OR f.flow_path <> 'unit'
        ELSE p.id IS NULL OR p.task_id <> f.task_id OR f.flow_path <> p.flow_path || '/' || f.flow_key END
      OR (f.flow_name IN ('lesson_creation', 'lesson_podcast')) <> (f.lesson_position IS NOT NULL)`),
  ).toEqual([]);
  const names = await rows<{ flow_name: string }>("SELECT DISTINCT flow_name FROM flow_runs ORDER BY 1");
  expect(names.map(({ flow_name }) => flow_name)).toEqual([
    "lesson_creation",
    "lesson_podcast",
    "unit_art_creation",
    "unit_creation",
    "unit_podcast",
  ]);
});

test("costs and tokens of requests, steps, flow runs and units add up", async () => {
  expect(
    await rows(`
      SELECT f.id, f.cost_usd, sum(r.cost_usd), f.tokens_input, sum(r.tokens_input) FROM flow_runs f
      LEFT JOIN llm_requests r ON r.flow_run_id = f.id AND r.status IN ('completed', 'failed') GROUP BY f.id
      HAVING f.cost_usd IS DISTINCT FROM
          CASE WHEN bool_or(r.id IS NOT NULL AND r.cost_usd IS NULL) THEN NULL ELSE coalesce(sum(r.cost_usd), 0) END
        OR f.tokens_input <> coalesce(sum(r.tokens_input), 0) OR f.tokens_output <> coalesce(sum(r.tokens_output), 0)`),
  ).toEqual([]);
  expect(
    await rows(`
      SELECT u.id FROM units u WHERE completed_at IS NOT NULL AND u.cost_usd IS DISTINCT FROM (
        SELECT CASE WHEN bool_or(cost_usd IS NULL AND status IN ('completed', 'in_doubt')) THEN NULL
          ELSE sum(cost_usd) END FROM llm_requests WHERE unit_id = u.id)`),
  ).toEqual([]);
  const known = await rows<{ unit: number; runs: number }>(`
    SELECT u.cost_usd AS unit, sum(f.cost_usd) AS runs FROM units u JOIN flow_runs f ON f.unit_id = u.id
    WHERE u.cost_usd > 0 GROUP BY u.id`);
  expect(known.length).toBeGreaterThanOrEqual(2);
  for (const { unit, runs } of known) expect(runs).toBe(unit);
  expect(
    (await rows("SELECT id FROM units WHERE completed_at IS NOT NULL AND cost_usd IS NULL")).length,
  ).toBe(2);
});

test("a unit that is not finished shows what it has cost so far, and its root run the progress of its task", async () => {
  const units = await rows<{ cost_usd: number; spent: number; progress: number; task_progress: number }>(`
    SELECT u.cost_usd, (SELECT sum(r.cost_usd) FROM llm_requests r WHERE r.unit_id = u.id) AS spent,
      f.progress_percentage AS progress, u.progress_percentage AS task_progress
    FROM unit_summaries u JOIN flow_run_summaries f ON f.task_id = u.task_id AND f.parent_flow_run_id IS NULL
    WHERE u.status IN ('in_progress', 'paused')`);
  expect(units).toHaveLength(2);
  for (const { cost_usd, spent, progress, task_progress } of units) {
    expect(cost_usd).toBeGreaterThan(0);
    expect([cost_usd, progress]).toEqual([spent, task_progress]);
  }
});

test("the unit that waits for its budget has not spent more than the budget it names", async () => {
  const [paused] = await rows<{ cost_usd: number; pause_reason: string }>(
    "SELECT cost_usd, pause_reason FROM unit_summaries WHERE status = 'paused'",
  );
  const budget = Number(paused?.pause_reason.match(/\$([\d.]+\d)/)?.[1]);
  expect(paused?.cost_usd).toBeLessThanOrEqual(budget);
});

test("one answered call without a known cost makes the cost of an unfinished unit unknown, never nothing", async () => {
  const transaction = await testDatabase.database.startTransaction().execute();
  const costOf = async (where: string) =>
    (
      await sql
        .raw<{ cost_usd: number | null }>(`SELECT cost_usd FROM unit_summaries WHERE ${where}`)
        .execute(transaction)
    ).rows[0]?.cost_usd;
  const before = await costOf("status = 'in_progress'");
  await sql`
    UPDATE llm_requests SET cost_usd = NULL WHERE id = (SELECT r.id FROM llm_requests r JOIN units u ON u.id = r.unit_id
      WHERE u.status = 'in_progress' AND r.status = 'completed' LIMIT 1)`.execute(transaction);
  const after = await costOf("status = 'in_progress'");
  await sql`UPDATE units SET status = 'in_progress' WHERE status = 'draft'`.execute(transaction);
  const untouched = await costOf("task_id IS NULL");
  await transaction.rollback().execute();
  expect({ before, after, untouched }).toEqual({ before: expect.any(Number), after: null, untouched: 0 });
});

test("one of everything that goes wrong is there: retried, in doubt, failed twice, reused, taken over", async () => {
  const count = async (statement: string) => Number((await rows(statement))[0]?.count);
  expect(
    await count(`SELECT count(*) FROM llm_requests a JOIN llm_requests b USING (step_run_id)
      WHERE a.http_status = 429 AND a.status = 'failed' AND b.attempt = a.attempt + 1 AND b.status = 'completed'
        AND b.created_at > a.completed_at`),
  ).toBe(1);
  expect(await count("SELECT count(*) FROM llm_requests WHERE status = 'in_doubt'")).toBeGreaterThan(0);
  expect(
    await count(`SELECT count(*) FROM flow_step_runs s JOIN flow_step_runs f ON f.id = s.retry_of_step_run_id
      WHERE f.status = 'failed' AND f.error_code = 'worker_lost' AND s.status = 'completed' AND s.attempt = f.attempt + 1
        AND s.fence > f.fence AND s.memo_key = f.memo_key`),
  ).toBeGreaterThan(0);
  expect(
    await count(`SELECT count(*) FROM flow_step_runs s JOIN flow_step_runs o ON o.id = s.reused_from_step_run_id
      WHERE o.status = 'completed' AND s.cost_usd = 0 AND s.task_id <> o.task_id AND s.memo_key = o.memo_key
        AND s.lineage_id = o.lineage_id`),
  ).toBe(await count("SELECT count(*) FROM flow_step_runs WHERE reused_from_step_run_id IS NOT NULL"));
  expect(
    await count("SELECT count(*) FROM flow_step_runs WHERE reused_from_step_run_id IS NOT NULL"),
  ).toBeGreaterThan(5);
  expect(await count("SELECT count(*) FROM task_attempts WHERE outcome = 'worker_died'")).toBe(1);
});

test("nothing runs in a task that is over, and nothing is waiting in a step that ended", async () => {
  expect(
    await rows(`SELECT s.id FROM flow_step_runs s JOIN tasks t ON t.id = s.task_id
      WHERE s.status = 'running' AND t.status <> 'in_progress'`),
  ).toEqual([]);
  expect(
    await rows(`SELECT f.id FROM flow_runs f JOIN tasks t ON t.id = f.task_id
      WHERE f.status IN ('pending', 'running') AND t.status <> 'in_progress'
        OR f.status = 'paused' AND t.status <> 'paused'`),
  ).toEqual([]);
  expect(
    await rows(`SELECT r.id FROM llm_requests r JOIN flow_step_runs s ON s.id = r.step_run_id
      WHERE (r.status = 'pending') <> (s.status = 'running')`),
  ).toEqual([]);
  expect((await rows("SELECT id FROM flow_step_runs WHERE status = 'running'")).length).toBeGreaterThan(0);
});

test("ids rise with time, nothing lies in the future and nothing ends before it began", async () => {
  for (const table of ["units", "tasks", "flow_runs", "flow_step_runs", "llm_requests"]) {
    expect(
      await rows(`SELECT id FROM ${table} WHERE id < uuidv7_floor(created_at) OR id >= uuidv7_floor(created_at + interval '2 ms')
        OR created_at > clock_timestamp() OR completed_at < created_at OR completed_at > clock_timestamp()`),
    ).toEqual([]);
  }
});

test("lessons, exercises and requests of units fit the product's schemas, and reviews are mixed", async () => {
  const lessons = await rows(
    `SELECT s.*, u.title AS unit_title, l.transcript, l.body, l.exercises, l.quality, l.written_by, l.guidance
     FROM lesson_summaries s JOIN lessons l ON l.id = s.id JOIN units u ON u.id = s.unit_id`,
  );
  const parsed = lessons.map((lesson) => lessonSchema.parse(lesson));
  expect(parsed.filter(({ status }) => status === "failed").length).toBe(1);
  const exercises = parsed.flatMap((lesson) =>
    lesson.exercises.map((exercise) => exerciseSchema.parse(exercise)),
  );
  expect(new Set(exercises.map(({ review }) => review))).toEqual(new Set(["approved", "draft", "rejected"]));
  for (const lesson of parsed.filter(({ status }) => status === "completed")) {
    expect(lesson.body.length).toBeGreaterThan(0);
    expect(lesson.exercises.length).toBeGreaterThan(0);
    expect(lesson.review).toBe(lesson.author === "offline" ? "draft" : "approved");
  }
  const requests = await rows<{ request: unknown; inputs: unknown }>(
    "SELECT u.request, t.inputs FROM units u LEFT JOIN tasks t ON t.id = u.task_id",
  );
  for (const { request, inputs } of requests) {
    creationRequestSchema.parse(request);
    if (inputs !== null) expect(inputs).toEqual(request);
  }
});

test("every request that is named as a part's author exists and belongs to the unit", async () => {
  expect(
    await rows(`
      WITH named AS (
        SELECT id AS unit_id, value AS request_id FROM units, jsonb_each_text(written_by)
        UNION ALL SELECT unit_id, value FROM lessons, jsonb_each_text(written_by)
      )
      SELECT * FROM named n LEFT JOIN llm_requests r ON r.id::text = n.request_id AND r.unit_id = n.unit_id
      WHERE r.status IS DISTINCT FROM 'completed'`),
  ).toEqual([]);
});

test("sources can be read, and every file of media is there and named by the request that made it", async () => {
  const sources = await rows<{ text_zstd: Buffer; characters: number }>(
    "SELECT text_zstd, characters FROM unit_sources",
  );
  expect(sources.length).toBeGreaterThanOrEqual(7);
  for (const { text_zstd, characters } of sources) {
    expect(zstdDecompressSync(text_zstd).toString("utf8").length).toBe(characters);
  }
  const repo = createMediaRepo(testDatabase.database);
  const store = createMediaStore(home);
  const used = await rows<{ media_id: string; kind: string }>(`
    SELECT audio_media_id AS media_id, 'speech' AS kind FROM lessons WHERE audio_media_id IS NOT NULL
    UNION ALL SELECT cover_media_id, 'image' FROM units WHERE cover_media_id IS NOT NULL
    UNION ALL SELECT podcast_media_id, 'speech' FROM units WHERE podcast_media_id IS NOT NULL`);
  expect(used.length).toBeGreaterThanOrEqual(12);
  for (const { media_id, kind } of used) {
    const media = await repo.findMedia(media_id);
    await store.requireWhole(media!);
    expect(await rows(`SELECT kind FROM llm_requests WHERE id = '${media!.made_by_llm_request_id}'`)).toEqual(
      [{ kind }],
    );
  }
});

test("no recording or picture that a recorded step names could be taken for an orphan", async () => {
  const named = `SELECT DISTINCT output ->> 'media_id' AS id FROM flow_step_runs WHERE output ->> 'media_id' IS NOT NULL`;
  expect(
    await rows(`SELECT id FROM (${named}) n WHERE id NOT IN (SELECT media_id::text FROM media_uses)`),
  ).toEqual([]);
  expect((await rows(named)).length).toBeGreaterThanOrEqual(12);
});

test("every request has what was sent, every answered one what came back, every step its input", async () => {
  expect(
    await rows(`SELECT r.id FROM llm_requests r
      WHERE NOT EXISTS (SELECT 1 FROM payloads_llm_requests p WHERE p.owner_id = r.id AND p.part = 'request')
        OR (r.status IN ('completed', 'failed')) <>
          EXISTS (SELECT 1 FROM payloads_llm_requests p WHERE p.owner_id = r.id AND p.part = 'response')`),
  ).toEqual([]);
  expect(
    await rows(`SELECT s.id FROM flow_step_runs s
      WHERE NOT EXISTS (SELECT 1 FROM payloads_step_runs p WHERE p.owner_id = s.id)
        OR (s.status = 'completed') <> (s.output IS NOT NULL OR s.output_zstd IS NOT NULL)`),
  ).toEqual([]);
});

test("the monitor finds its jobs with their outcomes, its numbers and its load as if a server had run all the time", async () => {
  expect(
    await rows(`SELECT outcome, count(*)::int AS count FROM task_outcomes GROUP BY 1 ORDER BY 1`),
  ).toEqual([
    { outcome: "cancelled", count: 1 },
    { outcome: "completed", count: 3 },
    { outcome: "failed", count: 4 },
    { outcome: "partial", count: 3 },
  ]);
  await foldRollups(testDatabase.database, 100_000);
  expect(
    await rows(`SELECT status AS outcome, sum(count)::int AS count FROM rollups
      WHERE resolution = 'day' AND entity = 'job' GROUP BY 1 ORDER BY 1`),
  ).toEqual(await rows(`SELECT outcome, count(*)::int AS count FROM task_outcomes GROUP BY 1 ORDER BY 1`));
  expect(
    await rows(`SELECT resolution, max(running_max) AS running, min(capacity_max) AS capacity, count(*) > 4 AS is_long
      FROM rollup_gauges WHERE at > date_trunc('day', clock_timestamp(), 'UTC') - interval '2 days' GROUP BY 1 ORDER BY 1`),
  ).toMatchObject([
    { resolution: "day", running: 1 },
    { resolution: "hour", running: 1, is_long: true },
    { resolution: "minute", running: 1, is_long: true },
  ]);
});

test("failures are incidents from the moment of the first on; the one that was repaired carries a note", async () => {
  const now = await listIncidents(testDatabase.database, {}, 10, null);
  expect(now).toMatchObject([
    { status: "open", step_name: "extract_unit_metadata", failure_count: 4, unit_count_unrepaired: 1 },
    { status: "open", step_name: "draft_exercises", failure_count: 3, unit_count_unrepaired: 1 },
    {
      ...{ status: "resolved", step_name: "generate_lesson_transcript", resolved_because: "marked" },
      ...{
        failure_count: 1,
        unit_count_unrepaired: 0,
        note: expect.any(String),
        noted_by: expect.any(String),
      },
    },
  ]);
  const hoursAgo = async (hours: number) => {
    const at = new Date(Date.now() - hours * 3_600_000).toISOString();
    const { rows: open } = await listOpenAt(testDatabase.database, at, 10);
    return open.map(({ step_name, failure_count }) => [step_name, failure_count]);
  };
  expect(await hoursAgo(80)).toEqual([]);
  expect(await hoursAgo(76.8)).toEqual([
    ["draft_exercises", 1],
    ["generate_lesson_transcript", 1],
  ]);
  expect(await hoursAgo(48)).toEqual([["draft_exercises", 2]]);
  expect(await hoursAgo(12)).toEqual([
    ["extract_unit_metadata", 2],
    ["draft_exercises", 3],
  ]);
});

test("a second seed is refused and leaves nothing, --again adds all units once more", async () => {
  const before = await rows("SELECT count(*) FROM units");
  await expect(insertSamples(testDatabase.database, { home, again: false })).rejects.toMatchObject({
    code: "already_seeded",
  });
  expect(await rows("SELECT count(*) FROM units")).toEqual(before);
  const again = await insertSamples(testDatabase.database, { home, again: true });
  expect(again.units.length).toBe(seeded.units.length);
  expect(await rows("SELECT count(*)::int AS count FROM units")).toEqual([
    { count: seeded.units.length * 2 },
  ]);
  expect(
    (await rows("SELECT failure_count FROM incidents ORDER BY 1")).map((row) => row.failure_count),
  ).toEqual([1, 1, 6, 8]);
}, 120_000);
