import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import { type ClaimedTask, type SettledTask, TaskFenced } from "../public.ts";

/** Five crashes without a completed step between them end a task. */
export const poisonCrashes = 5;

export type ClaimedRow = Omit<ClaimedTask, "unit_title"> & { readonly unit_title: string | null };

interface OwnedTask {
  readonly id: string;
  readonly fence: number;
}

const claimedColumns = sql`t.id, t.task_name, t.fence, t.attempt, t.mode, t.inputs, t.unit_id, t.unit_title, t.user_id,
  t.lineage_id, t.worker_id,
  EXISTS (SELECT 1 FROM lineages l WHERE l.id = t.lineage_id AND l.parent_id IS NOT NULL) AS has_ancestors`;
const movedColumns = sql`t.id, t.unit_id, t.status, t.fence, t.error_code, t.error_message, t.pause_reason`;

/**
 * Takes up to `free` claimable tasks of one queue, best first. Reads `tasks_claimable` in order and stops at the limit;
 * rows that another worker is taking are skipped, never waited for.
 */
export async function claimTasks(
  transaction: Transaction,
  claim: { worker_id: string; queue: string; task_names: readonly string[]; free: number },
): Promise<ClaimedRow[]> {
  const result = await sql<ClaimedRow>`
    WITH next AS (
      SELECT id FROM tasks
      WHERE queue_name = ${claim.queue} AND executor = 'worker' AND status IN ('pending', 'retry')
        AND available_at <= statement_timestamp() AND cancel_requested_at IS NULL
        AND task_name = ANY (${claim.task_names})
      ORDER BY priority, available_at, id LIMIT ${claim.free} FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE tasks t SET status = 'in_progress', worker_id = ${claim.worker_id}, attempt = t.attempt + 1, fence = t.fence + 1,
      started_at = coalesce(t.started_at, clock_timestamp())
    FROM next
    WHERE t.id = next.id AND EXISTS (SELECT 1 FROM workers WHERE id = ${claim.worker_id} AND dead_at IS NULL)
    RETURNING ${claimedColumns}`.execute(transaction);
  return result.rows;
}

/** Takes exactly this task, whatever its queue; null when it is not claimable. */
export async function claimTask(
  transaction: Transaction,
  claim: { worker_id: string; task_id: string },
): Promise<ClaimedRow | null> {
  const result = await sql<ClaimedRow>`
    WITH next AS (
      SELECT id FROM tasks
      WHERE id = ${claim.task_id} AND executor = 'worker' AND status IN ('pending', 'retry')
        AND available_at <= statement_timestamp() AND cancel_requested_at IS NULL
      FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE tasks t SET status = 'in_progress', worker_id = ${claim.worker_id}, attempt = t.attempt + 1, fence = t.fence + 1,
      started_at = coalesce(t.started_at, clock_timestamp())
    FROM next
    WHERE t.id = next.id AND EXISTS (SELECT 1 FROM workers WHERE id = ${claim.worker_id} AND dead_at IS NULL)
    RETURNING ${claimedColumns}`.execute(transaction);
  return result.rows[0] ?? null;
}

/** Records who took the tasks. */
export async function insertAttempts(
  transaction: Transaction,
  tasks: readonly Pick<ClaimedTask, "id" | "attempt" | "fence" | "worker_id">[],
): Promise<void> {
  await sql`
    INSERT INTO task_attempts (task_id, attempt, fence, worker_id)
    SELECT id, attempt, fence, worker_id
    FROM unnest(${tasks.map((task) => task.id)}::uuid[], ${tasks.map((task) => task.attempt)}::int[],
      ${tasks.map((task) => task.fence)}::int[], ${tasks.map((task) => task.worker_id)}::uuid[])
      AS a (id, attempt, fence, worker_id)`.execute(transaction);
}

/** Closes the attempt that is open for the task. */
export async function endAttempt(
  transaction: Transaction,
  end: { task_id: string; outcome: string; error_code: string | null },
): Promise<void> {
  await sql`
    UPDATE task_attempts SET ended_at = clock_timestamp(), outcome = ${end.outcome}, error_code = ${end.error_code}
    WHERE task_id = ${end.task_id} AND ended_at IS NULL`.execute(transaction);
}

/**
 * Locks the owner's row under its fence. Reads the newest committed row, as only a locking read does.
 * @throws TaskFenced when another owner took over or the task is no longer in progress
 */
export async function fenceTask(
  transaction: Transaction,
  task: OwnedTask,
): Promise<{ readonly cancel_requested: boolean }> {
  const result = await sql<{ cancel_requested_at: string | null }>`
    SELECT cancel_requested_at FROM tasks
    WHERE id = ${task.id} AND fence = ${task.fence} AND status = 'in_progress'
    FOR NO KEY UPDATE`.execute(transaction);
  const row = result.rows[0];
  if (row === undefined) throw new TaskFenced(`Task ${task.id} is no longer owned under fence ${task.fence}`);
  return { cancel_requested: row.cancel_requested_at !== null };
}

