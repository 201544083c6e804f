import { type RawBuilder, sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import { countCap } from "../../../platform/page.ts";
import type { Incident, IncidentFilter, IncidentUnit } from "./models.ts";

/** Failures that are counted in one transaction. */
const failuresAtOnce = 1_000;

/**
 * Counts some of the failures that no incident has yet; answers how many it took. While somebody else counts it takes none, or
 * `waits` for them.
 */
export async function groupFailures(database: Database, waits = false): Promise<number> {
  const { rows } = await sql<{
    taken: number;
  }>`SELECT group_failures(${failuresAtOnce}::int, ${waits}) AS taken`.execute(database);
  return rows[0]?.taken ?? 0;
}

/** Brings the counts of units in line with what was repaired, broken or deleted; answers how many changes it took. */
export async function recountChanged(database: Database | Transaction): Promise<number> {
  const { rows } = await sql<{
    taken: number;
  }>`SELECT recount_changed_incidents(${failuresAtOnce}::int) AS taken`.execute(database);
  return rows[0]?.taken ?? 0;
}

/**
 * Forgets how incidents were more than 90 days ago, but for what was true of each when these 90 days began. Some at a time.
 * Indexes: `incident_versions_at`, `incident_versions_incident`.
 */
export async function dropOldVersions(database: Database): Promise<void> {
  // The volatile bounds would not use an index: hence the inner SELECT.
  const horizon = sql`(SELECT clock_timestamp() - interval '90 days')`;
  await sql`
    DELETE FROM incident_versions WHERE ctid = ANY (ARRAY(
      SELECT v.ctid FROM incident_versions v
      WHERE v.at < ${horizon} AND EXISTS (
        SELECT 1 FROM incident_versions n WHERE n.incident_id = v.incident_id AND n.at > v.at AND n.at < ${horizon})
      LIMIT 10000))`.execute(database);
}

const recoveryWithNames = sql`
  CASE WHEN i.recovery IS NOT NULL THEN i.recovery - 'started_by_id' - 'stopped_by_id' || jsonb_build_object(
    'started_by', starter.name, 'reason', coalesce(stopper.name || ' stopped it. ', '') || (i.recovery ->> 'reason')) END`;

/**
 * The rows as the wire has them, newest failure first, from `rows` of table `incidents`; trend, sample and the names that people have
 * now by primary keys. Of a past moment the last hour's failures are those that no earlier hour has.
 */
function shown(rows: RawBuilder<unknown>, at: string | null): RawBuilder<Incident> {
  const moment = at === null ? sql`clock_timestamp()` : sql`${at}::timestamptz`;
  const hour = sql`date_trunc('hour', ${moment}, 'UTC')`;
  const counted = sql`coalesce(h.failure_count, 0)`;
  const failures =
    at === null
      ? counted
      : sql`CASE WHEN g.hour < ${hour} THEN ${counted} ELSE greatest(0, i.failure_count - (
          SELECT coalesce(sum(e.failure_count), 0)::int FROM incident_hours e WHERE e.incident_id = i.id AND e.hour < ${hour}
        )) END`;
  return sql<Incident>`
    SELECT i.id, CASE WHEN i.resolved_at IS NULL THEN 'open' ELSE 'resolved' END AS status, i.error_code, i.error_message,
      i.error_fingerprint, i.provider, i.model, i.http_status, i.flow_name, i.step_name, i.failure_count, i.unit_count,
      i.unit_count_unrepaired, i.first_seen_at, i.last_seen_at, t.trend, s.sample, i.note, noter.name AS noted_by,
      i.noted_at, i.resolved_at, resolver.name AS resolved_by, i.resolved_because, ${recoveryWithNames} AS recovery, i.version
    FROM (${rows}) i
    LEFT JOIN user_names noter ON noter.id = i.noted_by_id
    LEFT JOIN user_names resolver ON resolver.id = i.resolved_by_id
    LEFT JOIN user_names starter ON starter.id = (i.recovery ->> 'started_by_id')::uuid
    LEFT JOIN user_names stopper ON stopper.id = (i.recovery ->> 'stopped_by_id')::uuid
    CROSS JOIN LATERAL (
      SELECT array_agg(${failures} ORDER BY g.hour) AS trend
      FROM generate_series(${hour} - interval '23 hours', ${hour}, interval '1 hour') g (hour)
      LEFT JOIN incident_hours h ON h.incident_id = i.id AND h.hour = g.hour
    ) t
    LEFT JOIN LATERAL (
      SELECT jsonb_build_object('at', wire_time(o.at), 'task_id', o.task_id, 'unit_id', o.unit_id,
        'unit_title', coalesce(u.title, k.unit_title), 'flow_run_id', o.flow_run_id, 'step_run_id', o.step_run_id,
        'llm_request_id', o.llm_request_id) AS sample
      FROM incident_occurrences o
      LEFT JOIN unit_states u ON u.id = o.unit_id
      LEFT JOIN task_states k ON k.id = o.task_id
      WHERE o.id = i.sample_id
    ) s ON true
    ORDER BY i.last_seen_at DESC, i.id DESC`;
}

/** What a list's filter means. */
function conditionOf({ status, unit_id }: IncidentFilter): RawBuilder<unknown> {
  const ofStatus = { open: sql`i.resolved_at IS NULL`, resolved: sql`i.resolved_at IS NOT NULL` };
  const ofUnit =
    unit_id === undefined
      ? sql``
      : sql`AND i.id IN (SELECT incident_id FROM incident_units WHERE unit_id = ${unit_id}::uuid)`;
  return sql`${status === undefined ? sql`true` : ofStatus[status]} ${ofUnit}`;
}

/** Newest failure first. Indexes: `incidents_seen`, `incidents_open` or `incidents_resolved`; of a unit `incident_units_unit`. */
export async function listIncidents(
  database: Database,
  filter: IncidentFilter,
  limit: number,
  after: string | null,
): Promise<Incident[]> {
  const beyond =
    after === null
      ? sql``
      : sql`AND (i.last_seen_at, i.id) < (SELECT c.last_seen_at, c.id FROM incidents c WHERE c.id = ${after}::uuid)`;
  const rows = sql`SELECT i.* FROM incidents i WHERE ${conditionOf(filter)} ${beyond}
    ORDER BY i.last_seen_at DESC, i.id DESC LIMIT ${limit}`;
  return (await shown(rows, null).execute(database)).rows;
}

/** Up to `countCap` + 1. */
export async function countIncidents(database: Database, filter: IncidentFilter): Promise<number> {
  const { rows } = await sql<{ counted: number }>`
    SELECT count(*)::int AS counted FROM (
      SELECT 1 FROM incidents i WHERE ${conditionOf(filter)} LIMIT ${countCap + 1}
    ) capped`.execute(database);
  return rows[0]?.counted ?? 0;
}

/** Index: primary key. */
export async function listByIds(
  database: Database | Transaction,
  ids: readonly string[],
): Promise<Incident[]> {
  const rows = sql`SELECT i.* FROM incidents i WHERE i.id = ANY(${[...ids]}::uuid[])`;
  return (await shown(rows, null).execute(database)).rows;
}

/**
 * Those that were open at a past moment, as they were shown then. Reads the incidents that were resolved later or are open yet
 * and of each its version of that moment (`incident_versions_incident`).
 */
export async function listOpenAt(
  database: Database,
  at: string,
  limit: number,
): Promise<{ rows: Incident[]; total: number }> {
  const then = sql`
    SELECT p.* FROM incidents i
    CROSS JOIN LATERAL (
      SELECT v.incident FROM incident_versions v WHERE v.incident_id = i.id AND v.at <= ${at}::timestamptz
      ORDER BY v.at DESC LIMIT 1
    ) v
    CROSS JOIN LATERAL jsonb_populate_record(NULL::incidents, v.incident) p
    WHERE i.created_at <= ${at}::timestamptz AND (i.resolved_at IS NULL OR i.resolved_at > ${at}::timestamptz)
      AND p.resolved_at IS NULL`;
  const [found, counted] = await Promise.all([
    shown(sql`${then} ORDER BY p.last_seen_at DESC, p.id DESC LIMIT ${limit}`, at).execute(database),
    sql<{ total: number }>`SELECT count(*)::int AS total FROM (${then}) counted`.execute(database),
  ]);
  return { rows: found.rows, total: counted.rows[0]?.total ?? 0 };
}

/** Newest failure first. Index: `incident_units_newest`. */
export async function listUnits(
  database: Database,
  incident_id: string,
  limit: number,
): Promise<IncidentUnit[]> {
  const { rows } = await sql<IncidentUnit>`
    SELECT u.unit_id, s.title, s.status, u.failure_count, u.last_failed_at, u.flow_run_id
    FROM incident_units u JOIN unit_states s ON s.id = u.unit_id
    WHERE u.incident_id = ${incident_id}::uuid ORDER BY u.last_failed_at DESC, u.unit_id LIMIT ${limit}`.execute(
    database,
  );
  return rows;
}

/** What a person changes of an incident; what is undefined stays. */
export interface StoredEdit {
  readonly note?: string | null | undefined;
  readonly is_resolved?: boolean | undefined;
}

/** False when there is no such incident. Another open one of its cause violates `incidents_open_cause`. */
export async function updateIncident(
  database: Database,
  id: string,
  person_id: string,
  { note, is_resolved }: StoredEdit,
): Promise<boolean> {
  const noted =
    note === undefined
      ? []
      : [
          sql`note = ${note}, noted_by_id = ${note === null ? null : person_id}::uuid,
            noted_at = CASE WHEN ${note}::text IS NOT NULL THEN clock_timestamp() END`,
        ];
  const reopened = sql`resolved_at = NULL, resolved_by_id = NULL, resolved_because = NULL`;
  const resolved = sql`resolved_at = coalesce(resolved_at, clock_timestamp()),
    resolved_by_id = CASE WHEN resolved_at IS NULL THEN ${person_id}::uuid ELSE resolved_by_id END,
    resolved_because = coalesce(resolved_because, 'marked')`;
  const marked = is_resolved === undefined ? [] : [is_resolved ? resolved : reopened];
  const { rows } = await sql`
    UPDATE incidents SET ${sql.join([...noted, ...marked])} WHERE id = ${id}::uuid RETURNING 1`.execute(
    database,
  );
  return rows.length > 0;
}

/** The open incident with the same cause as this one. Index: `incidents_open_cause`. */
export async function findOpenTwin(database: Database, id: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    SELECT o.id FROM incidents i JOIN incidents o ON o.cause = i.cause AND o.resolved_at IS NULL
    WHERE i.id = ${id}::uuid AND o.id <> i.id`.execute(database);
  return rows[0]?.id ?? null;
}
