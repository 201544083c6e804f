import { sql } from "kysely";
import type { Database, Transaction } from "../../platform/database.ts";
import type { SeedRows } from "./rows.ts";

/** Whether an earlier seed left units that still exist. Index: the primary key `(user_id, key)` for one user. */
export async function hasSampleUnits(database: Database | Transaction, user_id: string): Promise<boolean> {
  const result = await sql<{ found: boolean }>`
    SELECT EXISTS (SELECT 1 FROM idempotency_keys WHERE user_id = ${user_id} AND key LIKE 'sample:%') AS found`.execute(
    database,
  );
  return result.rows[0]?.found === true;
}

/** The administrator of this machine, whose units the samples are. */
export async function findFirstAdministrator(database: Database): Promise<string | null> {
  const row = await database
    .selectFrom("users")
    .select("id")
    .where("role", "=", "admin")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Lets one seed run at a time, until the end of the transaction. */
export async function lockSeed(transaction: Transaction): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('coursewright.seed'))`.execute(transaction);
}

/** The samples reach back some days: their payload partitions have to exist. */
export async function ensurePartitions(transaction: Transaction): Promise<void> {
  await sql`SELECT ensure_time_partitions()`.execute(transaction);
}

/** Inserts everything, each table after those that it refers to. */
export async function insertSeedRows(transaction: Transaction, rows: SeedRows): Promise<void> {
  await transaction.insertInto("workers").values(rows.workers).execute();
  // Units and tasks refer to each other: a unit gets its task once that exists.
  const units = rows.units.map((unit) => ({
    ...unit,
    ...{ task_id: null, lineage_id: null, content_task_id: null, content_lineage_id: null },
  }));
  await transaction.insertInto("units").values(units).execute();
  await transaction.insertInto("unit_sources").values(rows.unit_sources).execute();
  await transaction.insertInto("lineages").values(rows.lineages).execute();
  await transaction.insertInto("tasks").values(rows.tasks).execute();
  await transaction.insertInto("task_attempts").values(rows.task_attempts).execute();
  for (const unit of rows.units) {
    const { id, task_id, lineage_id, content_task_id, content_lineage_id } = unit;
    if (id === undefined || task_id == null) continue;
    const made = { task_id, lineage_id, content_task_id, content_lineage_id };
    await transaction.updateTable("units").set(made).where("id", "=", id).execute();
  }
  await transaction.insertInto("lessons").values(rows.lessons).execute();
  await transaction.insertInto("flow_runs").values(rows.flow_runs).execute();
  await transaction.insertInto("payloads_flow_runs").values(rows.payloads_flow_runs).execute();
  await insertSteps(transaction, rows);
  await transaction.insertInto("llm_requests").values(rows.llm_requests).execute();
  await transaction.insertInto("payloads_llm_requests").values(rows.payloads_llm_requests).execute();
  await transaction.insertInto("step_logs").values(rows.step_logs).execute();
  await transaction.insertInto("idempotency_keys").values(rows.idempotency_keys).execute();
}

async function insertSteps(transaction: Transaction, rows: SeedRows): Promise<void> {
  await transaction.insertInto("flow_step_runs").values(rows.flow_step_runs).execute();
  await transaction.insertInto("payloads_step_runs").values(rows.payloads_step_runs).execute();
}

/** Names the request that made a recording or picture, unless an earlier seed has. */
export async function creditMedia(
  transaction: Transaction,
  media_id: string,
  llm_request_id: string,
): Promise<void> {
  await transaction
    .updateTable("media")
    .set({ made_by_llm_request_id: llm_request_id })
    .where("id", "=", media_id)
    .where("made_by_llm_request_id", "is", null)
    .execute();
}

/**
 * What a server that ran all the time would have kept of the sample jobs: how many ran and how many could, and the incidents of
 * their failures as the monitor showed them. The first of these incidents to be whole again carries a person's note and mark.
 */
export async function rememberPast(transaction: Transaction, unit_ids: readonly string[]): Promise<void> {
  await rememberLoad(transaction, unit_ids);
  await sql`SELECT group_failures(NULL, true)`.execute(transaction);
  const { rows } = await sql<{ id: string; is_repaired: boolean }>`
    SELECT i.id, i.unit_count_unrepaired = 0 AS is_repaired FROM incidents i
    WHERE i.id IN (SELECT o.incident_id FROM incident_occurrences o WHERE o.unit_id = ANY(${[...unit_ids]}::uuid[]))
      AND NOT EXISTS (SELECT 1 FROM incident_occurrences o
        WHERE o.incident_id = i.id AND (o.unit_id IS NULL OR o.unit_id <> ALL (${[...unit_ids]}::uuid[])))`.execute(
    transaction,
  );
  await sql`SELECT show_incidents_of_before(${rows.map(({ id }) => id)}::uuid[])`.execute(transaction);
  await markRepaired(
    transaction,
    rows.flatMap(({ id, is_repaired }) => (is_repaired ? [id] : [])),
  );
}

const remark = "The provider had an outage of a few minutes. Resuming the unit wrote what was missing.";

async function markRepaired(transaction: Transaction, ids: readonly string[]): Promise<void> {
  await sql`
    WITH marked AS (
      UPDATE incidents i SET note = ${remark}, noted_by_id = p.id, noted_at = i.last_seen_at + interval '2 hours',
        resolved_at = i.last_seen_at + interval '2 hours', resolved_by_id = p.id, resolved_because = 'marked'
      FROM (SELECT id FROM users WHERE role = 'admin' ORDER BY id LIMIT 1) p
      WHERE i.id = ANY(${[...ids]}::uuid[]) RETURNING i.*
    )
    INSERT INTO incident_versions (incident_id, at, incident)
    SELECT id, resolved_at, to_jsonb(marked) FROM marked`.execute(transaction);
}

/** Minutes for as long as they are kept, hours and days; what a server has sampled itself stays. */
async function rememberLoad(transaction: Transaction, unit_ids: readonly string[]): Promise<void> {
  await sql`
    WITH attempt AS MATERIALIZED (
      SELECT a.task_id, a.claimed_at, a.ended_at FROM tasks t JOIN task_attempts a ON a.task_id = t.id
      WHERE t.unit_id = ANY(${[...unit_ids]}::uuid[])
    )
    INSERT INTO rollup_gauges (resolution, at, queued_max, queued_last, running_max, running_last, capacity_max, capacity_last,
      sampled_at)
    SELECT r.resolution, date_trunc(r.resolution, m.minute, 'UTC'), 0, 0, max(m.running),
      (array_agg(m.running ORDER BY m.minute DESC))[1], max(m.capacity), (array_agg(m.capacity ORDER BY m.minute DESC))[1],
      max(m.minute)
    FROM (
      SELECT g.minute,
        -- a task that was taken over ran once at a time, within one minute too
        (SELECT count(DISTINCT a.task_id)::int FROM attempt a
          WHERE a.claimed_at < g.minute + interval '1 minute' AND a.ended_at > g.minute) AS running,
        (SELECT coalesce(sum(w.capacity), 0)::int FROM workers w
          WHERE w.started_at <= g.minute AND coalesce(w.dead_at, 'infinity') > g.minute) AS capacity
      FROM (SELECT date_trunc('minute', min(started_at), 'UTC') AS since FROM workers) first,
        generate_series(greatest(first.since, clock_timestamp() - interval '5 days'), clock_timestamp(), interval '1 minute') g (minute)
    ) m, (VALUES ('minute', interval '3 days'), ('hour', interval '5 days'), ('day', interval '5 days')) r (resolution, kept)
    WHERE m.minute > clock_timestamp() - r.kept
    GROUP BY 1, 2 ON CONFLICT DO NOTHING`.execute(transaction);
}

/** Keeps the recordings and pictures that recorded steps of these units name, as making them would have. */
export async function keepMediaOfSteps(transaction: Transaction, unit_ids: readonly string[]): Promise<void> {
  await sql`
    INSERT INTO media_uses (media_id, unit_id, lineage_id)
    SELECT DISTINCT m.id, t.unit_id, s.lineage_id
    FROM flow_step_runs s
    JOIN tasks t ON t.id = s.task_id
    JOIN media m ON m.id::text = s.output ->> 'media_id'
    WHERE t.unit_id = ANY(${[...unit_ids]}::uuid[])
    ON CONFLICT DO NOTHING`.execute(transaction);
}
