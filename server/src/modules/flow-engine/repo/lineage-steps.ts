import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import type { LineageStep } from "../public.ts";

/**
 * The newest row of each step that the lineage, or an ancestor as far as it counts, has made for the unit. Reads
 * `flow_runs_unit`, then the steps of each flow run by `flow_step_runs_flow_run`.
 */
export async function listLineageSteps(
  database: Database,
  unit_id: string,
  lineage_id: string,
): Promise<LineageStep[]> {
  const result = await sql<LineageStep>`
    SELECT DISTINCT ON (s.flow_path, s.step_name) s.flow_path, s.step_name, s.status, o.id AS result_step_run_id,
      o.started_at AS result_started_at, o.completed_at AS result_completed_at
    FROM flow_runs r
    JOIN flow_step_runs s ON s.flow_run_id = r.id
    JOIN flow_step_runs o ON o.id = coalesce(s.reused_from_step_run_id, s.id)
    JOIN (
      SELECT ${lineage_id}::uuid AS lineage_id, NULL::timestamptz AS until, '{}'::text[] AS rebuilt_paths
      UNION ALL SELECT lineage_id, until, rebuilt_paths FROM lineage_ancestors(${lineage_id}::uuid)
    ) a ON a.lineage_id = s.lineage_id
    WHERE r.unit_id = ${unit_id} AND s.superseded_at IS NULL AND o.superseded_at IS NULL
      AND (a.until IS NULL OR s.completed_at <= a.until) AND NOT is_path_within(s.flow_path, a.rebuilt_paths)
    ORDER BY s.flow_path, s.step_name, s.id DESC`.execute(database);
  return result.rows;
}

/** What a completed step recorded, as its two columns hold it; null when there is no such row. */
export async function findRecordedOutput(
  database: Database,
  step_run_id: string,
): Promise<{ readonly output: unknown; readonly output_zstd: Buffer | null } | null> {
  const result = await sql<{ output: unknown; output_zstd: Buffer | null }>`
    SELECT output, output_zstd FROM flow_step_runs WHERE id = ${step_run_id} AND status = 'completed'`.execute(
    database,
  );
  return result.rows[0] ?? null;
}
