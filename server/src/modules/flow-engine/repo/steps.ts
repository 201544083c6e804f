import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import { repeatableStepCodes } from "../errors.ts";
import type { SettledCalls } from "../public.ts";
import type { StoredValue } from "../stored-value.ts";

export interface StepStart {
  readonly task_id: string;
  readonly fence: number;
  readonly flow_run_id: string;
  readonly flow_path: string;
  readonly step_name: string;
  readonly step_version: number;
  readonly step_order: number;
  readonly occurrence: number;
  readonly memo_key: string;
  readonly input_hash: string;
  readonly recipe_hash: string;
  readonly input: StoredValue;
  /** A recorded result that no longer fits and makes room for a new one. */
  readonly supersede: string | null;
  /** False only for the first question of a task's first owner: earlier attempts need not be looked for. */
  readonly look_back: boolean;
}

export interface BegunStep {
  readonly outcome: "fenced" | "cancelled" | "recorded" | "reused" | "failed" | "started";
  readonly step_run_id: string | null;
  readonly output: unknown;
  readonly output_zstd: Buffer | null;
  readonly recorded_version: number | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
}

/**
 * Fence, look-up and insert of several steps in one round trip and one commit, answers in the order given. Tasks are locked in
 * the order of their ids. Repeating it after a lost reply finds the rows it made.
 */
export async function startSteps(database: Database, starts: readonly StepStart[]): Promise<BegunStep[]> {
  const numbered = starts.map(({ input, ...start }, index) => ({
    ...start,
    number: index + 1,
    input: input.content,
    input_characters: input.characters,
  }));
  const result = await sql<BegunStep>`
    SELECT outcome, step_run_id, output, output_zstd, recorded_version, error_code, error_message
    FROM start_steps(${JSON.stringify(numbered)}::json, ${compressed(starts.map(({ input }) => input))}::bytea[],
      ${repeatableStepCodes})
    ORDER BY number`.execute(database);
  return result.rows;
}

/** The compressed contents in the order given; null when there is none among them. */
function compressed(values: readonly StoredValue[]): (Buffer | null)[] | null {
  const contents = values.map(({ content_zstd }) => content_zstd);
  return contents.some((content) => content !== null) ? contents : null;
}

export interface StepFinish {
  readonly task_id: string;
  readonly fence: number;
  readonly step_run_id: string;
  readonly output: StoredValue;
  readonly waiting_ms: number;
  readonly working_ms: number;
  readonly steps_done: number;
  readonly total_steps: number | null;
  readonly flow_progress: number;
  readonly task_progress: number;
}

export interface FinishedStep {
  readonly outcome: "fenced" | "completed" | "duplicate";
  readonly is_new: boolean;
  readonly output: unknown;
  readonly output_zstd: Buffer | null;
}

/**
 * Fence, look-up and completion of several steps in one round trip, answers in the order given. A unique violation means that
 * another result was first: ask again.
 */
export async function finishSteps(
  database: Database | Transaction,
  finishes: readonly StepFinish[],
): Promise<FinishedStep[]> {
  const numbered = finishes.map(({ output, ...finish }, index) => ({
    ...finish,
    number: index + 1,
    output: output.content,
    output_characters: output.characters,
  }));
  const result = await sql<FinishedStep>`
    SELECT outcome, is_new, output, output_zstd
    FROM finish_steps(${JSON.stringify(numbered)}::json, ${compressed(finishes.map(({ output }) => output))}::bytea[])
    ORDER BY number`.execute(database);
  return result.rows;
}

/** Adds what a step's calls cost to the step and its flow run. An unknown cost makes the sums unknown. */
export async function addCost(
  transaction: Transaction,
  step: { readonly step_run_id: string; readonly flow_run_id: string },
  calls: SettledCalls,
): Promise<void> {
  await sql`
    UPDATE flow_runs SET tokens_input = tokens_input + ${calls.tokens_input}, tokens_cached = tokens_cached + ${calls.tokens_cached},
      tokens_output = tokens_output + ${calls.tokens_output}, cost_usd = cost_usd + ${calls.cost_usd}::numeric
    WHERE id = ${step.flow_run_id}`.execute(transaction);
  await sql`
    UPDATE flow_step_runs SET tokens_used = ${calls.tokens_input + calls.tokens_output}, cost_usd = ${calls.cost_usd}::numeric
    WHERE id = ${step.step_run_id}`.execute(transaction);
}

