import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import { repeatableStepCodes } from "../../flow-engine/public.ts";
import type { Author } from "../models.ts";
import { measuredSteps } from "../retry-options/repo.ts";
import { extractUnitMetadata } from "../steps/extract-unit-metadata.ts";
import { lessonRegenerationTask, unitCreationTask } from "../task-names.ts";
import { rootKey } from "../unit-creation-task.ts";
import type { EndedForecast } from "./calibration.ts";
import type { TimeLeft } from "./simulate.ts";
import type { StepSamples } from "./step-samples.ts";

/** What a task was asked for; it never changes. */
export interface RequestedTask {
  readonly id: string;
  readonly task_name: string;
  readonly mode: string;
  readonly unit_id: string | null;
  readonly lineage_id: string;
  readonly inputs: unknown;
}

/** Where an unfinished task stands. */
export interface TaskSteps {
  readonly task_id: string;
  readonly attempt: number;
  /** The database's time, in milliseconds since 1970. */
  readonly now_ms: number;
  /**
   * A line for each of its steps, later attempts last: flow path, name, state (d done, u reused, r running, f failed for good, o
   * open), when it began in milliseconds since 1970 and what it took, with tabs between. One text is read 20 times as fast as
   * the same rows, and says at a glance whether anything moved.
   */
  readonly steps: string;
}

/** The step that planned a task's unit. */
export interface PlanStep {
  readonly task_id: string;
  readonly planned_at: string;
  /** Where its output is recorded. */
  readonly result_step_run_id: string;
}

/** A forecast that was made at a moment of a job. */
export interface NewSample extends TimeLeft {
  readonly task_id: string;
  readonly milestone: number;
  readonly author: Author;
  readonly attempt: number;
  readonly now_ms: number;
}

export type ForecastRepo = ReturnType<typeof createForecastRepo>;

const writingTasks = [unitCreationTask, lessonRegenerationTask];
/** How many of the newest ended forecasts say how far forecasts are off. */
const newestEnded = 300;
const mostRunsOfTask = 200;
const mostStepsOfRun = 100;
const mostLiveTasks = 500;
const keptSamples = 5_000;

export function createForecastRepo(database: Database) {
  return {
    ...createSampleRepo(database),

    async listSamples(flow_names: readonly string[]): Promise<StepSamples[]> {
      const { rows } = await sql<StepSamples>`
        WITH measured AS (${measuredSteps(flow_names)})
        SELECT step_name, provider, model, count(*)::int AS runs, count(cost_usd)::int AS priced,
          (percentile_cont(0.5) WITHIN GROUP (ORDER BY cost_usd))::float8 AS cost_usd,
          coalesce(array_agg(duration_ms ORDER BY duration_ms), '{}')::float8[] AS durations_ms
        FROM measured WHERE duration_ms IS NOT NULL GROUP BY step_name, provider, model`.execute(database);
      return rows;
    },

    /** Tasks that write a unit or a part of it, by primary keys. */
    async listTasks(ids: readonly string[]): Promise<RequestedTask[]> {
      const { rows } = await sql<RequestedTask>`
        SELECT id, task_name, mode, unit_id, lineage_id, inputs FROM task_requests
        WHERE id = ANY (${ids}::uuid[]) AND task_name = ANY (${writingTasks})`.execute(database);
      return rows;
    },

    /** Unfinished tasks that write a unit or a part of it: by primary keys, their runs and steps by those of their parents. */
    async listSteps(ids: readonly string[]): Promise<TaskSteps[]> {
      const { rows } = await sql<TaskSteps>`
        SELECT t.id AS task_id, t.attempt, extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms,
          coalesce(own.steps, '') AS steps
        FROM task_requests t
        LEFT JOIN LATERAL (
          SELECT string_agg(concat_ws(chr(9), s.flow_path, s.step_name,
            CASE
              WHEN s.status = 'completed' AND s.reused_from_step_run_id IS NULL THEN 'd'
              WHEN s.status = 'completed' THEN 'u'
              WHEN s.status = 'running' THEN 'r'
              WHEN s.status = 'failed' AND NOT (s.error_code = ANY (${repeatableStepCodes})) THEN 'f'
              ELSE 'o'
            END,
            coalesce((extract(epoch FROM s.started_at) * 1000)::bigint, 0),
            coalesce((extract(epoch FROM s.completed_at - s.started_at) * 1000)::bigint, 0)), chr(10) ORDER BY s.id) AS steps
          FROM (SELECT id FROM flow_run_states WHERE task_id = t.id LIMIT ${mostRunsOfTask}) f
          CROSS JOIN LATERAL (
            SELECT * FROM step_run_states WHERE flow_run_id = f.id
            ORDER BY step_order DESC, attempt DESC LIMIT ${mostStepsOfRun}
          ) s
        ) own ON true
        WHERE t.id = ANY (${ids}::uuid[]) AND t.task_name = ANY (${writingTasks})
          AND t.status IN ('pending', 'in_progress', 'retry', 'paused')`.execute(database);
      return rows;
    },

    /** By the tasks' root runs and the beginning of those. */
    async listPlanSteps(ids: readonly string[]): Promise<PlanStep[]> {
      const { rows } = await sql<PlanStep>`
        SELECT f.task_id, s.completed_at AS planned_at, coalesce(s.reused_from_step_run_id, s.id) AS result_step_run_id
        FROM (SELECT id, task_id FROM flow_run_summaries WHERE task_id = ANY (${ids}::uuid[]) AND flow_key = ${rootKey}) f
        CROSS JOIN LATERAL (
          SELECT * FROM (
            SELECT * FROM step_run_states WHERE flow_run_id = f.id ORDER BY step_order, attempt LIMIT ${mostStepsOfRun}
          ) early
          WHERE step_name = ${extractUnitMetadata.name} AND status = 'completed' ORDER BY id DESC LIMIT 1
        ) s
        WHERE s.completed_at IS NOT NULL`.execute(database);
      return rows;
    },
  };
}

