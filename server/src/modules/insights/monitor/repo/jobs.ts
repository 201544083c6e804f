import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../../platform/database.ts";
import { type Engine, engineConditions } from "../../../../platform/engines.ts";
import type { TaskMode, TaskStatus } from "../../../task-queue/public.ts";
import { joinWaitAt, momentOf, statusAt, tasksAliveAt, titleAt } from "./past.ts";

/** How many jobs of each kind an answer lists. */
const mostJobs = 50;

/** The moment that is asked for, by the clock of the database. */
export interface Moment {
  /** In whole milliseconds, so that asking for it again asks for the same; now is rounded up: what is visible lies before it. */
  readonly as_of: string;
  readonly is_future: boolean;
  /** The birth of the first task; null without one. */
  readonly recorded_since: string | null;
}

/** Null: now. */
export async function readMoment(database: Database, at: string | null): Promise<Moment> {
  const { rows } = await sql<Moment>`
    SELECT date_trunc('milliseconds', coalesce(${at}::timestamptz, now + interval '999 microseconds')) AS as_of, coalesce(${at}::timestamptz > now, false) AS is_future,
      (SELECT created_at FROM task_lives ORDER BY id LIMIT 1) AS recorded_since
    FROM clock_timestamp() now`.execute(database);
  return single(rows);
}

/** An unfinished task as it was at a moment. */
export interface JobRow {
  readonly task_id: string;
  readonly task_name: string;
  readonly status: TaskStatus;
  readonly mode: TaskMode;
  readonly executor: "worker" | "external" | "observed";
  readonly connection_id: string | null;
  readonly queue_name: string;
  readonly unit_id: string | null;
  readonly unit_title: string | null;
  readonly learner_level: string | null;
  readonly target_lesson_count: number | null;
  readonly lesson_position: number | null;
  readonly generated_from_topic: boolean;
  readonly user_id: string | null;
  readonly user_name: string | null;
  readonly pause_reason: string | null;
  /** Of a worker's attempts. */
  readonly attempt: number;
  /** As the task has it: what an outside engine told last. */
  readonly told_attempt: number;
  readonly worker_id: string | null;
  readonly worker_host: string | null;
  readonly worker_pid: number | null;
  readonly created_at: string;
  readonly available_at: string;
  readonly started_at: string | null;
  readonly cancel_requested_at: string | null;
  readonly elapsed_ms: number;
  readonly waiting_ms: number;
  /** In its queue; null while it may not be claimed. */
  readonly position: number | null;
  readonly version: number;
}

export interface Jobs {
  readonly rows: readonly JobRow[];
  /** Of the engine that was asked for. */
  readonly active: number;
  readonly waiting: number;
  /** Of all. */
  readonly running: number;
  readonly outside_running: number;
  readonly queued: number;
  readonly paused: number;
  readonly oldest_waiting_ms: number;
}

/** Without jobs there is one row of counts alone. */
type CountedRow = (JobRow | { readonly task_id: null }) & Omit<Jobs, "rows">;

/**
 * The first 50 jobs that were executed at the moment, oldest first, and the first 50 that waited, in the order of claiming; counts
 * over all of them.
 */
