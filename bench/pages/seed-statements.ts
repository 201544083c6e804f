/** One INSERT and what it writes. */
export interface SeedStatement {
  readonly words: string;
  readonly sql: string;
}

export interface SeedSizes {
  readonly units: number;
  readonly lessons: number;
  readonly tasks: number;
  readonly flow_runs: number;
  readonly flow_step_runs: number;
  readonly llm_requests: number;
}

const days = 30;
const stepsPerRun = 10;
const runsPerUnit = 5;
const lessonsPerUnit = 3;

/** The last `rows` of so many: where only a part of the units has runs, it is the newest ones. */
const series = (rows: number, of = rows) => `generate_series(${of - rows + 1}, ${of}) AS n`;

/** Ids of version 7 that can be told from a row's number: the moment, then a hash of the kind and the number. */
const helpers = (units: number) => `
  CREATE FUNCTION pg_temp.at_unit(n bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT current_setting('coursewright.seed_end')::timestamptz - interval '${days} days'
      + (n - 1) * (interval '${days} days' - interval '10 minutes') / ${units}
  $$;
  CREATE FUNCTION pg_temp.id_at(at timestamptz, kind text, n bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(kind || n), 1, 3) || '8'
      || substr(md5(kind || n), 4, 15))::uuid
  $$;
  CREATE FUNCTION pg_temp.user_of(n bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT pg_temp.id_at(pg_temp.at_unit(1) - interval '1 day', 'user', CASE WHEN n % 4 = 0 THEN 2 + n % 99 ELSE 1 END)
  $$;
  CREATE FUNCTION pg_temp.unit_id(n bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT pg_temp.id_at(pg_temp.at_unit(n), 'unit', n)
  $$;
  CREATE FUNCTION pg_temp.task_id(unit bigint, k bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT pg_temp.id_at(pg_temp.at_unit(unit) + k * interval '2 minutes', 'task', 3 * unit + k)
  $$;
  CREATE FUNCTION pg_temp.run_at(run bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT pg_temp.at_unit((run + ${runsPerUnit - 1}) / ${runsPerUnit}) + ((run - 1) % ${runsPerUnit}) * interval '7 seconds'
  $$;
  CREATE FUNCTION pg_temp.run_id(run bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT pg_temp.id_at(pg_temp.run_at(run), 'run', run)
  $$;
  CREATE FUNCTION pg_temp.step_at(step bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT pg_temp.run_at((step + ${stepsPerRun - 1}) / ${stepsPerRun}) + ((step - 1) % ${stepsPerRun}) * interval '1700 milliseconds'
  $$;
  CREATE FUNCTION pg_temp.step_id(step bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT pg_temp.id_at(pg_temp.step_at(step), 'step', step)
  $$;
  CREATE FUNCTION pg_temp.request_id(step bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT pg_temp.id_at(pg_temp.step_at(step) + interval '40 milliseconds', 'request', step)
  $$`;

const titles = `(ARRAY['Tides', 'Volcanoes of Iceland', 'How bread rises', 'The French Revolution', 'Photosynthesis',
  'How vaccines train the immune system', 'Linear equations', 'Reading music', 'The water cycle', 'Roman roads'])[1 + n % 10]`;
// One unit in fifty fails at its plan, one in twenty loses a lesson, one in a hundred is cancelled.
const unitStatus = `CASE WHEN n % 100 = 31 THEN 'cancelled' WHEN n % 50 = 13 THEN 'failed' WHEN n % 20 = 7 THEN 'partial'
  ELSE 'completed' END`;
const errorOf = "1 + n % 3";
const errors = [
  ["provider_refused", "The provider refused the request: the key is not valid."],
  ["rate_limited", "The provider allows no more requests for now."],
  ["answer_invalid", "The model answered with invalid JSON twice."],
] as const;
const oneOf = (values: readonly string[]) => `(ARRAY['${values.join("', '")}'])[${errorOf}]`;
const errorCode = oneOf(errors.map(([code]) => code));
const errorMessage = oneOf(errors.map(([, message]) => message));
const errorColumns = (failed: string) =>
  `CASE WHEN ${failed} THEN ${errorCode} END, CASE WHEN ${failed} THEN ${errorMessage} END,
    CASE WHEN ${failed} THEN (ARRAY(SELECT fingerprint FROM pg_temp.errors ORDER BY place))[${errorOf}] END`;
const stepName = `(ARRAY['read_source', 'extract_unit_metadata', 'plan_lessons', 'write_lesson', 'generate_mcqs',
  'structure_exercises', 'review_exercises', 'write_summary', 'synthesize_audio', 'validate'])[place]`;

