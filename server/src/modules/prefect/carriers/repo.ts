import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import type { TaskCarrier } from "../runs/models.ts";
import { carriedQueue } from "./carried-tasks.ts";

/** A turn that somebody has to take up: the condition is that of the index `tasks_claimable`. */
const isClaimable = sql`t.queue_name = ${sql.lit(carriedQueue)} AND t.executor = 'worker'
  AND t.status IN ('pending', 'retry') AND t.cancel_requested_at IS NULL AND t.available_at <= statement_timestamp()`;

export async function listEnabledConnections(
  database: Database,
): Promise<{ id: string; name: string; is_from_environment: boolean }[]> {
  const result = await sql<{ id: string; name: string; is_from_environment: boolean }>`
    SELECT id, name, is_from_environment FROM connections
    WHERE removed_at IS NULL AND disabled_at IS NULL ORDER BY id`.execute(database);
  return result.rows;
}

/** Whether a task waits for Prefect. Reads `tasks_claimable`. */
export async function hasWaitingTask(database: Database): Promise<boolean> {
  const result = await sql<{ found: boolean }>`
    SELECT EXISTS (SELECT 1 FROM task_turns t WHERE ${isClaimable}) AS found`.execute(database);
  return result.rows[0]?.found === true;
}

/** Says at the connection why tasks do not start; null takes it back. Nothing is written when it says so already. */
export async function tellProblem(
  database: Database,
  connection_id: string,
  problem: string | null,
): Promise<number> {
  const result = await sql`
    UPDATE connections SET carrier_problem = ${problem}
    WHERE id = ${connection_id} AND carrier_problem IS DISTINCT FROM ${problem}`.execute(database);
  return Number(result.numAffectedRows ?? 0);
}

/**
 * Runs that carried an earlier turn of tasks which wait for somebody again, as far as their end is not known yet: a run that was
 * cancelled must end its task, not be followed by another one.
 */
export async function listFormerRuns(database: Database, connection_id: string): Promise<string[]> {
  const result = await sql<{ external_id: string }>`
    SELECT c.external_id FROM task_turns t JOIN task_carriers c ON c.task_id = t.id AND c.fence < t.fence
    WHERE ${isClaimable} AND c.connection_id = ${connection_id} AND c.ended_at IS NULL AND c.external_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM task_carriers n WHERE n.task_id = t.id AND n.fence = t.fence)
    LIMIT 200`.execute(database);
  return result.rows.map(({ external_id }) => external_id);
}

/**
 * Ends the carriers that other connections cannot bring about any more: theirs are not watched, or they were not asked in time.
 * Without this, tasks would wait for them after another connection was chosen.
 */
export async function endAbandoned(database: Database, connection_id: string): Promise<number> {
  const result = await sql`
    UPDATE task_carriers c SET ended_at = clock_timestamp(), error_message = 'Another connection carries tasks now.'
    FROM connections n
    WHERE n.id = c.connection_id AND n.id <> ${connection_id} AND c.ended_at IS NULL
      AND (c.external_id IS NULL OR n.disabled_at IS NOT NULL OR n.removed_at IS NOT NULL)`.execute(database);
  return Number(result.numAffectedRows ?? 0);
}

/**
 * Asks for a carrier for each claimable task without an open one for its turn, best first. After one that ended without
 * having taken the task up, the next is asked for 2 s later, then 4 s, up to 60 s. A task whose former run may have been
 * cancelled waits until that run was read: `read_runs` are those of `listFormerRuns`. Returns how many there are.
 */
export async function insertCarriers(
  database: Database,
  connection_id: string,
  read_runs: readonly string[],
  most: number,
): Promise<number> {
  const result = await sql<{ id: string }>`
    INSERT INTO task_carriers (connection_id, task_id, fence, number)
    SELECT ${connection_id}::uuid, t.id, t.fence, coalesce(last.number, 0) + 1
    FROM task_turns t
    LEFT JOIN LATERAL (
      SELECT c.number, c.ended_at FROM task_carriers c
      WHERE c.task_id = t.id AND c.fence = t.fence ORDER BY c.number DESC LIMIT 1
    ) last ON true
    WHERE ${isClaimable} AND NOT EXISTS (SELECT 1 FROM task_carriers f
        WHERE f.task_id = t.id AND f.fence < t.fence AND f.connection_id = ${connection_id} AND f.ended_at IS NULL
          AND f.external_id IS NOT NULL AND f.external_id <> ALL (${read_runs}::text[]))
      AND (last.number IS NULL
      OR last.ended_at + interval '1 second' * least(60, 2 ^ least(last.number, 10)) <= statement_timestamp())
    ORDER BY t.priority, t.available_at, t.id LIMIT ${most}
    ON CONFLICT DO NOTHING
    RETURNING id`.execute(database);
  return result.rows.length;
}

