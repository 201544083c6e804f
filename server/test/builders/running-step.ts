import { sql } from "kysely";
import type { Database } from "../../src/platform/database.ts";

/** Ids of a step that a live worker is running, with every row above it. */
export interface RunningStep {
  readonly task_id: string;
  readonly fence: number;
  readonly worker_id: string;
  readonly flow_run_id: string;
  readonly step_run_id: string;
  readonly unit_id: string;
  readonly user_id: string;
}

/** Inserts a worker as it is while its process lives. */
export async function insertWorker(database: Database): Promise<string> {
  return await insertId(
    database,
    sql`INSERT INTO workers (host, pid, app_version, queues, capacity) VALUES ('test', 1, '0.0.0', '{default}', 16)
      RETURNING id`,
  );
}

/** Inserts unit, lineage, task in progress, flow run and running step. The worker may be shared. */
export async function insertRunningStep(
  database: Database,
  shared: { readonly worker_id?: string } = {},
): Promise<RunningStep> {
  const worker_id = shared.worker_id ?? (await insertWorker(database));
  const user_id = await insertId(database, sql`SELECT id FROM users ORDER BY id LIMIT 1`);
  const unit_id = await insertId(
    database,
    sql`INSERT INTO units (title, learner_level, status, target_lesson_count, source_kind, user_id)
      VALUES ('Tides', 'beginner', 'in_progress', 3, 'text', ${user_id}) RETURNING id`,
  );
  const lineage_id = await insertId(
    database,
    sql`INSERT INTO lineages (unit_id) VALUES (${unit_id}) RETURNING id`,
  );
  const task_id = await insertId(
    database,
    sql`INSERT INTO tasks (task_name, status, unit_id, user_id, lineage_id, worker_id, fence, attempt, started_at)
      VALUES ('unit_creation', 'in_progress', ${unit_id}, ${user_id}, ${lineage_id}, ${worker_id}, 1, 1,
        clock_timestamp()) RETURNING id`,
  );
  const flow_run_id = await insertId(
    database,
    sql`INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, unit_id, user_id, lineage_id)
      VALUES ('lesson_creation', 1, 'lesson:1', 'unit/lesson:1', 'running', ${task_id}, ${unit_id}, ${user_id},
        ${lineage_id}) RETURNING id`,
  );
  const step_run_id = await insertId(
    database,
    sql`INSERT INTO flow_step_runs (flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order,
        memo_key, fence, started_at)
      VALUES (${flow_run_id}, ${task_id}, ${lineage_id}, 'unit/lesson:1', 'generate_lesson_transcript', 1, 1,
        uuidv7()::text, 1, clock_timestamp()) RETURNING id`,
  );
  return { task_id, fence: 1, worker_id, flow_run_id, step_run_id, unit_id, user_id };
}

async function insertId(database: Database, statement: ReturnType<typeof sql>): Promise<string> {
  // Every statement above returns the column id.
  const { rows } = (await statement.execute(database)) as { rows: readonly { readonly id: string }[] };
  if (rows[0] === undefined) throw new Error("The statement returned no id");
  return rows[0].id;
}
