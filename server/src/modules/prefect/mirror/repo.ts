import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";

// "cmir" as a number, so that nothing else takes the same locks by accident.
const applyLockClass = 0x636d6972;

/** Until the end of the transaction nobody else writes rows of this connection. */
export async function lockConnectionRows(transaction: Transaction, lock_key: number): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${applyLockClass}::int, ${lock_key}::int)`.execute(transaction);
}

export interface LaunchedTask {
  readonly id: string;
  readonly external_id: string | null;
  readonly unit_id: string | null;
  readonly unit_title: string | null;
}

/** Tasks that this connection carries out, by their own id (the key of the launch) or by their run's. */
export async function findLaunchedTasks(
  database: Database | Transaction,
  connection_id: string,
  by: { readonly ids: readonly string[]; readonly external_ids: readonly string[] },
): Promise<LaunchedTask[]> {
  if (by.ids.length === 0 && by.external_ids.length === 0) return [];
  const { rows } = await sql<LaunchedTask>`
    SELECT id, external_id, unit_id, unit_title FROM task_summaries
    WHERE connection_id = ${connection_id} AND executor = 'external' AND id = ANY(${[...by.ids]}::uuid[])
    UNION
    SELECT id, external_id, unit_id, unit_title FROM task_summaries
    WHERE connection_id = ${connection_id} AND executor = 'external' AND external_id = ANY(${[...by.external_ids]}::text[])
  `.execute(database);
  return rows;
}

/** Titles of those units that exist. */
export async function findUnitTitles(
  transaction: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await transaction
    .selectFrom("unit_summaries")
    .select(["id", "title"])
    .where("id", "in", [...ids])
    .$narrowType<{ id: string; title: string }>()
    .execute();
  return new Map(rows.map(({ id, title }) => [id, title]));
}

/** Undefined when nothing was stored under this name. */
export async function readCursor(
  database: Database,
  connection_id: string,
  stream: string,
): Promise<unknown> {
  const row = await database
    .selectFrom("connection_cursors")
    .select("value")
    .where("connection_id", "=", connection_id)
    .where("stream", "=", stream)
    .executeTakeFirst();
  return row?.value;
}

export async function saveCursor(
  transaction: Transaction,
  connection_id: string,
  cursor: { readonly stream: string; readonly value: unknown },
): Promise<void> {
  const value = JSON.stringify(cursor.value);
  await sql`
    INSERT INTO connection_cursors (connection_id, stream, value)
    VALUES (${connection_id}, ${cursor.stream}, ${value}::jsonb)
    ON CONFLICT (connection_id, stream) DO UPDATE
    SET value = EXCLUDED.value, updated_at = clock_timestamp()
    WHERE connection_cursors.value IS DISTINCT FROM EXCLUDED.value
  `.execute(transaction);
}
