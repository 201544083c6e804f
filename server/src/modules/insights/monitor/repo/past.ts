import { type RawBuilder, sql } from "kysely";

/** A moment as a parameter. */
export function momentOf(as_of: string): RawBuilder<string> {
  return sql<string>`${as_of}::timestamptz`;
}

/**
 * The status that a row of `alias` had at the moment. A row that did not change since has it still; of others the last change
 * before the moment tells, by `status_changes_entity` in the weeks from the row's creation on. `first`: between the row's birth and
 * its first recorded change.
 */
export function statusAt(
  alias: string,
  moment: RawBuilder<string>,
  first: string | RawBuilder<string>,
): RawBuilder<string> {
  const [id, status] = [sql.ref(`${alias}.id`), sql.ref(`${alias}.status`)];
  const [created_at, updated_at] = [sql.ref(`${alias}.created_at`), sql.ref(`${alias}.updated_at`)];
  return sql<string>`CASE WHEN ${updated_at} <= ${moment} THEN ${status} ELSE coalesce((
    SELECT c.to_status FROM status_changes c
    WHERE c.entity_id = ${id} AND c.at >= ${created_at} - interval '1 minute' AND c.at <= ${moment}
    ORDER BY c.at DESC LIMIT 1), ${first}) END`;
}

/** The unit's title at the moment, of rows of `task_lives`. Reads `former_unit_titles_unit`. */
export function titleAt(alias: string, moment: RawBuilder<string>): RawBuilder<string | null> {
  return sql<string | null>`coalesce((
    SELECT f.title FROM former_unit_titles f
    WHERE f.unit_id = ${sql.ref(`${alias}.unit_id`)} AND f.until > ${moment} ORDER BY f.until LIMIT 1), ${sql.ref(`${alias}.unit_title`)})`;
}

/**
 * Joins `wait`: since when a task of `alias` might start and why it was paused at the moment. Reads `former_task_waits_task`, and
 * only of tasks that changed since.
 */
export function joinWaitAt(alias: string, moment: RawBuilder<string>): RawBuilder<unknown> {
  const own = (column: string) => sql.ref(`${alias}.${column}`);
  return sql`
    LEFT JOIN LATERAL (
      SELECT f.available_at, f.pause_reason FROM former_task_waits f
      WHERE f.task_id = ${own("id")} AND f.until > ${moment} AND ${own("updated_at")} > ${moment} ORDER BY f.until LIMIT 1
    ) former ON true
    CROSS JOIN LATERAL (
      SELECT CASE WHEN former.available_at IS NULL THEN ${own("available_at")} ELSE former.available_at END AS available_at,
        CASE WHEN former.available_at IS NULL THEN ${own("pause_reason")} ELSE former.pause_reason END AS pause_reason
    ) wait`;
}

/**
 * Tasks that were born and had not ended at the moment, as a FROM item: unfinished ones by `tasks_live`, ended ones by
 * `tasks_lifetime`.
 */
export function tasksAliveAt(moment: RawBuilder<string>): RawBuilder<unknown> {
  const columns = sql`id, task_name, status, executor, connection_id, started_at, queue_name, priority, cancel_requested_at, created_at, updated_at,
    available_at, pause_reason`;
  return sql`(
    SELECT ${columns} FROM task_lives
    WHERE status IN ('pending', 'in_progress', 'retry', 'paused') AND created_at <= ${moment}
    UNION ALL
    SELECT ${columns} FROM task_lives
    WHERE completed_at IS NOT NULL AND tstzrange(created_at, greatest(created_at, completed_at)) @> ${moment})`;
}
