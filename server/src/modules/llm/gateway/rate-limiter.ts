import { setTimeout as sleep } from "node:timers/promises";
import type { RateLimitRepo } from "../repo/rate-limits.ts";
import { spreadMs } from "./backoff.ts";
import { takeFromBuckets } from "./token-bucket.ts";

/** A block that is lifted early is noticed within this time. */
const longestNapMs = 5_000;

/** The limits that all workers share. */
export interface RateLimiter {
  /**
   * Waits until the model is not blocked and its limits have room, then takes it. Resolves with the ms waited.
   * @throws the signal's reason when it is aborted while waiting
   */
  acquire(provider: string, model: string, tokens: number, signal: AbortSignal): Promise<number>;
  /** Keeps every worker from calling the model for that long. */
  block(provider: string, model: string, waitMs: number, reason: string): Promise<void>;
}

export function createRateLimiter(limits: RateLimitRepo, random: () => number): RateLimiter {
  async function tryTake(provider: string, model: string, tokens: number): Promise<number> {
    const known = await limits.find(provider, model);
    if (known === null) return 0;
    if (known.blocked_ms > 0) return known.blocked_ms + spreadMs(known.blocked_ms, random());
    if (known.requests_per_minute === null && known.tokens_per_minute === null) return 0;
    const waitMs = await limits.withLock(provider, model, async (limit, transaction) => {
      const take = takeFromBuckets(
        {
          requests: { per_minute: limit.requests_per_minute, available: limit.requests_available },
          tokens: { per_minute: limit.tokens_per_minute, available: limit.tokens_available },
        },
        { requests: 1, tokens },
        limit.elapsed_ms,
      );
      if (take.wait_ms === 0) await limits.writeBuckets(transaction, provider, model, take.available);
      return take.wait_ms;
    });
    return waitMs ?? 0;
  }

  return {
    async acquire(provider, model, tokens, signal) {
      const startedMs = performance.now();
      for (let turn = 0; ; turn += 1) {
        signal.throwIfAborted();
        const waitMs = await tryTake(provider, model, tokens);
        if (waitMs <= 0) return turn === 0 ? 0 : performance.now() - startedMs;
        // Without a listener of ours the timer rejects with its own AbortError: the reason is what callers act on.
        await sleep(Math.min(waitMs, longestNapMs), undefined, { signal }).catch(() =>
          signal.throwIfAborted(),
        );
      }
    },
    block: (provider, model, waitMs, reason) => limits.block(provider, model, waitMs, reason),
  };
}
