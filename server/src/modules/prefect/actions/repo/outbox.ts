import { type RawBuilder, sql } from "kysely";
import type { Database, Transaction } from "../../../../platform/database.ts";
import { storableJson } from "../../../../platform/storable-text.ts";
import type { StateBefore } from "../decide-unknown.ts";
import type { EngineAction, EngineActionKind, EngineActionStatus } from "../models.ts";

export interface NewAction {
  readonly connection_id: string;
  /** One row for each: see `insertAction`. */
  readonly key: string;
  readonly kind: EngineActionKind;
  readonly task_id: string | null;
  readonly flow_run_id: string | null;
  readonly external_run_id: string | null;
  readonly body: unknown;
  readonly requested_by: string | null;
  readonly life_ms: number;
}

/** An action whose turn it is. `unknown`: it was sent, its answer was lost, and the run is to be read. */
export interface DueAction {
  readonly id: string;
  readonly connection_id: string;
  readonly kind: EngineActionKind;
  readonly task_id: string | null;
  readonly flow_run_id: string | null;
  readonly external_run_id: string | null;
  readonly body: unknown;
  readonly state_before: StateBefore | null;
  readonly status: "sent" | "unknown";
  /** The one that is under way, from 1. */
  readonly attempts: number;
}

const later = (ms: number) => sql`clock_timestamp() + ${ms} * interval '1 millisecond'`;

