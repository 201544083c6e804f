/** An attempt that did not arrive is repeated until there were this many. */
export const mostAttempts = 8;

const firstWaitMs = 10_000;
const longestWaitMs = 3_600_000;
// From 10 s to one hour in the seven pauses between eight attempts: about an hour and three quarters altogether.
const growth = (longestWaitMs / firstWaitMs) ** (1 / (mostAttempts - 2));
const jitter = 0.2;

/**
 * How long to wait after the given attempt (from 1), in ms; null when it was the last one. What a receiver asks for rules
 * when it is longer, up to one hour. `random` is from 0 to 1 and moves the pause by up to a fifth, so that many messages
 * that failed together do not come back together.
 */
export function waitAfter(attempt: number, askedMs: number | null, random: number): number | null {
  if (attempt >= mostAttempts) return null;
  const planned = firstWaitMs * growth ** (attempt - 1) * (1 + jitter * (2 * random - 1));
  const wanted = Math.max(planned, askedMs ?? 0);
  return Math.round(Math.min(longestWaitMs, Math.max(firstWaitMs, wanted)));
}

/** What a `Retry-After` header asks for in ms, from seconds or an HTTP date (RFC 9110, section 10.2.3); null: nothing readable. */
export function readRetryAfter(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value) * 1000;
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? null : Math.max(0, moment - nowMs);
}
