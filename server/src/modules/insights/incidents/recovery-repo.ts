import { type RawBuilder, sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";

/** Units that a recovery of the incident would resume: their newest failure is one of its, and nobody repaired them. */
function resumable(incident_id: string): RawBuilder<unknown> {
  return sql`
    SELECT l.unit_id, u.title, l.at FROM unit_last_failures l JOIN unit_states u ON u.id = l.unit_id
    WHERE l.incident_id = ${incident_id}::uuid AND u.status IN ('failed', 'partial')`;
}

/** How many units a recovery would resume, and some of them. Index: `unit_last_failures_incident`. */
export async function findResumable(
  database: Database | Transaction,
  incident_id: string,
  limit: number,
): Promise<{ total: number; unit_ids: string[] }> {
  const { rows } = await sql<{ total: number; unit_ids: string[] | null }>`
    SELECT (SELECT count(*)::int FROM (${resumable(incident_id)}) counted) AS total,
      (SELECT array_agg(unit_id::text) FROM (${resumable(incident_id)} ORDER BY l.at DESC, l.unit_id LIMIT ${limit}) first)
        AS unit_ids`.execute(database);
  return { total: rows[0]?.total ?? 0, unit_ids: rows[0]?.unit_ids ?? [] };
}

/**
 * Starts a recovery with the units as they are now, newest failure first, in waves of one, a tenth and the rest; answers how many
 * units it has. A second one at once violates `incident_recoveries_running`.
 */
export async function insertRecovery(
  transaction: Transaction,
  incident_id: string,
  person_id: string,
): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    INSERT INTO incident_recoveries (incident_id, user_id)
    VALUES (${incident_id}::uuid, ${person_id}::uuid) RETURNING id`.execute(transaction);
  const id = rows[0]?.id;
  if (id === undefined) throw new Error("INSERT of a recovery returned no row");
  const made = await sql<{ id: string }>`
    INSERT INTO incident_recovery_items (recovery_id, wave, unit_id, title)
    SELECT ${id}::uuid, CASE WHEN place = 1 THEN 1 WHEN place <= 1 + ceil(total / 10.0) THEN 2 ELSE 3 END, unit_id, title
    FROM (
      SELECT unit_id, title, row_number() OVER (ORDER BY at DESC, unit_id) AS place, count(*) OVER () AS total
      FROM (${resumable(incident_id)}) units
    ) placed ORDER BY place RETURNING id`.execute(transaction);
  await showRecovery(transaction, id);
  return made.rows.length;
}

/** Writes how far a recovery is to its incident, whose pages hear of it. */
export async function showRecovery(transaction: Database | Transaction, id: string): Promise<void> {
  await sql`SELECT show_recovery(${id}::uuid)`.execute(transaction);
}

/** Recoveries that go on or whose units have not all ended. */
export async function listUnfinished(database: Database): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM incident_recoveries WHERE state = 'running'
    UNION SELECT recovery_id FROM incident_recovery_items WHERE state = 'running'`.execute(database);
  return rows.map(({ id }) => id);
}

/** A recovery under its lock. */
export interface Recovery {
  readonly id: string;
  readonly incident_id: string;
  readonly state: "running" | "completed" | "stopped";
  readonly wave: number;
  readonly reason: string | null;
  readonly user_id: string;
}

/** The first statement of every transaction that moves a recovery or a unit of it. */
export async function lockRecovery(transaction: Transaction, id: string): Promise<Recovery | null> {
  const { rows } = await sql<Recovery>`
    SELECT id, incident_id, state, wave, reason, user_id FROM incident_recoveries
    WHERE id = ${id}::uuid FOR NO KEY UPDATE`.execute(transaction);
  return rows[0] ?? null;
}

/** A unit whose task was made and had not ended when somebody looked last. */
export interface RunningItem {
  readonly id: string;
  readonly title: string;
  readonly task_id: string;
  /** Null: deleted. */
  readonly unit_id: string | null;
  readonly status: string | null;
  readonly unit_status: string | null;
  readonly pause_reason: string | null;
  /** Failures of the task that no incident counts yet. */
  readonly is_uncounted: boolean;
}

/** Index: `incident_recovery_items_state`. */
export async function listRunning(transaction: Transaction, recovery_id: string): Promise<RunningItem[]> {
  const { rows } = await sql<RunningItem>`
    SELECT i.id, i.title, i.task_id, i.unit_id, e.status, e.unit_status, e.pause_reason,
      EXISTS (SELECT 1 FROM incident_failures f WHERE f.task_id = i.task_id) AS is_uncounted
    FROM incident_recovery_items i LEFT JOIN task_ends e ON e.id = i.task_id
    WHERE i.recovery_id = ${recovery_id}::uuid AND i.state = 'running' ORDER BY i.id`.execute(transaction);
  return rows;
}

export interface ItemEnd {
  readonly id: string;
  readonly state: "succeeded" | "failed" | "refused";
  readonly reason: string | null;
}

/** Ends items that wait or run. */
export async function endItems(transaction: Transaction, ends: readonly ItemEnd[]): Promise<void> {
  if (ends.length === 0) return;
  await sql`
    UPDATE incident_recovery_items i SET state = e.state, reason = e.reason, ended_at = clock_timestamp()
    FROM unnest(${ends.map(({ id }) => id)}::uuid[], ${ends.map(({ state }) => state)}::text[],
      ${ends.map(({ reason }) => reason)}::text[]) e (id, state, reason)
    WHERE i.id = e.id AND i.state IN ('pending', 'running')`.execute(transaction);
}

export interface PendingItem {
  readonly id: string;
  readonly title: string;
}

