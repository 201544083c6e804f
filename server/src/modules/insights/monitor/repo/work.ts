import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../../platform/database.ts";
import { momentOf, statusAt } from "./past.ts";

/** How many running steps of a job an answer lists. */
const mostSteps = 8;

/** A flow run of a job at a moment, its steps counted: each key once, a later attempt in place of an earlier one. */
export interface RunRow {
  readonly id: string;
  readonly flow_name: string;
  readonly status: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
  readonly lesson_position: number | null;
  readonly started_at: string;
  readonly completed_at: string | null;
  readonly done: number;
  readonly reused: number;
  readonly running: number;
  readonly failed: number;
  /** Of the newest step that runs, otherwise of the one that failed last. */
  readonly current_step: string | null;
  readonly error_message: string | null;
  /** Of the steps that make the source and the plan: name to status. */
  readonly prepared: Readonly<Record<string, string>>;
}

export interface StepRow {
  readonly step_run_id: string;
  readonly flow_run_id: string;
  readonly step_name: string;
  readonly lesson_position: number | null;
  readonly attempt: number;
  readonly started_at: string;
  readonly provider: string | null;
  readonly model: string | null;
}

/** What was done of one job up to a moment. */
export interface WorkRow {
  readonly task_id: string;
  readonly runs: readonly RunRow[];
  /** Steps that ended well, each key once. */
  readonly steps_done: number;
  /** Newest first, at most 8. */
  readonly current_steps: readonly StepRow[];
  readonly current_step_count: number;
}

/** A step's status at the moment: ends are recorded once, only an end that came later may have replaced an earlier one. */
function stepStatusAt(moment: RawBuilder<string>): RawBuilder<string> {
  return sql<string>`CASE WHEN s.completed_at <= ${moment} THEN s.status ELSE ${statusAt("s", moment, "running")} END`;
}

/**
 * Runs and steps of these jobs as they were at the moment. Reads the runs by (task_id, flow_key) and their steps by
 * `flow_step_runs_flow_run`; steps are counted here, never answered with.
 */
export async function listWork(
  database: Database,
  as_of: string,
  task_ids: readonly string[],
): Promise<WorkRow[]> {
  if (task_ids.length === 0) return [];
  const moment = momentOf(as_of);
  const { rows } = await sql<SentWork>`
    WITH runs AS MATERIALIZED (
      SELECT f.id, f.flow_name, f.flow_key, f.task_id, f.lesson_position, f.error_message, f.started_at,
        CASE WHEN f.completed_at <= ${moment} THEN f.completed_at END AS completed_at, ${statusAt("f", moment, "running")} AS status
      FROM unnest(${[...task_ids]}::uuid[]) wanted (task_id)
      JOIN flow_run_lives f ON f.task_id = wanted.task_id WHERE f.started_at <= ${moment}
    ), steps AS MATERIALIZED (
      SELECT runs.task_id, runs.lesson_position, s.id, s.flow_run_id, s.step_name, coalesce(s.memo_key, s.id::text) AS key, s.attempt, s.started_at,
        s.error_message, s.reused_from_step_run_id IS NOT NULL AS is_reused, s.superseded_at IS NOT NULL AND s.superseded_at <= ${moment} AS is_superseded,
        ${stepStatusAt(moment)} AS status
      FROM runs JOIN LATERAL (SELECT * FROM step_lives own WHERE own.flow_run_id = runs.id) s ON true
      WHERE s.started_at <= ${moment}
    ), keys AS (
      SELECT flow_run_id, key, bool_or(status = 'completed' AND NOT is_superseded AND NOT is_reused) AS is_done,
        bool_or(status = 'completed' AND NOT is_superseded AND is_reused) AS is_reused,
        bool_or(status = 'running') AS is_running, bool_or(status = 'failed') AS is_failed
      FROM steps GROUP BY flow_run_id, key
    ), counted AS (
      SELECT flow_run_id, count(*) FILTER (WHERE is_done)::int AS done, count(*) FILTER (WHERE is_reused AND NOT is_done)::int AS reused,
        count(*) FILTER (WHERE is_running AND NOT is_done AND NOT is_reused)::int AS running,
        count(*) FILTER (WHERE is_failed AND NOT is_done AND NOT is_reused AND NOT is_running)::int AS failed
      FROM keys GROUP BY flow_run_id
    ), told AS (
      SELECT flow_run_id,
        coalesce((array_agg(step_name ORDER BY started_at DESC) FILTER (WHERE status = 'running'))[1],
          (array_agg(step_name ORDER BY started_at DESC) FILTER (WHERE status = 'failed'))[1]) AS current_step,
        (array_agg(error_message ORDER BY started_at DESC) FILTER (WHERE status = 'failed'))[1] AS error_message,
        jsonb_object_agg(step_name, status ORDER BY started_at) FILTER (WHERE step_name IN
          ('generate_source_material', 'generate_supplemental_source_material', 'extract_unit_metadata')) AS prepared
      FROM steps
      WHERE status <> 'completed' OR step_name IN
        ('generate_source_material', 'generate_supplemental_source_material', 'extract_unit_metadata')
      GROUP BY flow_run_id
    ), current AS (
      SELECT s.*, row_number() OVER (PARTITION BY s.task_id ORDER BY s.started_at DESC, s.id DESC) AS place
      FROM steps s WHERE s.status = 'running'
    ), runs_of AS (
      SELECT r.task_id, sum(c.done + c.reused)::int AS steps_done,
        string_agg(concat_ws(chr(9), r.id, r.flow_name, r.status, coalesce(r.lesson_position, 0),
          floor(date_part('epoch', r.started_at) * 1000)::bigint, coalesce(floor(date_part('epoch', r.completed_at) * 1000)::bigint, 0),
          coalesce(c.done, 0), coalesce(c.reused, 0), coalesce(c.running, 0), coalesce(c.failed, 0), coalesce(t.current_step, '')),
          chr(10) ORDER BY r.id) AS lines,
        jsonb_object_agg(r.id, jsonb_build_object('error_message', coalesce(t.error_message, r.error_message),
          'prepared', coalesce(t.prepared, '{}')))
          FILTER (WHERE r.error_message IS NOT NULL OR t.error_message IS NOT NULL OR t.prepared IS NOT NULL) AS details
      FROM runs r LEFT JOIN counted c ON c.flow_run_id = r.id LEFT JOIN told t ON t.flow_run_id = r.id
      GROUP BY r.task_id
    ), current_of AS (
      SELECT u.task_id, max(u.place)::int AS current_step_count,
        jsonb_agg(jsonb_build_object('step_run_id', u.id, 'flow_run_id', u.flow_run_id, 'step_name', u.step_name,
          'lesson_position', u.lesson_position, 'attempt', u.attempt, 'started_at', u.started_at, 'provider', q.provider,
          'model', q.model) ORDER BY u.place) FILTER (WHERE u.place <= ${mostSteps}) AS current_steps
      FROM current u
      LEFT JOIN LATERAL (
        SELECT provider, model FROM llm_request_summaries own
        WHERE u.place <= ${mostSteps} AND own.step_run_id = u.id AND own.created_at <= ${moment} ORDER BY own.id DESC LIMIT 1
      ) q ON true
      GROUP BY u.task_id
    )
    SELECT w.task_id, coalesce(r.lines, '') AS lines, coalesce(r.details, '{}') AS details, coalesce(r.steps_done, 0) AS steps_done,
      coalesce(c.current_steps, '[]') AS current_steps, coalesce(c.current_step_count, 0) AS current_step_count
    FROM unnest(${[...task_ids]}::uuid[]) w (task_id)
    LEFT JOIN runs_of r ON r.task_id = w.task_id LEFT JOIN current_of c ON c.task_id = w.task_id`.execute(
    database,
  );
  return rows.map(({ lines, details, ...row }) => ({ ...row, runs: readRuns(lines, details) }));
}

