import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import type { SettledTask } from "../public.ts";
import { poisonCrashes } from "./ownership.ts";

/** First half of the advisory lock's key ("cour"); the second half is the worker's `lock_key`. */
export const workerLockClass = 0x636f7572;

/** A worker is dead when it was silent this long, or shorter with its session lock gone. */
const silentMs = 4_000;
const silentWithoutLockMs = 1_300;
/** Nobody declares death within this time after the database started. */
const settledDatabaseMs = 6_000;

export interface WorkerIdentity {
  readonly id: string;
  readonly lock_key: number;
}

/** The first beat of its own moves `beat_at` away from `started_at`. */
export async function insertWorker(
  database: Database,
  worker: { host: string; pid: number; app_version: string; queues: readonly string[]; capacity: number },
): Promise<WorkerIdentity> {
  const result = await sql<WorkerIdentity>`
    INSERT INTO workers (host, pid, app_version, queues, capacity, started_at, beat_at)
    SELECT ${worker.host}, ${worker.pid}, ${worker.app_version}, ${worker.queues}::text[], ${worker.capacity}, now, now
    FROM clock_timestamp() now
    RETURNING id, lock_key`.execute(database);
  const row = result.rows[0];
  if (row === undefined) throw new Error("The worker was not registered");
  return row;
}

/** The goodbye of a worker: its row is dead, so that what it left behind is taken over without waiting. */
export async function stopWorker(database: Database, id: string): Promise<void> {
  await sql`
    UPDATE workers SET stopped_at = clock_timestamp(), dead_at = coalesce(dead_at, clock_timestamp()), running = 0
    WHERE id = ${id}`.execute(database);
}

export async function updateRunning(database: Database, id: string, running: number): Promise<void> {
  await sql`UPDATE workers SET running = ${running} WHERE id = ${id} AND running <> ${running}`.execute(
    database,
  );
}

/**
 * Declares workers dead. A missing lock counts only of a worker that has beaten: until its first beat it had none, and on a busy
 * machine that takes longer than 1.3 s. Only for a caller whose own beats had no gap for 6 s; that its last beat is fresh and that the
 * database is up long enough is checked here, and the condition is judged again on the newest row when a lock was awaited.
 */
export async function markDeadWorkers(database: Database, self: string): Promise<string[]> {
  const result = await sql<{ id: string }>`
    UPDATE workers w SET dead_at = clock_timestamp(), running = 0
    WHERE w.dead_at IS NULL AND w.id <> ${self}
      AND pg_postmaster_start_time() < clock_timestamp() - ${settledDatabaseMs} * interval '1 millisecond'
      AND EXISTS (SELECT 1 FROM workers me WHERE me.id = ${self} AND me.dead_at IS NULL
        AND me.beat_at > clock_timestamp() - ${silentWithoutLockMs} * interval '1 millisecond')
      AND (w.beat_at < clock_timestamp() - ${silentMs} * interval '1 millisecond'
        OR (w.beat_at < clock_timestamp() - ${silentWithoutLockMs} * interval '1 millisecond'
          AND w.beat_at <> w.started_at AND NOT EXISTS (
          SELECT 1 FROM pg_locks l
          WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = ${workerLockClass}::int::oid
            AND l.objid = w.lock_key::int::oid
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))))
    RETURNING w.id`.execute(database);
  return result.rows.map((row) => row.id);
}

/** In-progress tasks whose worker is dead, unlocked. Reads `tasks_in_progress`. */
export async function listOrphans(database: Database): Promise<{ id: string; unit_id: string | null }[]> {
  const result = await sql<{ id: string; unit_id: string | null }>`
    SELECT t.id, t.unit_id FROM tasks t JOIN workers w ON w.id = t.worker_id
    WHERE t.status = 'in_progress' AND t.executor = 'worker' AND w.dead_at IS NOT NULL
    ORDER BY t.id LIMIT 200`.execute(database);
  return result.rows;
}

/** Takes one orphan from its dead worker; null when somebody else did, or holds it right now. */
export async function takeFromDead(transaction: Transaction, id: string): Promise<SettledTask | null> {
  const result = await sql<SettledTask>`
    WITH orphan AS (
      SELECT t.id FROM tasks t WHERE t.id = ${id} AND t.status = 'in_progress' AND t.executor = 'worker'
        AND EXISTS (SELECT 1 FROM workers w WHERE w.id = t.worker_id AND w.dead_at IS NOT NULL)
      FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE tasks t SET worker_id = NULL, fence = fence + 1, crashes = crashes + 1,
      status = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled'
        WHEN crashes + 1 >= ${poisonCrashes} THEN 'failed' ELSE 'retry' END,
      completed_at = CASE WHEN cancel_requested_at IS NOT NULL OR crashes + 1 >= ${poisonCrashes} THEN clock_timestamp() END,
      error_code = CASE WHEN cancel_requested_at IS NULL AND crashes + 1 >= ${poisonCrashes} THEN 'crashed_repeatedly' END,
      error_message = CASE WHEN cancel_requested_at IS NULL AND crashes + 1 >= ${poisonCrashes}
        THEN ${`The task's worker died ${poisonCrashes} times without completing a step.`} END,
      available_at = clock_timestamp()
    FROM orphan WHERE t.id = orphan.id
    RETURNING t.id, t.unit_id, t.status, t.fence, t.error_code, t.error_message, t.pause_reason`.execute(
    transaction,
  );
  return result.rows[0] ?? null;
}

/**
 * Tasks that nobody works on and that still have something open. Starts from the open rows, which are few
 * (`flow_step_runs_running`, `llm_requests_pending`, `flow_runs_status`), never from the tasks. What outside engines run is theirs.
 */
export async function listUnsettled(database: Database): Promise<string[]> {
  const result = await sql<{ id: string }>`
    WITH open AS (
      SELECT task_id FROM step_summaries WHERE status = 'running' AND connection_id IS NULL
      UNION SELECT task_id FROM llm_request_summaries WHERE status = 'pending'
      UNION SELECT task_id FROM flow_run_summaries WHERE status IN ('pending', 'running', 'paused') AND connection_id IS NULL
    )
    SELECT t.id FROM open JOIN tasks t ON t.id = open.task_id
    WHERE t.status IN ('completed', 'failed', 'cancelled')
      OR (t.status <> 'in_progress' AND EXISTS (
        SELECT 1 FROM step_summaries s WHERE s.task_id = t.id AND s.status = 'running' AND s.connection_id IS NULL))
    LIMIT 100`.execute(database);
  return result.rows.map((row) => row.id);
}

/** The row as the settling modules are told it, locked; null when it is in progress (then its owner settles). */
export async function lockForSettling(transaction: Transaction, id: string): Promise<SettledTask | null> {
  const result = await sql<SettledTask>`
    SELECT id, unit_id, status, fence, error_code, error_message, pause_reason FROM tasks
    WHERE id = ${id} AND status <> 'in_progress' FOR NO KEY UPDATE SKIP LOCKED`.execute(transaction);
  return result.rows[0] ?? null;
}

/** Partitions ahead of time; safe at any time, also from several processes at once. */
export async function ensureTimePartitions(database: Database): Promise<void> {
  await sql`SELECT ensure_time_partitions()`.execute(database);
}

export async function rotateLiveChanges(database: Database): Promise<void> {
  await sql`SELECT rotate_live_changes()`.execute(database);
}

/** Adds the noted differences to each person's totals; one process does it at a time. */
export async function foldUserUsage(database: Database): Promise<void> {
  await sql`SELECT fold_user_usage()`.execute(database);
}
