import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";

/** Whose data it is. */
export interface Person {
  readonly id: string;
  readonly email: string | null;
}

/** Remarks and verdicts of the person. Indexes: `incidents_noted_by`, `incidents_resolved_by`. */
export async function listIncidentRemarks(
  database: Database,
  { id }: Person,
): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT id, CASE WHEN noted_by_id = ${id}::uuid THEN note END AS note,
      CASE WHEN noted_by_id = ${id}::uuid THEN noted_at END AS noted_at,
      CASE WHEN resolved_by_id = ${id}::uuid THEN resolved_at END AS resolved_at
    FROM incidents WHERE noted_by_id = ${id}::uuid OR resolved_by_id = ${id}::uuid ORDER BY id`.execute(
    database,
  );
  return rows;
}

/** Recoveries that the person started or stopped. */
export async function listRecoveriesOf(
  database: Database,
  { id }: Person,
): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT id, incident_id, state, started_at, ended_at, user_id = ${id}::uuid AS was_started,
      stopped_by_id IS NOT DISTINCT FROM ${id}::uuid AS was_stopped
    FROM incident_recoveries WHERE user_id = ${id}::uuid OR stopped_by_id = ${id}::uuid ORDER BY id`.execute(
    database,
  );
  return rows;
}

/** Alerts that send mail to the person's address. There are a hundred alerts at most. */
export async function listAlertsMailedTo(
  database: Database,
  { email }: Person,
): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT id, name FROM alerts a
    WHERE EXISTS (SELECT 1 FROM unnest(a.emails) receiver WHERE lower(receiver) = ${email}) ORDER BY id`.execute(
    database,
  );
  return rows;
}

/** Index: `saved_views_name`. */
export async function deleteSavedViewsOf(transaction: Transaction, { id }: Person): Promise<void> {
  await sql`DELETE FROM saved_views WHERE user_id = ${id}::uuid`.execute(transaction);
}

/** Takes the address, which is in lower case, off all alerts, however it was written there. */
export async function removeAlertReceiver(transaction: Transaction, email: string): Promise<void> {
  await sql`
    UPDATE alerts a SET emails = ARRAY(
      SELECT receiver FROM unnest(a.emails) WITH ORDINALITY r (receiver, place) WHERE lower(receiver) <> ${email} ORDER BY place
    ) WHERE EXISTS (SELECT 1 FROM unnest(a.emails) receiver WHERE lower(receiver) = ${email})`.execute(
    transaction,
  );
}

/** Removes the messages to an address, after `removeAlertReceiver`: alerts are locked before their messages. */
export async function deleteDeliveriesTo(transaction: Transaction, email: string): Promise<void> {
  await sql`DELETE FROM alert_deliveries WHERE channel = 'email' AND lower(address) = ${email}`.execute(
    transaction,
  );
}
