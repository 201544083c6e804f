import { sql } from "kysely";
import type { Database } from "../../../../platform/database.ts";

/** What a reader has seen: PostgreSQL's own rule says what is new to it, no clock. */
export interface Seen {
  readonly snapshot: string;
  readonly database_started_at: string;
}

/** What became visible since a reader looked, told for unfinished jobs; `null`: too much to tell, everything may be new. */
export interface JobChanges {
  readonly seen: Seen;
  readonly changes: readonly JobChange[] | null;
}

export interface JobChange {
  readonly entity: "flow_run" | "step_run" | "llm_request";
  /** Null: of no job. */
  readonly task_id: string | null;
  readonly flow_run_id: string | null;
}

/** More are not worth reading one by one. */
const mostChanges = 2_000;

/**
 * The runs, steps and requests that changed in transactions which became visible after `former`. Reads `live_changes` by its slots'
 * indexes on xid and the rows by their primary keys; a row that is gone tells not whose it was.
 */
export async function readJobChanges(database: Database, former: Seen | null): Promise<JobChanges> {
  const snapshot = former?.snapshot ?? null;
  const { rows } = await sql<Seen & { changes: JobChange[]; change_count: number; is_told: boolean }>`
    WITH changed AS MATERIALIZED (
      SELECT DISTINCT l.entity, l.id FROM live_changes l
      WHERE ${snapshot}::text IS NOT NULL AND l.xid >= pg_snapshot_xmin(${snapshot}::pg_snapshot)
        AND NOT pg_visible_in_snapshot(l.xid, ${snapshot}::pg_snapshot) AND l.entity IN ('flow_run', 'step_run', 'llm_request')
      LIMIT ${mostChanges + 1}
    ), owned AS MATERIALIZED (
      SELECT c.entity, o.task_id, o.flow_run_id, o.is_found
      FROM changed c
      LEFT JOIN LATERAL (
        (SELECT task_id, id AS flow_run_id, true AS is_found FROM flow_run_lives own WHERE c.entity = 'flow_run' AND own.id = c.id LIMIT 1)
        UNION ALL
        (SELECT task_id, flow_run_id, true FROM step_lives own WHERE c.entity = 'step_run' AND own.id = c.id LIMIT 1)
        UNION ALL
        (SELECT task_id, flow_run_id, true FROM llm_request_summaries own WHERE c.entity = 'llm_request' AND own.id = c.id LIMIT 1)
      ) o ON true
    )
    SELECT pg_current_snapshot()::text AS snapshot, pg_postmaster_start_time() AS database_started_at,
      count(*)::int AS change_count, coalesce(bool_and(is_found IS TRUE), true) AS is_told,
      coalesce(jsonb_agg(DISTINCT jsonb_build_object('entity', entity, 'task_id', task_id, 'flow_run_id', flow_run_id)), '[]') AS changes
    FROM owned`.execute(database);
  const [row] = rows;
  if (row === undefined) throw new Error("Sums without a row");
  const { changes, change_count, is_told, ...seen } = row;
  const isWhole = former?.database_started_at === seen.database_started_at && is_told;
  return { seen, changes: isWhole && change_count <= mostChanges ? changes : null };
}