/** The next units of a wave. Index: `incident_recovery_items_state`. */
export async function listPending(
  database: Database,
  recovery_id: string,
  wave: number,
  limit: number,
): Promise<PendingItem[]> {
  const { rows } = await sql<PendingItem>`
    SELECT id, title FROM incident_recovery_items
    WHERE recovery_id = ${recovery_id}::uuid AND state = 'pending' AND wave = ${wave} ORDER BY id LIMIT ${limit}`.execute(
    database,
  );
  return rows;
}

/**
 * Whether an item still waits; call it under the recovery's lock. The item is not locked: a unit that is being deleted holds its
 * own lock and wants those of its items.
 */
export async function isPending(transaction: Transaction, id: string): Promise<boolean> {
  const { rows } = await sql`
    SELECT 1 FROM incident_recovery_items WHERE id = ${id}::uuid AND state = 'pending'`.execute(transaction);
  return rows.length > 0;
}

/** The unit of an item as it is now. */
export interface ItemUnit {
  readonly unit_id: string;
  readonly status: string;
  /** The incident of its newest failure. */
  readonly incident_id: string | null;
}

/** Null when the unit was deleted. */
export async function findUnit(transaction: Transaction, item_id: string): Promise<ItemUnit | null> {
  const { rows } = await sql<ItemUnit>`
    SELECT u.id AS unit_id, u.status, l.incident_id
    FROM incident_recovery_items i JOIN unit_states u ON u.id = i.unit_id LEFT JOIN unit_last_failures l ON l.unit_id = u.id
    WHERE i.id = ${item_id}::uuid`.execute(transaction);
  return rows[0] ?? null;
}

export async function markResumed(transaction: Transaction, id: string, task_id: string): Promise<void> {
  await sql`
    UPDATE incident_recovery_items SET state = 'running', task_id = ${task_id}::uuid WHERE id = ${id}::uuid`.execute(
    transaction,
  );
}

/** What the current wave and the whole recovery have come to. */
export interface Tally {
  readonly pending_in_wave: number;
  readonly running_in_wave: number;
  /** The next wave with a unit that waits. */
  readonly next_wave: number | null;
  readonly succeeded: number;
  readonly refused: number;
  readonly running: number;
}

/** Index: `incident_recovery_items_state`. */
export async function countItems(transaction: Transaction, recovery: Recovery): Promise<Tally> {
  const { rows } = await sql<Tally>`
    SELECT count(*) FILTER (WHERE state = 'pending' AND wave = ${recovery.wave})::int AS pending_in_wave,
      count(*) FILTER (WHERE state = 'running' AND wave = ${recovery.wave})::int AS running_in_wave,
      min(wave) FILTER (WHERE state = 'pending' AND wave > ${recovery.wave}) AS next_wave,
      count(*) FILTER (WHERE state = 'succeeded')::int AS succeeded,
      count(*) FILTER (WHERE state = 'refused')::int AS refused,
      count(*) FILTER (WHERE state = 'running')::int AS running
    FROM incident_recovery_items WHERE recovery_id = ${recovery.id}::uuid`.execute(transaction);
  const [tally] = rows;
  if (tally === undefined) throw new Error("A count returned no row");
  return tally;
}

export async function beginWave(transaction: Transaction, id: string, wave: number): Promise<void> {
  await sql`UPDATE incident_recoveries SET wave = ${wave}, reason = NULL WHERE id = ${id}::uuid`.execute(
    transaction,
  );
}

export async function setReason(transaction: Transaction, id: string, reason: string | null): Promise<void> {
  await sql`UPDATE incident_recoveries SET reason = ${reason} WHERE id = ${id}::uuid`.execute(transaction);
}

/** `stopped_by_id`: who stopped it; the reason then goes on behind their name. */
export async function endRecovery(
  transaction: Transaction,
  id: string,
  state: "completed" | "stopped",
  reason: string,
  stopped_by_id: string | null,
): Promise<void> {
  await sql`
    UPDATE incident_recoveries SET state = ${state}, reason = ${reason}, stopped_by_id = ${stopped_by_id}::uuid,
      ended_at = clock_timestamp()
    WHERE id = ${id}::uuid AND state = 'running'`.execute(transaction);
}

/** The one that runs. Index: `incident_recoveries_running`. */
export async function findRunningRecovery(
  transaction: Transaction,
  incident_id: string,
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM incident_recoveries WHERE incident_id = ${incident_id}::uuid AND state = 'running'`.execute(
    transaction,
  );
  return rows[0]?.id ?? null;
}

/** Marks the incident of a recovery as resolved, unless it is already. */
export async function resolveRecovered(transaction: Transaction, incident_id: string): Promise<void> {
  await sql`
    UPDATE incidents SET resolved_at = clock_timestamp(), resolved_because = 'recovered'
    WHERE id = ${incident_id}::uuid AND resolved_at IS NULL`.execute(transaction);
}

/** What stopped a task that failed: whether the incident's cause is among it, and the newest failure in words. */
export async function findCauseOf(
  transaction: Transaction,
  incident_id: string,
  task_id: string,
): Promise<{ is_same: boolean; error_message: string } | null> {
  const { rows } = await sql<{ is_same: boolean; error_message: string }>`
    SELECT bool_or(n.cause = i.cause) AS is_same, (array_agg(n.error_message ORDER BY o.at DESC))[1] AS error_message
    FROM incident_occurrences o JOIN incidents n ON n.id = o.incident_id JOIN incidents i ON i.id = ${incident_id}::uuid
    WHERE o.task_id = ${task_id}::uuid HAVING count(*) > 0`.execute(transaction);
  return rows[0] ?? null;
}
