import type { ZodType } from "zod";
import type { Transaction } from "../../platform/database.ts";

export const llmRequestKinds = ["text", "object", "speech", "image"] as const;
export type LlmRequestKind = (typeof llmRequestKinds)[number];
export const llmRequestStatuses = ["pending", "completed", "failed", "cancelled", "in_doubt"] as const;
export type LlmRequestStatus = (typeof llmRequestStatuses)[number];

/** Whose work the call is. Structurally the engine's `StepCorrelation`; `llm` itself knows no step. */
export interface CallCorrelation {
  readonly task_id: string;
  readonly fence: number;
  readonly worker_id: string;
  readonly flow_run_id: string;
  readonly step_run_id: string;
  readonly unit_id: string | null;
  readonly user_id: string | null;
}

interface CallBase {
  readonly correlation: CallCorrelation;
  /** Aborting it ends the HTTP call. */
  readonly signal: AbortSignal;
  /** Name of the prompt file, such as `generate-lesson-transcript`. */
  readonly prompt_name: string;
  readonly prompt_hash: string;
  /** Told the ms that the call waited for rate limits and between attempts, as against being answered. */
  readonly reportWaiting?: (ms: number) => void;
}

export interface TextCall extends CallBase {
  readonly system: string;
  readonly prompt: string;
  readonly max_output_tokens: number;
  readonly temperature?: number;
}

export interface ObjectCall<Result> extends TextCall {
  /** Every key required; `.nullable()` instead of `.optional()`. */
  readonly schema: ZodType<Result>;
  readonly schema_name: string;
}

export interface SpeechCall extends CallBase {
  readonly text: string;
  readonly voice?: string;
}

export interface ImageCall extends CallBase {
  readonly prompt: string;
  readonly size: "1024x1024";
}

/** A call that the offline engines answer: it still leaves a request row (provider `offline`, tokens null, cost 0). */
export interface OfflineCall<Result> extends CallBase {
  readonly kind: LlmRequestKind;
  readonly model: string;
  /** Stored as the request's payload. */
  readonly input: unknown;
  /** Does the work. Bytes are left out of the stored response by `describe`. */
  readonly work: (signal: AbortSignal) => Promise<Result>;
  readonly describe: (result: Result) => unknown;
}

export interface Answer {
  readonly request_id: string;
  readonly provider: string;
  readonly model: string;
}
export interface TextAnswer extends Answer {
  readonly text: string;
}
export interface ObjectAnswer<Result> extends Answer {
  readonly object: Result;
}
export interface BytesAnswer extends Answer {
  readonly bytes: Uint8Array;
  readonly mime: string;
}
export interface OfflineAnswer<Result> extends Answer {
  readonly result: Result;
}

/**
 * The only place that calls a model provider: row first, then the call; own retries, one row per attempt.
 * @throws AppError `provider_*` with `retryable` as classified, `answer_invalid` after one repair call
 * @throws PauseTask at a budget's cap
 */
export interface LlmGateway {
  /** True when a provider is configured for the kind; otherwise the offline engines do it. */
  hasProvider(kind: LlmRequestKind): boolean;
  /** The model a kind is done by, for recipes: `extractive-1` and the like when offline is `null`. */
  modelFor(kind: LlmRequestKind): string | null;
  text(call: TextCall): Promise<TextAnswer>;
  object<Result>(call: ObjectCall<Result>): Promise<ObjectAnswer<Result>>;
  speech(call: SpeechCall): Promise<BytesAnswer>;
  image(call: ImageCall): Promise<BytesAnswer>;
  offline<Result>(call: OfflineCall<Result>): Promise<OfflineAnswer<Result>>;
}

/** What a replay changes of its original; what is left out stays as it was sent. */
export interface ReplayEdits {
  readonly model?: string | undefined;
  /** Empty: without a system message. */
  readonly system?: string | undefined;
  /** In place of the user's last message, or of the picture's description. */
  readonly prompt?: string | undefined;
  /** Null: the model's own. */
  readonly temperature?: number | null | undefined;
  readonly max_output_tokens?: number | undefined;
  /** What is spoken. */
  readonly text?: string | undefined;
  readonly voice?: string | undefined;
}

export interface ReplayCall extends Pick<CallBase, "correlation" | "signal" | "reportWaiting"> {
  /** The recorded request. */
  readonly request_id: string;
  readonly edits: ReplayEdits;
}

export interface ReplayAnswer extends Answer {
  readonly kind: LlmRequestKind;
  /** Null for media. */
  readonly text: string | null;
  readonly finish_reason: string | null;
  /** Whether an object fits the schema that was asked for; null when there is none. */
  readonly fits_schema: boolean | null;
  readonly schema_problem: string | null;
  readonly media: { readonly bytes: Uint8Array; readonly mime: string } | null;
}

/**
 * Sends recorded requests again, as the gateway sends every call, for comparison. One answer: what does not fit is shown, not
 * repaired.
 * @throws AppError `request_not_found`, `llm_request_not_replayable`, `replay_edit_invalid`, and what the gateway throws
 * @throws PauseTask at a budget's cap
 */
export interface LlmReplayer {
  replay(call: ReplayCall): Promise<ReplayAnswer>;
}

/** Continues every task paused for exactly this reason; returns their ids. Implemented by task-queue. */
export type ContinuePaused = (transaction: Transaction, reason: string) => Promise<readonly string[]>;