export interface WaitingCarrier {
  readonly id: string;
  readonly task_id: string;
  readonly fence: number;
  readonly number: number;
  readonly attempts: number;
  /** The turn is still to be taken up. */
  readonly is_needed: boolean;
}

/** Carriers that Prefect was not asked for yet, or did not answer for. */
export async function listUnlaunched(
  database: Database,
  connection_id: string,
  most: number,
): Promise<WaitingCarrier[]> {
  const result = await sql<WaitingCarrier>`
    SELECT c.id, c.task_id, c.fence, c.number, c.attempts,
      t.fence = c.fence AND t.status IN ('pending', 'retry') AND t.cancel_requested_at IS NULL AS is_needed
    FROM task_carriers c JOIN task_turns t ON t.id = c.task_id
    WHERE c.connection_id = ${connection_id} AND c.ended_at IS NULL AND c.external_id IS NULL
      AND c.next_attempt_at <= statement_timestamp()
    ORDER BY c.id LIMIT ${most}`.execute(database);
  return result.rows;
}

export async function noteLaunched(
  database: Database,
  launched: { id: string; external_id: string; external_url: string | null },
): Promise<number> {
  const result = await sql`
    UPDATE task_carriers SET external_id = ${launched.external_id}, external_url = ${launched.external_url},
      error_message = NULL, launched_at = clock_timestamp(), attempts = attempts + 1
    WHERE id = ${launched.id} AND external_id IS NULL`.execute(database);
  return Number(result.numAffectedRows ?? 0);
}

/** What went wrong when Prefect was asked; asked again after the delay. */
export async function noteFailure(
  database: Database,
  failure: { id: string; error_message: string; delay_ms: number },
): Promise<number> {
  const result = await sql`
    UPDATE task_carriers SET error_message = ${failure.error_message}, attempts = attempts + 1,
      next_attempt_at = clock_timestamp() + interval '1 millisecond' * ${failure.delay_ms}::float8
    WHERE id = ${failure.id} AND ended_at IS NULL`.execute(database);
  return Number(result.numAffectedRows ?? 0);
}

/** Ends a carrier that Prefect was never asked for, or whose run is gone or came to nothing. */
export async function endCarrier(database: Database, id: string, error_message: string): Promise<number> {
  const result = await sql`
    UPDATE task_carriers SET ended_at = clock_timestamp(), error_message = ${error_message}
    WHERE id = ${id} AND ended_at IS NULL`.execute(database);
  return Number(result.numAffectedRows ?? 0);
}

/** The next runs to be read, in the order of their carriers from `after` on. Reads `task_carriers_open`. */
export async function listFollowed(
  database: Database,
  connection_id: string,
  after: string | null,
  most: number,
): Promise<{ id: string; external_id: string }[]> {
  const result = await sql<{ id: string; external_id: string }>`
    SELECT id, external_id FROM task_carriers
    WHERE connection_id = ${connection_id} AND ended_at IS NULL AND external_id IS NOT NULL
      AND (${after}::uuid IS NULL OR id > ${after}::uuid)
    ORDER BY id LIMIT ${most}`.execute(database);
  return result.rows;
}

export interface CarrierReading {
  readonly external_id: string;
  readonly external_state: string | null;
  readonly external_state_type: string | null;
  /** Null when Prefect did not say. */
  readonly external_state_at: string | null;
}

/** Writes what was read of carrying runs; an older state than the stored one changes nothing. */
export async function noteReadings(
  database: Database,
  connection_id: string,
  readings: readonly CarrierReading[],
): Promise<number> {
  const result = await sql`
    UPDATE task_carriers c SET external_state = r.external_state, external_state_type = r.external_state_type,
      external_state_at = r.external_state_at,
      state_since = CASE WHEN c.external_state_type IS DISTINCT FROM r.external_state_type
        THEN clock_timestamp() ELSE c.state_since END,
      ended_at = CASE WHEN r.external_state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')
        THEN clock_timestamp() END
    FROM jsonb_to_recordset(${JSON.stringify(readings)}::jsonb)
      AS r (external_id text, external_state text, external_state_type text, external_state_at timestamptz)
    WHERE c.connection_id = ${connection_id} AND c.external_id = r.external_id AND c.ended_at IS NULL
      AND (c.external_state_at IS NULL OR r.external_state_at IS NULL OR r.external_state_at >= c.external_state_at)
      AND (c.external_state IS DISTINCT FROM r.external_state
        OR c.external_state_type IS DISTINCT FROM r.external_state_type)`.execute(database);
  return Number(result.numAffectedRows ?? 0);
}

/**
 * Live tasks whose newest carrier was cancelled in Prefect: they are to be cancelled too. A carrier of an earlier turn says
 * nothing once another one was asked for.
 */
