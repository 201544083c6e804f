import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import type { TaskStatus } from "../../task-queue/public.ts";
import type { ConnectionHealth } from "../connections/models.ts";

/** A mirrored run with its connection. Times are ISO 8601. */
export interface OutsideRun {
  readonly id: string;
  readonly connection_id: string;
  readonly connection_name: string;
  readonly connection_health: ConnectionHealth;
  readonly connection_health_reason: string | null;
  readonly connection_last_sync_at: string | null;
  readonly connection_disabled_at: string | null;
  readonly connection_removed_at: string | null;
  readonly external_id: string;
  readonly flow_name: string;
  readonly external_run_name: string | null;
  readonly status: string;
  readonly task_id: string | null;
  readonly parent_flow_run_id: string | null;
  /** Not null: it is a subflow, whether or not its parent is mirrored. */
  readonly external_parent_task_run_id: string | null;
  readonly external_url: string | null;
  readonly external_state: string | null;
  readonly external_state_type: string | null;
  readonly external_state_id: string | null;
  readonly external_state_at: string | null;
  readonly external_deployment_id: string | null;
  readonly external_deployment_name: string | null;
  readonly external_work_pool: string | null;
  readonly attempt: number;
  readonly progress_source: "artifact" | "label" | "counts" | null;
  readonly observed_at: string | null;
  readonly last_heartbeat_at: string | null;
  readonly missing_upstream_at: string | null;
  readonly suspect_since: string | null;
  readonly suspect_reason: string | null;
  /** It was launched for a unit that belongs to another task by now. */
  readonly is_unit_elsewhere: boolean;
}

/** Null when there is no such run or it is one of ours. */
export async function findOutsideRun(
  database: Database | Transaction,
  id: string,
): Promise<OutsideRun | null> {
  const { rows } = await sql<OutsideRun>`
    SELECT r.id, r.connection_id, c.name AS connection_name, c.health AS connection_health,
      c.health_reason AS connection_health_reason, c.last_sync_at AS connection_last_sync_at,
      c.disabled_at AS connection_disabled_at, c.removed_at AS connection_removed_at,
      r.external_id, r.flow_name, r.external_run_name, r.status, r.task_id, r.parent_flow_run_id,
      r.external_parent_task_run_id, r.external_url,
      r.external_state, r.external_state_type, r.external_state_id, r.external_state_at, r.external_deployment_id,
      r.external_deployment_name, r.external_work_pool, r.attempt, r.progress_source, r.observed_at, r.last_heartbeat_at,
      r.missing_upstream_at, r.suspect_since, r.suspect_reason,
      EXISTS (SELECT 1 FROM outside_tasks t JOIN unit_states u ON u.id = t.unit_id
        WHERE t.id = r.task_id AND t.executor = 'external' AND u.task_id IS DISTINCT FROM t.id) AS is_unit_elsewhere
    FROM outside_runs r JOIN connections c ON c.id = r.connection_id WHERE r.id = ${id}::uuid`.execute(
    database,
  );
  return rows[0] ?? null;
}

/** Whether there is a run with this id, one of ours or not. */
export async function hasFlowRun(database: Database, id: string): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM flow_run_states WHERE id = ${id}::uuid`.execute(database);
  return rows.length > 0;
}

export async function hasTask(database: Database, id: string): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM task_states WHERE id = ${id}::uuid`.execute(database);
  return rows.length > 0;
}

/** Whether steps or subflows of a run have not ended. Indexes: `flow_runs_parent`, `flow_step_runs_flow_run`. */
export async function hasUnendedParts(database: Database, flow_run_id: string): Promise<boolean> {
  const { rows } = await sql`
    WITH RECURSIVE below AS (
      SELECT id, status FROM outside_runs WHERE id = ${flow_run_id}::uuid
      UNION ALL SELECT r.id, r.status FROM outside_runs r JOIN below b ON r.parent_flow_run_id = b.id
    )
    SELECT 1 FROM below b
    WHERE (b.id <> ${flow_run_id}::uuid AND b.status = 'running')
      OR EXISTS (SELECT 1 FROM outside_steps s WHERE s.flow_run_id = b.id AND s.status = 'running')
    LIMIT 1`.execute(database);
  return rows.length > 0;
}

/** A task that a run of a connection carries out. */
export interface OutsideTask {
  readonly id: string;
  readonly connection_id: string;
  readonly executor: "external" | "observed";
  readonly status: TaskStatus;
  readonly pause_reason: string | null;
  readonly external_id: string | null;
  readonly task_name: string;
  readonly inputs: unknown;
  readonly unit_id: string | null;
  readonly unit_title: string | null;
  readonly attempt: number;
  readonly progress_percentage: number;
  readonly current_step: string | null;
  readonly cancel_requested_at: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
}

export async function findOutsideTask(
  database: Database | Transaction,
  id: string,
): Promise<OutsideTask | null> {
  const { rows } = await sql<OutsideTask>`
    SELECT id, connection_id, executor, status, pause_reason, external_id, task_name, inputs, unit_id, unit_title, attempt,
      progress_percentage, current_step, cancel_requested_at, created_at, started_at
    FROM outside_tasks WHERE id = ${id}::uuid`.execute(database);
  return rows[0] ?? null;
}

/** What a unit is to be made from. */
export interface UnitToLaunch {
  readonly id: string;
  readonly title: string;
  readonly request: unknown;
  readonly learner_level: string;
  readonly target_lesson_count: number;
}

export async function findUnitToLaunch(database: Database, id: string): Promise<UnitToLaunch | null> {
  const { rows } = await sql<UnitToLaunch>`
    SELECT s.id, s.title, s.request, u.learner_level, u.target_lesson_count
    FROM unit_states s JOIN unit_summaries u ON u.id = s.id WHERE s.id = ${id}::uuid`.execute(database);
  return rows[0] ?? null;
}
