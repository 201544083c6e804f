import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import { engineConditions } from "../../../platform/engines.ts";
import type { Listing } from "../../../platform/listing.ts";
import {
  selectByIds,
  selectGivenIds,
  selectNewestIds,
  type TextSearch,
} from "../../../platform/newest-ids.ts";
import type { PagePosition } from "../../../platform/page.ts";
import { containing, type FoundWords } from "../../../platform/search-words.ts";
import { durationSpan } from "../../../platform/spans.ts";
import type { TaskFilter } from "../filter.ts";
import type { QueueStatus, RelatedTask, TaskAttempt, TaskSummary, WorkerSummary } from "../models.ts";

/**
 * Tasks. Without a filter the primary key is read; `status` uses `tasks_status` or `tasks_failed`, `task_name` `tasks_name`,
 * `unit_id` `tasks_unit`, `user_id` `tasks_user`, `engine` `tasks_outside`, `connection_id` `tasks_connection`, `mode` `tasks_mode`, a duration `tasks_duration`; a time range bounds the id,
 * because UUIDv7 ids carry the time. Words are found in the unit's title (`tasks_unit`), the inputs (by id), the error
 * (`tasks_error`) and the type (`tasks_name`).
 */
export const taskListing: Listing<TaskFilter> = {
  view: "task_summaries",
  names: { table: "tasks", columns: ["task_name"] },
  selectIds: selectTaskIds,
};

function selectTaskIds(
  filter: TaskFilter,
  found: FoundWords | null,
  position: PagePosition,
  limit: number,
): RawBuilder<{ id: string }> {
  const conditions: RawBuilder<unknown>[] = [];
  if (filter.task_name) conditions.push(sql`task_name = ${filter.task_name}`);
  if (filter.unit_id) conditions.push(sql`unit_id = ${filter.unit_id}`);
  if (filter.user_id) conditions.push(sql`user_id = ${filter.user_id}`);
  conditions.push(...engineConditions(filter));
  // Spelled as the condition of the partial index, which a parameter does not imply.
  if (filter.mode) conditions.push(sql`mode = ${sql.lit(filter.mode)}`);
  return selectNewestIds({
    table: "tasks",
    conditions,
    created: filter,
    anyOf: filter.status && { column: "status", values: filter.status },
    spans: [durationSpan(filter, "started_at", "completed_at")],
    text: found === null ? undefined : textSearch(found, filter.unit_id !== undefined),
    position,
    limit,
  });
}

function textSearch(found: FoundWords, isNarrow: boolean): TextSearch {
  const pattern = containing(found.words);
  return {
    found,
    lookUps: [
      { column: "unit_id", values: found.unit_ids },
      { column: "id", values: found.task_ids },
      { column: "error_fingerprint", values: found.fingerprints },
      { column: "task_name", values: found.names.task_name ?? [] },
    ],
    isNarrow,
    join: sql`LEFT JOIN unit_states u ON u.id = newest.unit_id`,
    holds: sql`(coalesce(u.title, newest.unit_title) ILIKE ${pattern} OR newest.task_name ILIKE ${pattern}
      OR newest.error_message ILIKE ${pattern} OR newest.error_code ILIKE ${pattern}
      OR short_words_of_inputs(newest.inputs) ILIKE ${pattern})`,
  };
}

export async function findTask(
  database: Database,
  id: string,
): Promise<(TaskSummary & { inputs: unknown; result: unknown }) | null> {
  const result = await sql<TaskSummary & { inputs: unknown; result: unknown }>`
    SELECT t.*, own.inputs, own.result FROM task_summaries t JOIN tasks own ON own.id = t.id WHERE t.id = ${id}`.execute(
    database,
  );
  return result.rows[0] ?? null;
}

/** Rows for the change stream, in no order. */
export async function listTaskSummaries(database: Database, ids: readonly string[]): Promise<TaskSummary[]> {
  const result = await selectByIds<TaskSummary>("task_summaries", selectGivenIds(ids)).execute(database);
  return result.rows;
}

export async function listWorkerSummaries(
  database: Database,
  ids: readonly string[],
): Promise<WorkerSummary[]> {
  const result = await selectByIds<WorkerSummary>("worker_summaries", selectGivenIds(ids)).execute(database);
  return result.rows;
}

export async function listAttempts(database: Database, task_id: string): Promise<TaskAttempt[]> {
  const result = await sql<TaskAttempt>`
    SELECT a.attempt, a.fence, a.worker_id, w.host AS worker_host, w.pid AS worker_pid, a.claimed_at, a.ended_at, a.outcome,
      a.error_code
    FROM task_attempts a JOIN workers w ON w.id = a.worker_id
    WHERE a.task_id = ${task_id} ORDER BY a.attempt`.execute(database);
  return result.rows;
}

