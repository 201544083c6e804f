import { sql } from "kysely";
import type { Database } from "../../../../platform/database.ts";
import type { Condition } from "../conditions.ts";
import type { AlertRule } from "../models.ts";

/** One that has not ended. */
export interface OpenEvent {
  readonly id: string;
  readonly alert_id: string;
  readonly subject: string;
  readonly is_enabled: boolean;
  /** The alert has got a rule of another kind since. */
  readonly has_other_rule: boolean;
  /** Since when it no longer holds. */
  readonly false_since: string | null;
  /** How long it has not held, and how long it has been open. */
  readonly false_ms: number;
  readonly open_ms: number;
}

/** Index: `alert_events_open`. */
export async function listOpenEvents(database: Database): Promise<OpenEvent[]> {
  const { rows } = await sql<OpenEvent>`
    SELECT e.id, e.alert_id, e.subject, a.is_enabled, a.rule ->> 'kind' <> e.kind AS has_other_rule, e.false_since,
      greatest(0, coalesce(extract(epoch FROM clock_timestamp() - e.false_since) * 1000, 0))::float8 AS false_ms,
      greatest(0, extract(epoch FROM clock_timestamp() - e.fired_at) * 1000)::float8 AS open_ms
    FROM alert_events e JOIN alerts a ON a.id = e.alert_id
    WHERE e.ended_at IS NULL`.execute(database);
  return rows;
}

// One message to each receiver that the locked alert has at this moment.
const messages = sql`
  INSERT INTO alert_deliveries (alert_id, event_id, kind, channel, address)
  SELECT a.id, n.event_id, n.kind, r.channel, r.address
  FROM noted n CROSS JOIN alert a
  CROSS JOIN LATERAL (
    SELECT 'webhook' AS channel, a.webhook_mask AS address WHERE a.webhook_mask IS NOT NULL
    UNION ALL SELECT 'email', unnest(a.emails)
  ) r
  RETURNING 1`;

// The newest attempt to tell somebody is the one that was just written, if there is anybody to tell.
const toldNow = sql`
  last_delivery_at = CASE WHEN EXISTS (SELECT 1 FROM written) THEN clock_timestamp() ELSE a.last_delivery_at END,
  last_delivery_status = CASE WHEN EXISTS (SELECT 1 FROM written) THEN 'pending' ELSE a.last_delivery_status END`;

/**
 * Opens an event with a message to each receiver in one statement, unless the alert was changed, switched off or deleted
 * meanwhile or has an open event of the subject (`alert_events_open`). True: it was opened.
 */
export async function openEvent(
  database: Database,
  alert_id: string,
  rule: AlertRule,
  condition: Condition,
): Promise<boolean> {
  const { rows } = await sql`
    WITH alert AS MATERIALIZED (
      SELECT id, name, webhook_mask, emails FROM alerts
      WHERE id = ${alert_id}::uuid AND is_enabled AND rule = ${JSON.stringify(rule)}::jsonb FOR UPDATE
    ), opened AS (
      INSERT INTO alert_events (alert_id, alert_name, kind, subject, task_id, value, sentence)
      SELECT id, name, ${rule.kind}::text, ${condition.subject}::text, ${condition.task_id}::uuid,
        ${condition.value}::numeric, ${condition.sentence}::text FROM alert
      ON CONFLICT (alert_id, subject) WHERE ended_at IS NULL DO NOTHING
      RETURNING id, alert_id, fired_at
    ), noted AS (SELECT id AS event_id, 'fired' AS kind FROM opened),
    written AS (${messages})
    UPDATE alerts a SET last_fired_at = o.fired_at, ${toldNow}
    FROM opened o WHERE a.id = o.alert_id RETURNING 1`.execute(database);
  return rows.length > 0;
}

/**
 * Ends an event with a message to each receiver in one statement, unless it has ended. True: it was ended. The alert is
 * locked before its event, as its deletion does.
 */
export async function endEvent(database: Database, id: string, sentence: string): Promise<boolean> {
  const { rows } = await sql`
    WITH alert AS MATERIALIZED (
      SELECT id, webhook_mask, emails FROM alerts
      WHERE id = (SELECT alert_id FROM alert_events WHERE id = ${id}::uuid) FOR UPDATE
    ), ended AS (
      UPDATE alert_events SET ended_at = greatest(fired_at, date_trunc('milliseconds', clock_timestamp())),
        ended_sentence = ${sentence}
      WHERE id = ${id}::uuid AND ended_at IS NULL AND alert_id IN (SELECT id FROM alert) RETURNING id, alert_id
    ), noted AS (SELECT id AS event_id, 'ended' AS kind FROM ended),
    written AS (${messages})
    UPDATE alerts a SET ${toldNow}
    FROM ended e WHERE a.id = e.alert_id RETURNING 1`.execute(database);
  return rows.length > 0;
}

/**
 * Forgets what ended more than 90 days ago, with its messages, and messages that old. Some at a time. Indexes: `alert_deliveries_over`,
 * `alert_events_ended`.
 */
export async function dropOldEvents(database: Database): Promise<void> {
  await sql`
    DELETE FROM alert_deliveries WHERE id = ANY (ARRAY(
      SELECT id FROM alert_deliveries WHERE completed_at < (SELECT clock_timestamp() - interval '90 days')
      ORDER BY completed_at LIMIT 10000))`.execute(database);
  await sql`
    DELETE FROM alert_events WHERE id = ANY (ARRAY(
      SELECT id FROM alert_events WHERE ended_at < (SELECT clock_timestamp() - interval '90 days')
      ORDER BY ended_at LIMIT 1000))`.execute(database);
}

/** Notes that an open event no longer holds, or holds again. Index: `alert_events_pkey`. */
export async function markEvent(database: Database, id: string, isTrue: boolean): Promise<void> {
  await sql`
    UPDATE alert_events SET false_since = ${isTrue ? sql`NULL` : sql`coalesce(false_since, clock_timestamp())`}
    WHERE id = ${id}::uuid AND ended_at IS NULL`.execute(database);
}
