import { type RawBuilder, sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import { countCap } from "../../../platform/page.ts";
import type { RequestGroup } from "../retry-options/service.ts";
import type { BulkAction, BulkActionName, BulkEntity, BulkItem, BulkItemStatus } from "./models.ts";

/** A bulk action as it is asked for. */
export interface WantedAction {
  readonly action: BulkActionName;
  readonly entity: BulkEntity;
  /** In the order of the list. */
  readonly ids: readonly string[];
}

/** An item that waits. */
export interface PendingItem {
  readonly id: string;
  readonly action: BulkActionName;
  readonly entity: BulkEntity;
  readonly entity_id: string;
  /** The unit or, to cancel, the task; null when the thing has none. */
  readonly target_id: string | null;
  /** Null: there is no such thing. */
  readonly title: string | null;
}

/** How an item ended. */
export interface ItemEnd {
  readonly status: Exclude<BulkItemStatus, "pending">;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly result_task_id: string | null;
}

/** How many of the wanted things the action would change, or would not and why (`verdict`). */
export interface VerdictCount {
  readonly verdict: string;
  readonly count: number;
}

export type BulkRepo = ReturnType<typeof createBulkRepo>;

/**
 * The wanted things with what the action would change (`target_id`), several things of one target as one row. Each id is looked
 * up by primary key, or the tables are hashed when there are many: 100,000 take some tenths of a second.
 */
function targets({ action, entity, ids }: WantedAction): RawBuilder<unknown> {
  const wanted = sql`unnest(${[...ids]}::uuid[]) WITH ORDINALITY AS w (id, place)`;
  const isCancel = action === "cancel";
  const from = {
    unit: sql`SELECT w.place, w.id AS entity_id, s.title, s.id AS unit_id, ${sql.ref(isCancel ? "s.task_id" : "s.id")} AS target_id
      FROM ${wanted} LEFT JOIN unit_states s ON s.id = w.id`,
    task: sql`SELECT w.place, w.id AS entity_id, coalesce(s.unit_title, s.task_name) AS title, s.unit_id,
      ${sql.ref(isCancel ? "s.id" : "s.unit_id")} AS target_id FROM ${wanted} LEFT JOIN task_states s ON s.id = w.id`,
    flow_run: sql`SELECT w.place, w.id AS entity_id, coalesce(s.unit_title, s.flow_name) AS title, s.unit_id,
      ${sql.ref(isCancel ? "s.task_id" : "s.unit_id")} AS target_id
      FROM ${wanted} LEFT JOIN flow_run_states s ON s.id = w.id`,
  }[entity];
  return sql`SELECT DISTINCT ON (coalesce(target_id, entity_id)) * FROM (${from}) chosen
    ORDER BY coalesce(target_id, entity_id), place`;
}

/** Mirrors what the queue and the retry of a unit refuse; the action itself asks them. */
function verdictOf(action: BulkActionName): RawBuilder<string> {
  if (action === "cancel") {
    return sql`CASE
      WHEN c.title IS NULL THEN 'missing'
      WHEN c.target_id IS NULL THEN 'no_task'
      WHEN t.status IN ('completed', 'failed', 'cancelled') THEN 'ended:' || t.status
      ELSE 'eligible' END`;
  }
  return sql`CASE
    WHEN c.title IS NULL THEN 'missing'
    WHEN c.target_id IS NULL THEN 'no_unit'
    WHEN u.status NOT IN ('failed', 'partial', 'cancelled') THEN 'status:' || u.status
    WHEN t.status IN ('pending', 'in_progress', 'retry', 'paused') THEN 'busy'
    WHEN ${action === "resume"} AND u.lineage_id IS NULL THEN 'nothing_recorded'
    ELSE 'eligible' END`;
}

function judged(wanted: WantedAction): RawBuilder<unknown> {
  return wanted.action === "cancel"
    ? sql`(${targets(wanted)}) c LEFT JOIN task_states t ON t.id = c.target_id`
    : sql`(${targets(wanted)}) c LEFT JOIN unit_states u ON u.id = c.target_id
        LEFT JOIN task_states t ON t.id = u.task_id`;
}

/** The statements on tables `bulk_actions` and `bulk_action_items`. */
export function createBulkRepo(database: Database) {
  return {
    /** Fixes what the action is for; answers how many items it has. */
    async insertAction(
      transaction: Transaction,
      task_id: string,
      wanted: WantedAction & { readonly filter: Readonly<Record<string, string>> | null },
    ): Promise<number> {
      await sql`
        INSERT INTO bulk_actions (task_id, action, entity, filter, item_count)
        VALUES (${task_id}, ${wanted.action}, ${wanted.entity},
          ${wanted.filter === null ? null : JSON.stringify(wanted.filter)}::jsonb, 0)`.execute(transaction);
      const { rows } = await sql<{ item_count: number }>`
        WITH made AS (
          INSERT INTO bulk_action_items (task_id, entity_id, target_id, title, unit_id)
          SELECT ${task_id}::uuid, entity_id, target_id, title, unit_id FROM (${targets(wanted)}) c ORDER BY place
          RETURNING 1
        )
        UPDATE bulk_actions SET item_count = (SELECT count(*) FROM made) WHERE task_id = ${task_id}
        RETURNING item_count`.execute(transaction);
      return rows[0]?.item_count ?? 0;
    },

    async countVerdicts(wanted: WantedAction): Promise<VerdictCount[]> {
      const { rows } = await sql<VerdictCount>`
        SELECT verdict, count(*)::int AS count FROM (
          SELECT ${verdictOf(wanted.action)} AS verdict FROM ${judged(wanted)}
        ) judged GROUP BY verdict ORDER BY count(*) DESC, verdict`.execute(database);
      return rows;
    },

    /** Eligible units that are to be written from scratch, grouped by what decides how much work each is. */
    async groupRequests(wanted: WantedAction): Promise<RequestGroup[]> {
      const { rows } = await sql<RequestGroup>`
        SELECT request -> 'authors' AS authors, request -> 'target_lesson_count' AS target_lesson_count,
          coalesce(jsonb_typeof(request -> 'sources') = 'array' AND request -> 'sources' <> '[]', false) AS has_sources,
          count(*)::int AS count
        FROM (SELECT u.request, ${verdictOf(wanted.action)} AS verdict FROM ${judged(wanted)}) judged
        WHERE verdict = 'eligible' GROUP BY 1, 2, 3`.execute(database);
      return rows;
    },

    /** Some of the eligible units. */
    async listEligibleUnits(wanted: WantedAction, limit: number): Promise<string[]> {
      const { rows } = await sql<{ id: string }>`
        SELECT target_id AS id FROM (SELECT c.target_id, ${verdictOf(wanted.action)} AS verdict FROM ${judged(wanted)}) judged
        WHERE verdict = 'eligible' LIMIT ${limit}`.execute(database);
      return rows.map(({ id }) => id);
    },

    /** Index: primary key; the counts read `bulk_action_items_status` alone. */
    async findAction(task_id: string): Promise<BulkAction | null> {
      const { rows } = await sql<BulkAction>`
        SELECT a.task_id, a.action, a.entity, a.filter, a.item_count AS total, n.pending, n.done, n.refused, n.failed
        FROM bulk_actions a CROSS JOIN LATERAL (
          SELECT count(*) FILTER (WHERE status = 'pending')::int AS pending,
            count(*) FILTER (WHERE status = 'done')::int AS done,
            count(*) FILTER (WHERE status = 'refused')::int AS refused,
            count(*) FILTER (WHERE status = 'failed')::int AS failed
          FROM bulk_action_items WHERE task_id = a.task_id
        ) n WHERE a.task_id = ${task_id}`.execute(database);
      return rows[0] ?? null;
    },

    /** The next items in their order. Index: `bulk_action_items_status`. */
    async listPending(task_id: string, limit: number): Promise<PendingItem[]> {
      const { rows } = await sql<PendingItem>`
        SELECT i.id, a.action, a.entity, i.entity_id, i.target_id, i.title
        FROM bulk_action_items i JOIN bulk_actions a ON a.task_id = i.task_id
        WHERE i.task_id = ${task_id} AND i.status = 'pending' ORDER BY i.id LIMIT ${limit}`.execute(database);
      return rows;
    },

    /**
     * Whether an item still waits; under the task's fence, which keeps everybody else from ending it. The item is not locked: a
     * unit that is being deleted holds its own lock and wants those of its items.
     */
    async isPending(transaction: Transaction, id: string): Promise<boolean> {
      const { rows } = await sql<{ id: string }>`
        SELECT id FROM bulk_action_items WHERE id = ${id} AND status = 'pending'`.execute(transaction);
      return rows.length > 0;
    },

    async endItem(transaction: Transaction, id: string, end: ItemEnd): Promise<void> {
      await sql`
        UPDATE bulk_action_items SET status = ${end.status}, error_code = ${end.error_code},
          error_message = ${end.error_message}, result_task_id = ${end.result_task_id}, completed_at = clock_timestamp()
        WHERE id = ${id} AND status = 'pending'`.execute(transaction);
    },

    /**
     * Items in their order from after the cursor on. Index: `bulk_action_items_task`, or `bulk_action_items_status` once for each
     * status.
     */
    async listItems(
      task_id: string,
      statuses: readonly BulkItemStatus[] | null,
      limit: number,
      after: string | null,
    ): Promise<BulkItem[]> {
      const { rows } = await sql<BulkItem>`
        SELECT i.id, i.task_id, a.entity, i.entity_id, i.title, i.status, i.error_code, i.error_message, i.result_task_id,
          i.unit_id, i.completed_at
        FROM (${matchingItems(task_id, statuses, limit, after)}) i JOIN bulk_actions a ON a.task_id = i.task_id
        ORDER BY i.id`.execute(database);
      return rows;
    },

    /** Counted up to `countCap` + 1. */
    async countItems(task_id: string, statuses: readonly BulkItemStatus[] | null): Promise<number> {
      const { rows } = await sql<{ counted: number }>`
        SELECT count(*)::int AS counted FROM (${matchingItems(task_id, statuses, countCap + 1, null)}) i`.execute(
        database,
      );
      return rows[0]?.counted ?? 0;
    },
  };
}

function matchingItems(
  task_id: string,
  statuses: readonly BulkItemStatus[] | null,
  limit: number,
  after: string | null,
): RawBuilder<unknown> {
  const afterCursor = after === null ? sql`` : sql`AND id > ${after}::uuid`;
  const newest = (condition: RawBuilder<unknown>) => sql`
    (SELECT * FROM bulk_action_items WHERE task_id = ${task_id} ${condition} ${afterCursor} ORDER BY id LIMIT ${limit})`;
  if (statuses === null) return newest(sql``);
  const branches = [...new Set(statuses)].map((status) => newest(sql`AND status = ${status}`));
  return sql`SELECT * FROM (${sql.join(branches, sql` UNION ALL `)}) merged ORDER BY id LIMIT ${limit}`;
}