/**
 * Tasks of the same lineage, of the one that it continues, and the chain of retries before and after, oldest first, at most 200. Tasks of one story have one
 * unit, whose index `tasks_unit` bounds the search; a task without a unit has only itself and its retries.
 */
export async function listRelatedTasks(
  database: Database,
  task: Pick<TaskSummary, "id" | "unit_id" | "lineage_id" | "retry_of_task_id">,
): Promise<RelatedTask[]> {
  const result = await sql<RelatedTask>`
    SELECT ${relatedColumns}
    FROM tasks t
    WHERE id <> ${task.id} AND (
      (unit_id = ${task.unit_id} AND (lineage_id = ${task.lineage_id} OR retry_of_task_id IS NOT NULL
        OR lineage_id = (SELECT parent_id FROM lineages WHERE id = ${task.lineage_id})
        OR id IN (SELECT r.retry_of_task_id FROM tasks r WHERE r.unit_id = ${task.unit_id})))
      OR id = ${task.retry_of_task_id})
    ORDER BY id LIMIT 200`.execute(database);
  return result.rows;
}

const relatedColumns = sql`t.id, t.task_name, t.status, t.mode, t.lineage_id, t.retry_of_task_id, t.error_code, t.created_at,
  t.completed_at`;

/** The tasks that began child lineages, oldest first, at most 200. Reads `lineages_parent` and `tasks_begun_lineage`. */
export async function listChildTasks(database: Database, lineage_id: string): Promise<RelatedTask[]> {
  const result = await sql<RelatedTask>`
    SELECT ${relatedColumns} FROM lineages l JOIN tasks t ON t.lineage_id = l.id AND t.mode IN ('fork', 'regenerate')
    WHERE l.parent_id = ${lineage_id} ORDER BY t.id LIMIT 200`.execute(database);
  return result.rows;
}

/** All workers that live and those that ended within the last day, newest first, at most 200. */
export async function listWorkers(database: Database): Promise<WorkerSummary[]> {
  const result = await sql<WorkerSummary>`
    SELECT * FROM worker_summaries WHERE dead_at IS NULL OR dead_at > clock_timestamp() - interval '1 day'
    ORDER BY id DESC LIMIT 200`.execute(database);
  return result.rows;
}

/** Workers that are not dead, newest first, at most 200. Reads `workers_alive`. */
export async function listLiveWorkers(database: Database): Promise<WorkerSummary[]> {
  const result = await sql<WorkerSummary>`
    SELECT * FROM worker_summaries WHERE dead_at IS NULL ORDER BY id DESC LIMIT 200`.execute(database);
  return result.rows;
}

/** Depth and age of our own queue. Reads `tasks_live` and `tasks_claimable`: only unfinished rows. */
export async function readQueueStatus(database: Database): Promise<QueueStatus> {
  const result = await sql<QueueStatus>`
    SELECT count(*) FILTER (WHERE t.status = 'pending')::int AS pending,
      count(*) FILTER (WHERE t.status = 'in_progress')::int AS in_progress,
      count(*) FILTER (WHERE t.status = 'retry')::int AS retry,
      count(*) FILTER (WHERE t.status = 'paused')::int AS paused,
      coalesce(extract(epoch FROM clock_timestamp() - min(t.available_at) FILTER (
        WHERE t.status IN ('pending', 'retry') AND t.available_at <= clock_timestamp())), 0)::float8 AS oldest_waiting_seconds,
      (SELECT count(*) FROM tasks o WHERE o.status = 'in_progress' AND o.executor <> 'worker'
        AND o.connection_id IS NOT NULL)::int AS outside_running,
      (SELECT count(*) FROM worker_summaries WHERE health = 'healthy')::int AS workers_healthy,
      (SELECT count(*) FROM workers WHERE dead_at IS NULL)::int AS workers_total,
      (SELECT coalesce(sum(capacity), 0) FROM workers WHERE dead_at IS NULL)::int AS capacity,
      (SELECT coalesce(sum(running), 0) FROM workers WHERE dead_at IS NULL)::int AS running
    FROM tasks t WHERE t.status IN ('pending', 'in_progress', 'retry', 'paused') AND t.executor = 'worker'`.execute(
    database,
  );
  const row = result.rows[0];
  if (row === undefined) throw new Error("An aggregate returned no row");
  return row;
}