// What the triggers, which are off, would have written down.
const noteErrors = `
  CREATE TEMP TABLE errors ON COMMIT PRESERVE ROWS AS
    SELECT place, code, message, error_fingerprint(code, message) AS fingerprint
    FROM (VALUES ${errors.map(([code, message], place) => `(${place + 1}, '${code}', '${message}')`).join(", ")}) e (place, code, message);
  INSERT INTO error_fingerprints (fingerprint, error_code, message, words)
    SELECT fingerprint, code, message, words_of_error(code, message) FROM errors`;

function peopleAndUnits(sizes: SeedSizes): SeedStatement[] {
  return [
    {
      words: "users",
      sql: `INSERT INTO users (id, email, name, role, created_at, updated_at)
        SELECT pg_temp.id_at(pg_temp.at_unit(1) - interval '1 day', 'user', n), 'person' || n || '@example.org', 'Person ' || n,
          CASE WHEN n % 10 = 7 THEN 'operator' ELSE 'learner' END, pg_temp.at_unit(1), pg_temp.at_unit(1)
        FROM ${series(100)}`,
    },
    {
      words: "lineages",
      sql: `INSERT INTO lineages (id, unit_id)
        SELECT pg_temp.id_at(pg_temp.at_unit(n), 'lineage', n), pg_temp.unit_id(n) FROM ${series(sizes.units)}`,
    },
    {
      words: "units",
      sql: `INSERT INTO units (id, title, description, learner_level, status, stage, target_lesson_count, source_kind, author,
          task_id, lineage_id, content_task_id, content_lineage_id, user_id, error_code, error_message, error_fingerprint, cost_usd,
          created_at, updated_at, completed_at)
        SELECT pg_temp.unit_id(n), ${titles} || ' ' || n, repeat('What a learner takes away from it. ', 4),
          (ARRAY['beginner', 'intermediate', 'advanced'])[1 + n % 3], s.status,
          CASE s.status WHEN 'failed' THEN 'plan' WHEN 'partial' THEN 'lessons' ELSE 'done' END, 3, 'topic', 'openai',
          pg_temp.task_id(n, CASE WHEN n % 20 = 7 THEN 1 ELSE 0 END), pg_temp.id_at(pg_temp.at_unit(n), 'lineage', n),
          pg_temp.task_id(n, 0), pg_temp.id_at(pg_temp.at_unit(n), 'lineage', n), pg_temp.user_of(n),
          ${errorColumns("s.status = 'failed'")},
          CASE WHEN n % 90 = 1 THEN NULL ELSE 0.05 + (n % 400) / 1000.0 END,
          pg_temp.at_unit(n), pg_temp.at_unit(n) + interval '55 seconds', pg_temp.at_unit(n) + interval '55 seconds'
        FROM ${series(sizes.units)}, LATERAL (SELECT ${unitStatus} AS status) s`,
    },
    {
      words: "lessons",
      sql: `INSERT INTO lessons (id, unit_id, position, title, objective, status, transcript, flow_run_id, author, created_at,
          updated_at)
        SELECT pg_temp.id_at(pg_temp.at_unit(u) + interval '30 seconds', 'lesson', n), pg_temp.unit_id(u), 1 + n % 3,
          'Lesson ' || (1 + n % 3), 'Explain it in your own words.', CASE WHEN u % 20 = 7 AND n % 3 = 1 THEN 'failed' ELSE 'completed' END,
          repeat('Twice a day the sea climbs the shore and leaves again. ', 6), pg_temp.run_id(${runsPerUnit} * (u - 1) + 2 + n % 3),
          'openai', pg_temp.at_unit(u) + interval '30 seconds', pg_temp.at_unit(u) + interval '50 seconds'
        FROM ${series(sizes.lessons, sizes.units * lessonsPerUnit)}, LATERAL (SELECT ((n + 2) / 3)::bigint AS u) unit`,
    },
  ];
}

