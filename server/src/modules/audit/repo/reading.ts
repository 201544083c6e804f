import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import type { PageDirection } from "../../../platform/page.ts";
import type { AuditFilter, AuditLogEntry } from "../models.ts";

/** Where a read of the log begins: an entry, named by its time to the microsecond and its number. */
export interface LogPosition {
  readonly exact_at: string;
  readonly seq: number;
}

/** What a list wants. */
export interface WantedEntries {
  readonly filter: AuditFilter;
  /** The actions that the filter stands for; null when any will do. */
  readonly actions: readonly string[] | null;
  /** Those of them that hold the words of the search; empty without words. */
  readonly named: readonly string[];
  readonly after: LogPosition | null;
  readonly direction: PageDirection;
  readonly limit: number;
  /** Numbers up to this one only. */
  readonly upTo?: number;
}

/** An entry as it is read, with its place in the list. */
export type ReadEntry = Omit<AuditLogEntry, "actor_name" | "token_name"> & { readonly exact_at: string };

const exactAt = sql`to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Place of an entry in the list; null when there is no such entry. Index: `audit_log_id_key`. */
export async function findPosition(database: Database, id: string): Promise<LogPosition | null> {
  const { rows } = await sql<LogPosition>`
    SELECT ${exactAt} AS exact_at, seq FROM audit_log WHERE id = ${id}::uuid`.execute(database);
  return rows[0] ?? null;
}

/** Every action that was ever written down, each found by one look-up. Index: `audit_log_action`. */
export async function listActions(database: Database): Promise<string[]> {
  const { rows } = await sql<{ action: string }>`
    WITH RECURSIVE names AS (
      (SELECT action FROM audit_log ORDER BY action LIMIT 1)
      UNION ALL
      SELECT (SELECT l.action FROM audit_log l WHERE l.action > names.action ORDER BY l.action LIMIT 1)
      FROM names WHERE names.action IS NOT NULL
    )
    SELECT action FROM names WHERE action IS NOT NULL`.execute(database);
  return rows.map(({ action }) => action);
}

/** The entries that fit, newest first whichever way they were read. Indexes: `audit_log_at`, or the one of what is asked for. */
export async function listEntries(database: Database, wanted: WantedEntries): Promise<ReadEntry[]> {
  const { rows } = await sql<ReadEntry>`
    SELECT own.seq, own.id, own.at, to_char(own.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS exact_at,
      own.actor_id, own.actor_kind, own.token_id, own.action, own.object_kind, own.object_id, own.result, own.code,
      own.request_id, own.details, p.address, p.user_agent, encode(own.hash, 'hex') AS hash
    FROM (SELECT at, seq FROM (${selectFitting(wanted)}) fitting ${orderOf(wanted)} LIMIT ${wanted.limit}) found
    CROSS JOIN LATERAL (SELECT * FROM audit_log l WHERE l.seq = found.seq LIMIT 1) own
    LEFT JOIN audit_places p ON p.seq = own.seq
    ORDER BY found.at DESC, found.seq DESC`.execute(database);
  return rows;
}

/** How many entries fit, counted up to `wanted.limit`. */
export async function countEntries(database: Database, wanted: WantedEntries): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM (SELECT 1 FROM (${selectFitting(wanted)}) fitting LIMIT ${wanted.limit}) capped`.execute(
    database,
  );
  return rows[0]?.count ?? 0;
}

/** Number of the newest entry, 0 when there is none. Index: `audit_log_pkey`. */
export async function findNewestSeq(database: Database): Promise<number> {
  const { rows } = await sql<{ seq: number | null }>`SELECT max(seq) AS seq FROM audit_log`.execute(database);
  return rows[0]?.seq ?? 0;
}

