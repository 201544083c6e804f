import { sql } from "kysely";
import type { Transaction } from "../../../platform/database.ts";
import { storableJson } from "../../../platform/storable-text.ts";
import type { ObservedTask, OutsideProgress, SettledTask, TaskStatus } from "../public.ts";

const mostErrorCharacters = 10_000;
const mostNameCharacters = 500;

const movedColumns = sql`t.id, t.unit_id, t.status, t.fence, t.error_code, t.error_message, t.pause_reason`;

/** What was read of a run, as a row; the rules of the table for pauses and ends hold whatever was said. */
const readColumns = sql`
  coalesce(status, 'pending') AS status,
  CASE WHEN status = 'paused' THEN coalesce(cut_text(pause_reason, ${mostNameCharacters}), 'The run is paused.') END AS pause_reason,
  greatest(coalesce(attempt, 0), 0) AS attempt,
  least(greatest(coalesce(progress_percentage, 0), 0), 100) AS progress_percentage,
  CASE WHEN status IN ('completed', 'failed', 'cancelled') THEN NULL
    ELSE cut_text(current_step, ${mostNameCharacters}) END AS current_step,
  cut_text(error_code, ${mostNameCharacters}) AS error_code, cut_text(error_message, ${mostErrorCharacters}) AS error_message,
  result, available_at, started_at, external_state_at, external_state_id,
  CASE WHEN status IN ('completed', 'failed', 'cancelled') THEN completed_at END AS completed_at`;

const readTypes = sql`status text, pause_reason text, attempt int, progress_percentage numeric, current_step text, error_code text,
  error_message text, result jsonb, available_at timestamptz, started_at timestamptz, completed_at timestamptz,
  external_state_at timestamptz, external_state_id text`;

/** An older state than the shown one changes nothing; of the same moment the larger id is the later one. */
const isNotOlder = sql`(t.external_state_at IS NULL OR g.external_state_at IS NULL OR g.external_state_at > t.external_state_at
  OR g.external_state_at = t.external_state_at AND coalesce(g.external_state_id, '') COLLATE "C"
    >= coalesce(t.external_state_id, '') COLLATE "C")`;

const hasEnded = (row: "g" | "t") => sql`${sql.ref(`${row}.status`)} IN ('completed', 'failed', 'cancelled')`;

/** The values that a row gets from a reading `g` of what the row `t` stands for. */
const nextValues = sql`
  g.status AS next_status, g.pause_reason AS next_pause_reason, greatest(t.attempt, g.attempt) AS next_attempt,
  CASE WHEN g.status = 'completed' THEN 100
    WHEN g.attempt > t.attempt OR ${hasEnded("t")} AND NOT ${hasEnded("g")} THEN g.progress_percentage
    ELSE greatest(t.progress_percentage, g.progress_percentage) END::numeric(5, 2) AS next_progress,
  g.current_step AS next_step, g.error_code AS next_error_code, g.error_message AS next_error_message,
  CASE WHEN g.status = t.status AND ${hasEnded("t")} THEN coalesce(t.result, g.result) ELSE g.result END AS next_result,
  coalesce(g.available_at, t.available_at) AS next_available_at,
  coalesce(past_moment(g.started_at, t.started_at), t.started_at) AS next_started_at,
  CASE WHEN ${hasEnded("g")} THEN coalesce(past_moment(g.completed_at, t.completed_at), t.completed_at, clock_timestamp()) END AS next_completed_at,
  coalesce(g.external_state_at, t.external_state_at) AS next_state_at,
  coalesce(g.external_state_id, t.external_state_id) AS next_state_id`;

const shownValues = sql`t.status, t.pause_reason, t.attempt, t.progress_percentage, t.current_step, t.error_code, t.error_message,
  t.result, t.available_at, t.started_at, t.completed_at, t.external_state_at, t.external_state_id`;
const comingValues = sql`n.next_status, n.next_pause_reason, n.next_attempt, n.next_progress, n.next_step, n.next_error_code,
  n.next_error_message, n.next_result, n.next_available_at, n.next_started_at, n.next_completed_at, n.next_state_at,
  n.next_state_id`;
const assignments = sql`status = n.next_status, pause_reason = n.next_pause_reason, attempt = n.next_attempt,
  progress_percentage = n.next_progress, current_step = n.next_step, error_code = n.next_error_code,
  error_message = n.next_error_message, result = n.next_result, available_at = n.next_available_at,
  started_at = n.next_started_at, completed_at = n.next_completed_at, external_state_at = n.next_state_at,
  external_state_id = n.next_state_id`;

