import { type RawBuilder, sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import { addSketch, quantileOf, type Sketch, type StoredSketch } from "./sketch.ts";
import { daysKept, type MetricsWindow, type Stretch } from "./window.ts";

/** Names of the tasks that write content. */
const contentTaskNames = ["unit_creation", "lesson_regeneration"] as const;

/** Names of the jobs that the monitor tells of: those, and what runs in an outside engine by itself. */
export const jobTaskNames = [...contentTaskNames, "prefect_flow_run"] as const;

/** What happened since midnight UTC. */
export interface Today {
  /** Jobs that write content, or run in an outside engine, and ended completed or partial. */
  readonly finished_today: number;
  /** Of the finished ones those with a part missing. */
  readonly partial_today: number;
  readonly failed_today: number;
  /** Of the finished ones, at most 5 % off; null without one that has begun. */
  readonly median_duration_ms: number | null;
  /** Null: of some request that was sent the cost is not known. */
  readonly spent_today_usd: number | null;
}

/**
 * The figures of the day up to a moment (ISO 8601; null: now). A past moment is told from the hours before it and, for the hour
 * that it lies in, from what ended in that hour; a day whose hours are not kept any more is told from what ended in it.
 */
export async function readToday(database: Database, at: string | null): Promise<Today> {
  // Indexes: rollup_hour_pkey or rollup_day_pkey (entity, at); tasks by completed_at, llm_requests_completed, llm_requests_status.
  const { rows } = await sql<Omit<Today, "median_duration_ms"> & { sketches: readonly StoredSketch[] }>`
    WITH span AS (
      SELECT date_trunc('day', moment, 'UTC') AS day, ${at}::timestamptz AS at,
        CASE WHEN ${at}::timestamptz IS NULL THEN date_trunc('day', moment, 'UTC') + interval '1 day'
          WHEN moment < clock_timestamp() - ${daysKept.hour - 1} * interval '1 day' THEN date_trunc('day', moment, 'UTC')
          ELSE date_trunc('hour', moment, 'UTC') END AS rest
      FROM (SELECT coalesce(${at}::timestamptz, clock_timestamp()) AS moment) m
    ), cell AS (
      SELECT r.entity, r.status, r.count, r.cost_usd, r.cost_unknown, r.buckets, r.counts
      FROM span s JOIN rollups r ON r.resolution = ${at === null ? "day" : "hour"} AND r.at >= s.day AND r.at < s.rest
        AND (r.entity = 'requests' OR r.entity = 'job' AND r.name = ANY (${jobTaskNames}))
      UNION ALL
      SELECT c.entity, c.status, c.count, c.cost_usd, c.cost_unknown, ARRAY[c.bucket], ARRAY[c.measured]
      FROM span s, rollup_cells(ARRAY(
        SELECT d FROM rollup_deltas d WHERE d.at >= s.day AND d.at < s.rest AND d.entity IN ('job', 'request'))) c
      WHERE c.entity = 'requests' OR c.entity = 'job' AND c.name = ANY (${jobTaskNames})
      UNION ALL
      SELECT 'job', o.outcome, 1, 0, 0, ARRAY[rollup_bucket(elapsed_ms(t.started_at, t.completed_at))], ARRAY[1]
      FROM span s JOIN task_outcomes o ON o.completed_at >= s.rest AND o.completed_at <= s.at
        AND o.task_name = ANY (${jobTaskNames})
      JOIN task_summaries t ON t.id = o.id
      UNION ALL
      SELECT 'requests', q.status, 1, coalesce(q.cost_usd, 0), (q.cost_usd IS NULL AND q.sent_at IS NOT NULL)::int, '{}', '{}'
      FROM span s JOIN llm_request_summaries q ON q.completed_at >= s.rest AND q.completed_at <= s.at AND q.status <> 'pending'
      UNION ALL
      SELECT 'requests', q.status, 1, 0, 1, '{}', '{}'
      FROM span s JOIN llm_request_summaries q ON q.status = 'in_doubt' AND q.completed_at IS NULL AND q.cost_usd IS NULL
        AND q.sent_at >= s.rest AND q.sent_at <= s.at
    )
    SELECT coalesce(sum(count) FILTER (WHERE entity = 'job' AND status IN ('completed', 'partial')), 0)::int AS finished_today,
      coalesce(sum(count) FILTER (WHERE entity = 'job' AND status = 'partial'), 0)::int AS partial_today,
      coalesce(sum(count) FILTER (WHERE entity = 'job' AND status = 'failed'), 0)::int AS failed_today,
      CASE WHEN coalesce(sum(cost_unknown), 0) = 0 THEN coalesce(sum(cost_usd), 0) END AS spent_today_usd,
      coalesce(jsonb_agg(jsonb_build_object('buckets', buckets, 'counts', counts))
        FILTER (WHERE entity = 'job' AND status IN ('completed', 'partial') AND buckets[1] IS NOT NULL), '[]') AS sketches
    FROM cell`.execute(database);
  if (rows[0] === undefined) throw new Error("Sums without a row");
  const { sketches, ...figures } = rows[0];
  const durations: Sketch = new Map();
  for (const sketch of sketches) addSketch(durations, sketch);
  return { ...figures, median_duration_ms: quantileOf(durations, 0.5) };
}

/** Sums of one point; a point without anything has no row. */
export interface PointRow {
  /** Its beginning, ms since 1970. */
  readonly at: number;
  readonly jobs_completed: number;
  readonly jobs_partial: number;
  readonly jobs_failed: number;
  readonly jobs_cancelled: number;
  /** Completed, partial or failed. */
  readonly units: number;
  readonly units_failed: number;
  readonly unit_cost_usd: number;
  readonly unit_cost_known: number;
  readonly lessons: number;
  /** Completed or failed: what was cancelled was not worked off, what another call made superfluous neither. */
  readonly steps: number;
  readonly steps_failed: number;
  readonly requests: number;
  readonly requests_completed: number;
  readonly requests_failed: number;
  readonly tokens_input: number;
  readonly tokens_output: number;
  readonly cost_usd: number;
  readonly cost_known: number;
  readonly cost_unknown: number;
}

/** How long completed steps took, or how long tasks waited, in a point; several rows of one add up. */
export interface PointSketchRow extends StoredSketch {
  readonly at: number;
  readonly entity: "steps" | "start";
}

/** Sums over the whole time of one step or of its requests, by model and status. Empty text: there is no such part. */
export interface BreakdownRow {
  readonly entity: "step" | "request";
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly status: string;
  readonly count: number;
  readonly tokens_input: number;
  readonly tokens_cached: number;
  readonly tokens_output: number;
  readonly cost_usd: number;
  readonly cost_known: number;
  readonly cost_unknown: number;
}

/** How long completed runs of a step took by one model; several rows of one add up. */
export interface StepSketchRow extends StoredSketch {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
}

export interface GaugeRow {
  readonly at: number;
  readonly queued_max: number;
  readonly running_max: number;
  readonly capacity_last: number;
}

export interface WindowRows {
  readonly points: readonly PointRow[];
  readonly point_sketches: readonly PointSketchRow[];
  readonly breakdown: readonly BreakdownRow[];
  readonly step_sketches: readonly StepSketchRow[];
  readonly gauges: readonly GaugeRow[];
}

export async function readClock(database: Database): Promise<number> {
  const { rows } = await sql<{ now: number }>`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`.execute(database);
  if (rows[0] === undefined) throw new Error("The clock gave no row");
  return rows[0].now;
}

/**
 * All that a window shows, in one statement and so of one moment: the totals and the deltas that are not folded yet. Indexes: the
 * primary keys (entity, at) of rollup_minute, rollup_hour, rollup_day and (resolution, at) of rollup_gauges.
 */
export async function readWindow(database: Database, window: MetricsWindow): Promise<WindowRows> {
  const { resolution } = window;
  const [begin, end] = [momentOf(window.begin), momentOf(window.end)];
  const { stretches } = window;
  const { rows } = await sql<WindowRows>`
    WITH pending AS MATERIALIZED (
      SELECT * FROM rollup_cells(ARRAY(SELECT d FROM rollup_deltas d WHERE d.at >= ${begin} AND d.at < ${end}))
    ), cell AS (
      SELECT at, entity, status, count, tokens_input, tokens_output, cost_usd, cost_known, cost_unknown
      FROM ${sql.table(`rollup_${resolution}`)}
      WHERE resolution = ${resolution} AND at >= ${begin} AND at < ${end}
        AND entity IN ('job', 'unit', 'lesson', 'steps', 'requests')
        AND (entity <> 'job' OR name = ANY (${jobTaskNames}))
      UNION ALL
      SELECT date_trunc(${resolution}, at, 'UTC'), entity, status, count, tokens_input, tokens_output, cost_usd, cost_known,
        cost_unknown
      FROM pending
      WHERE entity IN ('job', 'unit', 'lesson', 'steps', 'requests')
        AND (entity <> 'job' OR name = ANY (${jobTaskNames}))
    ), point AS (
      SELECT (extract(epoch FROM at) * 1000)::bigint AS at,
        ${countOf("job", ["completed"])} AS jobs_completed, ${countOf("job", ["partial"])} AS jobs_partial,
        ${countOf("job", ["failed"])} AS jobs_failed, ${countOf("job", ["cancelled"])} AS jobs_cancelled,
        ${countOf("unit", ["completed", "partial", "failed"])} AS units, ${countOf("unit", ["failed"])} AS units_failed,
        ${sumOf("unit", "cost_usd")} AS unit_cost_usd, ${sumOf("unit", "cost_known")} AS unit_cost_known,
        ${countOf("lesson", ["completed"])} AS lessons, ${countOf("steps", ["completed", "failed"])} AS steps,
        ${countOf("steps", ["failed"])} AS steps_failed, ${sumOf("requests", "count")} AS requests,
        ${countOf("requests", ["completed"])} AS requests_completed, ${countOf("requests", ["failed"])} AS requests_failed,
        ${sumOf("requests", "tokens_input")} AS tokens_input, ${sumOf("requests", "tokens_output")} AS tokens_output,
        ${sumOf("requests", "cost_usd")} AS cost_usd, ${sumOf("requests", "cost_known")} AS cost_known,
        ${sumOf("requests", "cost_unknown")} AS cost_unknown
      FROM cell GROUP BY at
    ), measured AS (
      SELECT at, entity, buckets, counts FROM ${sql.table(`rollup_${resolution}`)}
      WHERE resolution = ${resolution} AND at >= ${begin} AND at < ${end} AND ${isMeasured}
      UNION ALL
      SELECT date_trunc(${resolution}, at, 'UTC'), entity, ARRAY[bucket], ARRAY[measured] FROM pending
      WHERE ${isMeasured} AND bucket IS NOT NULL
    ), point_sketch AS (
      SELECT (extract(epoch FROM at) * 1000)::bigint AS at, entity, buckets, counts FROM measured
    ), detail AS (
      ${sql.join(stretches.map(sumsOf), sql` UNION ALL `)}
      UNION ALL
      SELECT entity, name, provider, model, status, count, tokens_input, tokens_cached, tokens_output, cost_usd, cost_known,
        cost_unknown
      FROM pending WHERE entity IN ('step', 'request')
    ), breakdown AS (
      SELECT entity, name, provider, model, status, sum(count) AS count, sum(tokens_input) AS tokens_input,
        sum(tokens_cached) AS tokens_cached, sum(tokens_output) AS tokens_output, sum(cost_usd) AS cost_usd,
        sum(cost_known) AS cost_known, sum(cost_unknown) AS cost_unknown
      FROM detail GROUP BY entity, name, provider, model, status
    ), step_sketch AS (
      -- Added up by the reader: in SQL the same takes half as long again, for one row of each bucket.
      ${sql.join(stretches.map(sketchesOf), sql` UNION ALL `)}
      UNION ALL
      SELECT name, provider, model, ARRAY[bucket], ARRAY[measured] FROM pending
      WHERE entity = 'step' AND status = 'completed' AND bucket IS NOT NULL
    )
    SELECT
      (SELECT coalesce(json_agg(point), '[]') FROM point) AS points,
      (SELECT coalesce(json_agg(point_sketch), '[]') FROM point_sketch) AS point_sketches,
      (SELECT coalesce(json_agg(breakdown), '[]') FROM breakdown) AS breakdown,
      (SELECT coalesce(json_agg(step_sketch), '[]') FROM step_sketch) AS step_sketches,
      (SELECT coalesce(json_agg(json_build_object('at', (extract(epoch FROM at) * 1000)::bigint, 'queued_max', queued_max,
        'running_max', running_max, 'capacity_last', capacity_last)), '[]')
        FROM rollup_gauges WHERE resolution = ${resolution} AND at >= ${begin} AND at < ${end}) AS gauges`.execute(
    database,
  );
  if (rows[0] === undefined) throw new Error("Sums without a row");
  return rows[0];
}

type SeriesEntity = "job" | "unit" | "lesson" | "steps" | "requests";

function countOf(entity: SeriesEntity, statuses: readonly string[]): RawBuilder<number> {
  return sql`coalesce(sum(count) FILTER (WHERE entity = ${sql.lit(entity)}
    AND status IN (${sql.join(statuses.map((status) => sql.lit(status)))})), 0)`;
}

function sumOf(entity: SeriesEntity, column: string): RawBuilder<number> {
  return sql`coalesce(sum(${sql.ref(column)}) FILTER (WHERE entity = ${sql.lit(entity)}), 0)`;
}

/** Where a sketch says how long things took, of what is shown for each point. */
const isMeasured = sql`entity IN ('start', 'steps') AND status = CASE entity WHEN 'steps' THEN 'completed' ELSE '' END`;

function sumsOf({ resolution, begin, end }: Stretch): RawBuilder<unknown> {
  return sql`
    SELECT entity, name, provider, model, status, count, tokens_input, tokens_cached, tokens_output, cost_usd, cost_known,
      cost_unknown
    FROM ${sql.table(`rollup_${resolution}`)}
    WHERE resolution = ${resolution} AND entity IN ('step', 'request') AND at >= ${momentOf(begin)} AND at < ${momentOf(end)}`;
}

function sketchesOf({ resolution, begin, end }: Stretch): RawBuilder<unknown> {
  return sql`
    SELECT name, provider, model, buckets, counts FROM ${sql.table(`rollup_${resolution}`)}
    WHERE resolution = ${resolution} AND entity = 'step' AND at >= ${momentOf(begin)} AND at < ${momentOf(end)}
      AND status = 'completed'`;
}

function momentOf(moment: number): RawBuilder<string> {
  return sql`${new Date(moment).toISOString()}::timestamptz`;
}

/** Moves up to `most` deltas into the totals; null when another session is at it. */
export async function foldRollups(database: Database, most: number): Promise<number | null> {
  const { rows } = await sql<{ folded: number | null }>`SELECT fold_rollups(${most}) AS folded`.execute(
    database,
  );
  return rows[0]?.folded ?? null;
}

/** Gives the room of deleted deltas back; waits for nobody. */
export async function vacuumDeltas(database: Database): Promise<void> {
  await sql`VACUUM (SKIP_LOCKED, TRUNCATE false) rollup_deltas`.execute(database);
}

/** Nothing is folded into rows as old as these. Index: the primary keys, by their beginning (resolution, entity). */
export async function dropOldRollups(database: Database): Promise<void> {
  await sql`
    WITH kept AS MATERIALIZED (
      SELECT v AS resolution, rollups_kept_since(v) AS since FROM unnest(ARRAY['minute', 'hour']) v
    ), gauges AS (
      DELETE FROM rollup_gauges g USING kept k WHERE g.resolution = k.resolution AND g.at < k.since
    )
    DELETE FROM rollups r USING kept k
    WHERE r.resolution = k.resolution AND r.resolution IN ('minute', 'hour') AND r.entity = ANY (${entities}) AND r.at < k.since`.execute(
    database,
  );
}

const entities = ["job", "start", "unit", "lesson", "step", "steps", "request", "requests"];

/**
 * Looks at the queue and the workers and keeps the most and the newest of each minute, hour and day. Indexes: tasks_live and
 * workers_alive, behind the views.
 */
export async function sampleGauges(database: Database): Promise<void> {
  await sql`
    WITH look AS (
      SELECT clock_timestamp() AS at,
        count(*) FILTER (WHERE status IN ('pending', 'retry') AND available_at <= clock_timestamp())::int AS queued,
        count(*) FILTER (WHERE status = 'in_progress')::int AS running,
        (SELECT coalesce(sum(capacity), 0)::int FROM worker_summaries WHERE dead_at IS NULL) AS capacity
      FROM task_summaries
      WHERE status IN ('pending', 'in_progress', 'retry', 'paused') AND executor = 'worker'
    )
    INSERT INTO rollup_gauges AS gauge
    SELECT r.resolution, date_trunc(r.resolution, at, 'UTC'), queued, queued, running, running, capacity, capacity, at
    FROM look, (VALUES ('minute'), ('hour'), ('day')) r (resolution)
    ON CONFLICT (resolution, at) DO UPDATE SET queued_max = greatest(gauge.queued_max, excluded.queued_max),
      queued_last = excluded.queued_last, running_max = greatest(gauge.running_max, excluded.running_max),
      running_last = excluded.running_last, capacity_max = greatest(gauge.capacity_max, excluded.capacity_max),
      capacity_last = excluded.capacity_last, sampled_at = excluded.sampled_at`.execute(database);
}
