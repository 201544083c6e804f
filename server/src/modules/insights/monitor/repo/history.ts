import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../../platform/database.ts";
import { engineConditions } from "../../../../platform/engines.ts";
import { searchWindow } from "../../../../platform/newest-ids.ts";
import { countCap } from "../../../../platform/page.ts";
import { containing } from "../../../../platform/search-words.ts";
import type { TaskMode } from "../../../task-queue/public.ts";
import { jobTaskNames } from "../../metrics/repo.ts";
import { type HistoryFilter, jobOutcomes } from "../models.ts";
import { momentOf, titleAt } from "./past.ts";

/** A task that ended, with what its result says of its lessons. */
export interface EndedRow {
  readonly id: string;
  readonly task_name: string;
  readonly mode: TaskMode;
  readonly connection_id: string | null;
  readonly unit_id: string | null;
  readonly unit_title: string | null;
  readonly learner_level: string | null;
  readonly target_lesson_count: number | null;
  readonly user_id: string | null;
  readonly user_name: string | null;
  readonly outcome: (typeof jobOutcomes)[number];
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly lessons_completed: number;
  readonly lessons_failed: number;
  readonly exercise_count: number;
  readonly attempt: number;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly completed_at: string;
  readonly duration_ms: number | null;
  readonly is_offline: boolean;
}

export interface HistoryPosition {
  /** Nothing that ended later. */
  readonly as_of: string;
  /** The last row that was seen. */
  readonly after: string | null;
  readonly limit: number;
}

// Words that fit more titles than this are tested row by row, and found soon.
const mostFound = 1_000;

/** Jobs that ended, newest end first. */
export async function listEnded(
  database: Database,
  filter: HistoryFilter,
  position: HistoryPosition,
): Promise<EndedRow[]> {
  const moment = momentOf(position.as_of);
  const found = await findWords(database, filter.q);
  const { rows } = await sql<EndedRow>`
    SELECT t.id, t.task_name, t.mode, t.connection_id, t.unit_id, ${titleAt("t", moment)} AS unit_title, t.learner_level,
      t.target_lesson_count, t.user_id, t.user_name, t.outcome, t.error_code, t.error_message, told.*, t.attempt, t.created_at,
      t.started_at, t.completed_at,
      greatest(0, extract(epoch FROM t.completed_at - t.started_at) * 1000)::float8 AS duration_ms, t.is_offline
    FROM (${selectEnded(filter, found, position)}) ended
    CROSS JOIN LATERAL (SELECT * FROM task_lives own WHERE own.id = ended.id LIMIT 1) t
    CROSS JOIN LATERAL (${lessonsTold}) told
    ORDER BY t.completed_at DESC, t.id DESC`.execute(database);
  return rows;
}

/** How many fit, at most `countCap + 1`; of common words `is_least` says that only the newest rows were looked at. */
export async function countEnded(
  database: Database,
  filter: HistoryFilter,
  as_of: string,
): Promise<{ count: number; is_least: boolean }> {
  const found = await findWords(database, filter.q);
  if (found !== null && found.unit_ids === null) {
    const newest = selectEnded(filter, null, { as_of, after: null, limit: searchWindow });
    const { rows } = await sql<{ count: number; is_least: boolean }>`
      SELECT count(*) FILTER (WHERE t.unit_title ILIKE ${found.pattern})::int AS count, count(*) >= ${searchWindow} AS is_least
      FROM (${newest}) newest
      CROSS JOIN LATERAL (SELECT unit_title FROM task_lives own WHERE own.id = newest.id LIMIT 1) t`.execute(
      database,
    );
    return rows[0] ?? { count: 0, is_least: false };
  }
  const selected = selectEnded(filter, found, { as_of, after: null, limit: countCap + 1 }, false);
  const { rows } = await sql<{
    count: number;
  }>`SELECT count(*)::int AS count FROM (${selected}) capped`.execute(database);
  return { count: rows[0]?.count ?? 0, is_least: false };
}

/**
 * From the result; where there is none, the lessons whose flow runs had ended well tell. A job's runs are read by (task_id, flow_key): of
 * failed ones the planner would read all that ever failed.
 */
const lessonsTold = sql`
  SELECT CASE WHEN t.result ? 'lesson_id' THEN 1
      WHEN t.result IS NOT NULL THEN coalesce((t.result ->> 'lessons_completed')::int, 0)
      ELSE l.completed END AS lessons_completed,
    CASE WHEN t.result ? 'lesson_id' THEN 0
      WHEN t.result IS NOT NULL THEN coalesce((t.result ->> 'lessons_failed')::int, 0)
      ELSE l.failed END AS lessons_failed,
    coalesce((t.result ->> 'exercises')::int, 0) AS exercise_count
  FROM (
    SELECT count(*) FILTER (WHERE f.status = 'completed')::int AS completed, count(*) FILTER (WHERE f.status = 'failed')::int AS failed
    FROM (SELECT flow_name, status FROM flow_run_lives WHERE task_id = t.id AND t.result IS NULL OFFSET 0) f
    WHERE f.flow_name = 'lesson_creation'
  ) l`;