/** Inserts those that are new, each with a lineage of its own; what is there stays. Index: `tasks_external`. */
export async function insertObservedTasks(
  transaction: Transaction,
  tasks: readonly ObservedTask[],
): Promise<void> {
  await sql`
    WITH g AS MATERIALIZED (
      SELECT uuidv7_at(created_at) AS id, uuidv7() AS lineage_id, connection_id, external_id, created_at,
        cut_text(task_name, ${mostNameCharacters}) AS task_name, cut_text(title, ${mostNameCharacters}) AS title,
        coalesce(inputs, '{}') AS inputs, unit_id, ${readColumns}
      FROM jsonb_to_recordset(${storableJson(tasks)}::jsonb) i (connection_id uuid, external_id text, task_name text,
        title text, inputs jsonb, unit_id uuid, created_at timestamptz, ${readTypes})
      WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.connection_id = i.connection_id AND t.external_id = i.external_id)
    ), begun AS (
      INSERT INTO lineages (id, unit_id)
      SELECT g.lineage_id, u.id FROM g LEFT JOIN unit_states u ON u.id = g.unit_id
    )
    INSERT INTO tasks (id, task_name, inputs, unit_id, unit_title, lineage_id, executor, connection_id, external_id, created_at,
      status, pause_reason, attempt, progress_percentage, current_step, error_code, error_message, result, available_at,
      started_at, completed_at, external_state_at, external_state_id)
    SELECT g.id, g.task_name, g.inputs, u.id, g.title, g.lineage_id, 'observed', g.connection_id, g.external_id,
      past_moment(g.created_at, NULL),
      g.status, g.pause_reason, g.attempt, CASE WHEN g.status = 'completed' THEN 100 ELSE g.progress_percentage END,
      g.current_step, g.error_code, g.error_message, g.result, coalesce(g.available_at, g.created_at), past_moment(g.started_at, NULL),
      CASE WHEN ${hasEnded("g")} THEN coalesce(past_moment(g.completed_at, NULL), clock_timestamp()) END, g.external_state_at, g.external_state_id
    FROM g LEFT JOIN unit_states u ON u.id = g.unit_id
    ORDER BY g.external_id
    ON CONFLICT (connection_id, external_id) WHERE connection_id IS NOT NULL AND external_id IS NOT NULL DO NOTHING`.execute(
    transaction,
  );
}

/** Updates those of which something differs. A run that goes on again is no longer asked to end. */
export async function updateObservedTasks(
  transaction: Transaction,
  tasks: readonly ObservedTask[],
): Promise<void> {
  await sql`
    UPDATE tasks t SET ${assignments}, inputs = n.inputs, unit_id = n.unit_id, unit_title = n.title,
      cancel_requested_at = CASE WHEN n.goes_on THEN NULL ELSE t.cancel_requested_at END
    FROM (
      SELECT t.id, ${nextValues}, coalesce(g.inputs, '{}') AS inputs, coalesce(u.id, t.unit_id) AS unit_id,
        cut_text(g.title, ${mostNameCharacters}) AS title, ${hasEnded("t")} AND NOT ${hasEnded("g")} AS goes_on
      FROM (
        SELECT connection_id, external_id, title, inputs, unit_id, ${readColumns}
        FROM jsonb_to_recordset(${storableJson(tasks)}::jsonb) i (connection_id uuid, external_id text, title text, inputs jsonb,
          unit_id uuid, ${readTypes})
      ) g
      JOIN LATERAL (
        SELECT * FROM tasks o WHERE o.connection_id = g.connection_id AND o.external_id = g.external_id
          AND o.executor = 'observed' ORDER BY o.id LIMIT 1
      ) t ON ${isNotOlder}
      LEFT JOIN unit_states u ON u.id = g.unit_id
    ) n
    WHERE t.id = n.id AND (${shownValues}, t.inputs, t.unit_id, t.unit_title)
      IS DISTINCT FROM (${comingValues}, n.inputs, n.unit_id, n.title)`.execute(transaction);
}

/** The tasks that stand for these runs, locked in the order of their ids so that two writers cannot wait for each other. */
export async function lockTasksOfRuns(
  transaction: Transaction,
  tasks: readonly Pick<ObservedTask, "connection_id" | "external_id">[],
): Promise<{ id: string; external_id: string }[]> {
  const result = await sql<{ id: string; external_id: string }>`
    SELECT t.id, t.external_id FROM tasks t
    WHERE t.id IN (
      SELECT own.id FROM unnest(${tasks.map((task) => task.connection_id)}::uuid[], ${tasks.map((task) => task.external_id)}::text[])
        AS g (connection_id, external_id)
      CROSS JOIN LATERAL (
        SELECT o.id FROM tasks o WHERE o.connection_id = g.connection_id AND o.external_id = g.external_id LIMIT 1
      ) own)
    ORDER BY t.id FOR NO KEY UPDATE`.execute(transaction);
  return result.rows;
}