/** Whether a step of the task still runs; call it under the fence. Reads `flow_step_runs_running`. */
export async function hasRunningStep(transaction: Transaction, task_id: string): Promise<boolean> {
  const result = await sql<{ found: boolean }>`
    SELECT EXISTS (SELECT 1 FROM step_summaries WHERE task_id = ${task_id} AND status = 'running'
      AND connection_id IS NULL) AS found`.execute(transaction);
  return result.rows[0]?.found === true;
}

/** Ends a fenced task. */
export async function finishTask(
  transaction: Transaction,
  end: {
    id: string;
    status: "completed" | "failed" | "cancelled";
    result: unknown;
    error_code: string | null;
    error_message: string | null;
  },
): Promise<SettledTask> {
  const result = await sql<SettledTask>`
    UPDATE tasks t SET status = ${end.status}, result = ${end.result === undefined ? null : JSON.stringify(end.result)}::jsonb,
      error_code = ${end.error_code}, error_message = ${end.error_message}, current_step = NULL,
      progress_percentage = CASE WHEN ${end.status} = 'completed' THEN 100 ELSE progress_percentage END,
      completed_at = clock_timestamp()
    WHERE id = ${end.id} RETURNING ${movedColumns}`.execute(transaction);
  return readMoved(result.rows);
}

/**
 * Hands a fenced task back. A crash counts towards poison and waits longer each time: 0.2 s, 0.4 s, … 3.2 s.
 * A task whose end was requested ends instead.
 */
export async function releaseTask(
  transaction: Transaction,
  release: { id: string; delay_ms: number; crashed: boolean; reason: string },
): Promise<SettledTask> {
  const result = await sql<SettledTask>`
    UPDATE tasks t SET worker_id = NULL, fence = fence + 1,
      crashes = crashes + ${release.crashed ? 1 : 0},
      status = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled'
        WHEN ${release.crashed} AND crashes + 1 >= ${poisonCrashes} THEN 'failed' ELSE 'retry' END,
      completed_at = CASE WHEN cancel_requested_at IS NOT NULL OR (${release.crashed} AND crashes + 1 >= ${poisonCrashes})
        THEN clock_timestamp() END,
      error_code = CASE WHEN cancel_requested_at IS NULL AND ${release.crashed} AND crashes + 1 >= ${poisonCrashes}
        THEN 'crashed_repeatedly' END,
      error_message = CASE WHEN cancel_requested_at IS NULL AND ${release.crashed} AND crashes + 1 >= ${poisonCrashes}
        THEN ${`The task broke off ${poisonCrashes} times without completing a step. Last time: ${release.reason}`} END,
      available_at = clock_timestamp() + interval '1 millisecond'
        * greatest(${release.delay_ms}::float8, CASE WHEN ${release.crashed} THEN 200 * 2 ^ least(crashes, 6) ELSE 0 END)
    WHERE id = ${release.id} RETURNING ${movedColumns}`.execute(transaction);
  return readMoved(result.rows);
}

/** Lets a fenced task wait for a budget or a person; ends it when that was requested. */
export async function pauseTask(
  transaction: Transaction,
  pause: { id: string; reason: string },
): Promise<SettledTask> {
  const result = await sql<SettledTask>`
    UPDATE tasks t SET worker_id = NULL, fence = fence + 1,
      status = CASE WHEN cancel_requested_at IS NULL THEN 'paused' ELSE 'cancelled' END,
      pause_reason = CASE WHEN cancel_requested_at IS NULL THEN ${pause.reason} END,
      completed_at = CASE WHEN cancel_requested_at IS NOT NULL THEN clock_timestamp() END
    WHERE id = ${pause.id} RETURNING ${movedColumns}`.execute(transaction);
  return readMoved(result.rows);
}

/** What a worker row owns in SQL. Reads `tasks_in_progress`. */
export async function listOwnedTasks(
  database: Database,
  worker_id: string,
): Promise<{ id: string; fence: number; unit_id: string | null; cancel_requested: boolean }[]> {
  const result = await sql<{ id: string; fence: number; unit_id: string | null; cancel_requested: boolean }>`
    SELECT id, fence, unit_id, cancel_requested_at IS NOT NULL AS cancel_requested FROM tasks
    WHERE worker_id = ${worker_id} AND status = 'in_progress'`.execute(database);
  return result.rows;
}

/** Milliseconds until the nearest task of these queues may start, null when none waits. */
export async function findNextAvailable(
  database: Database,
  queues: readonly string[],
): Promise<number | null> {
  const result = await sql<{ wait_ms: number | null }>`
    SELECT (extract(epoch FROM min(available_at) - clock_timestamp()) * 1000)::float8 AS wait_ms FROM tasks
    WHERE queue_name = ANY (${queues}) AND executor = 'worker' AND status IN ('pending', 'retry')
      AND cancel_requested_at IS NULL AND available_at > statement_timestamp()`.execute(database);
  return result.rows[0]?.wait_ms ?? null;
}

function readMoved(rows: readonly SettledTask[]): SettledTask {
  const row = rows[0];
  if (row === undefined) throw new Error("A locked task vanished");
  return row;
}
