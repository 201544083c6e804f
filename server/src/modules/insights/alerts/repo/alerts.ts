import { type RawBuilder, sql } from "kysely";
import type { Database, Transaction } from "../../../../platform/database.ts";
import type { Alert, AlertRule, FiringAlert } from "../models.ts";

/** Where an alert posts to. */
export interface StoredWebhook {
  /** Encrypted. */
  readonly address: string;
  /** The address as it may be shown. */
  readonly mask: string;
  /** Of the signatures, encrypted. */
  readonly secret: string;
}

/** What is stored beside what is answered. */
export interface StoredAlert {
  readonly id: string;
  readonly name: string;
  readonly rule: AlertRule;
  readonly is_enabled: boolean;
  readonly webhook: StoredWebhook | null;
  readonly emails: readonly string[];
}

interface AlertRow extends Omit<Alert, "firing" | "last_delivery"> {
  readonly event_id: string | null;
  readonly firing_since: string;
  readonly firing_sentence: string;
  readonly last_delivery_at: string | null;
  readonly last_delivery_status: "pending" | "sent" | "failed";
}

function toAlert(row: AlertRow): Alert {
  const { event_id, firing_since, firing_sentence, last_delivery_at, last_delivery_status, ...alert } = row;
  return {
    ...alert,
    firing: event_id === null ? null : { event_id, since: firing_since, sentence: firing_sentence },
    last_delivery: last_delivery_at === null ? null : { at: last_delivery_at, status: last_delivery_status },
  };
}

async function selectAlerts(database: Database | Transaction, where: RawBuilder<unknown>): Promise<Alert[]> {
  const { rows } = await sql<AlertRow>`
    SELECT a.id, a.name, a.rule, a.is_enabled, a.webhook_mask AS webhook_url, a.webhook_secret IS NOT NULL AS has_webhook_secret, a.emails,
      e.id AS event_id, e.fired_at AS firing_since, e.sentence AS firing_sentence, a.last_fired_at,
      a.last_delivery_at, a.last_delivery_status, a.created_at, a.updated_at, a.version
    FROM alerts a
    LEFT JOIN LATERAL (
      SELECT id, fired_at, sentence FROM alert_events
      WHERE alert_id = a.id AND ended_at IS NULL ORDER BY fired_at, id LIMIT 1
    ) e ON true
    ${where}
    ORDER BY lower(a.name)`.execute(database);
  return rows.map(toAlert);
}

/** All of them, by name. Reads the open events by `alert_events_open`. */
export function listAlerts(database: Database): Promise<Alert[]> {
  return selectAlerts(database, sql``);
}

/** Those of the ids that exist. Indexes: `alerts_pkey`, `alert_events_open`. */
export function listAlertsById(database: Database | Transaction, ids: readonly string[]): Promise<Alert[]> {
  return selectAlerts(database, sql`WHERE a.id = ANY(${ids}::uuid[])`);
}

/** Those that are looked at, with their rules. */
export async function listEnabledAlerts(database: Database): Promise<Pick<StoredAlert, "id" | "rule">[]> {
  const { rows } = await sql<Pick<StoredAlert, "id" | "rule">>`
    SELECT id, rule FROM alerts WHERE is_enabled ORDER BY id`.execute(database);
  return rows;
}

/** With its receivers, encrypted where they are secret; null when there is none. Index: `alerts_pkey`. */
export async function findStoredAlert(
  database: Database | Transaction,
  id: string,
  lock = false,
): Promise<StoredAlert | null> {
  const { rows } = await sql<StoredAlert>`
    SELECT id, name, rule, is_enabled, emails, CASE WHEN webhook_encrypted IS NOT NULL THEN
      jsonb_build_object('address', webhook_encrypted, 'mask', webhook_mask, 'secret', webhook_secret) END AS webhook
    FROM alerts WHERE id = ${id}::uuid ${lock ? sql`FOR UPDATE` : sql``}`.execute(database);
  return rows[0] ?? null;
}

