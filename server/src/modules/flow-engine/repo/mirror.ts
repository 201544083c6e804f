import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import { storableJson } from "../../../platform/storable-text.ts";
import type { KnownRun, MirroredProgress, MirroredRun, MirroredStep, RunNote } from "../public.ts";

const mostErrorCharacters = 10_000;
const mostNameCharacters = 500;
const mostUrlCharacters = 2_000;
/** A run that was read again this shortly after the last time, and is as it was, is not written: each write goes to all pages. */
const observedEveryMs = 2_000;

const name = (column: string) => sql`cut_text(${sql.ref(column)}, ${mostNameCharacters})`;
const hasEnded = (status: string) => sql`${sql.ref(status)} IN ('completed', 'failed', 'cancelled')`;

/** The given state is not older than the one that the row shows: the later moment wins, then the larger id. */
const isNotOlder = sql`(t.external_state_at IS NULL OR g.external_state_at > t.external_state_at
  OR g.external_state_at = t.external_state_at AND coalesce(g.external_state_id, '') COLLATE "C"
    >= coalesce(t.external_state_id, '') COLLATE "C")`;

/** Of several readings of one thing the newest state counts. */
const newestState = sql`ORDER BY connection_id, external_id, external_state_at DESC NULLS LAST,
  external_state_id COLLATE "C" DESC NULLS LAST`;

const runColumns = sql`
  connection_id, external_id, coalesce(${name("flow_name")}, 'flow') AS flow_name, status, task_id, parent_external_id, unit_id,
  ${name("unit_title")} AS unit_title, ${name("external_run_name")} AS external_run_name,
  cut_text(external_url, ${mostUrlCharacters}) AS external_url, ${name("external_state")} AS external_state,
  ${name("external_state_type")} AS external_state_type, external_state_id, external_state_at, external_deployment_id,
  ${name("external_deployment_name")} AS external_deployment_name, ${name("external_work_pool")} AS external_work_pool,
  external_parent_task_run_id, greatest(coalesce(attempt, 1), 1) AS attempt, ${name("error_code")} AS error_code,
  cut_text(error_message, ${mostErrorCharacters}) AS error_message, created_at, started_at,
  CASE WHEN ${hasEnded("status")} THEN completed_at END AS completed_at, recheck_until`;

const runTypes = sql`connection_id uuid, external_id text, flow_name text, status text, task_id uuid, parent_external_id text,
  unit_id uuid, unit_title text, external_run_name text, external_url text, external_state text, external_state_type text,
  external_state_id text, external_state_at timestamptz, external_deployment_id text, external_deployment_name text,
  external_work_pool text, external_parent_task_run_id text, attempt int, error_code text, error_message text,
  created_at timestamptz, started_at timestamptz, completed_at timestamptz, recheck_until timestamptz`;

const givenRuns = (runs: readonly MirroredRun[]) => sql`
  SELECT DISTINCT ON (connection_id, external_id) ${runColumns}
  FROM jsonb_to_recordset(${storableJson(runs)}::jsonb) i (${runTypes}) ${newestState}`;

/** The row that stands for a run, by one look-up of `flow_runs_external`. */
const ownRun = sql`LATERAL (
  SELECT * FROM flow_runs o WHERE o.connection_id = g.connection_id AND o.external_id = g.external_id LIMIT 1)`;

