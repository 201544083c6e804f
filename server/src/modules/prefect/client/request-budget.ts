import { setTimeout as sleep } from "node:timers/promises";

export interface RequestBudgetOptions {
  readonly requestsPerSecond: number;
  /** How many requests may leave at once after a pause. Default: those of one second, at least 1. */
  readonly burst?: number;
  /** Milliseconds that never go back. */
  readonly now?: () => number;
  readonly wait?: (delayMs: number, signal?: AbortSignal) => Promise<void>;
}

/** Bounds what one connection asks of Prefect, whoever in this process asks. */
export interface RequestBudget {
  /** Resolves when the request may leave, first come, first served. @throws the signal's reason. */
  take(signal?: AbortSignal): Promise<void>;
  /** Nothing leaves for this long: Prefect asked for it. */
  holdBack(durationMs: number): void;
}

/**
 * A token bucket, kept as the moment at which it would be full again (the virtual scheduling form of the generic
 * cell rate algorithm, ITU-T I.371): no timer runs while nobody waits.
 */
export function createRequestBudget(options: RequestBudgetOptions): RequestBudget {
  const now = options.now ?? (() => performance.now());
  const wait =
    options.wait ??
    (async (delayMs: number, signal?: AbortSignal) => {
      await sleep(delayMs, undefined, { signal }).catch((error: unknown) => {
        throw signal?.aborted ? signal.reason : error;
      });
    });
  const intervalMs = 1_000 / options.requestsPerSecond;
  const burst = options.burst ?? Math.max(1, Math.floor(options.requestsPerSecond));
  const toleranceMs = (burst - 1) * intervalMs;
  let fullAt = Number.NEGATIVE_INFINITY;
  let heldUntil = Number.NEGATIVE_INFINITY;

  return {
    async take(signal) {
      signal?.throwIfAborted();
      const at = now();
      const due = Math.max(at, fullAt - toleranceMs);
      fullAt = Math.max(at, fullAt) + intervalMs;
      // Again after each wait: Prefect may have asked for a pause meanwhile.
      for (let until = Math.max(due, heldUntil); until > now(); until = heldUntil) {
        await wait(until - now(), signal);
      }
    },
    holdBack(durationMs) {
      heldUntil = Math.max(heldUntil, now() + durationMs);
    },
  };
}
