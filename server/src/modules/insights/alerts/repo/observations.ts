import { sql } from "kysely";
import type { Database } from "../../../../platform/database.ts";

/** Jobs that ended within a window; those that a person cancelled say nothing about how well it works. */
export interface EndedJobs {
  readonly total: number;
  readonly failed: number;
}

/** Most jobs that are looked at for one answer; of more the newest count. */
const mostJobs = 10_000;

/** Of the tasks that write content. Index: `tasks_ended`, which a volatile bound would not use: hence the inner SELECT. */
export async function countEndedJobs(database: Database, windowMinutes: number): Promise<EndedJobs> {
  const { rows } = await sql<EndedJobs>`
    SELECT count(*) FILTER (WHERE outcome <> 'cancelled')::int AS total,
      count(*) FILTER (WHERE outcome IN ('failed', 'partial'))::int AS failed
    FROM (
      SELECT outcome FROM task_outcomes
      WHERE completed_at > (SELECT clock_timestamp() - ${windowMinutes} * interval '1 minute')
        AND task_name IN ('unit_creation', 'lesson_regeneration')
      ORDER BY completed_at DESC LIMIT ${mostJobs}
    ) newest`.execute(database);
  return rows[0] ?? { total: 0, failed: 0 };
}

export interface StuckTask {
  readonly task_id: string;
  readonly task_name: string;
  readonly unit_title: string | null;
  readonly sentence: string;
  readonly stuck_ms: number;
}

/** One row a task, the longest stuck first, at most 50. Index: `stuck_jobs_open`. */
export async function listStuckTasks(database: Database): Promise<StuckTask[]> {
  const { rows } = await sql<StuckTask>`
    SELECT s.task_id, t.task_name, t.unit_title, s.sentence,
      greatest(0, extract(epoch FROM clock_timestamp() - s.since) * 1000)::float8 AS stuck_ms
    FROM (
      SELECT DISTINCT ON (task_id) task_id, sentence, since FROM stuck_jobs WHERE until IS NULL ORDER BY task_id, since
    ) s JOIN task_states t ON t.id = s.task_id
    ORDER BY s.since LIMIT 50`.execute(database);
  return rows;
}

export interface WaitingTask {
  readonly task_id: string;
  readonly task_name: string;
  readonly unit_title: string | null;
  readonly waiting_ms: number;
}

/**
 * The task that could have been claimed for the longest time; null when none waits. Reads the first row of each queue and
 * priority from `tasks_claimable`, however many wait.
 */
export async function findOldestWaiting(database: Database): Promise<WaitingTask | null> {
  const { rows } = await sql<WaitingTask>`
    WITH RECURSIVE heads AS (
      (SELECT id, queue_name, priority, available_at FROM claimable_tasks
        ORDER BY queue_name, priority, available_at, id LIMIT 1)
      UNION ALL
      SELECT n.id, n.queue_name, n.priority, n.available_at FROM heads h CROSS JOIN LATERAL (
        SELECT id, queue_name, priority, available_at FROM claimable_tasks c
        WHERE (c.queue_name, c.priority) > (h.queue_name, h.priority)
        ORDER BY queue_name, priority, available_at, id LIMIT 1
      ) n
    )
    SELECT t.id AS task_id, t.task_name, t.unit_title,
      (extract(epoch FROM clock_timestamp() - h.available_at) * 1000)::float8 AS waiting_ms
    FROM heads h JOIN task_states t ON t.id = h.id
    WHERE h.available_at <= clock_timestamp() ORDER BY h.available_at LIMIT 1`.execute(database);
  return rows[0] ?? null;
}

export interface ProviderTrouble {
  readonly name: string;
  readonly sentence: string;
  readonly lasted_ms: number;
}

/** Providers that are down or limited for at least that long, the longest first, at most 50. Index: `health_states_open`. */
export async function listProviderTroubles(database: Database, minutes: number): Promise<ProviderTrouble[]> {
  const { rows } = await sql<ProviderTrouble>`
    SELECT name, sentence, greatest(0, extract(epoch FROM clock_timestamp() - since) * 1000)::float8 AS lasted_ms
    FROM health_states
    WHERE kind = 'provider' AND state IN ('bad', 'warn') AND ended_at IS NULL
      AND since <= clock_timestamp() - ${minutes} * interval '1 minute'
    ORDER BY since LIMIT 50`.execute(database);
  return rows;
}

export interface Spending {
  /** The day of the budget, in UTC, such as `2026-11-21`. */
  readonly day: string;
  readonly known_usd: number;
  /** Requests of the day that were sent and whose cost is not known. */
  readonly unknown_count: number;
}

/** What the requests of this day have cost: its total and what is not folded into it yet. Index: `rollup_day_pkey`. */
export async function readSpending(database: Database): Promise<Spending> {
  const { rows } = await sql<Spending>`
    WITH today AS (SELECT date_trunc('day', clock_timestamp(), 'UTC') AS day)
    SELECT to_char(t.day AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, greatest(0, coalesce(sum(c.usd), 0))::float8 AS known_usd,
      greatest(0, coalesce(sum(c.unknown), 0))::int AS unknown_count
    FROM today t LEFT JOIN LATERAL (
      SELECT cost_usd AS usd, cost_unknown AS unknown FROM rollups
      WHERE resolution = 'day' AND entity = 'requests' AND at = t.day
      UNION ALL
      SELECT change * coalesce(cost_usd, 0), CASE WHEN is_cost_unknown THEN change ELSE 0 END FROM rollup_deltas
      WHERE entity = 'request' AND at >= t.day
    ) c ON true
    GROUP BY t.day`.execute(database);
  const [row] = rows;
  if (row === undefined) throw new Error("The spending of a day is one row");
  return row;
}