/** Null when the key is used. */
export async function insertAction(
  database: Database | Transaction,
  action: NewAction,
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    INSERT INTO action_outbox (connection_id, key, kind, task_id, flow_run_id, external_run_id, body, requested_by, expires_at)
    VALUES (${action.connection_id}::uuid, ${action.key}, ${action.kind}, ${action.task_id}::uuid, ${action.flow_run_id}::uuid,
      ${action.external_run_id}, ${storableJson(action.body)}::jsonb, ${action.requested_by}::uuid, ${later(action.life_ms)})
    ON CONFLICT (key) DO NOTHING RETURNING id`.execute(database);
  return rows[0]?.id ?? null;
}

/**
 * Frees the key of an action that came to nothing, so that the same can be asked again: one that was refused, expired, or whose
 * answer was lost longer ago than `lost_ms`, which is refused by that. Index: `action_outbox_key_key`.
 */
export async function freeKey(transaction: Transaction, key: string, lost_ms: number): Promise<void> {
  await sql`
    UPDATE action_outbox SET key = key || ':' || id,
      status = CASE status WHEN 'unknown' THEN 'refused' ELSE status END,
      settled_at = coalesce(settled_at, clock_timestamp()),
      reason = CASE status WHEN 'unknown' THEN 'Prefect''s answer was lost, and it was asked for again.' ELSE reason END
    WHERE key = ${key} AND (status IN ('refused', 'expired')
      OR (status = 'unknown' AND sent_at < clock_timestamp() - ${lost_ms} * interval '1 millisecond'))`.execute(
    transaction,
  );
}

/**
 * Takes the connection's next action, so that no other sender takes it before `lease_ms` are over; null for none. One that was sent
 * by somebody who did not come back is sent again when that is harmless (a launch carries its key) or was never asked; else it
 * is `unknown`. Index: `action_outbox_open`.
 */
export async function claimAction(
  database: Database,
  connection_id: string,
  lease_ms: number,
): Promise<DueAction | null> {
  const { rows } = await sql<DueAction>`
    UPDATE action_outbox SET attempts = attempts + 1, next_attempt_at = ${later(lease_ms)},
      status = CASE WHEN kind = 'launch' OR state_before IS NULL THEN 'sent' ELSE 'unknown' END,
      sent_at = CASE WHEN kind = 'launch' OR state_before IS NULL THEN clock_timestamp() ELSE sent_at END,
      reason = CASE WHEN status = 'pending' THEN NULL ELSE reason END
    WHERE id IN (
      SELECT id FROM action_outbox
      WHERE connection_id = ${connection_id}::uuid AND settled_at IS NULL AND next_attempt_at <= clock_timestamp()
        AND expires_at > clock_timestamp()
      ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, connection_id, kind, task_id, flow_run_id, external_run_id, body, state_before, status, attempts`.execute(
    database,
  );
  return rows[0] ?? null;
}

/** What the run is before it is asked to change; after this a lost answer is never asked for again. */
export async function noteStateBefore(database: Database, id: string, state: StateBefore): Promise<void> {
  await sql`
    UPDATE action_outbox SET state_before = ${JSON.stringify(state)}::jsonb WHERE id = ${id}::uuid AND settled_at IS NULL`.execute(
    database,
  );
}

/** False when it is settled already. `external_run_id` null keeps what is known. */
export async function settleAction(
  database: Database | Transaction,
  id: string,
  settled: {
    readonly status: Exclude<EngineActionStatus, "pending" | "sent" | "unknown">;
    readonly reason: string | null;
    readonly external_run_id?: string | null;
  },
): Promise<boolean> {
  const { rows } = await sql`
    UPDATE action_outbox SET status = ${settled.status}, reason = ${settled.reason}, settled_at = clock_timestamp(),
      external_run_id = coalesce(${settled.external_run_id ?? null}, external_run_id)
    WHERE id = ${id}::uuid AND settled_at IS NULL RETURNING 1`.execute(database);
  return rows.length > 0;
}

/** It was not sent, or may be sent again: its turn comes once more after `wait_ms`. */
export async function releaseAction(
  database: Database,
  id: string,
  reason: string,
  wait_ms: number,
): Promise<void> {
  await sql`
    UPDATE action_outbox SET status = 'pending', reason = ${reason}, state_before = NULL, next_attempt_at = ${later(wait_ms)}
    WHERE id = ${id}::uuid AND settled_at IS NULL`.execute(database);
}

/** Nobody knows what came of it: the run is read again after `wait_ms`. */
export async function markUnknown(
  database: Database,
  id: string,
  reason: string,
  wait_ms: number,
): Promise<void> {
  await sql`
    UPDATE action_outbox SET status = 'unknown', reason = ${reason}, next_attempt_at = ${later(wait_ms)}
    WHERE id = ${id}::uuid AND settled_at IS NULL`.execute(database);
}

/** The launch of the same task once more, under the same key. False when there is none that was settled. */
export async function repeatLaunch(
  transaction: Transaction,
  action: { readonly task_id: string; readonly requested_by: string; readonly life_ms: number },
): Promise<boolean> {
  const { rows } = await sql`
    UPDATE action_outbox SET status = 'pending', reason = NULL, settled_at = NULL, attempts = 0,
      next_attempt_at = clock_timestamp(), expires_at = ${later(action.life_ms)}, requested_by = ${action.requested_by}::uuid
    WHERE key = 'launch:' || ${action.task_id}::text AND settled_at IS NOT NULL RETURNING 1`.execute(
    transaction,
  );
  return rows.length > 0;
}

/**
 * Asks Prefect to cancel the runs of tasks that were cancelled here, once for each request. Null: of all connections. Answers the
 * connections that have something to send. Index: `tasks_outside_cancels`.
 */
export async function adoptCancels(
  database: Database,
  connection_id: string | null,
  life_ms: number,
): Promise<string[]> {
  const { rows } = await sql<{ connection_id: string }>`
    INSERT INTO action_outbox (connection_id, key, kind, task_id, flow_run_id, external_run_id, expires_at)
    SELECT t.connection_id, 'cancel:' || t.id || ':' || extract(epoch FROM t.cancel_requested_at), 'cancel', t.id, r.id,
      t.external_id, ${later(life_ms)}
    FROM outside_tasks t JOIN connections c ON c.id = t.connection_id AND c.removed_at IS NULL
    LEFT JOIN outside_runs r ON r.connection_id = t.connection_id AND r.external_id = t.external_id
    WHERE t.status IN ('pending', 'in_progress', 'retry', 'paused') AND t.cancel_requested_at IS NOT NULL
      AND t.external_id IS NOT NULL ${connection_id === null ? sql`` : sql`AND t.connection_id = ${connection_id}::uuid`}
      AND NOT EXISTS (SELECT 1 FROM action_outbox a
        WHERE a.task_id = t.id AND a.kind = 'cancel' AND a.created_at >= t.cancel_requested_at)
    ON CONFLICT (key) DO NOTHING RETURNING connection_id`.execute(database);
  return rows.map((row) => row.connection_id);
}

/** Cancelled tasks whose run nobody will hear of again: their connection was removed. Index: `tasks_outside_cancels`. */
export async function listForsakenTasks(database: Database): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT t.id FROM outside_tasks t JOIN connections c ON c.id = t.connection_id
    WHERE t.status IN ('pending', 'in_progress', 'retry', 'paused') AND t.cancel_requested_at IS NOT NULL
      AND c.removed_at IS NOT NULL
    LIMIT 100`.execute(database);
  return rows.map((row) => row.id);
}

export interface OverdueAction {
  readonly id: string;
  readonly kind: EngineActionKind;
  readonly status: EngineActionStatus;
  readonly task_id: string | null;
  readonly external_run_id: string | null;
  /** Nobody can be asked any more. */
  readonly is_connection_removed: boolean;
}

/**
 * Open actions whose time is over, or whose connection was removed, and whose sender, if any, is gone. Index:
 * `action_outbox_expiry`, of which only open ones are part.
 */
export async function listOverdueActions(database: Database): Promise<OverdueAction[]> {
  const { rows } = await sql<OverdueAction>`
    SELECT a.id, a.kind, a.status, a.task_id, a.external_run_id, c.removed_at IS NOT NULL AS is_connection_removed
    FROM action_outbox a JOIN connections c ON c.id = a.connection_id
    WHERE a.settled_at IS NULL AND (a.expires_at <= clock_timestamp() OR c.removed_at IS NOT NULL)
      AND (a.status <> 'sent' OR a.next_attempt_at <= clock_timestamp())
    ORDER BY a.expires_at LIMIT 100`.execute(database);
  return rows;
}

/** Says of actions that wait for a connection why they do. Answers how many are new. */
export async function explainWaiting(database: Database): Promise<number> {
  const { rows } = await sql`
    UPDATE action_outbox a SET reason = w.sentence
    FROM connections c CROSS JOIN LATERAL (
      SELECT CASE
        WHEN c.removed_at IS NOT NULL THEN 'The connection was removed.'
        WHEN c.disabled_at IS NOT NULL THEN 'The connection is disabled.'
        ELSE 'Prefect is down.' || coalesce(' ' || c.health_reason, '')
      END AS sentence
    ) w
    WHERE c.id = a.connection_id AND a.settled_at IS NULL AND a.status = 'pending'
      AND (c.removed_at IS NOT NULL OR c.disabled_at IS NOT NULL OR c.health IN ('down', 'auth_failed', 'incompatible'))
      AND a.reason IS DISTINCT FROM w.sentence
    RETURNING 1`.execute(database);
  return rows.length;
}

async function selectActions(
  database: Database | Transaction,
  where: RawBuilder<unknown>,
): Promise<EngineAction[]> {
  const { rows } = await sql<EngineAction>`
    SELECT a.id, a.connection_id, a.kind, a.task_id, a.flow_run_id, a.external_run_id, a.status, a.reason, a.attempts,
      u.name AS requested_by_name, a.expires_at, a.created_at, a.settled_at, a.version
    FROM action_outbox a LEFT JOIN user_summaries u ON u.id = a.requested_by ${where}`.execute(database);
  return rows;
}

/** Those of the ids that exist. */
export function listActions(
  database: Database | Transaction,
  ids: readonly string[],
): Promise<EngineAction[]> {
  return selectActions(database, sql`WHERE a.id = ANY(${ids}::uuid[])`);
}

export async function findActionByKey(
  database: Database | Transaction,
  key: string,
): Promise<EngineAction | null> {
  return (await selectActions(database, sql`WHERE a.key = ${key}`))[0] ?? null;
}

/** Newest first, at most 20, those of the run's task among them. Indexes: `action_outbox_external`, `action_outbox_task`. */
export function listActionsOfRun(
  database: Database,
  run: { readonly connection_id: string; readonly external_id: string; readonly task_id: string | null },
): Promise<EngineAction[]> {
  return selectActions(
    database,
    sql`WHERE (a.connection_id = ${run.connection_id}::uuid AND a.external_run_id = ${run.external_id})
      OR (a.kind = 'launch' AND a.task_id = ${run.task_id}::uuid) ORDER BY a.id DESC LIMIT 20`,
  );
}

/** Newest first, at most 20. Index: `action_outbox_task`. */
export function listActionsOfTask(database: Database, task_id: string): Promise<EngineAction[]> {
  return selectActions(database, sql`WHERE a.task_id = ${task_id}::uuid ORDER BY a.id DESC LIMIT 20`);
}

/** An undecided action has its turn now. */
export async function hastenAction(database: Database, id: string): Promise<void> {
  await sql`
    UPDATE action_outbox SET next_attempt_at = clock_timestamp()
    WHERE id = ${id}::uuid AND status = 'unknown' AND settled_at IS NULL`.execute(database);
}
