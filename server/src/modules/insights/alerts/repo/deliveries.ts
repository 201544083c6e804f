import { type RawBuilder, sql } from "kysely";
import type { Database, Transaction } from "../../../../platform/database.ts";
import { countCap, type Page, pageFrom, readCursor } from "../../../../platform/page.ts";
import type { AlertDelivery, AlertKind } from "../models.ts";

/** A message with all that is needed to send it. */
export interface DueDelivery {
  readonly id: string;
  readonly kind: "fired" | "ended" | "test";
  readonly channel: "webhook" | "email";
  /** An e-mail address, or that of a webhook as it may be shown. */
  readonly address: string;
  /** The one that is under way, from 1. */
  readonly attempts: number;
  readonly alert_id: string;
  readonly alert_name: string;
  readonly alert_kind: AlertKind;
  readonly event_id: string | null;
  /** Null: a test. */
  readonly sentence: string | null;
  readonly value: number | null;
  readonly since: string | null;
  readonly ended_at: string | null;
  /** Encrypted, as the alert has them now. */
  readonly webhook_encrypted: string | null;
  readonly webhook_secret: string | null;
}

/** How an attempt went. `retry_in_ms` null: it was the last one. */
export interface AttemptOutcome {
  readonly status: "sent" | "failed";
  readonly http_status: number | null;
  readonly error_message: string | null;
  readonly duration_ms: number;
  readonly retry_in_ms: number | null;
}

function selectDue(from: RawBuilder<unknown>): RawBuilder<DueDelivery> {
  return sql<DueDelivery>`
    SELECT d.id, d.kind, d.channel, d.address, d.attempts, a.id AS alert_id, coalesce(e.alert_name, a.name) AS alert_name,
      coalesce(e.kind, a.rule ->> 'kind') AS alert_kind, e.id AS event_id,
      CASE d.kind WHEN 'ended' THEN e.ended_sentence ELSE e.sentence END AS sentence, e.value, e.fired_at AS since, e.ended_at,
      a.webhook_encrypted, a.webhook_secret
    FROM ${from} d JOIN alerts a ON a.id = d.alert_id LEFT JOIN alert_events e ON e.id = d.event_id
    ORDER BY d.id`;
}

/**
 * Takes messages that are due, so that no other server sends them before `leaseMs` are over: a server that ends in the
 * middle leaves them to the next one. Index: `alert_deliveries_due`.
 */
export async function claimDeliveries(
  database: Database,
  limit: number,
  leaseMs: number,
): Promise<DueDelivery[]> {
  const { rows } = await sql<DueDelivery>`
    WITH claimed AS (
      UPDATE alert_deliveries SET attempts = attempts + 1,
        next_attempt_at = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      WHERE id IN (
        SELECT id FROM alert_deliveries
        WHERE status = 'pending' AND kind <> 'test' AND next_attempt_at <= clock_timestamp()
        ORDER BY next_attempt_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
      )
      RETURNING *
    ) ${selectDue(sql`claimed`)}`.execute(database);
  return rows;
}

/** Writes a test message to each receiver of the alert, in its first and only attempt. */
export async function insertTests(
  database: Database,
  alert_id: string,
  leaseMs: number,
): Promise<DueDelivery[]> {
  const { rows } = await sql<DueDelivery>`
    WITH written AS (
      INSERT INTO alert_deliveries (alert_id, kind, channel, address, attempts, next_attempt_at)
      SELECT a.id, 'test', r.channel, r.address, 1, clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      FROM alerts a CROSS JOIN LATERAL (
        SELECT 'webhook' AS channel, a.webhook_mask AS address WHERE a.webhook_mask IS NOT NULL
        UNION ALL SELECT 'email', unnest(a.emails)
      ) r WHERE a.id = ${alert_id}::uuid
      RETURNING *
    ) ${selectDue(sql`written`)}`.execute(database);
  return rows;
}

/**
 * Notes how an attempt went, and in the alert when it is about its newest message. Does nothing when another attempt has
 * begun meanwhile. The alert is locked before its message, as its deletion does. Index: `alert_deliveries_pkey`.
 */