interface Found {
  readonly pattern: string;
  /** Null: too many or too short, rows are tested one by one. */
  readonly unit_ids: readonly string[] | null;
  readonly task_ids: readonly string[];
}

const canBeLookedUp = /[\p{L}\p{N}]{3}/u;

/** Units and tasks that hold the words, by `units_title` and `task_texts_text`. */
async function findWords(database: Database, q: string | undefined): Promise<Found | null> {
  if (q === undefined) return null;
  const pattern = containing(q);
  if (!canBeLookedUp.test(q)) return { pattern, unit_ids: null, task_ids: [] };
  const { rows } = await sql<{ unit_ids: string[]; task_ids: string[] }>`
    SELECT ARRAY(SELECT id FROM find_units(${pattern}, NULL, ${mostFound + 1}::int))::text[] AS unit_ids,
      ARRAY(SELECT id FROM find_tasks(${pattern}, NULL, ${mostFound + 1}::int))::text[] AS task_ids`.execute(
    database,
  );
  const { unit_ids = [], task_ids = [] } = rows[0] ?? {};
  const isCommon = unit_ids.length > mostFound || task_ids.length > mostFound;
  return { pattern, unit_ids: isCommon ? null : unit_ids, task_ids };
}

/**
 * Ids of the rows that fit with their ends. One branch for each name and outcome in the order of `tasks_outcome`, merged; of one
 * person by `tasks_user_ended`, of one unit and of rare words by `tasks_unit` and the primary key, of outside engines by
 * `tasks_outside_ended`.
 */
function selectEnded(
  filter: HistoryFilter,
  found: Found | null,
  { as_of, after, limit }: HistoryPosition,
  isOrdered = true,
): RawBuilder<{ id: string; completed_at: string }> {
  const names = filter.task_name === undefined ? [...jobTaskNames] : [filter.task_name];
  const outcomes = filter.outcome ?? [...jobOutcomes];
  const bounds = [sql`completed_at IS NOT NULL`, sql`completed_at <= ${momentOf(as_of)}`];
  if (filter.completed_from !== undefined)
    bounds.push(sql`completed_at >= ${momentOf(filter.completed_from)}`);
  if (filter.completed_to !== undefined) bounds.push(sql`completed_at < ${momentOf(filter.completed_to)}`);
  if (after !== null) {
    bounds.push(
      sql`(completed_at, id) < ((SELECT l.completed_at FROM task_lives l WHERE l.id = ${after}::uuid), ${after}::uuid)`,
    );
  }
  if (filter.unit_id !== undefined) bounds.push(sql`unit_id = ${filter.unit_id}::uuid`);
  bounds.push(...engineConditions(filter));
  if (found !== null) bounds.push(holdsWords(found));
  const order = isOrdered ? sql`ORDER BY completed_at DESC, id DESC LIMIT ${limit}` : sql`LIMIT ${limit}`;
  const isOutside = filter.engine === "prefect" || filter.connection_id !== undefined;
  const isNarrow = isOutside || filter.unit_id !== undefined || (found !== null && found.unit_ids !== null);
  const anyOf = [sql`task_name = ANY (${names}::text[])`, sql`outcome = ANY (${outcomes}::text[])`];
  if (filter.user_id !== undefined) {
    const fits = sql.join([sql`user_id = ${filter.user_id}::uuid`, ...anyOf, ...bounds], sql` AND `);
    return sql`SELECT id, completed_at FROM task_lives own WHERE ${fits} ${order}`;
  }
  if (isNarrow) {
    return sql`SELECT id, completed_at FROM task_lives own WHERE ${sql.join([...anyOf, ...bounds], sql` AND `)} ${order}`;
  }
  return sql`
    SELECT e.id, e.completed_at FROM unnest(${names}::text[]) n (name) CROSS JOIN unnest(${outcomes}::text[]) o (outcome)
    CROSS JOIN LATERAL (
      SELECT id, completed_at FROM task_lives own
      WHERE own.task_name = n.name AND own.outcome = o.outcome AND ${sql.join(bounds, sql` AND `)} ${order}
    ) e ${order}`;
}

function holdsWords({ pattern, unit_ids, task_ids }: Found): RawBuilder<unknown> {
  // As a look-up of its own: a join would let the planner read all titles first.
  if (unit_ids === null) {
    return sql`(SELECT l.unit_title FROM task_lives l WHERE l.id = own.id) ILIKE ${pattern}`;
  }
  return sql`(unit_id = ANY (${[...unit_ids]}::uuid[]) OR id = ANY (${[...task_ids]}::uuid[]))`;
}