/** Inserts the runs that are new; what is there stays. */
export async function insertRuns(transaction: Transaction, runs: readonly MirroredRun[]): Promise<void> {
  await sql`
    WITH g AS MATERIALIZED (${givenRuns(runs)})
    INSERT INTO flow_runs (id, connection_id, external_id, flow_name, flow_version, flow_key, flow_path, status, task_id,
      parent_flow_run_id, external_parent_id, unit_id, unit_title, external_run_name, external_url, external_state,
      external_state_type, external_state_id, external_state_at, external_deployment_id, external_deployment_name,
      external_work_pool, external_parent_task_run_id, attempt, error_code, error_message, created_at, started_at, completed_at,
      recheck_until, progress_percentage, observed_at)
    SELECT uuidv7_at(g.created_at), g.connection_id, g.external_id, g.flow_name, 0, g.external_id, g.external_id, g.status,
      coalesce(g.task_id, p.task_id), p.id, g.parent_external_id, coalesce(u.id, p.unit_id), coalesce(g.unit_title, p.unit_title),
      g.external_run_name, g.external_url, g.external_state, g.external_state_type, g.external_state_id, g.external_state_at,
      g.external_deployment_id, g.external_deployment_name, g.external_work_pool, g.external_parent_task_run_id, g.attempt,
      g.error_code, g.error_message, past_moment(g.created_at, NULL), past_moment(g.started_at, NULL),
      CASE WHEN ${hasEnded("g.status")} THEN past_moment(coalesce(g.completed_at, g.external_state_at), NULL) END, g.recheck_until,
      CASE WHEN g.status = 'completed' THEN 100 ELSE 0 END, clock_timestamp()
    FROM g
    LEFT JOIN unit_states u ON u.id = g.unit_id
    LEFT JOIN LATERAL (
      SELECT id, task_id, unit_id, unit_title FROM flow_runs o
      WHERE o.connection_id = g.connection_id AND o.external_id = g.parent_external_id LIMIT 1
    ) p ON true
    WHERE NOT EXISTS (SELECT 1 FROM flow_runs t WHERE t.connection_id = g.connection_id AND t.external_id = g.external_id)
    ORDER BY g.created_at, g.external_id
    ON CONFLICT (connection_id, external_id) WHERE connection_id IS NOT NULL DO NOTHING`.execute(transaction);
}

/** The rows that stand for these runs, locked in the order of their ids so that two writers cannot wait for each other. */
export async function lockRuns(
  transaction: Transaction,
  runs: readonly Pick<MirroredRun, "connection_id" | "external_id">[],
): Promise<{ id: string; external_id: string }[]> {
  const result = await sql<{ id: string; external_id: string }>`
    SELECT t.id, t.external_id FROM flow_runs t
    WHERE t.id IN (
      SELECT own.id FROM unnest(${runs.map((run) => run.connection_id)}::uuid[], ${runs.map((run) => run.external_id)}::text[])
        AS g (connection_id, external_id) CROSS JOIN ${ownRun} own)
    ORDER BY t.id FOR NO KEY UPDATE`.execute(transaction);
  return result.rows;
}

/**
 * Updates the runs of which something differs and whose state is not older than the shown one. A new attempt begins its progress
 * anew; a run that ended is no longer suspected.
 */
