import type { MiddlewareHandler } from "hono";
import { networkOf } from "../platform/address-network.ts";
import type { Caller } from "../platform/caller.ts";
import type { HttpEnvironment } from "./environment.ts";
import { matchedRouteName } from "./matched-route.ts";
import { requestErrors } from "./router.ts";

/** A full bucket holds what comes in over this time. */
const burstSeconds = 5;
/** Of what somebody who signed in gets. */
const strangersShare = 1 / 4;

export interface TokenBuckets {
  /** Takes one token. Answers 0, or how many milliseconds it takes until there is one. */
  take(key: string): number;
  /** Buckets that are kept: those that were not full again when last looked through. */
  size(): number;
}

/**
 * @param now milliseconds of a clock that never goes back
 * @param most tokens in a full bucket
 */
export function createTokenBuckets(
  perSecond: number,
  now: () => number = () => performance.now(),
  most = Math.max(1, perSecond * burstSeconds),
): TokenBuckets {
  const fullAfterMs = (most / perSecond) * 1_000;
  const buckets = new Map<string, { tokens: number; at: number }>();
  let sweptAt = now();

  /** A bucket that nobody took from for so long is full, as a new one is. */
  function sweep(time: number): void {
    if (time - sweptAt < fullAfterMs) return;
    sweptAt = time;
    for (const [key, { at }] of buckets) if (time - at >= fullAfterMs) buckets.delete(key);
  }

  return {
    take(key) {
      const time = now();
      sweep(time);
      const former = buckets.get(key) ?? { tokens: most, at: time };
      const tokens = Math.min(most, former.tokens + ((time - former.at) / 1_000) * perSecond);
      buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: time });
      return tokens < 1 ? ((1 - tokens) / perSecond) * 1_000 : 0;
    },
    size: () => buckets.size,
  };
}

/** Whose requests and streams are counted together: a person's, a token's, else an address's. */
export function callerKey(caller: Caller | null, clientAddress: string): string {
  if (caller === null) return `address:${networkOf(clientAddress)}`;
  return caller.proof.kind === "token" ? `token:${caller.proof.token_id}` : `user:${caller.id}`;
}

/** Refuses what goes beyond the rate with 429. Files of the dashboard are not counted. Counted by each server for itself. */
export function requestRate(perSecond: number): MiddlewareHandler<HttpEnvironment> {
  const people = createTokenBuckets(perSecond);
  const strangers = createTokenBuckets(perSecond * strangersShare);
  return async (context, next) => {
    if (matchedRouteName(context) === undefined && !context.req.path.startsWith("/api/")) return next();
    const caller = context.get("caller");
    const key = callerKey(caller, context.get("client_address"));
    const waitMs = (caller === null ? strangers : people).take(key);
    if (waitMs > 0) {
      const retry_after_seconds = Math.ceil(waitMs / 1_000);
      throw requestErrors.create(
        "too_many_requests",
        `You ask faster than this server allows. Try again in ${retry_after_seconds === 1 ? "a second" : `${retry_after_seconds} seconds`}.`,
        { details: { retry_after_seconds } },
      );
    }
    await next();
  };
}
