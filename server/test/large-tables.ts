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

// In the oldest sixth, one row of a hundred.
const isRare = (remainder: number) => `n % 100 = ${remainder} AND n < 10000`;
const began = "timestamptz '2026-01-01T00:00:00Z'";
// A minute or two; rare rows take an hour.
const ended = `${began} + CASE WHEN ${isRare(7)} THEN interval '1 hour' ELSE (60 + n % 60) * interval '1 second' END`;
// About a cent; rare rows cost five dollars, and of some the cost is unknown.
const cost = `CASE WHEN ${isRare(8)} THEN 5.0 WHEN n % 50 = 9 THEN NULL ELSE 0.01 + 0.0001 * (n % 10) END`;
const refused =
  "'The provider refused call ' || n || ' to \"model ' || n || '\": too many tokens are taken.'";
const failing = ["tasks", "flow_runs", "flow_step_runs", "llm_requests", "units"];

const statements = [
  "SET session_replication_role = replica",
  `INSERT INTO users (id, email, name, role, is_active)
    SELECT ${idOf("n")}, 'person' || n || '@example.org', 'Person ' || n, CASE WHEN n = 7 THEN 'operator' ELSE 'learner' END,
      n % 100 <> 9
    FROM ${series(largeTables.users)}`,
  `INSERT INTO lineages (id, unit_id) SELECT ${idOf("n")}, ${idOf(unitOf)} FROM ${series(largeTables.tasks)}`,
  `INSERT INTO workers (id, host, pid, app_version, queues, capacity)
    SELECT ${idOf("n")}, 'host', n, '1', '{default}', 16 FROM ${series(20)}`,
  `INSERT INTO units (id, title, description, learner_level, status, stage, target_lesson_count, source_kind, author, task_id,
      lineage_id, user_id, error_code, error_message, cost_usd, published_at, created_at, completed_at)
    SELECT ${idOf("n")}, CASE WHEN n = 40 THEN 'Volcanoes of Iceland' ELSE 'Course ' || n END, repeat('text ', 20),
      CASE WHEN ${isRare(11)} THEN 'advanced' ELSE 'beginner' END,
      CASE WHEN n % 100 = 3 AND n < 3000 THEN 'failed' WHEN n % 100 = 5 AND n < 3000 THEN 'paused'
        WHEN n > 19980 THEN 'in_progress' ELSE 'completed' END,
      'done', 3, 'topic', CASE WHEN ${isRare(12)} THEN 'google' ELSE 'offline' END, ${idOf("3 * n")}, ${idOf("3 * n")},
      ${idOf(userOf)}, CASE WHEN n % 100 = 3 AND n < 3000 THEN 'provider_refused' END,
      CASE WHEN n % 100 = 3 AND n < 3000 THEN ${refused} END, ${cost},
      CASE WHEN n % 50 = 0 THEN clock_timestamp() END, ${began}, CASE WHEN n <= 19980 THEN ${ended} END
    FROM ${series(largeTables.units)}`,
  `INSERT INTO lessons (id, unit_id, position, title, status, exercises, flow_run_id)
    SELECT ${idOf("n")}, ${idOf(unitOf)}, 1 + (n + 2) % 3, CASE WHEN n = 70 THEN 'Basalt' ELSE 'Lesson ' || n END, 'completed',
      '[{"id": "a", "review": "draft"}]', ${idOf("n")}
    FROM ${series(largeTables.lessons)}`,
  `INSERT INTO tasks (id, task_name, status, pause_reason, inputs, unit_id, user_id, lineage_id, mode, worker_id, error_code,
      error_message, started_at, completed_at)
    SELECT s.id, CASE WHEN ${isRare(1)} THEN 'llm_replay' ELSE 'unit_creation' END, s.status,
      CASE WHEN s.status = 'paused' THEN 'budget_day' END,
      CASE WHEN n = 150 THEN '{"topic": "How glaciers melt"}' ELSE jsonb_build_object('title', 'Course ' || ${unitOf}) END,
      ${idOf(unitOf)}, ${idOf(userOf)}, s.id, CASE WHEN ${isRare(9)} THEN 'resume' ELSE 'from_scratch' END,
      ${idOf("1 + n % 20")}, s.error_code, CASE WHEN s.error_code IS NOT NULL THEN ${refused} END,
      CASE WHEN s.status <> 'pending' THEN ${began} END,
      CASE WHEN s.status IN ('completed', 'failed', 'cancelled') THEN ${ended} END
    FROM ${series(largeTables.tasks)}, LATERAL (SELECT ${idOf("n")} AS id,
      CASE WHEN ${isRare(2)} THEN 'provider_refused' END AS error_code,
      CASE WHEN ${isRare(2)} THEN 'failed' WHEN ${isRare(3)} THEN 'paused'
        WHEN ${isRare(4)} THEN 'cancelled' WHEN n > 59970 AND n % 3 = 0 THEN 'in_progress'
        WHEN n > 59900 AND n % 3 = 0 THEN 'pending' ELSE 'completed' END AS status) s`,
  `INSERT INTO task_texts (task_id, text) SELECT id, short_words_of_inputs(inputs) FROM tasks`,
  `INSERT INTO flow_runs (id, flow_name, flow_version, flow_key, flow_path, status, task_id, parent_flow_run_id, unit_id,
      lesson_position, user_id, lineage_id, cost_usd, error_code, error_message, started_at, completed_at)
    SELECT ${idOf("n")}, CASE WHEN ${isRare(1)} THEN 'unit_art_creation' WHEN n % 3 = 1 THEN 'unit_creation'
        ELSE 'lesson_creation' END, 1,
      CASE WHEN n % 3 = 1 THEN 'unit' ELSE 'lesson:' || n % 3 END, 'unit',
      CASE WHEN ${isRare(2)} THEN 'failed' WHEN ${isRare(3)} THEN 'paused' WHEN n > 59990 THEN 'running' ELSE 'completed' END,
      ${idOf("n")}, CASE WHEN n % 3 <> 1 THEN ${idOf("n - (n + 2) % 3")} END, ${idOf(unitOf)},
      CASE WHEN n % 3 <> 1 THEN 1 + (n + 2) % 3 END, ${idOf(userOf)}, ${idOf("n")}, ${cost},
      CASE WHEN ${isRare(2)} THEN 'provider_refused' END, CASE WHEN ${isRare(2)} THEN ${refused} END,
      ${began}, CASE WHEN n <= 59990 THEN ${ended} END
    FROM ${series(largeTables.flow_runs)}`,
  `INSERT INTO flow_step_runs (id, flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order, status,
      error_code, error_message)
    SELECT ${idOf("n")}, ${idOf("1 + n % 60000")}, ${idOf("1 + n % 60000")}, ${idOf("1 + n % 60000")}, 'unit', 'write', 1,
      1 + n / 60000, CASE WHEN n > 99990 THEN 'running' WHEN ${isRare(2)} THEN 'failed' ELSE 'completed' END,
      CASE WHEN ${isRare(2)} THEN 'provider_refused' END, CASE WHEN ${isRare(2)} THEN ${refused} END
    FROM ${series(largeTables.flow_step_runs)}`,
  `INSERT INTO llm_requests (id, step_run_id, step_name, flow_run_id, task_id, unit_id, user_id, kind, provider, model, status,
      replay_of_request_id, prompt_name, provider_response_id, cost_usd, error_code, error_message, sent_at, completed_at)
    SELECT ${idOf("n")}, ${idOf("n")}, CASE WHEN ${isRare(1)} THEN 'draw' ELSE 'write' END, ${idOf("n")}, ${idOf("n")},
      ${idOf(unitOf)}, ${idOf(userOf)},
      CASE WHEN ${isRare(1)} THEN 'image' WHEN n % 100 < 5 THEN 'speech' ELSE 'object' END,
      CASE WHEN ${isRare(2)} THEN 'google' ELSE 'openai' END,
      CASE WHEN ${isRare(2)} THEN 'gemini' WHEN ${isRare(4)} THEN 'gpt-old' ELSE 'gpt' END,
      CASE WHEN ${isRare(5)} THEN 'failed' WHEN ${isRare(6)} THEN 'in_doubt' WHEN n > 59990 THEN 'pending' ELSE 'completed' END,
      CASE WHEN ${isRare(10)} THEN ${idOf("1")} END, 'write_lesson', 'answer-' || n, ${cost},
      CASE WHEN ${isRare(5)} THEN 'rate_limited' END, CASE WHEN ${isRare(5)} THEN ${refused} END,
      ${began}, CASE WHEN n <= 59990 THEN ${ended} END
    FROM ${series(largeTables.llm_requests)}`,
  ...failing.map(
    (table) => `UPDATE ${table} SET error_fingerprint = error_fingerprint(error_code, error_message)
      WHERE error_code IS NOT NULL`,
  ),
  ...failing.map(
    (table) => `INSERT INTO error_fingerprints (fingerprint, error_code, message, words)
      SELECT DISTINCT ON (1) error_fingerprint, error_code, error_message, words_of_error(error_code, error_message)
      FROM ${table} WHERE error_fingerprint IS NOT NULL ON CONFLICT DO NOTHING`,
  ),
  `INSERT INTO user_usage (user_id, unit_count, llm_request_count, cost_usd)
    SELECT u.id, 20, 60, 0.6 FROM users u`,
  // Two connections: one had all the rare rows but the oldest, which the other one had.
  `INSERT INTO connections (id, name, base_url) VALUES (${idOf("1")}, 'first', 'http://localhost/api'),
    (${idOf("2")}, 'second', 'http://localhost/api')`,
  ...["units", "tasks", "flow_runs"].map(
    (table) => `UPDATE ${table} SET connection_id = CASE WHEN n = 13 THEN ${idOf("2")} ELSE ${idOf("1")} END
      FROM ${series(10_000)} WHERE ${isRare(13)} AND id = ${idOf("n")}`,
  ),
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
