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

/** A flow run with its steps that run. */
export interface RunFacts {
  readonly run: RunRow;
  /** Newest first, at most 8 of `step_count`. */
  readonly steps: readonly StepRow[];
  readonly step_count: number;
}

/** What was done of one job up to a moment. */
export interface WorkRow {
  /** In the order of their births. */
  readonly runs: readonly RunRow[];
  /** Steps that ended well, each key once. */
  readonly steps_done: number;
  /** Newest first, at most 8. */
  readonly current_steps: readonly StepRow[];
  readonly current_step_count: number;
}

/** All that the runs of one job say of it. */
export function workOf(facts: Iterable<RunFacts>): WorkRow {
  const all = [...facts].sort((left, right) => (left.run.id < right.run.id ? -1 : 1));
  const steps = all.flatMap((one) => one.steps);
  const newestFirst = (left: StepRow, right: StepRow) =>
    left.started_at === right.started_at
      ? right.step_run_id.localeCompare(left.step_run_id)
      : right.started_at.localeCompare(left.started_at);
  return {
    runs: all.map(({ run }) => run),
    steps_done: all.reduce((sum, { run }) => sum + run.done + run.reused, 0),
    current_steps: steps.sort(newestFirst).slice(0, mostSteps),
    current_step_count: all.reduce((sum, { step_count }) => sum + step_count, 0),
  };
}

/** A step's status at the moment: ends are recorded once, only an end that came later may have replaced an earlier one. */
function stepStatusAt(moment: RawBuilder<string>): RawBuilder<string> {
  return sql<string>`CASE WHEN s.completed_at <= ${moment} THEN s.status ELSE ${statusAt("s", moment, "running")} END`;
}

/** What is to be read: all runs of these jobs, and these runs of others. */
export interface WantedRuns {
  readonly task_ids: readonly string[];
  readonly flow_run_ids: readonly string[];
}

/**
 * Runs and steps as they were at the moment, by job. Reads the runs by (task_id, flow_key) or their primary key and their steps by
 * `flow_step_runs_flow_run`; steps are counted here, never answered with.
 */
export async function listRuns(
  database: Database,
  as_of: string,
  { task_ids, flow_run_ids }: WantedRuns,
): Promise<Map<string, RunFacts[]>> {
  if (task_ids.length + flow_run_ids.length === 0) return new Map();
  const moment = momentOf(as_of);
  const { rows } = await sql<SentRuns>`
    WITH runs AS MATERIALIZED (
      SELECT f.id, f.flow_name, f.flow_key, f.task_id, f.lesson_position, f.error_message, f.started_at,
        CASE WHEN f.completed_at <= ${moment} THEN f.completed_at END AS completed_at, ${statusAt("f", moment, "running")} AS status
      FROM (
        SELECT own.* FROM unnest(${[...task_ids]}::uuid[]) wanted (task_id) JOIN flow_run_lives own ON own.task_id = wanted.task_id
        UNION ALL
        SELECT own.* FROM unnest(${[...flow_run_ids]}::uuid[]) wanted (id) JOIN flow_run_lives own ON own.id = wanted.id
      ) f WHERE f.started_at <= ${moment}
    ), steps AS MATERIALIZED (
      SELECT s.id, s.flow_run_id, s.step_name, coalesce(s.memo_key, s.id::text) AS key, s.attempt, s.started_at,
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
      SELECT flow_run_id, coalesce((array_agg(step_name ORDER BY started_at DESC, id DESC) FILTER (WHERE status = 'running'))[1],
          (array_agg(step_name ORDER BY started_at DESC, id DESC) FILTER (WHERE status = 'failed'))[1]) AS current_step,
        (array_agg(error_message ORDER BY started_at DESC, id DESC) FILTER (WHERE status = 'failed'))[1] AS error_message,
        jsonb_object_agg(step_name, status ORDER BY started_at) FILTER (WHERE step_name = ANY (${preparing})) AS prepared
      FROM steps WHERE status <> 'completed' OR step_name = ANY (${preparing})
      GROUP BY flow_run_id
    ), current AS (
      SELECT s.*, row_number() OVER (PARTITION BY s.flow_run_id ORDER BY s.started_at DESC, s.id DESC) AS place
      FROM steps s WHERE s.status = 'running'
    ), current_of AS (
      SELECT u.flow_run_id, max(u.place)::int AS step_count,
        string_agg(concat_ws(${betweenColumns}, u.id, ${nameIn("u.step_name")}, u.attempt, ${millisecondsOf("u.started_at")},
          ${nameIn("q.provider")}, ${nameIn("q.model")}), ${betweenSteps}
          ORDER BY u.place) FILTER (WHERE u.place <= ${mostSteps}) AS steps
      FROM current u
      LEFT JOIN LATERAL (
        SELECT provider, model FROM llm_request_summaries own
        WHERE u.place <= ${mostSteps} AND own.step_run_id = u.id AND own.created_at <= ${moment} ORDER BY own.id DESC LIMIT 1
      ) q ON true
      GROUP BY u.flow_run_id
    )
    SELECT r.task_id,
      string_agg(concat_ws(${betweenColumns}, r.id, ${nameIn("r.flow_name")}, r.status, coalesce(r.lesson_position, 0),
        ${millisecondsOf("r.started_at")}, coalesce(${millisecondsOf("r.completed_at")}, 0), coalesce(c.done, 0), coalesce(c.reused, 0),
        coalesce(c.running, 0), coalesce(c.failed, 0), coalesce(${nameIn("t.current_step")}, ''), coalesce(u.step_count, 0))
        || coalesce(${betweenSteps} || u.steps, ''), ${betweenRuns}) AS lines,
      coalesce(jsonb_object_agg(r.id, jsonb_build_object('error_message', coalesce(t.error_message, r.error_message),
        'prepared', coalesce(t.prepared, '{}')))
        FILTER (WHERE r.error_message IS NOT NULL OR t.error_message IS NOT NULL OR t.prepared IS NOT NULL), '{}') AS texts
    FROM runs r LEFT JOIN counted c ON c.flow_run_id = r.id LEFT JOIN told t ON t.flow_run_id = r.id
      LEFT JOIN current_of u ON u.flow_run_id = r.id
    GROUP BY r.task_id`.execute(database);
  return readLines(rows);
}