/** A launched task under its lock. */
export interface LaunchedTask {
  readonly id: string;
  readonly unit_id: string | null;
  readonly lineage_id: string;
  readonly status: TaskStatus;
  readonly attempt: number;
  readonly external_id: string | null;
  readonly error_code: string | null;
}

export async function lockLaunchedTask(transaction: Transaction, id: string): Promise<LaunchedTask | null> {
  const result = await sql<LaunchedTask>`
    SELECT id, unit_id, lineage_id, status, attempt, external_id, error_code FROM tasks
    WHERE id = ${id} AND executor = 'external' FOR NO KEY UPDATE`.execute(transaction);
  return result.rows[0] ?? null;
}

/** Notes which run carries the task out. */
export async function setExternalId(
  transaction: Transaction,
  id: string,
  external_id: string,
): Promise<void> {
  await sql`UPDATE tasks SET external_id = ${external_id} WHERE id = ${id} AND external_id IS NULL`.execute(
    transaction,
  );
}

/** An unfinished task whose run goes on is not asked to end any more. */
export async function withdrawCancel(transaction: Transaction, id: string): Promise<void> {
  await sql`
    UPDATE tasks SET cancel_requested_at = NULL
    WHERE id = ${id} AND connection_id IS NOT NULL AND status IN ('pending', 'in_progress', 'retry', 'paused')
      AND cancel_requested_at IS NOT NULL`.execute(transaction);
}

/** Another run may carry the unfinished task out. */
export async function forgetRun(transaction: Transaction, id: string): Promise<void> {
  await sql`
    UPDATE tasks SET external_id = NULL
    WHERE id = ${id} AND executor = 'external' AND status IN ('pending', 'in_progress', 'retry', 'paused')`.execute(
    transaction,
  );
}

/** Whether another unfinished task works on the unit or the lineage. Reads `tasks_one_live_per_unit` and `…_lineage`. */
export async function hasOtherLiveTask(
  transaction: Transaction,
  task: Pick<LaunchedTask, "id" | "unit_id" | "lineage_id">,
): Promise<boolean> {
  const isLive = sql`id <> ${task.id} AND status IN ('pending', 'in_progress', 'retry', 'paused') AND mode <> 'fork'
    AND executor <> 'observed'`;
  const result = await sql<{ found: boolean }>`
    SELECT EXISTS (SELECT 1 FROM tasks WHERE unit_id = ${task.unit_id}::uuid AND ${isLive})
      OR EXISTS (SELECT 1 FROM tasks WHERE lineage_id = ${task.lineage_id}::uuid AND ${isLive}) AS found`.execute(
    transaction,
  );
  return result.rows[0]?.found === true;
}

/** What a reading would change of a locked task: null when it is of an older state or says nothing new. */
export async function compareLaunchedTask(
  transaction: Transaction,
  id: string,
  progress: OutsideProgress,
): Promise<{ readonly status: TaskStatus } | null> {
  const result = await sql<{ status: TaskStatus }>`
    SELECT t.status FROM ${readingOf(progress)} g JOIN tasks t ON t.id = ${id} AND ${isNotOlder}
    CROSS JOIN LATERAL (SELECT ${nextValues}) n
    WHERE (${shownValues}) IS DISTINCT FROM (${comingValues})`.execute(transaction);
  return result.rows[0] ?? null;
}

/**
 * Writes a reading to a locked task. A change of status is a change of owner: the fence rises. `forget_cancel`: what was asked
 * of a former attempt does not concern the next.
 */
export async function updateLaunchedTask(
  transaction: Transaction,
  id: string,
  progress: OutsideProgress,
  forget_cancel: boolean,
): Promise<SettledTask> {
  const result = await sql<SettledTask>`
    UPDATE tasks t SET ${assignments},
      fence = t.fence + CASE WHEN t.status <> n.next_status THEN 1 ELSE 0 END,
      cancel_requested_at = CASE WHEN ${forget_cancel} THEN NULL ELSE t.cancel_requested_at END
    FROM (SELECT t.id, ${nextValues} FROM ${readingOf(progress)} g JOIN tasks t ON t.id = ${id}) n
    WHERE t.id = n.id RETURNING ${movedColumns}`.execute(transaction);
  const row = result.rows[0];
  if (row === undefined) throw new Error("A locked task vanished");
  return row;
}

function readingOf(progress: OutsideProgress) {
  return sql`(SELECT ${readColumns} FROM jsonb_to_record(${storableJson(progress)}::jsonb) i (${readTypes}))`;
}
