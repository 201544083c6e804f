import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import type { MirroredLogLine } from "../public.ts";

/** Lines of a run that are known by their external id stay as they are. Answers how many are new. */
export async function insertMirroredLogs(
  transaction: Transaction,
  lines: readonly MirroredLogLine[],
): Promise<number> {
  if (lines.length === 0) return 0;
  const result = await sql`
    INSERT INTO step_logs (flow_run_id, step_run_id, at, level, message, external_id)
    SELECT flow_run_id, step_run_id, at, level, message, external_id
    FROM jsonb_to_recordset(${JSON.stringify(lines)}::jsonb)
      AS l (flow_run_id uuid, step_run_id uuid, at timestamptz, level text, message text, external_id text)
    ON CONFLICT (flow_run_id, external_id) WHERE external_id IS NOT NULL DO NOTHING`.execute(transaction);
  return Number(result.numAffectedRows ?? 0n);
}

/** The oldest line to keep when there are more than `keep`; else null. Walks `step_logs_flow_run` backwards. */
export async function findOldestKeptLine(
  transaction: Transaction,
  flow_run_id: string,
  keep: number,
): Promise<string | null> {
  const result = await sql<{ id: string; has_older: boolean }>`
    SELECT id, EXISTS (SELECT FROM step_logs o WHERE o.flow_run_id = l.flow_run_id AND o.id < l.id) AS has_older
    FROM step_logs l WHERE flow_run_id = ${flow_run_id} ORDER BY id DESC OFFSET ${keep - 1} LIMIT 1`.execute(
    transaction,
  );
  const [line] = result.rows;
  return line?.has_older === true ? line.id : null;
}

export async function deleteLogsBefore(
  transaction: Transaction,
  flow_run_id: string,
  id: string,
): Promise<void> {
  await sql`DELETE FROM step_logs WHERE flow_run_id = ${flow_run_id} AND id < ${id}`.execute(transaction);
}

/** The line says from now on what the lines before it were. */
export async function turnIntoNote(transaction: Transaction, id: string, note: string): Promise<void> {
  await sql`
    UPDATE step_logs SET message = ${note}, level = 'info', step_run_id = NULL, external_id = 'older'
    WHERE id = ${id}`.execute(transaction);
}

/** The latest time among the newest 500 lines: a line can come later than one that was written after it. */
export async function findNewestLogTime(database: Database, flow_run_id: string): Promise<string | null> {
  const result = await sql<{ at: string | null }>`
    SELECT max(at) AS at FROM (
      SELECT at FROM step_logs WHERE flow_run_id = ${flow_run_id} AND external_id IS NOT NULL
      ORDER BY id DESC LIMIT 500
    ) newest`.execute(database);
  return result.rows[0]?.at ?? null;
}

/** Reads `flow_step_runs_external`. */
export async function findStepIds(
  database: Database,
  connection_id: string,
  external_ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (external_ids.length === 0) return new Map();
  const result = await sql<{ external_id: string; id: string }>`
    SELECT external_id, id FROM flow_step_runs
    WHERE connection_id = ${connection_id} AND external_id = ANY (${[...external_ids]}::text[])`.execute(
    database,
  );
  return new Map(result.rows.map(({ external_id, id }) => [external_id, id]));
}