interface SentWork extends Omit<WorkRow, "runs"> {
  /** A line for each run, its columns with tabs between: many small objects would cost ten times as much. */
  readonly lines: string;
  /** By run, where there is anything to tell. */
  readonly details: Readonly<Record<string, Pick<RunRow, "error_message" | "prepared">>>;
}

function readRuns(lines: string, details: SentWork["details"]): RunRow[] {
  if (lines === "") return [];
  return lines.split("\n").map((line) => {
    const [
      id = "",
      flow_name = "",
      status = "",
      position,
      started,
      completed,
      done,
      reused,
      running,
      failed,
      step,
    ] = line.split("\t");
    return {
      id,
      flow_name,
      // The check on `flow_runs.status` holds the same words.
      status: status as RunRow["status"],
      lesson_position: position === "0" ? null : Number(position),
      started_at: new Date(Number(started)).toISOString(),
      completed_at: completed === "0" ? null : new Date(Number(completed)).toISOString(),
      ...{ done: Number(done), reused: Number(reused), running: Number(running), failed: Number(failed) },
      current_step: step === "" || step === undefined ? null : step,
      error_message: details[id]?.error_message ?? null,
      prepared: details[id]?.prepared ?? {},
    };
  });
}

/** What a job's calls came to up to a moment. */
export interface SpendingRow {
  readonly task_id: string;
  readonly tokens: number;
  /** Null: a call was sent and its cost is not known. */
  readonly cost_usd: number | null;
}

/** Reads `llm_requests_task`. Calls that were on their way at the moment do not count yet. */
export async function listSpending(
  database: Database,
  as_of: string,
  task_ids: readonly string[],
): Promise<SpendingRow[]> {
  if (task_ids.length === 0) return [];
  const moment = momentOf(as_of);
  const { rows } = await sql<SpendingRow>`
    SELECT w.task_id, coalesce(sum(r.tokens), 0)::float8 AS tokens,
      CASE WHEN bool_or(r.is_unknown) THEN NULL ELSE coalesce(sum(r.cost_usd), 0)::float8 END AS cost_usd
    FROM unnest(${[...task_ids]}::uuid[]) w (task_id)
    LEFT JOIN LATERAL (
      SELECT CASE WHEN a.status IN ('completed', 'failed', 'cancelled')
          THEN coalesce(s.tokens_input, 0) + coalesce(s.tokens_output, 0) END AS tokens,
        CASE WHEN a.status IN ('completed', 'failed', 'cancelled') THEN s.cost_usd END AS cost_usd,
        a.status = 'in_doubt' OR a.status <> 'pending' AND s.cost_usd IS NULL AND s.sent_at IS NOT NULL AS is_unknown
      FROM llm_request_summaries s
      CROSS JOIN LATERAL (SELECT ${statusAt("s", moment, "pending")} AS status) a
      WHERE s.task_id = w.task_id AND s.created_at <= ${moment}
    ) r ON true
    GROUP BY w.task_id`.execute(database);
  return rows;
}
