import { sql } from "kysely";
import type { Database, Transaction } from "../../platform/database.ts";
import type { SeedRows } from "./rows.ts";

/** Whether an earlier seed left units that still exist. Index: the primary key `(user_id, key)` for one user. */
export async function hasSampleUnits(database: Database | Transaction, user_id: string): Promise<boolean> {
  const result = await sql<{ found: boolean }>`
    SELECT EXISTS (SELECT 1 FROM idempotency_keys WHERE user_id = ${user_id} AND key LIKE 'sample:%') AS found`.execute(
    database,
  );
  return result.rows[0]?.found === true;
}

/** The administrator of this machine, whose units the samples are. */
export async function findFirstAdministrator(database: Database): Promise<string | null> {
  const row = await database
    .selectFrom("users")
    .select("id")
    .where("role", "=", "admin")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Lets one seed run at a time, until the end of the transaction. */
export async function lockSeed(transaction: Transaction): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('coursewright.seed'))`.execute(transaction);
}

/** The samples reach back some days: their payload partitions have to exist. */
export async function ensurePartitions(transaction: Transaction): Promise<void> {
  await sql`SELECT ensure_time_partitions()`.execute(transaction);
}

/** Inserts everything, each table after those that it refers to. */
export async function insertSeedRows(transaction: Transaction, rows: SeedRows): Promise<void> {
  await transaction.insertInto("workers").values(rows.workers).execute();
  // Units and tasks refer to each other: a unit gets its task once that exists.
  const units = rows.units.map((unit) => ({
    ...unit,
    ...{ task_id: null, lineage_id: null, content_task_id: null, content_lineage_id: null },
  }));
  await transaction.insertInto("units").values(units).execute();
  await transaction.insertInto("unit_sources").values(rows.unit_sources).execute();
  await transaction.insertInto("lineages").values(rows.lineages).execute();
  await transaction.insertInto("tasks").values(rows.tasks).execute();
  await transaction.insertInto("task_attempts").values(rows.task_attempts).execute();
  for (const unit of rows.units) {
    const { id, task_id, lineage_id, content_task_id, content_lineage_id } = unit;
    if (id === undefined || task_id == null) continue;
    const made = { task_id, lineage_id, content_task_id, content_lineage_id };
    await transaction.updateTable("units").set(made).where("id", "=", id).execute();
  }
  await transaction.insertInto("lessons").values(rows.lessons).execute();
  await transaction.insertInto("flow_runs").values(rows.flow_runs).execute();
  await transaction.insertInto("payloads_flow_runs").values(rows.payloads_flow_runs).execute();
  await insertSteps(transaction, rows);
  await transaction.insertInto("llm_requests").values(rows.llm_requests).execute();
  await transaction.insertInto("payloads_llm_requests").values(rows.payloads_llm_requests).execute();
  await transaction.insertInto("step_logs").values(rows.step_logs).execute();
  await transaction.insertInto("idempotency_keys").values(rows.idempotency_keys).execute();
}

async function insertSteps(transaction: Transaction, rows: SeedRows): Promise<void> {
  await transaction.insertInto("flow_step_runs").values(rows.flow_step_runs).execute();
  await transaction.insertInto("payloads_step_runs").values(rows.payloads_step_runs).execute();
}

/** Names the request that made a recording or picture, unless an earlier seed has. */
export async function creditMedia(
  transaction: Transaction,
  media_id: string,
  llm_request_id: string,
): Promise<void> {
  await transaction
    .updateTable("media")
    .set({ made_by_llm_request_id: llm_request_id })
    .where("id", "=", media_id)
    .where("made_by_llm_request_id", "is", null)
    .execute();
}

/** Keeps the recordings and pictures that recorded steps of these units name, as making them would have. */
export async function keepMediaOfSteps(transaction: Transaction, unit_ids: readonly string[]): Promise<void> {
  await sql`
    INSERT INTO media_uses (media_id, unit_id, lineage_id)
    SELECT DISTINCT m.id, t.unit_id, s.lineage_id
    FROM flow_step_runs s
    JOIN tasks t ON t.id = s.task_id
    JOIN media m ON m.id::text = s.output ->> 'media_id'
    WHERE t.unit_id = ANY(${[...unit_ids]}::uuid[])
    ON CONFLICT DO NOTHING`.execute(transaction);
}
