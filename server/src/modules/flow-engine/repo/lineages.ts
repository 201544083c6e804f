import { sql } from "kysely";
import type { Transaction } from "../../../platform/database.ts";

/**
 * Names of the recorded steps of one flow path, the lineage's own and those of its ancestors that still count. Reads
 * `flow_step_runs_memo` by lineage.
 */
export async function listRecordedSteps(
  transaction: Transaction,
  lineage_id: string,
  flow_path: string,
): Promise<string[]> {
  const result = await sql<{ step_name: string }>`
    SELECT DISTINCT s.step_name
    FROM (
      SELECT ${lineage_id}::uuid AS lineage_id, NULL::timestamptz AS until, '{}'::text[] AS rebuilt_paths
      UNION ALL SELECT lineage_id, until, rebuilt_paths FROM lineage_ancestors(${lineage_id}::uuid)
    ) a
    JOIN flow_step_runs s ON s.lineage_id = a.lineage_id AND s.status = 'completed' AND s.reused_from_step_run_id IS NULL
      AND s.superseded_at IS NULL
    WHERE s.flow_path = ${flow_path} AND (a.until IS NULL OR s.completed_at <= a.until)
      AND NOT is_path_within(s.flow_path, a.rebuilt_paths)`.execute(transaction);
  return result.rows.map(({ step_name }) => step_name);
}

/** Marks the rows of ancestors that the lineage has replaced. */
export async function supersedeRebuiltSteps(transaction: Transaction, lineage_id: string): Promise<void> {
  await sql`SELECT supersede_rebuilt_steps(${lineage_id}::uuid)`.execute(transaction);
}