/** Names of people who are not erased. */
export async function listActorNames(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; name: string }>`
    SELECT id, name FROM user_summaries WHERE id = ANY(${[...ids]}::uuid[]) AND erased_at IS NULL`.execute(
    database,
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Names of tokens that still have a row. */
export async function listTokenNames(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; name: string }>`
    SELECT id, name FROM api_token_names WHERE id = ANY(${[...ids]}::uuid[])`.execute(database);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether the words of a search are an id, and not a part of an action's name. */
export function isId(words: string): boolean {
  return uuidPattern.test(words);
}

/**
 * Time and number of the entries that fit: one run of an index for each thing that was asked for, merged. No entry is in two
 * runs, so that a count can stop where its cap is.
 */
function selectFitting(wanted: WantedEntries): RawBuilder<unknown> {
  const { filter, actions } = wanted;
  if (filter.q !== undefined) return mergeRuns(wanted, runsOfWords(filter.q, wanted));
  if (actions === null) return selectRun(wanted, []);
  // These leave few entries, or have an index of their own.
  const isNarrow = filter.actor_id !== undefined || (filter.result ?? "done") !== "done";
  if (isNarrow) return selectRun(wanted, [isOneOf(actions)]);
  return mergeRuns(
    wanted,
    actions.map((action) => [sql`action = ${action}`]),
  );
}

function isOneOf(actions: readonly string[]): RawBuilder<unknown> {
  return sql`action = ANY(${[...actions]}::text[])`;
}

function runsOfWords(
  words: string,
  { actions, named }: Pick<WantedEntries, "actions" | "named">,
): RawBuilder<unknown>[][] {
  const q = isId(words) ? words.toLowerCase() : words;
  const wantedAction = actions === null ? [] : [isOneOf(actions)];
  const isObject = [...wantedAction, sql`object_id = ${q}`];
  const isOther = sql`object_id IS DISTINCT FROM ${q}`;
  if (!isId(words)) return [isObject, ...named.map((action) => [sql`action = ${action}`, isOther])];
  return [
    isObject,
    [...wantedAction, sql`request_id = ${q}`, isOther],
    [...wantedAction, sql`actor_id = ${q}::uuid`, isOther, sql`request_id IS DISTINCT FROM ${q}`],
  ];
}

function mergeRuns(
  wanted: WantedEntries,
  runs: readonly (readonly RawBuilder<unknown>[])[],
): RawBuilder<unknown> {
  if (runs.length === 0) return selectRun(wanted, [sql`false`]);
  return sql.join(
    runs.map((conditions) => sql`(${selectRun(wanted, conditions)})`),
    sql` UNION ALL `,
  );
}

function selectRun(wanted: WantedEntries, own: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  const conditions = [...own, ...boundsOf(wanted)];
  const where = conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`;
  return sql`SELECT at, seq FROM audit_log ${where} ${orderOf(wanted)} LIMIT ${wanted.limit}`;
}

function boundsOf({ filter, after, direction, upTo }: WantedEntries): RawBuilder<unknown>[] {
  const bounds: RawBuilder<unknown>[] = [];
  const { actor_id, result, at_from, at_to } = filter;
  if (actor_id !== undefined) bounds.push(sql`actor_id = ${actor_id}::uuid`);
  if (result !== undefined) bounds.push(sql`result = ${sql.lit(result)}`);
  if (at_from !== undefined) bounds.push(sql`at >= ${at_from}::timestamptz`);
  if (at_to !== undefined) bounds.push(sql`at < ${at_to}::timestamptz`);
  if (upTo !== undefined) bounds.push(sql`seq <= ${upTo}`);
  if (after !== null) {
    const place = sql`(${after.exact_at}::timestamptz, ${after.seq}::bigint)`;
    bounds.push(direction === "newer" ? sql`(at, seq) > ${place}` : sql`(at, seq) < ${place}`);
  }
  return bounds;
}

function orderOf({ direction }: Pick<WantedEntries, "direction">): RawBuilder<unknown> {
  return direction === "newer" ? sql`ORDER BY at, seq` : sql`ORDER BY at DESC, seq DESC`;
}
