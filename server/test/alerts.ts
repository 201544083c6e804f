import { sql } from "kysely";
import { type Alerts, createAlerts } from "../src/modules/insights/alerts/alerts.ts";
import { openKeyRing } from "../src/platform/crypto.ts";
import type { TestApp } from "./app.ts";

/** Another keeper of the same database: tests do its duties by hand, one turn at a time. */
export function createTestAlerts({ database, config }: TestApp): Alerts {
  return createAlerts(database.database, {
    keyRing: () => openKeyRing(config.keyFile),
    mail: config.mail,
    webhookPrivateHosts: config.webhookPrivateHosts,
    publicUrl: config.publicUrl,
  });
}

/** One look at every rule. */
export async function lookAtAlerts(alerts: Alerts): Promise<void> {
  await alerts.duties[0]?.run();
}

/** One turn of sending what is due. */
export async function sendDueMessages(alerts: Alerts): Promise<void> {
  await alerts.duties[1]?.run();
}

/** As if that much time had passed for everything that waits: events that are calming down and messages to be repeated. */
export async function letTimePass(test: TestApp, seconds: number): Promise<void> {
  const { database } = test.database;
  await sql`UPDATE alert_events SET false_since = false_since - ${seconds} * interval '1 second'
    WHERE ended_at IS NULL`.execute(database);
  await sql`UPDATE alert_deliveries SET next_attempt_at = next_attempt_at - ${seconds} * interval '1 second'
    WHERE status = 'pending'`.execute(database);
}

/** Inserts a job that ended that many minutes ago. */
export async function insertEndedJob(
  test: TestApp,
  outcome: "completed" | "partial" | "failed" | "cancelled",
  minutesAgo = 1,
): Promise<void> {
  const status = outcome === "partial" ? "completed" : outcome;
  const { database } = test.database;
  await sql`
    WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
    INSERT INTO tasks (task_name, status, lineage_id, result, created_at, completed_at)
    SELECT 'unit_creation', ${status}, id, jsonb_build_object('unit_status', ${outcome}::text),
      clock_timestamp() - interval '2 days', clock_timestamp() - ${minutesAgo} * interval '1 minute' FROM lineage`.execute(
    database,
  );
}
