import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import {
  containing,
  selectByIds,
  selectGivenIds,
  selectNewestIds,
  type TextSearch,
} from "../../../platform/newest-ids.ts";
import { countCap, type Page, pageFrom, readCursor } from "../../../platform/page.ts";
import type {
  QueueStatus,
  RelatedTask,
  TaskAttempt,
  TaskFilter,
  TaskSummary,
  WorkerSummary,
} from "../models.ts";

/**
 * One page of tasks, newest first. Without a filter it reads the primary key backwards; `status` uses `tasks_status` or
 * `tasks_failed`, `task_name` `tasks_name`, `unit_id` `tasks_unit`; a time range bounds the id, because UUIDv7 ids carry the
 * time. Words are looked for in the newest 20,000 that fit otherwise.
 */
export async function listTasks(
  database: Database,
  filter: TaskFilter,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<TaskSummary>> {
  const after = page.cursor === undefined ? null : readCursor(page.cursor);
  const rows = await selectByIds<TaskSummary>(
    "task_summaries",
    selectTaskIds(filter, after, page.limit + 1),
  ).execute(database);
  const counted = await sql<{ count: number }>`
    SELECT count(*) AS count FROM (${selectTaskIds(filter, null, countCap + 1)}) capped`.execute(database);
  return pageFrom(rows.rows, page.limit, counted.rows[0]?.count ?? 0);
}

function selectTaskIds(filter: TaskFilter, after: string | null, limit: number): RawBuilder<{ id: string }> {
  const conditions: RawBuilder<unknown>[] = [];
  if (filter.task_name) conditions.push(sql`task_name = ${filter.task_name}`);
  if (filter.unit_id) conditions.push(sql`unit_id = ${filter.unit_id}`);
  if (filter.created_from) conditions.push(sql`id >= uuidv7_floor(${filter.created_from}::timestamptz)`);
  if (filter.created_to) conditions.push(sql`id < uuidv7_floor(${filter.created_to}::timestamptz)`);
  const anyOf = filter.status && { column: "status", values: filter.status };
  return selectNewestIds({ table: "tasks", conditions, anyOf, text: textSearch(filter.q), after, limit });
}

function textSearch(words: string | undefined): TextSearch | undefined {
  if (words === undefined) return undefined;
  const pattern = containing(words);
  return {
    words,
    join: sql`LEFT JOIN unit_summaries u ON u.id = newest.unit_id`,
    holds: sql`(coalesce(u.title, newest.unit_title) ILIKE ${pattern} OR newest.task_name ILIKE ${pattern}
      OR newest.error_message ILIKE ${pattern} OR newest.error_code ILIKE ${pattern}
      OR newest.id::text LIKE ${`${words.toLowerCase()}%`})`,
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
 * Tasks of the same lineage and the chain of retries before and after, oldest first, at most 200. Tasks of one story have one
 * unit, whose index `tasks_unit` bounds the search; a task without a unit has only itself and its retries.
 */
export async function listRelatedTasks(
  database: Database,
  task: Pick<TaskSummary, "id" | "unit_id" | "lineage_id" | "retry_of_task_id">,
): Promise<RelatedTask[]> {
  const result = await sql<RelatedTask>`
    SELECT id, task_name, status, mode, lineage_id, retry_of_task_id, error_code, created_at, completed_at
    FROM tasks
    WHERE id <> ${task.id} AND (
      (unit_id = ${task.unit_id} AND (lineage_id = ${task.lineage_id} OR retry_of_task_id IS NOT NULL
        OR id IN (SELECT r.retry_of_task_id FROM tasks r WHERE r.unit_id = ${task.unit_id})))
      OR id = ${task.retry_of_task_id})
    ORDER BY id LIMIT 200`.execute(database);
  return result.rows;
}

/** All workers that live and those that ended within the last day, newest first, at most 200. */
export async function listWorkers(database: Database): Promise<WorkerSummary[]> {
  const result = await sql<WorkerSummary>`
    SELECT * FROM worker_summaries WHERE dead_at IS NULL OR dead_at > clock_timestamp() - interval '1 day'
    ORDER BY id DESC LIMIT 200`.execute(database);
  return result.rows;
}

/** Depth and age of the queue. Reads `tasks_live` and `tasks_claimable`: only unfinished rows. */
export async function readQueueStatus(database: Database): Promise<QueueStatus> {
  const result = await sql<QueueStatus>`
    SELECT count(*) FILTER (WHERE t.status = 'pending')::int AS pending,
      count(*) FILTER (WHERE t.status = 'in_progress')::int AS in_progress,
      count(*) FILTER (WHERE t.status = 'retry')::int AS retry,
      count(*) FILTER (WHERE t.status = 'paused')::int AS paused,
      coalesce(extract(epoch FROM clock_timestamp() - min(t.available_at) FILTER (
        WHERE t.status IN ('pending', 'retry') AND t.available_at <= clock_timestamp())), 0)::float8 AS oldest_waiting_seconds,
      (SELECT count(*) FROM worker_summaries WHERE health = 'healthy')::int AS workers_healthy,
      (SELECT count(*) FROM workers WHERE dead_at IS NULL)::int AS workers_total,
      (SELECT coalesce(sum(capacity), 0) FROM workers WHERE dead_at IS NULL)::int AS capacity,
      (SELECT coalesce(sum(running), 0) FROM workers WHERE dead_at IS NULL)::int AS running
    FROM tasks t WHERE t.status IN ('pending', 'in_progress', 'retry', 'paused')`.execute(database);
  const row = result.rows[0];
  if (row === undefined) throw new Error("An aggregate returned no row");
  return row;
}