/** Ends a running step of this fence without a result; false when it ended before. */
export async function failStep(
  transaction: Transaction,
  failure: {
    step_run_id: string;
    fence: number;
    status: "failed" | "cancelled";
    error_code: string;
    error_message: string;
    error_causes: readonly unknown[];
    waiting_ms: number;
    working_ms: number;
  },
): Promise<boolean> {
  const result = await sql<{ id: string }>`
    UPDATE flow_step_runs SET status = ${failure.status}, error_code = ${failure.error_code}, cost_usd = 0,
      error_message = ${failure.error_message}, error_causes = ${JSON.stringify(failure.error_causes)}::jsonb,
      completed_at = clock_timestamp(), waiting_ms = ${failure.waiting_ms}, working_ms = ${failure.working_ms}
    WHERE id = ${failure.step_run_id} AND status = 'running' AND fence = ${failure.fence} RETURNING id`.execute(
    transaction,
  );
  return result.rows.length > 0;
}

/** Locks the task of a late result, whoever owns it now. */
export async function lockStepTask(transaction: Transaction, task_id: string): Promise<void> {
  await sql`SELECT 1 FROM tasks WHERE id = ${task_id} FOR NO KEY UPDATE`.execute(transaction);
}

/**
 * Completes a step whose owner was lost, where its key has no live result; false otherwise. `running` is a step that nobody
 * settled yet, `failed` one that was settled as lost.
 */
export async function adoptStep(
  transaction: Transaction,
  late: { step_run_id: string; output: StoredValue; waiting_ms: number; working_ms: number },
): Promise<boolean> {
  const result = await sql<{ id: string }>`
    UPDATE flow_step_runs s SET status = 'completed', output = ${late.output.content}, output_zstd = ${late.output.content_zstd},
      output_characters = ${late.output.characters},
      error_code = NULL, error_message = NULL, cost_usd = 0, completed_at = clock_timestamp(),
      waiting_ms = ${late.waiting_ms}, working_ms = ${late.working_ms}
    WHERE s.id = ${late.step_run_id} AND (s.status = 'running' OR s.status = 'failed' AND s.error_code = 'worker_lost')
      AND NOT EXISTS (SELECT 1 FROM flow_step_runs o WHERE o.lineage_id = s.lineage_id AND o.memo_key = s.memo_key
        AND o.status = 'completed' AND o.reused_from_step_run_id IS NULL AND o.superseded_at IS NULL)
    RETURNING s.id`.execute(transaction);
  return result.rows.length > 0;
}

/** Marks a late step whose key has a result already; false when it was marked before or is the result itself. */
export async function markDuplicate(transaction: Transaction, step_run_id: string): Promise<boolean> {
  const result = await sql<{ id: string }>`
    UPDATE flow_step_runs SET status = 'failed', error_code = 'duplicate', cost_usd = 0,
      error_message = 'Another call of this step was recorded first; its result is used.',
      completed_at = coalesce(completed_at, clock_timestamp())
    WHERE id = ${step_run_id} AND (status = 'running' OR status IN ('failed', 'cancelled') AND error_code <> 'duplicate')
    RETURNING id`.execute(transaction);
  return result.rows.length > 0;
}

/** Whether nobody ended the step but, at most, those who found its owner lost: its calls are not booked yet. */
export async function isStepLost(transaction: Transaction, step_run_id: string): Promise<boolean> {
  const result = await sql<{ is_lost: boolean }>`
    SELECT status = 'running' OR error_code IS NOT DISTINCT FROM 'worker_lost' AS is_lost FROM flow_step_runs
    WHERE id = ${step_run_id}`.execute(transaction);
  return result.rows[0]?.is_lost === true;
}

/** Whether a task of the lineage would get this step from records: its own or, outside of what starts anew, its ancestors'. */
export async function isStepRecorded(
  database: Database,
  step: { readonly lineage_id: string; readonly memo_key: string; readonly flow_path: string },
): Promise<boolean> {
  const result = await sql<{ is_recorded: boolean }>`
    SELECT EXISTS (
      SELECT 1 FROM flow_step_runs s
      WHERE s.lineage_id = ${step.lineage_id} AND s.memo_key = ${step.memo_key} AND s.status = 'completed'
        AND s.reused_from_step_run_id IS NULL AND s.superseded_at IS NULL
    ) OR inherited_step(${step.lineage_id}, ${step.memo_key}, ${step.flow_path}) IS NOT NULL AS is_recorded`.execute(
    database,
  );
  return single(result.rows).is_recorded;
}

export async function readClock(database: Database): Promise<string> {
  const result = await sql<{ now: string }>`SELECT clock_timestamp() AS now`.execute(database);
  return single(result.rows).now;
}

export async function makeId(database: Database): Promise<string> {
  const result = await sql<{ id: string }>`SELECT uuidv7() AS id`.execute(database);
  return single(result.rows).id;
}

function single<Row>(rows: readonly Row[]): Row {
  const row = rows[0];
  if (row === undefined) throw new Error("A statement that always answers with a row returned none");
  return row;
}
