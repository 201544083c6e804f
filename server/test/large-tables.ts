import type pg from "pg";

/** How many rows `fillLargeTables` writes. */
export const largeTables = {
  users: 1_000,
  units: 20_000,
  lessons: 60_000,
  tasks: 60_000,
  flow_runs: 60_000,
  flow_step_runs: 100_000,
  llm_requests: 60_000,
} as const;

export type LargeTable = keyof typeof largeTables;

/**
 * Id of the n-th row of each table, from 1: one row a minute from 2026-01-01 on, so all tables are spread over the same
 * time. Rare values stand in the oldest sixth, where a list that reads from the newest row on would find them last.
 */
export function largeTableId(position: number): string {
  const moment = Date.UTC(2026, 0, 1) + position * 60_000;
  const digits = `${moment.toString(16).padStart(12, "0")}70008000000000000000`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const idOf = (position: string) =>
  `(lpad(to_hex(1767225600000 + (${position})::bigint * 60000), 12, '0') || '70008000000000000000')::uuid`;
const series = (rows: number) => `generate_series(1, ${rows}) AS n`;
// Unit n has tasks 3n-2 to 3n, each with one flow run; its requests are those of the same numbers.
const unitOf = "(n + 2) / 3";
// The first user made nearly everything.
const userOf = "CASE WHEN n % 20 = 0 THEN 2 + n % 999 ELSE 1 END";

const statements = [
  "SET session_replication_role = replica",
  `INSERT INTO users (id, email, name, role)
    SELECT ${idOf("n")}, 'person' || n || '@example.org', 'Person ' || n, CASE WHEN n = 7 THEN 'operator' ELSE 'learner' END
    FROM ${series(largeTables.users)}`,
  `INSERT INTO lineages (id, unit_id) SELECT ${idOf("n")}, ${idOf(unitOf)} FROM ${series(largeTables.tasks)}`,
  `INSERT INTO workers (id, host, pid, app_version, queues, capacity)
    SELECT ${idOf("n")}, 'host', n, '1', '{default}', 16 FROM ${series(20)}`,
  `INSERT INTO units (id, title, description, learner_level, status, stage, target_lesson_count, source_kind, task_id, lineage_id,
      user_id, published_at)
    SELECT ${idOf("n")}, CASE WHEN n = 40 THEN 'Volcanoes of Iceland' ELSE 'Course ' || n END, repeat('text ', 20), 'beginner',
      CASE WHEN n % 100 = 3 AND n < 3000 THEN 'failed' WHEN n % 100 = 5 AND n < 3000 THEN 'paused'
        WHEN n > 19980 THEN 'in_progress' ELSE 'completed' END,
      'done', 3, 'topic', ${idOf("3 * n")}, ${idOf("3 * n")}, ${idOf(userOf)},
      CASE WHEN n % 50 = 0 THEN clock_timestamp() END
    FROM ${series(largeTables.units)}`,
  `INSERT INTO lessons (id, unit_id, position, title, status, exercises, flow_run_id)
    SELECT ${idOf("n")}, ${idOf(unitOf)}, 1 + (n + 2) % 3, 'Lesson', 'completed', '[{"id": "a", "review": "draft"}]', ${idOf("n")}
    FROM ${series(largeTables.lessons)}`,
  `INSERT INTO tasks (id, task_name, status, pause_reason, unit_id, user_id, lineage_id, worker_id, error_code, error_message,
      completed_at)
    SELECT s.id, CASE WHEN n % 100 = 1 AND n < 10000 THEN 'llm_replay' ELSE 'unit_creation' END, s.status,
      CASE WHEN s.status = 'paused' THEN 'budget_day' END, ${idOf(unitOf)}, ${idOf(userOf)}, s.id,
      ${idOf("1 + n % 20")}, s.error_code, s.error_code,
      CASE WHEN s.status IN ('completed', 'failed', 'cancelled') THEN clock_timestamp() END
    FROM ${series(largeTables.tasks)}, LATERAL (SELECT ${idOf("n")} AS id,
      CASE WHEN n % 100 = 2 AND n < 10000 THEN 'provider_refused' END AS error_code,
      CASE WHEN n % 100 = 2 AND n < 10000 THEN 'failed' WHEN n % 100 = 3 AND n < 10000 THEN 'paused'
        WHEN n % 100 = 4 AND n < 10000 THEN 'cancelled' WHEN n > 59970 AND n % 3 = 0 THEN 'in_progress'
        WHEN n > 59900 AND n % 3 = 0 THEN 'pending' ELSE 'completed' END AS status) s`,
  `INSERT INTO flow_runs (id, flow_name, flow_version, flow_key, flow_path, status, task_id, parent_flow_run_id, unit_id,
      lesson_position, user_id, lineage_id)
    SELECT ${idOf("n")}, CASE WHEN n % 100 = 1 AND n < 10000 THEN 'unit_art_creation' WHEN n % 3 = 1 THEN 'unit_creation'
        ELSE 'lesson_creation' END, 1,
      CASE WHEN n % 3 = 1 THEN 'unit' ELSE 'lesson:' || n % 3 END, 'unit',
      CASE WHEN n % 100 = 2 AND n < 10000 THEN 'failed' WHEN n % 100 = 3 AND n < 10000 THEN 'paused'
        WHEN n > 59990 THEN 'running' ELSE 'completed' END,
      ${idOf("n")}, CASE WHEN n % 3 <> 1 THEN ${idOf("n - (n + 2) % 3")} END, ${idOf(unitOf)},
      CASE WHEN n % 3 <> 1 THEN 1 + (n + 2) % 3 END, ${idOf(userOf)}, ${idOf("n")}
    FROM ${series(largeTables.flow_runs)}`,
  `INSERT INTO flow_step_runs (id, flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order, status)
    SELECT ${idOf("n")}, ${idOf("1 + n % 60000")}, ${idOf("1 + n % 60000")}, ${idOf("1 + n % 60000")}, 'unit', 'write', 1,
      1 + n / 60000, CASE WHEN n > 99990 THEN 'running' ELSE 'completed' END
    FROM ${series(largeTables.flow_step_runs)}`,
  `INSERT INTO llm_requests (id, step_run_id, flow_run_id, task_id, unit_id, user_id, kind, provider, model, status, prompt_name,
      cost_usd, error_code)
    SELECT ${idOf("n")}, ${idOf("n")}, ${idOf("n")}, ${idOf("n")}, ${idOf(unitOf)}, ${idOf(userOf)},
      CASE WHEN n % 100 = 1 AND n < 10000 THEN 'image' WHEN n % 100 < 5 THEN 'speech' ELSE 'object' END,
      CASE WHEN n % 100 = 2 AND n < 10000 THEN 'google' ELSE 'openai' END,
      CASE WHEN n % 100 = 2 AND n < 10000 THEN 'gemini' WHEN n % 100 = 4 AND n < 10000 THEN 'gpt-old' ELSE 'gpt' END,
      CASE WHEN n % 100 = 5 AND n < 10000 THEN 'failed' WHEN n % 100 = 6 AND n < 10000 THEN 'in_doubt'
        WHEN n > 59990 THEN 'pending' ELSE 'completed' END, 'write_lesson', 0.01,
      CASE WHEN n % 100 = 5 AND n < 10000 THEN 'rate_limited' END
    FROM ${series(largeTables.llm_requests)}`,
  `INSERT INTO user_usage (user_id, unit_count, llm_request_count, cost_usd)
    SELECT u.id, 20, 60, 0.6 FROM users u`,
  "SET session_replication_role = DEFAULT",
];

/**
 * Fills a migrated database to sizes at which a wrong plan shows. Triggers and foreign keys are off while it writes; the
 * connection's user must be a superuser. Ends with VACUUM ANALYZE, as autovacuum leaves a database in use.
 */
export async function fillLargeTables(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    for (const statement of statements) await client.query(statement);
    await client.query("VACUUM (ANALYZE)");
  } finally {
    client.release();
  }
}
