import { sql } from "kysely";
import type { Database } from "../../../../platform/database.ts";

/** What the outside engine that carries out a job says of its run. */
export interface OutsideRow {
  readonly task_id: string;
  readonly connection_name: string;
  readonly external_id: string | null;
  readonly external_state: string | null;
  readonly external_work_pool: string | null;
  readonly external_url: string | null;
  readonly suspect_since: string | null;
  readonly suspect_reason: string | null;
  readonly missing_upstream_at: string | null;
  /** Where `progress_percentage` comes from; with `counts`, or null, nobody told it. */
  readonly progress_source: "artifact" | "label" | "counts" | null;
  readonly progress_percentage: number;
  readonly steps_done: number;
  readonly total_steps: number | null;
  /** When the connection was in touch last; null while it is. */
  readonly connection_as_of: string | null;
}

/** As it is now, of those of the tasks that an outside engine carries out. Reads the runs by (task_id, flow_key). */
export async function listOutside(database: Database, task_ids: readonly string[]): Promise<OutsideRow[]> {
  if (task_ids.length === 0) return [];
  const { rows } = await sql<OutsideRow>`
    SELECT t.id AS task_id, c.name AS connection_name, t.external_id, f.external_state, f.external_work_pool, f.external_url, f.suspect_since,
      f.suspect_reason, f.missing_upstream_at, f.progress_source, coalesce(f.progress_percentage, 0)::float8 AS progress_percentage,
      coalesce(f.steps_done, 0) AS steps_done, f.total_steps,
      CASE WHEN c.health IN ('live', 'polling') AND c.disabled_at IS NULL AND c.removed_at IS NULL THEN NULL
        ELSE c.last_sync_at END AS connection_as_of
    FROM unnest(${[...task_ids]}::uuid[]) w (id)
    CROSS JOIN LATERAL (SELECT * FROM task_lives own WHERE own.id = w.id LIMIT 1) t
    JOIN connection_states c ON c.id = t.connection_id
    LEFT JOIN LATERAL (
      SELECT * FROM external_run_states own WHERE own.task_id = t.id AND own.external_id = t.external_id LIMIT 1
    ) f ON true`.execute(database);
  return rows;
}

/** Of a past moment only what never changes is told: what else an engine said then is not kept. */
export function asOfThePast(row: OutsideRow): OutsideRow {
  return {
    ...row,
    ...{ external_state: null, suspect_since: null, suspect_reason: null, missing_upstream_at: null },
    ...{
      progress_source: null,
      progress_percentage: 0,
      steps_done: 0,
      total_steps: null,
      connection_as_of: null,
    },
  };
}