/** What was foreseen, and what came. */
function createSampleRepo(database: Database) {
  return {
    /** The tasks that a worker executes, by `tasks_in_progress`. */
    async listLiveTaskIds(): Promise<string[]> {
      const { rows } = await sql<{ id: string }>`
        SELECT id FROM task_requests WHERE status = 'in_progress' AND task_name = ANY (${writingTasks})
        LIMIT ${mostLiveTasks}`.execute(database);
      return rows.map(({ id }) => id);
    },

    async insertSamples(samples: readonly NewSample[]): Promise<void> {
      await sql`
        INSERT INTO forecast_samples (task_id, milestone, author, attempt, at, earliest_ms, predicted_ms, latest_ms)
        SELECT s.task_id, s.milestone, s.author, s.attempt, to_timestamp(s.now_ms / 1000), s.earliest_ms, s.likely_ms, s.latest_ms
        FROM json_to_recordset(${JSON.stringify(samples)}::json) s (task_id uuid, milestone int, author text, attempt int,
          now_ms float8, earliest_ms float8, likely_ms float8, latest_ms float8)
        JOIN task_requests t ON t.id = s.task_id
        ON CONFLICT DO NOTHING`.execute(database);
    },

    /**
     * Writes what came to the forecasts of tasks that have ended. A task that failed, was cancelled or was interrupted since says
     * nothing of how long its work takes: its forecasts go.
     */
    async settleSamples(): Promise<void> {
      await sql`
        UPDATE forecast_samples s
        SET actual_ms = greatest(0, extract(epoch FROM t.completed_at - s.at)::float8 * 1000)
        FROM task_requests t
        WHERE s.actual_ms IS NULL AND t.id = s.task_id AND t.status = 'completed' AND t.attempt = s.attempt`.execute(
        database,
      );
      await sql`
        DELETE FROM forecast_samples s USING task_requests t
        WHERE s.actual_ms IS NULL AND t.id = s.task_id
          AND (t.status IN ('completed', 'failed', 'cancelled') OR t.attempt <> s.attempt)`.execute(database);
    },

    async listEnded(author: Author): Promise<EndedForecast[]> {
      const { rows } = await sql<EndedForecast>`
        SELECT earliest_ms, predicted_ms AS likely_ms, latest_ms, actual_ms FROM forecast_samples
        WHERE author = ${author} AND actual_ms IS NOT NULL ORDER BY at DESC LIMIT ${newestEnded}`.execute(
        database,
      );
      return rows;
    },

    /** Keeps the newest of each author; `forecast_samples_ended` finds them. */
    async dropOldSamples(author: Author): Promise<void> {
      await sql`
        DELETE FROM forecast_samples WHERE author = ${author} AND actual_ms IS NOT NULL AND at < (
          SELECT at FROM forecast_samples WHERE author = ${author} AND actual_ms IS NOT NULL
          ORDER BY at DESC OFFSET ${keptSamples} LIMIT 1)`.execute(database);
    },
  };
}