export async function updateRuns(transaction: Transaction, runs: readonly MirroredRun[]): Promise<void> {
  await sql`
    UPDATE flow_runs t SET flow_name = n.flow_name, status = n.status, task_id = n.task_id, external_parent_id = n.external_parent_id,
      unit_id = n.unit_id, unit_title = n.unit_title, external_run_name = n.external_run_name, external_url = n.external_url,
      external_state = n.external_state, external_state_type = n.external_state_type, external_state_id = n.external_state_id,
      external_state_at = n.external_state_at, external_deployment_id = n.external_deployment_id,
      external_deployment_name = n.external_deployment_name, external_work_pool = n.external_work_pool,
      external_parent_task_run_id = n.external_parent_task_run_id, attempt = n.attempt, error_code = n.error_code,
      error_message = n.error_message, started_at = n.started_at, completed_at = n.completed_at, recheck_until = n.recheck_until,
      progress_percentage = n.progress_percentage, progress_source = n.progress_source, steps_done = n.steps_done,
      total_steps = n.total_steps, current_step = n.current_step, suspect_since = n.suspect_since, suspect_reason = n.suspect_reason
    FROM (
      SELECT t.id, g.flow_name, g.status, coalesce(g.task_id, t.task_id) AS task_id,
        coalesce(t.external_parent_id, g.parent_external_id) AS external_parent_id, coalesce(u.id, t.unit_id) AS unit_id,
        coalesce(g.unit_title, t.unit_title) AS unit_title, coalesce(g.external_run_name, t.external_run_name) AS external_run_name,
        coalesce(g.external_url, t.external_url) AS external_url, g.external_state, g.external_state_type, g.external_state_id,
        g.external_state_at, coalesce(g.external_deployment_id, t.external_deployment_id) AS external_deployment_id,
        coalesce(g.external_deployment_name, t.external_deployment_name) AS external_deployment_name,
        coalesce(g.external_work_pool, t.external_work_pool) AS external_work_pool,
        coalesce(g.external_parent_task_run_id, t.external_parent_task_run_id) AS external_parent_task_run_id,
        greatest(g.attempt, t.attempt) AS attempt, g.error_code, g.error_message, past_moment(g.started_at, t.started_at) AS started_at,
        CASE WHEN ${hasEnded("g.status")} THEN past_moment(coalesce(g.completed_at, g.external_state_at), t.completed_at) END AS completed_at,
        g.recheck_until,
        CASE WHEN g.status = 'completed' THEN 100 WHEN is_new THEN 0 ELSE t.progress_percentage END AS progress_percentage,
        CASE WHEN NOT is_new THEN t.progress_source END AS progress_source,
        CASE WHEN is_new THEN 0 ELSE t.steps_done END AS steps_done, CASE WHEN NOT is_new THEN t.total_steps END AS total_steps,
        CASE WHEN NOT is_new AND NOT is_over THEN t.current_step END AS current_step,
        CASE WHEN NOT is_over THEN t.suspect_since END AS suspect_since,
        CASE WHEN NOT is_over THEN t.suspect_reason END AS suspect_reason
      FROM (${givenRuns(runs)}) g
      CROSS JOIN ${ownRun} t
      CROSS JOIN LATERAL (
        -- an ended run that goes on does so in its next attempt, also before that has begun
        SELECT g.attempt > t.attempt OR ${hasEnded("t.status")} AND NOT ${hasEnded("g.status")} AS is_new,
          ${hasEnded("g.status")} AS is_over
      ) change
      LEFT JOIN unit_states u ON u.id = g.unit_id
      WHERE ${isNotOlder}
    ) n
    WHERE t.id = n.id AND (t.flow_name, t.status, t.task_id, t.external_parent_id, t.unit_id, t.unit_title, t.external_run_name,
      t.external_url, t.external_state, t.external_state_type, t.external_state_id, t.external_state_at, t.external_deployment_id,
      t.external_deployment_name, t.external_work_pool, t.external_parent_task_run_id, t.attempt, t.error_code, t.error_message,
      t.started_at, t.completed_at, t.recheck_until, t.progress_percentage, t.suspect_since)
      IS DISTINCT FROM (n.flow_name, n.status, n.task_id, n.external_parent_id, n.unit_id, n.unit_title, n.external_run_name,
      n.external_url, n.external_state, n.external_state_type, n.external_state_id, n.external_state_at, n.external_deployment_id,
      n.external_deployment_name, n.external_work_pool, n.external_parent_task_run_id, n.attempt, n.error_code, n.error_message,
      n.started_at, n.completed_at, n.recheck_until, n.progress_percentage, n.suspect_since)`.execute(
    transaction,
  );
}

/**
 * Gives runs whose parent came after them that parent, with its task and unit; answers the ids of those that changed, below which
 * others may be. Indexes: `flow_runs_without_parent`, `flow_runs_external`.
 */
