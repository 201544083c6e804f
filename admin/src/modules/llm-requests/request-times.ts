import type { LlmRequestSummary } from "../../api/rows.ts";

type Timed = Pick<
  LlmRequestSummary,
  "created_at" | "sent_at" | "first_byte_at" | "completed_at" | "tokens_output"
>;

/** Where the time of a request went, in milliseconds; null what was not measured or has not happened. */
export type RequestTimes = {
  queuedMs: number | null;
  firstByteMs: number | null;
  answerMs: number | null;
  /** From being queued to the end. */
  totalMs: number | null;
};

function between(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Math.max(0, Date.parse(to) - Date.parse(from));
}

/** Splits a request's time into waiting, first byte and the rest of the answer. */
export function timesOf(request: Timed): RequestTimes {
  return {
    queuedMs: between(request.created_at, request.sent_at),
    firstByteMs: between(request.sent_at, request.first_byte_at),
    answerMs: between(request.first_byte_at ?? request.sent_at, request.completed_at),
    totalMs: between(request.created_at, request.completed_at),
  };
}

const leastMeasuredMs = 100;

/** Output tokens a second between first byte and end; null below a tenth of a second, where the number would mean nothing. */
export function tokensPerSecondOf(request: Timed): number | null {
  const answerMs = between(request.first_byte_at, request.completed_at);
  if (answerMs === null || answerMs < leastMeasuredMs || !request.tokens_output) return null;
  return Math.round(request.tokens_output / (answerMs / 1000));
}
