/** A provider that asks for more is not waited for any longer than this. */
const longestWaitMs = 10 * 60_000;

/**
 * How long a response asks to wait, in ms: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date
 * (RFC 9110, section 10.2.3). Null when it asks for nothing that can be read; at most ten minutes.
 */
export function readRetryAfter(headers: Headers, nowMs: number): number | null {
  const milliseconds = numberOf(headers.get("retry-after-ms"));
  if (milliseconds !== null) return bounded(milliseconds);
  const value = headers.get("retry-after");
  if (value === null) return null;
  const seconds = numberOf(value);
  if (seconds !== null) return bounded(seconds * 1000);
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? null : bounded(moment - nowMs);
}

function numberOf(value: string | null): number | null {
  return value !== null && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : null;
}

function bounded(waitMs: number): number {
  return Math.min(Math.max(0, Math.round(waitMs)), longestWaitMs);
}
