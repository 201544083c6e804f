import { z } from "zod";
import { loadedSecrets } from "../../../platform/redaction.ts";
import type { LlmErrorCode } from "../errors.ts";
import type { Exchange, ExchangeFailure } from "./exchange.ts";
import { readRetryAfter } from "./retry-after.ts";

/**
 * What can be done about a failed attempt: `retryable` the same call again, `repairable` one more call about the
 * answer, `truncated` one more call with room for a longer answer, `permanent` nothing, `aborted` the caller ended it.
 */
export type FailureCategory = "retryable" | "repairable" | "truncated" | "permanent" | "aborted";

export interface CallFailure {
  readonly category: FailureCategory;
  readonly code: LlmErrorCode;
  /** A sentence for people; may quote the provider. */
  readonly message: string;
  readonly retry_after_ms: number | null;
  /** `none`: answered with an error or never sent. `unknown`: it may have been charged for. */
  readonly billing: "none" | "used" | "unknown";
}

/** Why an exchange brought no answer to read; null when it brought one (a whole body with a 2xx status). */
export function classifyExchange(exchange: Exchange, nowMs: number): CallFailure | null {
  if (exchange.failure !== null) return classifyBroken(exchange.failure);
  const status = exchange.status ?? 0;
  if (status >= 200 && status < 300) return null;
  const said = readProviderMessage(exchange.bytes);
  const failure = (category: FailureCategory, code: LlmErrorCode, message: string): CallFailure => ({
    category,
    code,
    message: said.message === null ? message : `${message} ${said.message}`,
    retry_after_ms: exchange.headers === null ? null : readRetryAfter(exchange.headers, nowMs),
    billing: "none",
  });
  if (status === 402 || (status === 429 && said.code === "insufficient_quota")) {
    return failure(
      "permanent",
      "provider_quota_exhausted",
      `The provider answered ${status}: no credit is left.`,
    );
  }
  if (status === 401 || status === 403) {
    return failure(
      "permanent",
      "provider_auth",
      `The provider answered ${status}: check COURSEWRIGHT_LLM_API_KEY.`,
    );
  }
  if (status === 429)
    return failure("retryable", "provider_rate_limited", "The provider answered 429, too many requests.");
  if (status === 408)
    return failure("retryable", "provider_timeout", "The provider answered 408, request timeout.");
  if (status === 409 || status >= 500) {
    return failure("retryable", "provider_unavailable", `The provider answered ${status}.`);
  }
  return failure("permanent", "provider_rejected", `The provider answered ${status}.`);
}

function classifyBroken(failure: ExchangeFailure): CallFailure {
  const broken = (
    category: FailureCategory,
    code: LlmErrorCode,
    message: string,
    billing: CallFailure["billing"] = "unknown",
  ): CallFailure => ({ category, code, message, retry_after_ms: null, billing });
  switch (failure.kind) {
    case "aborted":
      return broken(
        "aborted",
        "call_cancelled",
        "The call was ended on our side before its answer was complete.",
        failure.sent ? "unknown" : "none",
      );
    case "first_byte_timeout":
      return broken(
        "retryable",
        "provider_timeout",
        `The provider did not answer within ${failure.limit_ms} ms.`,
      );
    case "idle_timeout":
      return broken(
        "retryable",
        "provider_timeout",
        `The provider's answer stalled for ${failure.limit_ms} ms.`,
      );
    case "too_large":
      return broken(
        "permanent",
        "answer_too_large",
        `The provider's answer is larger than ${failure.limit_bytes} bytes.`,
      );
    case "network":
      return failure.sent
        ? broken(
            "retryable",
            "provider_unavailable",
            `The connection to the provider broke (${failure.code}).`,
          )
        : broken(
            "retryable",
            "provider_unavailable",
            `The provider cannot be reached (${failure.code}).`,
            "none",
          );
  }
}

const errorBody = z.union([
  z.object({
    error: z.object({ message: z.string(), code: z.string().nullish(), type: z.string().nullish() }),
  }),
  z.object({ error: z.string() }),
  z.object({ message: z.string() }),
  z.object({ detail: z.string() }),
]);

const longestQuote = 500;

/** What the provider says in its error body, shortened; null when it says nothing readable. */
function readProviderMessage(bytes: Uint8Array): { message: string | null; code: string | null } {
  const text = Buffer.from(bytes).toString("utf8").trim();
  const parsed = errorBody.safeParse(parseJson(text));
  if (!parsed.success) {
    const isPage = text.startsWith("<");
    return { message: text === "" || isPage ? null : clip(text), code: null };
  }
  const body = parsed.data;
  if ("error" in body) {
    if (typeof body.error === "string") return { message: clip(body.error), code: null };
    return { message: clip(body.error.message), code: body.error.code ?? body.error.type ?? null };
  }
  return { message: clip("message" in body ? body.message : body.detail), code: null };
}

/** A secret must not be cut before it is recognised. */
function clip(message: string): string {
  const text = loadedSecrets.text(message);
  return text.length > longestQuote ? `${text.slice(0, longestQuote)} …` : text;
}

/** The JSON value of a text, or `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
