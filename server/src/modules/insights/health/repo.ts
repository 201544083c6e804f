import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import type { HealthKind, HealthPart, HealthState } from "./models.ts";

export interface WorkerFacts {
  readonly host: string;
  readonly pid: number;
  readonly queues: readonly string[];
  readonly capacity: number;
  readonly running: number;
  readonly is_healthy: boolean;
  /** Since its last beat, by the clock of the database. */
  readonly silent_ms: number;
}

export interface QueueFacts {
  readonly queue_name: string;
  /** Jobs that may be claimed. */
  readonly waiting: number;
  readonly oldest_waiting_ms: number;
}

/** A call that ended. */
export interface CallFacts {
  readonly provider: string;
  readonly model: string;
  readonly status: "completed" | "failed" | "cancelled";
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly http_status: number | null;
  readonly ended_ms_ago: number;
}

export interface LimitFacts {
  readonly provider: string;
  readonly model: string;
  /** ISO 8601. */
  readonly blocked_until: string;
  readonly blocked_reason: string | null;
}

/** A connection to an outside engine that is in use. */
export interface EngineFacts {
  readonly name: string;
  readonly health: string;
  readonly health_reason: string | null;
  /** ISO 8601, as the next one. */
  readonly since: string;
  readonly version_found: string | null;
  readonly last_sync_at: string | null;
}

/** What health is judged from, all by the clock of the database. */
export interface HealthFacts {
  readonly now: string;
  readonly database_since: string;
  readonly connections: number;
  readonly connections_most: number;
  readonly servers: number;
  readonly workers: readonly WorkerFacts[];
  readonly queues: readonly QueueFacts[];
  /** Newest first, at most 40 of each model, of the last day; calls on their way are none of them. */
  readonly calls: readonly CallFacts[];
  /** Limits that are in force. */
  readonly limits: readonly LimitFacts[];
  /** In the order of their names. */
  readonly engines: readonly EngineFacts[];
}

/**
 * One statement over small sets: workers by `workers_alive`, the queue by `tasks_live`, the newest calls of each model by
 * `llm_requests_model`, a probe for each model. (As a range of one model: an equality lets the planner read a whole day of others.)
 */
export async function readFacts(database: Database): Promise<HealthFacts> {
  const { rows } = await sql<HealthFacts>`
    WITH RECURSIVE models (model) AS (
      (SELECT model FROM llm_request_summaries ORDER BY model LIMIT 1)
      UNION ALL
      SELECT (SELECT r.model FROM llm_request_summaries r WHERE r.model > models.model ORDER BY r.model LIMIT 1)
      FROM models WHERE models.model IS NOT NULL
    )
    SELECT now, pg_postmaster_start_time() AS database_since,
      (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
      current_setting('max_connections')::int AS connections_most,
      (SELECT count(*)::int FROM pg_stat_activity
        WHERE application_name = 'coursewright keeper' AND datname = current_database()) AS servers,
      coalesce((SELECT jsonb_agg(jsonb_build_object('host', w.host, 'pid', w.pid, 'queues', w.queues, 'capacity', w.capacity,
          'running', w.running, 'is_healthy', w.health = 'healthy',
          'silent_ms', greatest(0, extract(epoch FROM now - w.beat_at) * 1000)::float8) ORDER BY w.id)
        FROM worker_summaries w WHERE w.dead_at IS NULL), '[]') AS workers,
      coalesce((SELECT jsonb_agg(jsonb_build_object('queue_name', q.queue_name, 'waiting', q.waiting,
          'oldest_waiting_ms', q.oldest_waiting_ms) ORDER BY q.queue_name)
        FROM (
          SELECT t.queue_name, count(*)::int AS waiting,
            greatest(0, extract(epoch FROM now - min(t.available_at)) * 1000)::float8 AS oldest_waiting_ms
          FROM task_lives t
          WHERE t.status IN ('pending', 'in_progress', 'retry', 'paused') AND t.status IN ('pending', 'retry')
            AND t.executor = 'worker' AND t.cancel_requested_at IS NULL AND t.available_at <= now
          GROUP BY t.queue_name
        ) q), '[]') AS queues,
      coalesce((SELECT jsonb_agg(jsonb_build_object('provider', c.provider, 'model', c.model, 'status', c.status,
          'error_code', c.error_code, 'error_message', c.error_message, 'http_status', c.http_status,
          'ended_ms_ago', greatest(0, extract(epoch FROM now - c.completed_at) * 1000)::float8) ORDER BY c.id DESC)
        FROM models CROSS JOIN LATERAL (
          SELECT r.* FROM llm_request_summaries r
          WHERE r.model BETWEEN models.model AND models.model AND r.status IN ('completed', 'failed')
          ORDER BY r.model, r.id DESC LIMIT 40
        ) c
        WHERE c.provider <> 'offline' AND c.completed_at IS NOT NULL AND c.id > uuidv7_floor(now - interval '1 day')), '[]') AS calls,
      coalesce((SELECT jsonb_agg(jsonb_build_object('provider', p.provider, 'model', p.model,
          'blocked_until', to_char(p.blocked_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'blocked_reason', p.blocked_reason)) FROM provider_states p WHERE p.blocked_until > now), '[]') AS limits,
      coalesce((SELECT jsonb_agg(jsonb_build_object('name', e.name, 'health', e.health, 'health_reason', e.health_reason,
          'since', to_char(e.health_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'version_found', e.version_found,
          'last_sync_at', to_char(e.last_sync_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY e.name)
        FROM connection_states e WHERE e.disabled_at IS NULL AND e.removed_at IS NULL AND e.health <> 'disabled'), '[]') AS engines
    FROM clock_timestamp() now`.execute(database);
  const [facts] = rows;
  if (facts === undefined) throw new Error("A statement that always answers with a row returned none");
  return facts;
}

