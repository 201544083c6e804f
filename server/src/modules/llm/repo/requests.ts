import { sql } from "kysely";
import type { Database, Transaction } from "../../../platform/database.ts";
import { decodePayload, decodePayloadText, encodePayload, type StoredPayload } from "../payload.ts";
import type { Usage } from "../pricing/prices.ts";
import type { CallCorrelation, LlmRequestKind, LlmRequestStatus } from "../public.ts";

/** A request that is about to be sent. */
export interface NewRequest {
  readonly correlation: CallCorrelation;
  readonly kind: LlmRequestKind;
  /** The request that this one repeats for comparison. */
  readonly replay_of_request_id: string | null;
  readonly provider: string;
  readonly model: string;
  readonly api_variant: string | null;
  /** The n-th HTTP call of one gateway call, from 1. */
  readonly attempt: number;
  readonly prompt_name: string;
  readonly prompt_hash: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly reserved_usd: number | null;
  readonly payload: unknown;
}

/** How an attempt ended. `after` are ms since the row was written. */
export interface RequestEnd {
  readonly request_id: string;
  readonly status: Extract<LlmRequestStatus, "completed" | "failed" | "cancelled">;
  /** False when nothing left the process. */
  readonly was_sent: boolean;
  readonly first_byte_after_ms: number | null;
  readonly completed_after_ms: number;
  readonly usage: Usage;
  readonly cost_usd: number | null;
  readonly price_source: string | null;
  readonly provider_response_id: string | null;
  readonly http_status: number | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly is_duplicate: boolean;
  /** Null when there is nothing to keep. */
  readonly payload: unknown;
}

/** Sums over every request of a step. */
export interface StepTotals {
  readonly tokens_input: number;
  readonly tokens_cached: number;
  readonly tokens_output: number;
  readonly cost_usd: number | null;
  readonly request_ids: readonly string[];
}

/** The task's state, as far as its requests need it. */
export interface SettledOwner {
  readonly id: string;
  readonly status: string;
  readonly fence: number;
}

/** Writes `llm_requests` and its payloads. */
export interface RequestRepo {
  /** Inserts the row `pending`, marked as sent: the call leaves right after the commit. Returns its id. */
  insert(transaction: Transaction, request: NewRequest): Promise<string>;
  /** Ends a request that is pending or in doubt; false when it had ended before. */
  end(transaction: Transaction, end: RequestEnd): Promise<boolean>;
  sumStep(transaction: Transaction, step_run_id: string): Promise<StepTotals>;
  /** Ends what lost its owner: in doubt, or cancelled when it never left. Idempotent. */
  endOrphans(transaction: Transaction, task: SettledOwner): Promise<void>;
  /** Distinct reasons of all tasks that are paused. */
  listPauseReasons(): Promise<readonly string[]>;
  /** Sizes of what is kept, and the values of at most `mostCharacters` of JSON. */
  readPayloads(
    id: string,
    mostCharacters: number,
  ): Promise<Readonly<Partial<Record<PayloadPart, ReadPayload>>>>;
  /** One payload as JSON text, whatever its size; null when there is none or it has expired. */
  findPayloadText(id: string, part: PayloadPart): Promise<string | null>;
}

export type PayloadPart = "request" | "response";

export interface ReadPayload {
  readonly characters: number;
  /** Null when it is larger than was asked for. */
  readonly value: unknown;
}

export function createRequestRepo(database: Database): RequestRepo {
  return {
    insert: insertRequest,
    end: endRequest,
    sumStep,
    async endOrphans(transaction, task) {
      // Index: llm_requests_pending (task_id) WHERE status = 'pending'.
      await sql`
        UPDATE llm_requests SET
          status = CASE WHEN sent_at IS NULL THEN 'cancelled' ELSE 'in_doubt' END,
          completed_at = CASE WHEN sent_at IS NULL THEN clock_timestamp() END,
          error_code = 'owner_lost',
          error_message = CASE WHEN sent_at IS NULL THEN 'Its worker ended before the call was sent.'
            ELSE 'Its worker ended while the call was on its way; whether it was answered and charged is not known.' END
        WHERE task_id = ${task.id} AND status = 'pending'
          AND (fence < ${task.fence} OR ${task.status} IN ('completed', 'failed', 'cancelled'))`.execute(
        transaction,
      );
    },
    async listPauseReasons() {
      // Index: tasks_status (status, id DESC), behind the view.
      const { rows } = await sql<{ pause_reason: string }>`
        SELECT DISTINCT pause_reason FROM task_summaries
        WHERE status = 'paused' AND pause_reason IS NOT NULL`.execute(database);
      return rows.map(({ pause_reason }) => pause_reason);
    },
    async readPayloads(id, mostCharacters) {
      // Index: primary key (owner_id, part) of the one partition that holds the id.
      const { rows } = await sql<StoredPayload & { part: PayloadPart; characters: number }>`
        SELECT part, characters, CASE WHEN characters <= ${mostCharacters} THEN content END AS content,
          CASE WHEN characters <= ${mostCharacters} THEN content_zstd END AS content_zstd
        FROM payloads_llm_requests WHERE owner_id = ${id}`.execute(database);
      return Object.fromEntries(
        rows.map(({ part, characters, ...row }) => [part, { characters, value: decodePayload(row) }]),
      );
    },
    async findPayloadText(id, part) {
      // Index: primary key (owner_id, part) of the one partition that holds the id.
      const { rows } = await sql<StoredPayload>`
        SELECT content, content_zstd FROM payloads_llm_requests WHERE owner_id = ${id} AND part = ${part}`.execute(
        database,
      );
      return rows[0] === undefined ? null : decodePayloadText(rows[0]);
    },
  };
}

