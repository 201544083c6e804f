import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";

/** What the newest completed runs of a step cost and took, by the model that did them. */
export interface StepHistory {
  readonly step_name: string;
  readonly provider: string;
  readonly model: string;
  readonly runs: number;
  /** How many of them have a known cost. */
  readonly priced: number;
  /** Median; null: not known. */
  readonly cost_usd: number | null;
  /** Median. */
  readonly duration_ms: number;
}

/** A unit as far as its retry needs it. */
export interface RetriedUnit {
  readonly id: string;
  readonly status: string;
  readonly task_id: string | null;
  readonly task_status: string | null;
  readonly lineage_id: string | null;
  readonly request: unknown;
}

export type RetryOptionsRepo = ReturnType<typeof createRetryOptionsRepo>;

/** How many of the newest flow runs of each flow are looked at. */
const newestRuns = 200;

export function createRetryOptionsRepo(database: Database) {
  return {
    /** By primary keys. */
    async findUnit(id: string): Promise<RetriedUnit | null> {
      const { rows } = await sql<RetriedUnit>`
        SELECT u.id, u.status, u.task_id, t.status AS task_status, u.lineage_id, u.request
        FROM unit_states u LEFT JOIN task_states t ON t.id = u.task_id WHERE u.id = ${id}`.execute(database);
      return rows[0] ?? null;
    },

    /** Sums up `measuredSteps`. */
    async listHistory(flow_names: readonly string[]): Promise<StepHistory[]> {
      const { rows } = await sql<StepHistory>`
        WITH measured AS (${measuredSteps(flow_names)})
        SELECT step_name, provider, model, count(*)::int AS runs, count(cost_usd)::int AS priced,
          (percentile_cont(0.5) WITHIN GROUP (ORDER BY cost_usd))::float8 AS cost_usd,
          coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms), 0)::float8 AS duration_ms
        FROM measured GROUP BY step_name, provider, model`.execute(database);
      return rows;
    },
  };
}

/**
 * The newest completed runs of the steps of these flows, with who did them: reads the newest 200 runs of each flow by
 * `flow_runs_name`, their steps by `flow_step_runs_flow_run` and of each the last request by `llm_requests_step`, whatever the
 * tables hold. Columns: `step_name`, `provider`, `model`, `cost_usd`, `duration_ms`.
 */
export function measuredSteps(flow_names: readonly string[]) {
  // One branch for each name: the planner looks at its own number of rows, not at an average.
  const recent = flow_names.map(
    (flow_name) => sql`
      (SELECT id FROM flow_run_states WHERE flow_name = ${flow_name} ORDER BY id DESC LIMIT ${newestRuns})`,
  );
  return sql`
    SELECT s.step_name, s.cost_usd, q.provider, q.model,
      greatest(0, extract(epoch FROM s.completed_at - s.started_at)::float8 * 1000) AS duration_ms
    FROM (${sql.join(recent, sql` UNION ALL `)} OFFSET 0) recent
    CROSS JOIN LATERAL (
      SELECT id, step_name, cost_usd, started_at, completed_at FROM step_summaries
      WHERE flow_run_id = recent.id AND status = 'completed' AND reused_from_step_run_id IS NULL
      ORDER BY step_order LIMIT 100
    ) s
    CROSS JOIN LATERAL (
      SELECT provider, model FROM llm_request_summaries r
      WHERE r.step_run_id = s.id AND r.status = 'completed' ORDER BY r.id DESC LIMIT 1
    ) q`;
}
