import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import type { NewTask, SettledTask, TaskStatus } from "../public.ts";

/** Somebody of ours, or nobody yet, has it: no run of an outside engine does. */
const isInOurHands = sql`(connection_id IS NULL OR executor = 'external' AND external_id IS NULL)`;

const movedColumns = sql`t.id, t.unit_id, t.status, t.fence, t.error_code, t.error_message, t.pause_reason`;

export interface NewLineage {
  readonly unit_id: string | null;
  /** The lineage that this one continues from now on. */
  readonly parent_id: string | null;
  readonly rebuilt_paths: readonly string[];
}

export async function insertLineage(transaction: Transaction, lineage: NewLineage): Promise<string> {
  const { unit_id, parent_id, rebuilt_paths } = lineage;
  const result = await sql<{ id: string }>`
    INSERT INTO lineages (unit_id, parent_id, forked_at, rebuilt_paths)
    VALUES (${unit_id}, ${parent_id}::uuid, CASE WHEN ${parent_id}::uuid IS NOT NULL THEN clock_timestamp() END,
      ${rebuilt_paths}::text[])
    RETURNING id`.execute(transaction);
  const id = result.rows[0]?.id;
  if (id === undefined) throw new Error("The lineage was not inserted");
  return id;
}

/** Unique violations of the one-live-task rules reach the caller. */
export async function insertTask(
  transaction: Transaction,
  task: NewTask & { readonly lineage_id: string; readonly connection_id?: string },
): Promise<string> {
  const result = await sql<{ id: string }>`
    INSERT INTO tasks (task_name, inputs, unit_id, unit_title, user_id, lineage_id, retry_of_task_id, mode, queue_name, priority,
      executor, connection_id)
    VALUES (${task.task_name}, ${JSON.stringify(task.inputs ?? {})}::jsonb, ${task.unit_id}, ${task.unit_title ?? null},
      ${task.user_id}, ${task.lineage_id}, ${task.retry_of_task_id ?? null}, ${task.mode ?? "from_scratch"},
      ${task.queue_name ?? "default"}, ${task.priority ?? 0}, ${task.connection_id === undefined ? "worker" : "external"},
      ${task.connection_id ?? null}::uuid)
    RETURNING id`.execute(transaction);
  const id = result.rows[0]?.id;
  if (id === undefined) throw new Error("The task was not inserted");
  return id;
}

/** The unit of a task, read without a lock: the unit is locked first. Null when there is no such task. */
export async function findTaskUnit(
  database: Database | Transaction,
  id: string,
): Promise<{ unit_id: string | null; is_outside: boolean } | null> {
  const result = await sql<{ unit_id: string | null; is_outside: boolean }>`
    SELECT unit_id, connection_id IS NOT NULL AS is_outside FROM tasks WHERE id = ${id}`.execute(database);
  return result.rows[0] ?? null;
}

export async function lockTask(transaction: Transaction, id: string): Promise<TaskStatus | null> {
  const result = await sql<{ status: TaskStatus }>`
    SELECT status FROM tasks WHERE id = ${id} FOR NO KEY UPDATE`.execute(transaction);
  return result.rows[0]?.status ?? null;
}

/**
 * Ends a locked task that nobody works on; of those in progress, the ones without a worker of ours. A task that a run of an outside
 * engine carries out ends with that run.
 */
export async function cancelWaitingTask(transaction: Transaction, id: string): Promise<SettledTask | null> {
  const result = await sql<SettledTask>`
    UPDATE tasks t SET status = 'cancelled', pause_reason = NULL, fence = fence + 1, completed_at = clock_timestamp(),
      cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp())
    WHERE id = ${id} AND (status IN ('pending', 'retry', 'paused') OR (status = 'in_progress' AND worker_id IS NULL))
      AND ${isInOurHands}
    RETURNING ${movedColumns}`.execute(transaction);
  return result.rows[0] ?? null;
}

/** Writes how far a task is, for its owner. */
export async function reportProgress(
  database: Database,
  task: { id: string; fence: number; progress_percentage: number; current_step: string },
): Promise<void> {
  await sql`
    UPDATE tasks SET progress_percentage = greatest(progress_percentage, ${task.progress_percentage}::numeric),
      current_step = ${task.current_step}
    WHERE id = ${task.id} AND fence = ${task.fence} AND status = 'in_progress'`.execute(database);
}

/** Asks the owner of a locked, unfinished task to end it: its worker, or the outside engine. */
export async function requestCancel(transaction: Transaction, id: string): Promise<void> {
  await sql`
    UPDATE tasks SET cancel_requested_at = clock_timestamp()
    WHERE id = ${id} AND status IN ('pending', 'in_progress', 'retry', 'paused') AND cancel_requested_at IS NULL`.execute(
    transaction,
  );
}

/** Makes a paused task claimable again; null when it is not paused, or paused in an outside engine. */
export async function continueTask(transaction: Transaction, id: string): Promise<SettledTask | null> {
  const result = await sql<SettledTask>`
    UPDATE tasks t SET status = 'retry', pause_reason = NULL, fence = fence + 1, available_at = clock_timestamp()
    WHERE id = ${id} AND status = 'paused' AND cancel_requested_at IS NULL AND connection_id IS NULL RETURNING ${movedColumns}`.execute(
    transaction,
  );
  return result.rows[0] ?? null;
}

/** Tasks paused for a reason, in id order. Reads `tasks_status`. */
export async function listPausedFor(
  transaction: Transaction,
  reason: string,
): Promise<{ id: string; unit_id: string | null }[]> {
  const result = await sql<{ id: string; unit_id: string | null }>`
    SELECT id, unit_id FROM tasks WHERE status = 'paused' AND pause_reason = ${reason} AND connection_id IS NULL ORDER BY id`.execute(
    transaction,
  );
  return result.rows;
}
