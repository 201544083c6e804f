import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";

/** A job whose worker does not beat, or was given up without another one having taken the job. */
export interface LateJob {
  readonly task_id: string;
  readonly host: string;
  readonly pid: number;
  /** The last beat, and when another worker takes over, both by the clock of the database: `HH:MM:SS`. */
  readonly heard_at: string;
  readonly taken_over_at: string;
  /** Whether a worker of the job's queue beats. */
  readonly has_other: boolean;
}

/** Silence after which others declare a worker dead. */
const silentMs = 4_000;

/** Reads `tasks_in_progress` and `workers_alive`, or the few dead workers that still own a task. */
export async function listLateJobs(database: Database, lateMs: number): Promise<LateJob[]> {
  const { rows } = await sql<LateJob>`
    SELECT t.id AS task_id, w.host, w.pid, to_char(w.beat_at AT TIME ZONE 'UTC', 'HH24:MI:SS') AS heard_at,
      to_char((w.beat_at + ${silentMs} * interval '1 millisecond') AT TIME ZONE 'UTC', 'HH24:MI:SS') AS taken_over_at,
      EXISTS (SELECT 1 FROM worker_summaries o WHERE o.dead_at IS NULL AND o.health = 'healthy' AND o.id <> w.id
        AND t.queue_name = ANY (o.queues)) AS has_other
    FROM task_summaries t JOIN worker_summaries w ON w.id = t.worker_id
    WHERE t.status = 'in_progress' AND t.executor = 'worker'
      AND w.beat_at < clock_timestamp() - ${lateMs} * interval '1 millisecond'
    ORDER BY t.id LIMIT 500`.execute(database);
  return rows;
}

/** Jobs whose run in an outside engine is suspected to be dead, the root's reason first. Reads `flow_runs_suspect`. */
export async function listSuspectJobs(
  database: Database,
): Promise<{ readonly task_id: string; readonly sentence: string }[]> {
  const { rows } = await sql<{ task_id: string; sentence: string }>`
    SELECT DISTINCT ON (f.task_id) f.task_id, coalesce(f.suspect_reason, 'The run gives no sign of life.') AS sentence
    FROM external_run_states f JOIN task_lives t ON t.id = f.task_id AND t.status = 'in_progress'
    WHERE f.suspect_since IS NOT NULL
    ORDER BY f.task_id, f.parent_flow_run_id IS NOT NULL, f.id LIMIT 500`.execute(database);
  return rows;
}

/** A step that runs. */
export interface RunningStep {
  readonly task_id: string;
  readonly step_run_id: string;
  readonly step_name: string;
  readonly provider: string;
  readonly model: string;
  /** Its calls being answered; what it waited for limits and between attempts is left out. */
  readonly working_ms: number;
}

/**
 * Steps of jobs in progress that run longer than `longerMs` and have begun a call. Reads `flow_step_runs_running` and
 * `llm_requests_step`.
 */
export async function listLongSteps(database: Database, longerMs: number): Promise<RunningStep[]> {
  const { rows } = await sql<RunningStep>`
    SELECT s.task_id, s.id AS step_run_id, s.step_name, q.provider, q.model, q.working_ms
    FROM step_lives s JOIN task_lives t ON t.id = s.task_id AND t.status = 'in_progress'
    CROSS JOIN LATERAL (
      SELECT (array_agg(r.provider ORDER BY r.id DESC))[1] AS provider, (array_agg(r.model ORDER BY r.id DESC))[1] AS model,
        sum(CASE WHEN r.sent_at IS NULL THEN 0
          ELSE greatest(0, extract(epoch FROM coalesce(r.completed_at, clock_timestamp()) - r.sent_at)) END)::float8 * 1000
          AS working_ms
      FROM llm_request_summaries r WHERE r.step_run_id = s.id
    ) q
    WHERE s.status = 'running' AND s.connection_id IS NULL AND s.started_at < clock_timestamp() - ${longerMs} * interval '1 millisecond'
      AND q.provider IS NOT NULL
    ORDER BY s.id LIMIT 1000`.execute(database);
  return rows;
}

