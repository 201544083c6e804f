import type pg from "pg";

const lessonsPerUnit = 3;

/** What is under way while the monitor is asked: so many units are written, so many more wait. */
export const activeJobs = { running: 20, waiting: 10 };

/**
 * Writes jobs that are under way: each with its root run, three lessons and art, of whose steps some are done and some are
 * running. Their worker exists in the database only; `keepAlive` beats for it until it is called off.
 */
export async function addActiveJobs(pool: pg.Pool): Promise<{ end(): Promise<void> }> {
  const all = activeJobs.running + activeJobs.waiting;
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const worker = await client.query<{ id: string }>(
      `INSERT INTO workers (host, pid, app_version, queues, capacity, running)
        VALUES ('bench', 1, '1', '{default}', $1, $1) RETURNING id`,
      [activeJobs.running],
    );
    const workerId = worker.rows[0]?.id;
    await client.query(
      `CREATE TEMP TABLE job ON COMMIT DROP AS SELECT n, uuidv7() AS unit_id, uuidv7() AS lineage_id, uuidv7() AS task_id,
          uuidv7() AS run_id, n <= $2 AS is_running, clock_timestamp() - n * interval '3 seconds' AS at
        FROM generate_series(1, $1) AS n`,
      [all, activeJobs.running],
    );
    await client.query(`INSERT INTO units (id, title, learner_level, status, stage, target_lesson_count, source_kind, author, created_at)
      SELECT unit_id, 'Under way ' || n, 'beginner', 'in_progress', 'lessons', ${lessonsPerUnit}, 'topic', 'openai', at FROM job`);
    await client.query("INSERT INTO lineages (id, unit_id) SELECT lineage_id, unit_id FROM job");
    await client.query(
      `INSERT INTO tasks (id, task_name, status, unit_id, unit_title, lineage_id, worker_id, fence, attempt, created_at, started_at)
        SELECT task_id, 'unit_creation', CASE WHEN is_running THEN 'in_progress' ELSE 'pending' END, unit_id, 'Under way ' || n,
          lineage_id, CASE WHEN is_running THEN $1::uuid END, 1, is_running::int, at, CASE WHEN is_running THEN at END FROM job`,
      [workerId],
    );
    await client.query(
      "UPDATE units SET task_id = job.task_id, lineage_id = job.lineage_id FROM job WHERE units.id = job.unit_id",
    );
    await client.query(`INSERT INTO flow_runs (id, flow_name, flow_version, flow_key, flow_path, status, task_id, unit_id, lineage_id,
        current_step, created_at, started_at)
      SELECT run_id, 'unit_creation', 1, 'unit', 'unit', 'running', task_id, unit_id, lineage_id, 'write_lesson', at, at
      FROM job WHERE is_running`);
    await client.query(`INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, parent_flow_run_id, unit_id,
        lesson_position, lineage_id, current_step, created_at, started_at)
      SELECT CASE WHEN place > ${lessonsPerUnit} THEN 'unit_art_creation' ELSE 'lesson_creation' END, 1,
        CASE WHEN place > ${lessonsPerUnit} THEN 'art' ELSE 'lesson:' || place END,
        CASE WHEN place > ${lessonsPerUnit} THEN 'unit/art' ELSE 'unit/lesson:' || place END, 'running', task_id, run_id, unit_id,
        CASE WHEN place <= ${lessonsPerUnit} THEN place END, lineage_id, 'write_lesson', at, at
      FROM job, generate_series(1, ${lessonsPerUnit + 1}) AS place WHERE is_running`);
    await client.query(`INSERT INTO flow_step_runs (flow_run_id, task_id, lineage_id, flow_path, step_name, step_version, step_order, status,
        fence, created_at, started_at, completed_at)
      SELECT r.id, r.task_id, r.lineage_id, r.flow_path, (ARRAY['read_source', 'extract_unit_metadata', 'plan_lessons', 'write_lesson'])[place], 1, place,
        CASE WHEN place = 4 THEN 'running' ELSE 'completed' END, 1, r.created_at, r.created_at,
        CASE WHEN place < 4 THEN r.created_at + place * interval '600 milliseconds' END
      FROM flow_runs r JOIN job ON job.task_id = r.task_id, generate_series(1, 4) AS place`);
    await client.query("COMMIT");
    const beat = () => pool.query("UPDATE workers SET beat_at = clock_timestamp() WHERE id = $1", [workerId]);
    const beating = setInterval(() => void beat(), 400);
    return {
      async end() {
        clearInterval(beating);
        await pool.query(
          "UPDATE workers SET dead_at = clock_timestamp(), stopped_at = clock_timestamp() WHERE id = $1",
          [workerId],
        );
      },
    };
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}
