import type { CallEnd } from "./build-requests.ts";

/** Answered at once. */
export function good(from_ms: number, to_ms: number): CallEnd {
  const none = { error_code: null, error_message: null };
  return { status: "completed", attempt: 1, from_ms, to_ms, http_status: 200, is_charged: true, ...none };
}

/** Answered 429 after 0.4 s. */
export function rateLimited(from_ms: number): CallEnd {
  return {
    ...good(from_ms + 4, from_ms + 400),
    status: "failed",
    http_status: 429,
    error_code: "provider_rate_limited",
    error_message: "The provider answered 429, too many requests. Rate limit reached for requests",
    is_charged: false,
  };
}

/** Ended with its task, before an answer. */
export function cancelled(from_ms: number, to_ms: number): CallEnd {
  return {
    ...good(from_ms + 4, to_ms),
    status: "cancelled",
    http_status: null,
    error_code: "call_cancelled",
    error_message: "The call was ended before its answer: the task was cancelled.",
    is_charged: false,
  };
}

/** Sent by a worker that died before the answer. */
export function doubtful(from_ms: number, to_ms: number): CallEnd {
  return {
    ...good(from_ms + 4, to_ms),
    status: "in_doubt",
    http_status: null,
    error_code: "owner_lost",
    error_message:
      "Its worker ended while the call was on its way; whether it was answered and charged is not known.",
    is_charged: false,
  };
}