function tasksAndRuns(sizes: SeedSizes): SeedStatement[] {
  return [
    {
      words: "workers",
      sql: `INSERT INTO workers (id, host, pid, app_version, queues, capacity, started_at, beat_at, stopped_at, dead_at)
        SELECT pg_temp.id_at(pg_temp.at_unit(1), 'worker', n), 'host-' || n, 100 + n, '1', '{default}', 16, pg_temp.at_unit(1),
          pg_temp.at_unit(2), pg_temp.at_unit(2), pg_temp.at_unit(2) FROM ${series(4)}`,
    },
    {
      words: "tasks",
      sql: `INSERT INTO tasks (id, task_name, status, inputs, unit_id, unit_title, user_id, lineage_id, retry_of_task_id, mode,
          worker_id, fence, attempt, progress_percentage, error_code, error_message, error_fingerprint, created_at, updated_at, available_at,
          started_at, completed_at)
        SELECT pg_temp.task_id(u, k), s.name, s.status, jsonb_build_object('title', ${titles} || ' ' || u, 'learner_level', 'beginner'),
          pg_temp.unit_id(u), NULL, pg_temp.user_of(u), pg_temp.id_at(pg_temp.at_unit(u), 'lineage', u),
          CASE WHEN k = 1 THEN pg_temp.task_id(u, 0) END, CASE k WHEN 0 THEN 'from_scratch' WHEN 1 THEN 'resume' ELSE 'regenerate' END,
          pg_temp.id_at(pg_temp.at_unit(1), 'worker', 1 + n % 4), 1, 1, CASE WHEN s.status = 'completed' THEN 100 ELSE 60 END,
          ${errorColumns("s.status = 'failed'")}, at, at + interval '55 seconds', at,
          at + interval '80 milliseconds', at + interval '55 seconds'
        FROM ${series(sizes.tasks)},
          LATERAL (SELECT ((n + 2) / 3)::bigint AS u, ((n + 2) % 3)::bigint AS k) unit,
          LATERAL (SELECT pg_temp.at_unit(u) + k * interval '2 minutes' AS at) moment,
          LATERAL (SELECT CASE k WHEN 2 THEN 'lesson_regeneration' ELSE 'unit_creation' END AS name,
            CASE WHEN u % 100 = 31 AND k = 0 THEN 'cancelled' WHEN k = 0 AND (u % 50 = 13 OR u % 20 = 7) THEN 'failed'
              ELSE 'completed' END AS status) s`,
    },
    {
      words: "flow runs",
      sql: `INSERT INTO flow_runs (id, flow_name, flow_version, flow_key, flow_path, status, task_id, parent_flow_run_id, unit_id,
          lesson_position, user_id, lineage_id, current_step, steps_done, total_steps, progress_percentage, tokens_input,
          tokens_cached, tokens_output, cost_usd, error_code, error_message, error_fingerprint, created_at, updated_at, started_at,
          completed_at)
        SELECT pg_temp.run_id(n), (ARRAY['unit_creation', 'lesson_creation', 'lesson_creation', 'lesson_creation',
            'unit_art_creation'])[1 + k], 1, (ARRAY['unit', 'lesson:1', 'lesson:2', 'lesson:3', 'art'])[1 + k], 'unit',
          CASE WHEN failed THEN 'failed' ELSE 'completed' END, pg_temp.task_id(u, 0),
          CASE WHEN k > 0 THEN pg_temp.run_id(${runsPerUnit} * (u - 1) + 1) END, pg_temp.unit_id(u),
          CASE WHEN k BETWEEN 1 AND 3 THEN k END, pg_temp.user_of(u), pg_temp.id_at(pg_temp.at_unit(u), 'lineage', u), 'validate',
          CASE WHEN failed THEN 9 ELSE 10 END, 10, CASE WHEN failed THEN 90 ELSE 100 END, 2000 + n % 9000, n % 500,
          400 + n % 3000, CASE WHEN n % 90 = 1 THEN NULL ELSE (n % 900) / 10000.0 END, ${errorColumns("failed")},
          pg_temp.run_at(n), pg_temp.run_at(n) + took, pg_temp.run_at(n), pg_temp.run_at(n) + took
        FROM ${series(sizes.flow_runs, sizes.units * runsPerUnit)},
          LATERAL (SELECT ((n + ${runsPerUnit - 1}) / ${runsPerUnit})::bigint AS u, (n - 1) % ${runsPerUnit} AS k) unit,
          LATERAL (SELECT (u % 50 = 13 AND k = 0) OR (u % 20 = 7 AND k = 2) AS failed,
            (17 + n % 23) * interval '1 second' AS took) s`,
    },
  ];
}