export async function adoptRuns(transaction: Transaction, ids: readonly string[]): Promise<string[]> {
  const result = await sql<{ id: string }>`
    UPDATE flow_runs t SET parent_flow_run_id = n.parent_flow_run_id, task_id = n.task_id, unit_id = n.unit_id,
      unit_title = n.unit_title
    FROM (
      SELECT DISTINCT ON (c.id) c.id, p.id AS parent_flow_run_id, coalesce(c.task_id, p.task_id) AS task_id,
        coalesce(c.unit_id, p.unit_id) AS unit_id, coalesce(c.unit_title, p.unit_title) AS unit_title
      FROM unnest(${[...ids]}::uuid[]) AS g (id)
      CROSS JOIN LATERAL (SELECT * FROM flow_runs o WHERE o.id = g.id LIMIT 1) p
      CROSS JOIN LATERAL (
        SELECT * FROM flow_runs o WHERE o.connection_id = p.connection_id AND o.external_parent_id = p.external_id
          AND o.parent_flow_run_id IS NULL
        UNION ALL
        SELECT * FROM flow_runs o WHERE o.parent_flow_run_id = p.id AND o.connection_id IS NOT NULL AND o.task_id IS NULL
      ) c
      WHERE c.id <> p.id AND (c.parent_flow_run_id IS NULL OR p.task_id IS NOT NULL)
    ) n
    WHERE t.id = n.id RETURNING t.id`.execute(transaction);
  return result.rows.map(({ id }) => id);
}

/** Progress never goes back; only a new attempt, which `updateRuns` notices, begins it anew. */
export async function updateProgress(
  transaction: Transaction,
  progress: readonly MirroredProgress[],
): Promise<void> {
  await sql`
    UPDATE flow_runs t SET progress_source = n.source, progress_percentage = n.percentage, steps_done = n.steps_done,
      total_steps = n.total_steps, current_step = n.current_step
    FROM (
      SELECT t.id, g.source,
        greatest(t.progress_percentage, least(greatest(coalesce(g.percentage, 0), 0), 100))::numeric(5, 2) AS percentage,
        greatest(t.steps_done, coalesce(g.steps_done, 0)) AS steps_done, g.total_steps,
        CASE WHEN NOT ${hasEnded("t.status")} THEN ${name("g.current_step")} END AS current_step
      FROM (
        SELECT DISTINCT ON (flow_run_id) * FROM jsonb_to_recordset(${storableJson(progress)}::jsonb) i (flow_run_id uuid,
          source text, percentage numeric, steps_done int, total_steps int, current_step text)
      ) g
      JOIN flow_runs t ON t.id = g.flow_run_id AND t.connection_id IS NOT NULL
      ORDER BY t.id FOR NO KEY UPDATE OF t
    ) n
    WHERE t.id = n.id AND (t.progress_source, t.progress_percentage, t.steps_done, t.total_steps, t.current_step)
      IS DISTINCT FROM (n.source, n.percentage, n.steps_done, n.total_steps, n.current_step)`.execute(
    transaction,
  );
}

const stepColumns = sql`
  connection_id, external_id, flow_run_id, task_id, coalesce(${name("step_name")}, 'task') AS step_name, step_order, status,
  greatest(coalesce(attempt, 1), 1) AS attempt, ${name("external_state")} AS external_state,
  ${name("external_state_type")} AS external_state_type, external_state_id, external_state_at, ${name("error_code")} AS error_code,
  cut_text(error_message, ${mostErrorCharacters}) AS error_message, created_at, started_at,
  CASE WHEN ${hasEnded("status")} THEN completed_at END AS completed_at`;

const stepTypes = sql`connection_id uuid, external_id text, flow_run_id uuid, task_id uuid, step_name text, step_order int,
  status text, attempt int, external_state text, external_state_type text, external_state_id text, external_state_at timestamptz,
  error_code text, error_message text, created_at timestamptz, started_at timestamptz, completed_at timestamptz`;

const givenSteps = (steps: readonly MirroredStep[]) => sql`
  SELECT DISTINCT ON (connection_id, external_id) ${stepColumns}
  FROM jsonb_to_recordset(${storableJson(steps)}::jsonb) i (${stepTypes}) ${newestState}`;