export async function listJobs(database: Database, as_of: string, engine?: Engine): Promise<Jobs> {
  const isListed = sql.join([sql`true`, ...engineConditions({ engine })], sql` AND `);
  const moment = momentOf(as_of);
  const since = (column: string) =>
    sql`greatest(0, extract(epoch FROM ${moment} - ${sql.ref(column)}) * 1000)::float8`;
  const { rows } = await sql<CountedRow>`
    WITH alive AS MATERIALIZED (
      SELECT a.id, a.queue_name COLLATE "C" AS queue_name, a.priority, a.created_at, wait.available_at, wait.pause_reason, s.status, a.executor,
        ${isListed} AS is_listed,
        s.status IN ('pending', 'retry') AND a.executor = 'worker' AND wait.available_at <= ${moment}
          AND (a.cancel_requested_at IS NULL OR a.cancel_requested_at > ${moment}) AS is_claimable
      FROM ${tasksAliveAt(moment)} a
      ${joinWaitAt("a", moment)}
      CROSS JOIN LATERAL (SELECT ${statusAt("a", moment, bornAs("a", moment))} AS status) s
    ), totals AS (
      SELECT count(*) FILTER (WHERE status = 'in_progress')::int AS running,
        count(*) FILTER (WHERE status = 'in_progress' AND executor <> 'worker')::int AS outside_running,
        count(*) FILTER (WHERE status = 'in_progress' AND is_listed)::int AS active,
        count(*) FILTER (WHERE status <> 'in_progress' AND is_listed)::int AS waiting,
        count(*) FILTER (WHERE status IN ('pending', 'retry'))::int AS queued,
        count(*) FILTER (WHERE status = 'paused')::int AS paused,
        coalesce(extract(epoch FROM ${moment} - min(available_at) FILTER (WHERE is_claimable)) * 1000, 0)::float8 AS oldest_waiting_ms
      FROM alive
    ), active AS (
      SELECT *, row_number() OVER (ORDER BY created_at, id) AS place, NULL::int AS position
      FROM (SELECT * FROM alive WHERE status = 'in_progress' AND is_listed ORDER BY created_at, id LIMIT ${mostJobs}) first
    ), waiting AS (
      -- The first of each queue: all that are claimed before a job of this list are in it.
      SELECT *, row_number() OVER (ORDER BY turn, queue_name, priority, available_at, id) AS place,
        CASE WHEN is_claimable THEN
          row_number() OVER (PARTITION BY turn, queue_name ORDER BY priority, available_at, id) END::int AS position
      FROM (
        SELECT *, CASE WHEN is_claimable THEN 1 WHEN status = 'paused' THEN 3 ELSE 2 END AS turn
        FROM alive WHERE status <> 'in_progress' AND is_listed
        ORDER BY turn, queue_name, priority, available_at, id LIMIT ${mostJobs}
      ) first
    ), listed AS (
      SELECT id, status, available_at, pause_reason, place, position FROM active
      UNION ALL SELECT id, status, available_at, pause_reason, place, position FROM waiting
    )
    SELECT t.id AS task_id, t.task_name, c.status, t.mode, t.executor, t.connection_id, t.queue_name, t.unit_id, ${titleAt("t", moment)} AS unit_title,
      t.learner_level, t.target_lesson_count, t.lesson_position, t.generated_from_topic, t.user_id, t.user_name, c.pause_reason,
      coalesce(a.attempt, 0)::int AS attempt, t.attempt AS told_attempt,
      CASE WHEN a.is_open THEN a.worker_id END AS worker_id, CASE WHEN a.is_open THEN a.host END AS worker_host,
      CASE WHEN a.is_open THEN a.pid END AS worker_pid,
      t.created_at, c.available_at, s.started_at,
      CASE WHEN t.cancel_requested_at <= ${moment} THEN t.cancel_requested_at END AS cancel_requested_at,
      coalesce(${since("s.started_at")}, 0) AS elapsed_ms, ${since("c.available_at")} AS waiting_ms, c.position, t.version,
      totals.*
    FROM totals LEFT JOIN listed c ON true
    LEFT JOIN LATERAL (SELECT * FROM task_lives own WHERE own.id = c.id LIMIT 1) t ON true
    CROSS JOIN LATERAL (SELECT CASE WHEN t.started_at <= ${moment} THEN t.started_at END AS started_at) s
    LEFT JOIN LATERAL (
      SELECT attempt, worker_id, host, pid, ended_at IS NULL OR ended_at > ${moment} AS is_open FROM task_attempt_lives own
      WHERE own.task_id = c.id AND own.claimed_at <= ${moment} ORDER BY own.attempt DESC LIMIT 1
    ) a ON true
    ORDER BY c.status = 'in_progress' DESC, c.place`.execute(database);
  const [first] = rows;
  return {
    rows: rows.filter((row) => row.task_id !== null),
    active: first?.active ?? 0,
    waiting: first?.waiting ?? 0,
    running: first?.running ?? 0,
    outside_running: first?.outside_running ?? 0,
    queued: first?.queued ?? 0,
    paused: first?.paused ?? 0,
    oldest_waiting_ms: first?.oldest_waiting_ms ?? 0,
  };
}

