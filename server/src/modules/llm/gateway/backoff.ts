/** Most HTTP attempts of one call, the first included. */
export const mostAttempts = 4;

const longestDelayMs = 30_000;

/**
 * Exponential back-off with jitter: between half of and the whole of `baseMs` × 2^(attempt − 1), at most 30 s.
 * `attempt` is the one that failed, from 1; `random` is in [0, 1).
 */
export function backoffMs(attempt: number, baseMs: number, random: number): number {
  const whole = Math.min(longestDelayMs, baseMs * 2 ** (attempt - 1));
  return Math.round(whole / 2 + (whole / 2) * random);
}

/** Spreads the callers that a common block releases at the same moment: up to a tenth of the wait, at most 1 s. */
export function spreadMs(waitMs: number, random: number): number {
  return Math.round(Math.min(1000, waitMs / 10) * random);
}