/** Inserts the steps that are new. Index: `flow_step_runs_external`. */
export async function insertSteps(transaction: Transaction, steps: readonly MirroredStep[]): Promise<void> {
  await sql`
    WITH g AS MATERIALIZED (${givenSteps(steps)})
    INSERT INTO flow_step_runs (id, connection_id, external_id, flow_run_id, task_id, flow_path, step_name, step_version, step_order,
      status, attempt, external_state, external_state_type, external_state_id, external_state_at, error_code, error_message,
      created_at, started_at, completed_at)
    SELECT uuidv7_at(g.created_at), g.connection_id, g.external_id, g.flow_run_id, coalesce(g.task_id, r.task_id), r.flow_path,
      g.step_name, 0, g.step_order, g.status, g.attempt, g.external_state, g.external_state_type, g.external_state_id,
      g.external_state_at, g.error_code, g.error_message, past_moment(g.created_at, NULL),
      past_moment(g.started_at, NULL), CASE WHEN ${hasEnded("g.status")} THEN past_moment(coalesce(g.completed_at, g.external_state_at), NULL) END
    FROM g JOIN flow_runs r ON r.id = g.flow_run_id
    WHERE NOT EXISTS (
      SELECT 1 FROM flow_step_runs t WHERE t.connection_id = g.connection_id AND t.external_id = g.external_id)
    ORDER BY g.created_at, g.external_id
    ON CONFLICT (connection_id, external_id) WHERE connection_id IS NOT NULL DO NOTHING`.execute(transaction);
}

/** Updates the steps of which something differs and whose state is not older than the shown one. */
export async function updateSteps(transaction: Transaction, steps: readonly MirroredStep[]): Promise<void> {
  await sql`
    UPDATE flow_step_runs t SET task_id = n.task_id, step_name = n.step_name, step_order = n.step_order, status = n.status,
      attempt = n.attempt, external_state = n.external_state, external_state_type = n.external_state_type,
      external_state_id = n.external_state_id, external_state_at = n.external_state_at, error_code = n.error_code,
      error_message = n.error_message, started_at = n.started_at, completed_at = n.completed_at
    FROM (
      SELECT t.id, coalesce(g.task_id, t.task_id) AS task_id, g.step_name, g.step_order, g.status, g.attempt, g.external_state,
        g.external_state_type, g.external_state_id, g.external_state_at, g.error_code, g.error_message, past_moment(g.started_at, t.started_at) AS started_at,
        CASE WHEN ${hasEnded("g.status")} THEN past_moment(coalesce(g.completed_at, g.external_state_at), t.completed_at) END AS completed_at
      FROM (${givenSteps(steps)}) g
      CROSS JOIN LATERAL (
        SELECT * FROM flow_step_runs o WHERE o.connection_id = g.connection_id AND o.external_id = g.external_id LIMIT 1
      ) t
      WHERE ${isNotOlder}
    ) n
    WHERE t.id = n.id AND (t.task_id, t.step_name, t.step_order, t.status, t.attempt, t.external_state, t.external_state_type,
      t.external_state_id, t.external_state_at, t.error_code, t.error_message, t.started_at, t.completed_at)
      IS DISTINCT FROM (n.task_id, n.step_name, n.step_order, n.status, n.attempt, n.external_state, n.external_state_type,
      n.external_state_id, n.external_state_at, n.error_code, n.error_message, n.started_at, n.completed_at)`.execute(
    transaction,
  );
}

