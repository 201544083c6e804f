import { sql } from "kysely";
import type { Database } from "../../src/platform/database.ts";

/** A cause of failures: what a step's last request came back with. */
export interface FailureCause {
  readonly step_name: string;
  readonly error_code: string;
  /** `#` becomes a number of its own in each message. */
  readonly error_message: string;
  readonly provider?: string;
  readonly model?: string;
  readonly http_status?: number;
}

/** A provider that is away. */
export const outage: FailureCause = {
  step_name: "extract_unit_metadata",
  error_code: "provider_unavailable",
  error_message: "The provider answered 503 to call #.",
  ...{ provider: "custom", model: "test-text", http_status: 503 },
};

/** Nothing can be written from it, so that a task which resumes its unit fails without a call. */
const nothingToWrite = {
  title: null,
  topic: null,
  sources: [],
  learner_level: "beginner",
  learning_objectives: [],
  target_lesson_count: 1,
  authors: { text: "offline", speech: "offline", image: "offline" },
};

/** Models write it from its topic, one lesson long. */
export const writtenByModels = {
  ...nothingToWrite,
  ...{ topic: "How tides work", authors: { text: "model", speech: "model", image: "model" } },
};

/** Units whose tasks failed at a step, as the engine leaves them; answers their ids in the order of their titles' numbers. */
export async function insertFailedUnits(
  database: Database,
  count: number,
  cause: FailureCause,
  title = "Tides",
  request: Readonly<Record<string, unknown>> = nothingToWrite,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    WITH made AS (
      INSERT INTO units (title, learner_level, status, target_lesson_count, source_kind, user_id, request)
      SELECT ${title} || ' ' || n, 'beginner', 'failed', 3, 'topic', (SELECT id FROM users ORDER BY id LIMIT 1),
        ${JSON.stringify(request)}::jsonb FROM generate_series(1, ${count}::int) n
      RETURNING id, title
    ), numbered AS (
      SELECT id, title, replace(${cause.error_message}::text, '#', (row_number() OVER (ORDER BY id))::text) AS message FROM made
    ), lineage AS (
      INSERT INTO lineages (unit_id) SELECT id FROM made RETURNING id, unit_id
    ), task AS (
      INSERT INTO tasks (task_name, status, unit_id, unit_title, lineage_id, user_id, inputs, error_code, error_message,
        started_at, completed_at)
      SELECT 'unit_creation', 'failed', m.id, m.title, l.id, (SELECT id FROM users ORDER BY id LIMIT 1),
        ${JSON.stringify(request)}::jsonb, ${cause.error_code}, m.message, clock_timestamp(), clock_timestamp()
      FROM numbered m JOIN lineage l ON l.unit_id = m.id RETURNING id, unit_id, lineage_id, error_message
    ), run AS (
      INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, unit_id, lineage_id, error_code)
      SELECT 'unit_creation', 1, 'unit', 'unit', 'failed', id, unit_id, lineage_id, ${cause.error_code} FROM task
      RETURNING id, task_id, unit_id, lineage_id
    ), step AS (
      INSERT INTO flow_step_runs (flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order, memo_key,
        status, error_code, error_message, started_at, completed_at)
      SELECT r.id, r.task_id, r.lineage_id, 'unit', ${cause.step_name}, 1, 1, ${cause.step_name}, 'failed', ${cause.error_code},
        t.error_message, clock_timestamp(), clock_timestamp()
      FROM run r JOIN task t ON t.id = r.task_id RETURNING id, flow_run_id, task_id
    ), call AS (
      INSERT INTO llm_requests (step_run_id, flow_run_id, task_id, unit_id, kind, provider, model, status, http_status, error_code)
      SELECT s.id, s.flow_run_id, s.task_id, r.unit_id, 'object', ${cause.provider ?? null}, ${cause.model ?? "test-text"},
        'failed', ${cause.http_status ?? null}::int, ${cause.error_code}
      FROM step s JOIN run r ON r.id = s.flow_run_id WHERE ${cause.provider ?? null}::text IS NOT NULL
    )
    SELECT id FROM made ORDER BY id`.execute(database);
  const ids = rows.map(({ id }) => id);
  await sql`
    UPDATE units u SET task_id = t.id, lineage_id = t.lineage_id FROM tasks t
    WHERE t.unit_id = u.id AND u.id = ANY(${ids}::uuid[])`.execute(database);
  return ids;
}

/** How many of the units have how many tasks, as unit count by task count. */
export async function countTasks(
  database: Database,
  unit_ids: readonly string[],
): Promise<Record<string, number>> {
  const { rows } = await sql<{ tasks: number; units: number }>`
    SELECT tasks, count(*)::int AS units FROM (
      SELECT count(t.id)::int AS tasks FROM unnest(${[...unit_ids]}::uuid[]) u (id) JOIN tasks t ON t.unit_id = u.id GROUP BY u.id
    ) counted GROUP BY tasks`.execute(database);
  return Object.fromEntries(rows.map(({ tasks, units }) => [tasks, units]));
}