function stepsAndRequests(sizes: SeedSizes): SeedStatement[] {
  const ofStep = `LATERAL (SELECT ((n + ${stepsPerRun - 1}) / ${stepsPerRun})::bigint AS run, 1 + (n - 1) % ${stepsPerRun} AS place) step,
          LATERAL (SELECT ((run + ${runsPerUnit - 1}) / ${runsPerUnit})::bigint AS u, (run - 1) % ${runsPerUnit} AS k) unit,
          LATERAL (SELECT place = ${stepsPerRun} AND ((u % 50 = 13 AND k = 0) OR (u % 20 = 7 AND k = 2)) AS failed,
            pg_temp.step_at(n) AS at, (300 + n % 1300) * interval '1 millisecond' AS took) s`;
  return [
    {
      words: "steps",
      sql: `INSERT INTO flow_step_runs (id, flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order,
          status, fence, tokens_used, cost_usd, error_code, error_message, error_fingerprint, created_at, updated_at, started_at, completed_at,
          waiting_ms, working_ms)
        SELECT pg_temp.step_id(n), pg_temp.run_id(run), pg_temp.task_id(u, 0), pg_temp.id_at(pg_temp.at_unit(u), 'lineage', u), 'unit',
          ${stepName}, 1, place,
          CASE WHEN failed THEN 'failed' ELSE 'completed' END, 1, 900 + n % 4000,
          CASE WHEN n % 900 = 1 THEN NULL ELSE (n % 90) / 10000.0 END, ${errorColumns("failed")},
          at, at + took, at, at + took, n % 40, 260 + n % 1300
        FROM ${series(sizes.flow_step_runs, sizes.units * runsPerUnit * stepsPerRun)}, ${ofStep}`,
    },
    {
      words: "model calls",
      sql: `INSERT INTO llm_requests (id, step_run_id, flow_run_id, task_id, unit_id, user_id, kind, provider, model, status, attempt,
          cached, prompt_name, tokens_input, tokens_cached, tokens_output, cost_usd, price_source, http_status, step_name,
          error_code, error_message, error_fingerprint, created_at, updated_at, sent_at, first_byte_at, completed_at)
        SELECT pg_temp.request_id(n), pg_temp.step_id(n), pg_temp.run_id(run), pg_temp.task_id(u, 0), pg_temp.unit_id(u),
          pg_temp.user_of(u), CASE place WHEN 9 THEN 'speech' WHEN 4 THEN 'text' ELSE 'object' END,
          (ARRAY['openai', 'openai', 'anthropic', 'google'])[1 + n % 4],
          (ARRAY['gpt-large', 'gpt-small', 'claude-medium', 'gemini-fast'])[1 + n % 4],
          CASE WHEN failed THEN 'failed' WHEN n % 5000 = 3 THEN 'in_doubt' ELSE 'completed' END, 1 + (n % 40 = 0)::int,
          n % 25 = 0, 'write_lesson', 700 + n % 5000, n % 300, 200 + n % 2500,
          CASE WHEN n % 900 = 1 THEN NULL ELSE (n % 90) / 10000.0 END, 'price list 2026-11', CASE WHEN failed THEN 429 ELSE 200 END,
          ${stepName}, ${errorColumns("failed")}, at, at + took, at + interval '30 milliseconds',
          at + took / 3, at + took
        FROM ${series(sizes.llm_requests, sizes.units * runsPerUnit * stepsPerRun)}, ${ofStep}`,
    },
  ];
}

const payloadStatements: readonly SeedStatement[] = [
  {
    words: "payloads of the newest calls",
    sql: `WITH newest AS (SELECT id FROM llm_requests ORDER BY id DESC LIMIT 5000),
        parts AS (SELECT id, 'request' AS part, jsonb_build_object('messages', jsonb_build_array(
            jsonb_build_object('role', 'system', 'content', 'You write lessons.'),
            jsonb_build_object('role', 'user', 'content', repeat('Write about the tides. ', 40)))) AS content FROM newest
          UNION ALL SELECT id, 'response', jsonb_build_object('text', repeat('Twice a day the sea climbs the shore. ', 40)) FROM newest)
      INSERT INTO payloads_llm_requests (owner_id, part, content, characters)
      SELECT id, part, content, length(content::text) FROM parts`,
  },
  {
    words: "payloads of the newest flow runs",
    sql: `INSERT INTO payloads_flow_runs (owner_id, part, content, characters)
      SELECT id, part, content, length(content::text) FROM (SELECT id FROM flow_runs ORDER BY id DESC LIMIT 2000) newest,
        (VALUES ('input', '{"learner_level": "beginner", "target_lesson_count": 3}'::jsonb),
          ('output', '{"title": "Tides", "lessons": [1, 2, 3]}'::jsonb)) value (part, content)`,
  },
  {
    words: "short words of tasks",
    sql: `INSERT INTO task_texts (task_id, text)
      SELECT id, short_words_of_inputs(inputs) FROM tasks WHERE short_words_of_inputs(inputs) IS NOT NULL`,
  },
  {
    words: "sums by user",
    sql: `INSERT INTO user_usage (user_id, unit_count, llm_request_count, cost_usd)
      SELECT user_id, count(DISTINCT unit_id), count(*), sum(cost_usd) FROM llm_requests GROUP BY user_id`,
  },
];

/** The statements that fill the database, in their order. */
export function seededStatements(sizes: SeedSizes): SeedStatement[] {
  return [
    { words: "begin", sql: "SELECT set_config('coursewright.seed_end', now()::text, false)" },
    { words: "functions", sql: helpers(sizes.units) },
    { words: "kinds of errors", sql: noteErrors },
    ...peopleAndUnits(sizes),
    ...tasksAndRuns(sizes),
    ...stepsAndRequests(sizes),
    ...payloadStatements,
  ];
}