interface SentRuns {
  readonly task_id: string;
  readonly lines: string;
  readonly texts: RunTexts;
}

function readLines(rows: readonly SentRuns[]): Map<string, RunFacts[]> {
  return new Map(
    rows.map(({ task_id, lines, texts }) => [
      task_id,
      lines.split(betweenRuns).map((line) => readRun(line, texts)),
    ]),
  );
}

/** Steps that make the source and the plan. */
const preparing = [
  "generate_source_material",
  "generate_supplemental_source_material",
  "extract_unit_metadata",
];

// PostgreSQL writes what of the answer is long as text with the characters that are made for it.
const [betweenRuns, betweenSteps, betweenColumns] = ["\u001e", "\u001d", "\u001f"];

/** A name without the characters above, which no sensible one holds. */
function nameIn(column: string): RawBuilder<string> {
  return sql<string>`translate(${sql.ref(column)}, ${betweenRuns + betweenSteps + betweenColumns}, '')`;
}

function millisecondsOf(column: string): RawBuilder<number> {
  return sql<number>`floor(date_part('epoch', ${sql.ref(column)}) * 1000)::bigint`;
}

/** By run, where there is anything to tell: texts may hold what lines are divided by. */
type RunTexts = Readonly<Record<string, Pick<RunRow, "error_message" | "prepared">>>;

/** A run's columns, then its running steps: many small objects would cost ten times as much. */
function readRun(line: string, texts: RunTexts): RunFacts {
  const [columns = "", ...steps] = line.split(betweenSteps);
  const [id = "", flow_name = "", status = "", position, started, completed, ...rest] =
    columns.split(betweenColumns);
  const [done, reused, running, failed, step, step_count] = rest;
  const lesson_position = position === "0" ? null : Number(position);
  const run: RunRow = {
    id,
    flow_name,
    // The check on `flow_runs.status` holds the same words.
    status: status as RunRow["status"],
    lesson_position,
    started_at: wireTime(started),
    completed_at: completed === "0" ? null : wireTime(completed),
    ...{ done: Number(done), reused: Number(reused), running: Number(running), failed: Number(failed) },
    current_step: step === "" || step === undefined ? null : step,
    error_message: texts[id]?.error_message ?? null,
    prepared: texts[id]?.prepared ?? {},
  };
  return {
    run,
    steps: steps.map((text) => readStep(text, { flow_run_id: id, lesson_position })),
    step_count: Number(step_count),
  };
}

function readStep(text: string, of: Pick<StepRow, "flow_run_id" | "lesson_position">): StepRow {
  const [step_run_id = "", step_name = "", attempt, started, provider, model] = text.split(betweenColumns);
  return {
    step_run_id,
    flow_run_id: of.flow_run_id,
    step_name,
    lesson_position: of.lesson_position,
    attempt: Number(attempt),
    started_at: wireTime(started),
    provider: provider ?? null,
    model: model ?? null,
  };
}

function wireTime(milliseconds: string | undefined): string {
  return new Date(Number(milliseconds)).toISOString();
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