export type StuckKind = "heartbeat_late" | "step_slow";

/** What is to be flagged. */
export interface NewFlag {
  readonly task_id: string;
  readonly kind: StuckKind;
  readonly step_run_id: string | null;
  readonly sentence: string;
}

/** A flag that is up, with where its job stands now. */
export interface OpenFlag extends NewFlag {
  readonly id: string;
  readonly task_status: string;
  /** The worker of the job was given up and no other one has taken it yet. */
  readonly is_orphaned: boolean;
}

/** Reads `stuck_jobs_open`. */
export async function listOpenFlags(database: Database | Transaction): Promise<OpenFlag[]> {
  const { rows } = await sql<OpenFlag>`
    SELECT f.id, f.task_id, f.kind, f.step_run_id, f.sentence, t.status AS task_status,
      t.status IN ('pending', 'retry') AND t.executor = 'worker' AS is_orphaned
    FROM stuck_jobs f JOIN task_lives t ON t.id = f.task_id WHERE f.until IS NULL`.execute(database);
  return rows;
}

/** A flag that is up already stays as it is. */
export async function insertFlags(database: Database, flags: readonly NewFlag[]): Promise<void> {
  for (const { task_id, kind, step_run_id, sentence } of flags) {
    await sql`
      INSERT INTO stuck_jobs (task_id, kind, step_run_id, sentence)
      SELECT t.id, ${kind}, ${step_run_id}::uuid, ${sentence} FROM task_lives t
      WHERE t.id = ${task_id} AND t.status = 'in_progress'
      ON CONFLICT (task_id, kind, coalesce(step_run_id, task_id)) WHERE until IS NULL DO NOTHING`.execute(
      database,
    );
  }
}

export async function rewordFlag(database: Database, id: string, sentence: string): Promise<void> {
  await sql`
    UPDATE stuck_jobs SET sentence = ${sentence} WHERE id = ${id} AND until IS NULL AND sentence <> ${sentence}`.execute(
    database,
  );
}

export async function endFlags(database: Database, ids: readonly string[]): Promise<void> {
  await sql`
    UPDATE stuck_jobs SET until = greatest(since, clock_timestamp()) WHERE id = ANY (${[...ids]}::uuid[]) AND until IS NULL`.execute(
    database,
  );
}

/** Forgets flags that ended more than 90 days ago, some at a time. Index: `stuck_jobs_ended`. */
export async function dropOldFlags(database: Database): Promise<void> {
  await sql`
    DELETE FROM stuck_jobs WHERE id = ANY (ARRAY(
      SELECT id FROM stuck_jobs WHERE until < (SELECT clock_timestamp() - interval '90 days') ORDER BY until LIMIT 10000))`.execute(
    database,
  );
}

/** A row of `stuck_jobs` as the change stream tells it. */
export type StuckJob = {
  readonly id: string;
  readonly task_id: string;
  readonly step_run_id: string | null;
  readonly kind: StuckKind;
  readonly sentence: string;
  readonly since: string;
  readonly until: string | null;
  readonly updated_at: string;
  readonly version: number;
};

export async function listSummaries(database: Database, ids: readonly string[]): Promise<StuckJob[]> {
  const { rows } = await sql<StuckJob>`
    SELECT id, task_id, step_run_id, kind, sentence, since, until, updated_at, version FROM stuck_jobs
    WHERE id = ANY (${[...ids]}::uuid[])`.execute(database);
  return rows;
}

/** Milliseconds since the database server was started. */
export async function readDatabaseAge(database: Database): Promise<number> {
  const { rows } = await sql<{ age_ms: number }>`
    SELECT (extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()) * 1000)::float8 AS age_ms`.execute(
    database,
  );
  return rows[0]?.age_ms ?? 0;
}