/** What was begun elsewhere may have been seen here later. */
function bornAs(alias: string, moment: RawBuilder<string>): RawBuilder<string> {
  const own = (column: string) => sql.ref(`${alias}.${column}`);
  return sql<string>`
    CASE WHEN ${own("connection_id")} IS NOT NULL AND ${own("started_at")} <= ${moment} THEN 'in_progress' ELSE 'pending' END`;
}

/** Slots by queue of the workers that lived at the moment. */
export interface WorkerRow {
  readonly capacity: number;
  readonly queues: readonly string[];
  /** It beats; of a past moment unknown. */
  readonly is_healthy: boolean;
}

/** Reads `workers_alive` and `workers_ended`. */
export async function listWorkersAt(database: Database, as_of: string): Promise<WorkerRow[]> {
  const moment = momentOf(as_of);
  const { rows } = await sql<WorkerRow>`
    SELECT capacity, queues, health = 'healthy' AS is_healthy FROM worker_summaries WHERE dead_at IS NULL AND started_at <= ${moment}
    UNION ALL
    SELECT capacity, queues, false FROM worker_summaries WHERE dead_at > ${moment} AND started_at <= ${moment}`.execute(
    database,
  );
  return rows;
}

/** The cap of the moment's day (UTC), where one was ever in force. */
export async function findDayCap(database: Database, as_of: string): Promise<number | null> {
  const { rows } = await sql<{ cap_usd: number }>`
    SELECT cap_usd FROM day_budgets WHERE day = ${as_of.slice(0, 10)}`.execute(database);
  return rows[0]?.cap_usd ?? null;
}

export interface StuckRow {
  readonly task_id: string;
  readonly kind: "heartbeat_late" | "step_slow";
  readonly since: string;
  readonly sentence: string;
  readonly step_run_id: string | null;
}

/** What was flagged of these jobs at the moment, the oldest flag of each. Reads `stuck_jobs_task`. */
export async function listStuckAt(
  database: Database,
  as_of: string,
  task_ids: readonly string[],
): Promise<StuckRow[]> {
  const moment = momentOf(as_of);
  const { rows } = await sql<StuckRow>`
    SELECT DISTINCT ON (task_id) task_id, kind, since, sentence, step_run_id FROM stuck_jobs
    WHERE task_id = ANY (${[...task_ids]}::uuid[]) AND since <= ${moment} AND (until IS NULL OR until > ${moment})
    ORDER BY task_id, kind, since`.execute(database);
  return rows;
}

/** How far bulk actions were at the moment: items done of all. */
export async function listBulkProgress(
  database: Database,
  as_of: string,
  task_ids: readonly string[],
): Promise<{ task_id: string; done: number; total: number }[]> {
  const { rows } = await sql<{ task_id: string; done: number; total: number }>`
    SELECT task_id, count(*) FILTER (WHERE completed_at <= ${momentOf(as_of)})::int AS done, count(*)::int AS total
    FROM bulk_action_lives WHERE task_id = ANY (${[...task_ids]}::uuid[]) GROUP BY task_id`.execute(database);
  return rows;
}

function single<Row>(rows: readonly Row[]): Row {
  const row = rows[0];
  if (row === undefined) throw new Error("A statement that always answers with a row returned none");
  return row;
}