async function insertRequest(transaction: Transaction, request: NewRequest): Promise<string> {
  const { task_id, fence, worker_id, flow_run_id, step_run_id, unit_id, user_id } = request.correlation;
  // Byte for byte, so that a replay sends exactly what was sent.
  const payload = encodePayload(request.payload, { keepOrder: request.api_variant !== null });
  const { rows } = await sql<{ id: string }>`
    WITH made AS (
      INSERT INTO llm_requests (
        step_run_id, flow_run_id, task_id, fence, worker_id, unit_id, user_id, kind, replay_of_request_id, provider, model,
        api_variant, attempt, prompt_name, prompt_hash, parameters, reserved_usd, sent_at)
      VALUES (
        ${step_run_id}, ${flow_run_id}, ${task_id}, ${fence}, ${worker_id}, ${unit_id}, ${user_id}, ${request.kind},
        ${request.replay_of_request_id}, ${request.provider}, ${request.model}, ${request.api_variant}, ${request.attempt},
        ${request.prompt_name}, ${request.prompt_hash}, ${JSON.stringify(request.parameters)}::jsonb, ${request.reserved_usd},
        clock_timestamp())
      RETURNING id
    ), kept AS (
      INSERT INTO payloads_llm_requests (owner_id, part, content, content_zstd, characters)
      SELECT id, 'request', ${payload.content}::jsonb, ${payload.content_zstd}::bytea, ${payload.characters} FROM made
    )
    SELECT id FROM made`.execute(transaction);
  if (rows[0] === undefined) throw new Error("INSERT of an LLM request returned no row");
  return rows[0].id;
}

async function endRequest(transaction: Transaction, end: RequestEnd): Promise<boolean> {
  const { usage } = end;
  const after = (ms: number | null) => sql`${ms}::float8 * interval '1 millisecond'`;
  const { rows } = await sql<{ id: string }>`
    UPDATE llm_requests SET
      status = ${end.status}, is_duplicate = ${end.is_duplicate},
      tokens_input = ${usage.tokens_input}, tokens_cached = ${usage.tokens_cached},
      tokens_reasoning = ${usage.tokens_reasoning}, tokens_output = ${usage.tokens_output},
      units_billed = ${usage.units}, cost_usd = ${end.cost_usd}, price_source = ${end.price_source},
      provider_response_id = ${end.provider_response_id}, http_status = ${end.http_status},
      error_code = ${end.error_code}, error_message = ${end.error_message},
      first_byte_at = sent_at + ${after(end.first_byte_after_ms)},
      completed_at = coalesce(sent_at, created_at) + ${after(end.completed_after_ms)},
      sent_at = CASE WHEN ${end.was_sent} THEN sent_at END
    WHERE id = ${end.request_id} AND status IN ('pending', 'in_doubt')
    RETURNING id`.execute(transaction);
  if (rows[0] === undefined) return false;
  if (end.payload !== null) {
    const payload = encodePayload(end.payload);
    await sql`
      INSERT INTO payloads_llm_requests (owner_id, part, content, content_zstd, characters)
      VALUES (${end.request_id}, 'response', ${payload.content}::jsonb, ${payload.content_zstd}::bytea,
        ${payload.characters})
      ON CONFLICT (owner_id, part) DO NOTHING`.execute(transaction);
  }
  return true;
}

async function sumStep(transaction: Transaction, step_run_id: string): Promise<StepTotals> {
  // Index: llm_requests_step (step_run_id, id). One unknown cost makes the sum unknown.
  const { rows } = await sql<StepTotals>`
    SELECT coalesce(sum(tokens_input), 0) AS tokens_input, coalesce(sum(tokens_cached), 0) AS tokens_cached,
      coalesce(sum(tokens_output), 0) AS tokens_output,
      CASE WHEN bool_or(cost_usd IS NULL) THEN NULL ELSE coalesce(sum(cost_usd), 0) END AS cost_usd,
      coalesce(jsonb_agg(id ORDER BY id), '[]') AS request_ids
    FROM llm_requests WHERE step_run_id = ${step_run_id}`.execute(transaction);
  if (rows[0] === undefined) throw new Error("Sums without a row");
  return rows[0];
}