/** How many there are, and an id for the next one; others that count wait for the caller's transaction. */
export async function countAlerts(transaction: Transaction): Promise<{ count: number; next_id: string }> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('alerts', 0))`.execute(transaction);
  const { rows } = await sql<{ count: number; next_id: string }>`
    SELECT (SELECT count(*) FROM alerts)::int AS count, uuidv7() AS next_id`.execute(transaction);
  const [row] = rows;
  if (row === undefined) throw new Error("A count of alerts returned no row");
  return row;
}

/** Each address is kept once. A taken name violates `alerts_name`. */
export async function insertAlert(transaction: Transaction, alert: StoredAlert): Promise<void> {
  await sql`
    INSERT INTO alerts (id, name, rule, is_enabled, webhook_encrypted, webhook_mask, webhook_secret, emails)
    VALUES (${alert.id}, ${alert.name}, ${JSON.stringify(alert.rule)}::jsonb, ${alert.is_enabled},
      ${alert.webhook?.address ?? null}, ${alert.webhook?.mask ?? null}, ${alert.webhook?.secret ?? null},
      ${[...new Set(alert.emails)]}::text[])`.execute(transaction);
}

/** Each address is kept once. A taken name violates `alerts_name`. Index: `alerts_pkey`. */
export async function updateAlert(transaction: Transaction, alert: StoredAlert): Promise<void> {
  await sql`
    UPDATE alerts SET name = ${alert.name}, rule = ${JSON.stringify(alert.rule)}::jsonb, is_enabled = ${alert.is_enabled},
      webhook_encrypted = ${alert.webhook?.address ?? null}, webhook_mask = ${alert.webhook?.mask ?? null},
      webhook_secret = ${alert.webhook?.secret ?? null}, emails = ${[...new Set(alert.emails)]}::text[]
    WHERE id = ${alert.id}::uuid`.execute(transaction);
}

/** The alerts whose address an earlier version stored as it is, locked. */
export async function listUnsealed(
  transaction: Transaction,
): Promise<{ readonly id: string; readonly webhook_url: string }[]> {
  const { rows } = await sql<{ id: string; webhook_url: string }>`
    SELECT id, webhook_url FROM alerts WHERE webhook_url IS NOT NULL ORDER BY id FOR UPDATE`.execute(
    transaction,
  );
  return rows;
}

/** Puts the encrypted address into the place of the readable one. Index: `alerts_pkey`. */
export async function sealAddress(
  transaction: Transaction,
  id: string,
  webhook: Pick<StoredWebhook, "address" | "mask">,
): Promise<void> {
  await sql`
    UPDATE alerts SET webhook_url = NULL, webhook_encrypted = ${webhook.address}, webhook_mask = ${webhook.mask}
    WHERE id = ${id}::uuid`.execute(transaction);
}

/** With its events and deliveries; false when there is none. Indexes: `alert_events_alert`, `alert_deliveries_alert`. */
export async function deleteAlert(database: Database, id: string): Promise<boolean> {
  const { rows } = await sql`DELETE FROM alerts WHERE id = ${id}::uuid RETURNING 1`.execute(database);
  return rows.length > 0;
}

/** What fired at the moment (null: now), oldest first, at most 50. Indexes: `alert_events_at`, for now `alert_events_open`. */
export async function listFiringAlerts(database: Database, at: string | null): Promise<FiringAlert[]> {
  const when = at === null ? sql`ended_at IS NULL` : sql`tstzrange(fired_at, ended_at) @> ${at}::timestamptz`;
  const { rows } = await sql<FiringAlert>`
    SELECT id, alert_id, alert_name AS name, kind, sentence, fired_at AS since, task_id
    FROM alert_events WHERE ${when} ORDER BY fired_at, id LIMIT 50`.execute(database);
  return rows;
}