/** A part as it was judged. */
export interface JudgedPart {
  readonly kind: HealthKind;
  readonly name: string;
  readonly state: HealthState;
  /** Where the part itself knows since when. */
  readonly since: string | null;
  readonly until: string | null;
  readonly sentence: string;
  readonly meaning: string;
}

/** A row of `health_states`. */
export type HealthRow = HealthPart & {
  readonly id: string;
  readonly ended_at: string | null;
  readonly version: number;
};

const rowColumns = sql`id, kind, name, state, sentence, meaning, since, until_at AS until, ended_at, version`;
// Several parts of one kind in the order of their names, kinds as health lists them.
const inOrder = sql`ORDER BY array_position(ARRAY['api', 'database', 'queue', 'workers', 'provider', 'connection'], kind), name`;

/** What is recorded as being so. Reads `health_states_open`. */
export async function listOpen(database: Database | Transaction): Promise<HealthRow[]> {
  const { rows } = await sql<HealthRow>`
    SELECT ${rowColumns} FROM health_states WHERE ended_at IS NULL ${inOrder}`.execute(database);
  return rows;
}

/** What was recorded at a past moment. Reads `health_states_open` and `health_states_lifetime`. */
export async function listAt(database: Database, at: string): Promise<HealthRow[]> {
  const { rows } = await sql<HealthRow>`
    SELECT * FROM (
      SELECT ${rowColumns} FROM health_states WHERE ended_at IS NULL AND since <= ${at}::timestamptz
      UNION ALL
      SELECT ${rowColumns} FROM health_states
      WHERE ended_at IS NOT NULL AND tstzrange(since, greatest(since, ended_at)) @> ${at}::timestamptz
    ) parts ${inOrder}`.execute(database);
  return rows;
}

/** Rows for the change stream. */
export async function listSummaries(database: Database, ids: readonly string[]): Promise<HealthRow[]> {
  const { rows } = await sql<HealthRow>`
    SELECT ${rowColumns} FROM health_states WHERE id = ANY (${[...ids]}::uuid[])`.execute(database);
  return rows;
}

/** Only one at a time records; false when another one does. */
export async function tryLock(transaction: Transaction): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`
    SELECT pg_try_advisory_xact_lock(hashtext('coursewright.health')) AS held`.execute(transaction);
  return rows[0]?.held === true;
}

/** Notes that health is being looked at; answers when it was before, null for the first time. */
export async function noteLook(transaction: Transaction, now: string): Promise<string | null> {
  const { rows } = await sql<{ looked_at: string | null }>`
    WITH former AS (SELECT looked_at FROM health_looks WHERE id = 1), noted AS (
      INSERT INTO health_looks (looked_at) VALUES (${now}) ON CONFLICT (id) DO UPDATE SET looked_at = excluded.looked_at
    )
    SELECT (SELECT looked_at FROM former) AS looked_at`.execute(transaction);
  return rows[0]?.looked_at ?? null;
}

export async function endStates(
  transaction: Transaction,
  ids: readonly string[],
  ended_at: string,
): Promise<void> {
  await sql`
    UPDATE health_states SET ended_at = greatest(since, ${ended_at}::timestamptz) WHERE id = ANY (${[...ids]}::uuid[])`.execute(
    transaction,
  );
}

/** Forgets states that ended more than 90 days ago, some at a time. Index: `health_states_ended`. */
export async function dropOldStates(database: Database): Promise<void> {
  await sql`
    DELETE FROM health_states WHERE id = ANY (ARRAY(
      SELECT id FROM health_states WHERE ended_at < (SELECT clock_timestamp() - interval '90 days')
      ORDER BY ended_at LIMIT 10000))`.execute(database);
}

export async function insertState(transaction: Transaction, part: JudgedPart, since: string): Promise<void> {
  await sql`
    INSERT INTO health_states (kind, name, state, sentence, meaning, since, until_at)
    VALUES (${part.kind}, ${part.name}, ${part.state}, ${part.sentence}, ${part.meaning},
      ${since}, ${part.until})`.execute(transaction);
}

/** The same state in other words. */
export async function rewordState(transaction: Transaction, id: string, part: JudgedPart): Promise<void> {
  await sql`
    UPDATE health_states SET sentence = ${part.sentence}, meaning = ${part.meaning}, until_at = ${part.until}
    WHERE id = ${id}`.execute(transaction);
}