export async function listCancelledUpstream(database: Database, connection_id: string): Promise<string[]> {
  const result = await sql<{ task_id: string }>`
    SELECT DISTINCT c.task_id FROM task_carriers c JOIN task_turns t ON t.id = c.task_id
    WHERE c.connection_id = ${connection_id} AND c.external_state_type IN ('CANCELLING', 'CANCELLED')
      AND t.status IN ('pending', 'in_progress', 'retry', 'paused') AND t.cancel_requested_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM task_carriers n
        WHERE n.task_id = c.task_id AND (n.fence, n.number) > (c.fence, c.number))`.execute(database);
  return result.rows.map(({ task_id }) => task_id);
}

/** Runs that had not begun when they were read last, and whose task has ended. */
export async function listWithdrawable(
  database: Database,
  connection_id: string,
  most: number,
): Promise<{ id: string; external_id: string }[]> {
  const result = await sql<{ id: string; external_id: string }>`
    SELECT c.id, c.external_id FROM task_carriers c JOIN task_turns t ON t.id = c.task_id
    WHERE c.connection_id = ${connection_id} AND c.ended_at IS NULL AND c.external_id IS NOT NULL
      AND c.external_state_type = 'SCHEDULED' AND t.status IN ('completed', 'failed', 'cancelled')
    ORDER BY c.id LIMIT ${most}`.execute(database);
  return result.rows;
}

/** How long a run may be on its way without taking up its task, by what Prefect says of it. */
export interface CarrierPatience {
  readonly runningMs: number;
  readonly pendingMs: number;
  /** From then on a run whose turn is over is not read any more. */
  readonly overMs: number;
}

/**
 * Ends the carriers whose run does not take up its task although Prefect calls it running (its process died before, or hangs), and
 * those whose turn is over while Prefect still says that they run. What such a run does later changes nothing.
 */
export async function endSilent(
  database: Database,
  connection_id: string,
  patience: CarrierPatience,
): Promise<number> {
  const longerThan = (ms: number): RawBuilder<boolean> =>
    sql`c.state_since < statement_timestamp() - interval '1 millisecond' * ${ms}::float8`;
  const result = await sql`
    UPDATE task_carriers c SET ended_at = clock_timestamp(), error_message = CASE WHEN t.fence = c.fence
      THEN 'The run did not take up the task in time.'
      ELSE 'Prefect still shows the run as not ended. Its turn of the task is over.' END
    FROM task_turns t
    WHERE t.id = c.task_id AND c.connection_id = ${connection_id} AND c.ended_at IS NULL AND c.external_id IS NOT NULL
      AND CASE WHEN t.fence = c.fence THEN t.status IN ('pending', 'retry')
          AND (c.external_state_type = 'RUNNING' AND ${longerThan(patience.runningMs)}
            OR c.external_state_type = 'PENDING' AND ${longerThan(patience.pendingMs)})
        ELSE (t.fence > c.fence + 1 OR t.status <> 'in_progress') AND ${longerThan(patience.overMs)} END`.execute(
    database,
  );
  return Number(result.numAffectedRows ?? 0);
}

export interface CarrierProblems {
  /** Why Prefect made no run, of the newest carrier that waits for one. */
  readonly error_message: string | null;
  /** Runs that no worker of Prefect has begun in time. */
  readonly late: number;
}

/** What keeps open carriers from beginning. Reads `task_carriers_open`. */
export async function readProblems(database: Database, connection_id: string): Promise<CarrierProblems> {
  const result = await sql<CarrierProblems>`
    SELECT (array_agg(error_message ORDER BY id DESC)
        FILTER (WHERE external_id IS NULL AND error_message IS NOT NULL))[1] AS error_message,
      count(*) FILTER (WHERE external_state_type = 'SCHEDULED' AND external_state = 'Late')::int AS late
    FROM task_carriers WHERE connection_id = ${connection_id} AND ended_at IS NULL`.execute(database);
  return result.rows[0] ?? { error_message: null, late: 0 };
}

const carrierColumns = sql`c.id, c.connection_id, n.name AS connection_name, c.task_id, c.external_id, c.external_url,
  c.external_state, c.error_message, c.created_at, c.launched_at, c.ended_at, c.version`;

/** The carriers of a task, newest first, at most 100. */
export async function listCarriers(database: Database, task_id: string): Promise<TaskCarrier[]> {
  const result = await sql<TaskCarrier>`
    SELECT ${carrierColumns} FROM task_carriers c JOIN connections n ON n.id = c.connection_id
    WHERE c.task_id = ${task_id} ORDER BY c.fence DESC, c.number DESC LIMIT 100`.execute(database);
  return result.rows;
}

/** Rows for the change stream; ids without a row are left out. */
export async function listCarrierSummaries(
  database: Database,
  ids: readonly string[],
): Promise<TaskCarrier[]> {
  const result = await sql<TaskCarrier>`
    SELECT ${carrierColumns} FROM task_carriers c JOIN connections n ON n.id = c.connection_id
    WHERE c.id = ANY (${ids}::uuid[])`.execute(database);
  return result.rows;
}
