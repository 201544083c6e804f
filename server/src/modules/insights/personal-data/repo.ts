import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";

/** Whose data it is. Names stand in rows as they were when something was done. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
}

/** Remarks and verdicts under the person's name. Incidents are as many as there are causes. */
export async function listIncidentRemarks(
  database: Database,
  { name }: Person,
): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT id, CASE WHEN noted_by = ${name} THEN note END AS note, CASE WHEN noted_by = ${name} THEN noted_at END AS noted_at,
      CASE WHEN resolved_by = ${name} THEN resolved_at END AS resolved_at
    FROM incidents WHERE noted_by = ${name} OR resolved_by = ${name} ORDER BY id`.execute(database);
  return rows;
}

/** Recoveries that the person started. */
export async function listStartedRecoveries(
  database: Database,
  { id }: Person,
): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT id, incident_id, state, started_at, ended_at FROM incident_recoveries
    WHERE user_id = ${id}::uuid ORDER BY id`.execute(database);
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

/** Whether somebody else is called the same: then a name on an incident may be theirs. */
export async function hasNamesake(transaction: Transaction, { id, name }: Person): Promise<boolean> {
  const { rows } = await sql`
    SELECT 1 FROM user_summaries u WHERE u.name = ${name} AND u.id <> ${id}::uuid LIMIT 1`.execute(
    transaction,
  );
  return rows.length > 0;
}

/** Takes the name off incidents. */
export async function replaceNameOnIncidents(
  transaction: Transaction,
  { name }: Person,
  placeholder: string,
): Promise<void> {
  await sql`
    UPDATE incidents SET noted_by = CASE WHEN noted_by = ${name} THEN ${placeholder} ELSE noted_by END,
      resolved_by = CASE WHEN resolved_by = ${name} THEN ${placeholder} ELSE resolved_by END
    WHERE noted_by = ${name} OR resolved_by = ${name}`.execute(transaction);
}

/** Takes the name off incidents as they were, which the monitor shows of the past. */
export async function replaceNameOnVersions(
  transaction: Transaction,
  { name }: Person,
  placeholder: string,
): Promise<void> {
  await sql`
    UPDATE incident_versions SET incident = incident
      || CASE WHEN incident ->> 'noted_by' = ${name} THEN jsonb_build_object('noted_by', ${placeholder}::text) ELSE '{}' END
      || CASE WHEN incident ->> 'resolved_by' = ${name} THEN jsonb_build_object('resolved_by', ${placeholder}::text) ELSE '{}' END
      || CASE WHEN incident #>> '{recovery,started_by}' = ${name}
        THEN jsonb_build_object('recovery', incident -> 'recovery' || jsonb_build_object('started_by', ${placeholder}::text))
        ELSE '{}' END
    WHERE ${name} IN (incident ->> 'noted_by', incident ->> 'resolved_by', incident #>> '{recovery,started_by}')`.execute(
    transaction,
  );
}

/** Takes the name off the recoveries that the person started, also where their incident shows them. */
export async function replaceNameOnRecoveries(
  transaction: Transaction,
  { id }: Person,
  placeholder: string,
): Promise<void> {
  await sql`
    WITH renamed AS (
      UPDATE incident_recoveries SET started_by = ${placeholder} WHERE user_id = ${id}::uuid RETURNING id
    )
    UPDATE incidents i SET recovery = jsonb_set(i.recovery, '{started_by}', to_jsonb(${placeholder}::text))
    FROM renamed WHERE i.recovery ->> 'id' = renamed.id::text`.execute(transaction);
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