export async function settleDelivery(
  database: Database,
  { id, attempts }: Pick<DueDelivery, "id" | "attempts">,
  outcome: AttemptOutcome,
): Promise<void> {
  const { status, http_status, error_message, duration_ms, retry_in_ms } = outcome;
  const isOver = status === "sent" || retry_in_ms === null;
  await sql`
    WITH alert AS MATERIALIZED (
      SELECT id FROM alerts WHERE id = (SELECT alert_id FROM alert_deliveries WHERE id = ${id}::uuid) FOR NO KEY UPDATE
    ), settled AS (
      UPDATE alert_deliveries SET status = ${isOver ? status : "pending"}, http_status = ${http_status},
        error_message = ${error_message}, duration_ms = ${duration_ms},
        next_attempt_at = CASE WHEN ${isOver} THEN NULL
          ELSE clock_timestamp() + ${retry_in_ms ?? 0} * interval '1 millisecond' END,
        completed_at = CASE WHEN ${isOver} THEN clock_timestamp() END
      WHERE id = ${id}::uuid AND attempts = ${attempts} AND status = 'pending' AND alert_id IN (SELECT id FROM alert)
      RETURNING alert_id, status
    )
    UPDATE alerts a SET last_delivery_at = clock_timestamp(), last_delivery_status = s.status
    FROM settled s WHERE a.id = s.alert_id`.execute(database);
}

/** Gives back a message whose attempt was broken off by the end of this server; it is due at once. */
export async function releaseDelivery(
  database: Database,
  { id, attempts }: Pick<DueDelivery, "id" | "attempts">,
): Promise<void> {
  await sql`
    UPDATE alert_deliveries SET attempts = attempts - 1, next_attempt_at = clock_timestamp()
    WHERE id = ${id}::uuid AND attempts = ${attempts} AND status = 'pending'`.execute(database);
}

/** Ends the tests whose server ended in the middle. Index: `alert_deliveries_due`. */
export async function failLostTests(database: Database): Promise<void> {
  await sql`
    UPDATE alert_deliveries SET status = 'failed', next_attempt_at = NULL, completed_at = clock_timestamp(),
      error_message = 'The server ended while it sent this test.'
    WHERE status = 'pending' AND kind = 'test' AND next_attempt_at <= clock_timestamp()`.execute(database);
}

/**
 * Gives up what waits for receivers that the alert no longer has: e-mail addresses that are not among its own, and its webhook
 * when `isOtherWebhook`. Index: `alert_deliveries_alert`.
 */
export async function dropRemovedReceivers(
  transaction: Transaction,
  alert_id: string,
  isOtherWebhook: boolean,
): Promise<void> {
  await sql`
    UPDATE alert_deliveries d SET status = 'failed', next_attempt_at = NULL, completed_at = clock_timestamp(),
      error_message = 'The receiver was removed from the alert before it was reached.'
    FROM alerts a
    WHERE d.alert_id = ${alert_id}::uuid AND d.status = 'pending' AND a.id = d.alert_id
      AND CASE d.channel WHEN 'webhook' THEN ${isOtherWebhook}::boolean ELSE d.address <> ALL (a.emails) END`.execute(
    transaction,
  );
}

const columns = sql`id, alert_id, event_id, kind, channel, address AS target,
  status, attempts, next_attempt_at, http_status, error_message, duration_ms, created_at, completed_at`;

/** Index: `alert_deliveries_pkey`. */
export async function listDeliveriesById(
  database: Database,
  ids: readonly string[],
): Promise<AlertDelivery[]> {
  const { rows } = await sql<AlertDelivery>`
    SELECT ${columns} FROM alert_deliveries WHERE id = ANY(${ids}::uuid[]) ORDER BY id`.execute(database);
  return rows;
}

/** Newest first. Index: `alert_deliveries_alert`. @throws AppError `cursor_invalid` */
export async function listDeliveries(
  database: Database,
  alert_id: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<AlertDelivery>> {
  const older = cursor === undefined ? sql`` : sql`AND id < ${readCursor(cursor)}::uuid`;
  const [{ rows }, counted] = await Promise.all([
    sql<AlertDelivery>`
      SELECT ${columns} FROM alert_deliveries WHERE alert_id = ${alert_id}::uuid ${older}
      ORDER BY id DESC LIMIT ${limit + 1}`.execute(database),
    sql<{ count: number }>`
      SELECT count(*)::int AS count FROM (
        SELECT 1 FROM alert_deliveries WHERE alert_id = ${alert_id}::uuid LIMIT ${countCap + 1}
      ) capped`.execute(database),
  ]);
  return pageFrom(rows, limit, counted.rows[0]?.count ?? 0);
}
