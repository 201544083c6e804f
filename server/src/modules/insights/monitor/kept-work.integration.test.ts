import type pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../../test/database.ts";
import { createKeptWork, type KeptWork, readWork } from "./kept-work.ts";
import { readMoment } from "./repo/jobs.ts";

let own: TestDatabase;
let kept: KeptWork;
beforeAll(async () => {
  own = await createTestDatabase();
});
beforeEach(async () => {
  await own.pool.query("TRUNCATE tasks, lineages CASCADE");
  kept = createKeptWork(own.database);
});
afterAll(() => own.close());

const jobs = Array.from({ length: 4 }, () => crypto.randomUUID());

async function insertJobs(): Promise<void> {
  for (const id of jobs) {
    await own.pool.query(
      `WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
       INSERT INTO tasks (id, task_name, status, lineage_id) SELECT $1, 'unit_creation', 'in_progress', id FROM lineage`,
      [id],
    );
  }
}

/** The kept work and the work as the tables tell it, of one moment. */
async function readBoth(task_ids: readonly string[] = jobs) {
  await kept.catchUp();
  const { as_of } = await readMoment(own.database, null);
  const ours = await kept.read(as_of, task_ids);
  const truth = await readWork(own.database, as_of, task_ids);
  const told = ({ work, spending }: typeof truth) =>
    task_ids.map((id) => ({
      work: work.get(id) ?? { runs: [], steps_done: 0, current_steps: [], current_step_count: 0 },
      spending: spending.get(id),
    }));
  return { ours: told(ours), truth: told(truth) };
}

const anyJob = "(SELECT id FROM tasks ORDER BY random() LIMIT 1)";
const anyRun = "(SELECT id, task_id FROM flow_runs ORDER BY random() LIMIT 1)";
const anyStep = (status: string, columns = "id") =>
  `(SELECT ${columns} FROM flow_step_runs WHERE status = '${status}' ORDER BY random() LIMIT 1)`;

const begunSteps = `
   INSERT INTO flow_step_runs (flow_run_id, task_id, flow_path, step_name, step_version, step_order, memo_key, status, started_at)
   SELECT r.id, r.task_id, 'unit', CASE WHEN random() < 0.2 THEN 'extract_unit_metadata' ELSE 'draft_exercises' END, 1, 1,
     'm' || (random() * 30)::int, 'running', clock_timestamp() FROM ${anyRun} r, generate_series(1, 3)`;

const changes = [
  `INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, lesson_position, started_at)
   SELECT 'lesson_creation', 1, 'k' || gen_random_uuid(), 'unit', 'running', t.id, 1 + (random() * 4)::int, clock_timestamp() FROM ${anyJob} t`,
  begunSteps,
  `UPDATE flow_step_runs SET status = 'completed', completed_at = clock_timestamp() WHERE id = ${anyStep("running")}`,
  `UPDATE flow_step_runs SET status = 'failed', error_code = 'x', error_message = 'It broke', completed_at = clock_timestamp()
   WHERE id = ${anyStep("running")}`,
  `UPDATE flow_step_runs SET superseded_at = clock_timestamp() WHERE id = ${anyStep("completed")}`,
  `UPDATE flow_runs SET status = 'failed', error_message = 'All is lost', completed_at = clock_timestamp()
   WHERE id = (SELECT id FROM ${anyRun} r)`,
  `INSERT INTO llm_requests (step_run_id, flow_run_id, task_id, kind, provider, model, status, sent_at)
   SELECT s.id, s.flow_run_id, s.task_id, 'text', 'here', 'model ' || (random() * 3)::int, 'pending', clock_timestamp() FROM ${anyStep("running", "id, flow_run_id, task_id")} s`,
  `UPDATE llm_requests SET status = 'completed', tokens_input = 10, tokens_output = 7, completed_at = clock_timestamp()
   WHERE id = (SELECT id FROM llm_requests WHERE status = 'pending' ORDER BY random() LIMIT 1)`,
  `UPDATE llm_requests SET cost_usd = 0.25 WHERE id = (SELECT id FROM llm_requests WHERE status = 'completed' ORDER BY random() LIMIT 1)`,
  `DELETE FROM flow_step_runs WHERE id = (SELECT s.id FROM flow_step_runs s
   WHERE NOT EXISTS (SELECT 1 FROM llm_requests r WHERE r.step_run_id = s.id) ORDER BY random() LIMIT 1)`,
];

test("what is kept is what the tables tell, also of transactions that commit long after they wrote", async () => {
  await insertJobs();
  const late: pg.PoolClient = await own.pool.connect();
  let isOpen = false;
  const pictures = new Set<string>();
  try {
    for (let round = 0; round < 200; round += 1) {
      if (!isOpen && Math.random() < 0.3) {
        await late.query("BEGIN");
        isOpen = true;
      }
      const change = changes[Math.floor(Math.random() * changes.length)] ?? "SELECT 1";
      if (isOpen && Math.random() < 0.3) {
        // Rows that both change would wait for each other for ever.
        await late.query(changes[Math.floor(Math.random() * 2)] ?? "SELECT 1");
      } else await own.pool.query(change);
      if (isOpen && Math.random() < 0.2) {
        await late.query(Math.random() < 0.8 ? "COMMIT" : "ROLLBACK");
        isOpen = false;
      }
      if (Math.random() < 0.6) {
        const { ours, truth } = await readBoth();
        expect(ours, `after change ${round}`).toEqual(truth);
        pictures.add(JSON.stringify(ours));
      }
    }
    if (isOpen) await late.query("COMMIT");
    const { ours, truth } = await readBoth();
    expect(ours).toEqual(truth);
    expect(pictures.size).toBeGreaterThan(40);
  } finally {
    late.release();
  }
});

test("jobs come and go, and one that comes again is read anew", async () => {
  await insertJobs();
  const [first = "", second = ""] = jobs;
  await own.pool.query(
    `INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, started_at)
     SELECT 'unit_creation', 1, 'unit', 'unit', 'running', unnest($1::uuid[]), clock_timestamp()`,
    [[first, second]],
  );
  await readBoth([first, second]);
  await readBoth([second]);
  await own.pool.query("UPDATE flow_runs SET status = 'paused' WHERE task_id = $1", [first]);
  await readBoth([second]);
  const { ours, truth } = await readBoth([first, second]);
  expect(ours).toEqual(truth);
  expect(ours[0]?.work.runs[0]?.status).toBe("paused");
});

test("a row that is stamped in the future is seen once its time has come", async () => {
  await insertJobs();
  const [first = ""] = jobs;
  await own.pool.query(
    `INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, started_at)
     VALUES ('unit_creation', 1, 'unit', 'unit', 'running', $1, clock_timestamp() + interval '300 milliseconds')`,
    [first],
  );
  expect((await readBoth()).ours[0]?.work.runs).toEqual([]);
  await own.pool.query("SELECT pg_sleep(0.35)");
  // One of the four is read anew each time.
  for (let reading = 0; reading < jobs.length; reading += 1) await readBoth();
  expect((await readBoth()).ours[0]?.work.runs).toHaveLength(1);
});