/** What is not given stays as it is. */
export async function updateNotes(transaction: Transaction, notes: readonly RunNote[]): Promise<void> {
  const given = notes.map((note) => ({ ...note, is_judged: note.suspect_reason !== undefined }));
  await sql`
    UPDATE flow_runs t SET observed_at = n.observed_at, missing_upstream_at = n.missing_upstream_at,
      suspect_since = n.suspect_since, suspect_reason = n.suspect_reason, last_heartbeat_at = n.last_heartbeat_at
    FROM (
      SELECT t.id, greatest(g.observed_at, t.observed_at) AS observed_at,
        CASE WHEN g.is_missing IS NULL THEN t.missing_upstream_at
          WHEN g.is_missing THEN coalesce(t.missing_upstream_at, g.observed_at, clock_timestamp()) END AS missing_upstream_at,
        CASE WHEN NOT g.is_judged THEN t.suspect_since
          WHEN g.suspect_reason IS NOT NULL THEN coalesce(t.suspect_since, clock_timestamp()) END AS suspect_since,
        CASE WHEN NOT g.is_judged THEN t.suspect_reason ELSE ${name("g.suspect_reason")} END AS suspect_reason,
        greatest(t.last_heartbeat_at, g.last_heartbeat_at) AS last_heartbeat_at
      FROM (
        SELECT DISTINCT ON (id) * FROM jsonb_to_recordset(${storableJson(given)}::jsonb) i (id uuid, observed_at timestamptz,
          is_missing boolean, suspect_reason text, last_heartbeat_at timestamptz, is_judged boolean)
        ORDER BY id, observed_at DESC
      ) g
      JOIN flow_runs t ON t.id = g.id AND t.connection_id IS NOT NULL
      ORDER BY t.id FOR NO KEY UPDATE OF t
    ) n
    WHERE t.id = n.id AND ((t.missing_upstream_at, t.suspect_since, t.suspect_reason, t.last_heartbeat_at)
      IS DISTINCT FROM (n.missing_upstream_at, n.suspect_since, n.suspect_reason, n.last_heartbeat_at)
      OR t.observed_at IS NULL OR t.observed_at < n.observed_at - ${observedEveryMs} * interval '1 millisecond')`.execute(
    transaction,
  );
}

const knownColumns = sql`t.id, t.external_id, t.status, t.task_id, t.unit_id, t.parent_flow_run_id, t.external_state_type,
  t.external_state_id, t.external_state_at, t.attempt, t.progress_source, t.progress_percentage, t.steps_done, t.total_steps,
  t.started_at, t.completed_at, t.suspect_since, t.suspect_reason, t.last_heartbeat_at, t.recheck_until, t.missing_upstream_at`;

/** Index: `flow_runs_external`, one look-up each. */
export async function findRuns(
  database: Database | Transaction,
  connection_id: string,
  external_ids: readonly string[],
): Promise<KnownRun[]> {
  const result = await sql<KnownRun>`
    SELECT ${knownColumns}
    FROM (SELECT DISTINCT ${connection_id}::uuid AS connection_id, unnest(${[...external_ids]}::text[]) AS external_id) g
    CROSS JOIN ${ownRun} t ORDER BY t.id`.execute(database);
  return result.rows;
}

/**
 * Runs that have not ended and ended ones that may still change, those first that were not read for the longest time; such that
 * are gone upstream come last. Indexes: `flow_runs_external_live`, `flow_runs_recheck`.
 */
export async function listOpenRuns(
  database: Database | Transaction,
  connection_id: string,
  limit: number,
): Promise<KnownRun[]> {
  const result = await sql<KnownRun>`
    SELECT ${knownColumns} FROM (
      SELECT * FROM flow_runs WHERE connection_id = ${connection_id}::uuid AND status IN ('pending', 'running', 'paused')
      UNION ALL
      SELECT * FROM flow_runs WHERE connection_id = ${connection_id}::uuid AND recheck_until > clock_timestamp()
        AND status IN ('completed', 'failed', 'cancelled')
    ) t
    ORDER BY t.missing_upstream_at IS NOT NULL, t.observed_at NULLS FIRST, t.id LIMIT ${limit}`.execute(
    database,
  );
  return result.rows;
}
