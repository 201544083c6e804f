import { setTimeout as sleep } from "node:timers/promises";
import type { AppError } from "../../../platform/errors.ts";
import { llmErrors } from "../errors.ts";
import { type AttemptDependencies, type AttemptPlan, type AttemptResult, makeAttempt } from "./attempt.ts";
import { backoffMs, mostAttempts } from "./backoff.ts";

export interface TurnDependencies extends AttemptDependencies {
  /** First back-off, doubled from attempt to attempt. */
  readonly backoffBaseMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Numbers the HTTP calls of one gateway call, from 1. */
export interface AttemptCounter {
  made: number;
}

/**
 * Makes one call to the model, repeated while its failure is retryable: at most four attempts. After a 429 every
 * worker waits, this one in the next attempt's limiter.
 *
 * @throws the signal's reason when it is aborted; see `makeAttempt`
 */
export async function takeTurn<Value>(
  dependencies: TurnDependencies,
  counter: AttemptCounter,
  plan: Omit<AttemptPlan<Value>, "attempt">,
): Promise<AttemptResult<Value>> {
  for (let made = 1; ; made += 1) {
    counter.made += 1;
    const result = await makeAttempt(dependencies, { ...plan, attempt: counter.made });
    if (result.kind === "answered") return result;
    const { failure } = result;
    if (failure.category === "aborted") {
      plan.signal.throwIfAborted();
      return result;
    }
    if (failure.category !== "retryable" || made >= mostAttempts) return result;
    const waitMs =
      failure.retry_after_ms ?? backoffMs(made, dependencies.backoffBaseMs, dependencies.random());
    if (failure.code === "provider_rate_limited") {
      const { provider, model } = plan.route;
      await dependencies.limiter.block(provider, model, waitMs, failure.message);
    } else {
      const startedMs = performance.now();
      await sleep(waitMs, undefined, { signal: plan.signal }).catch(() => plan.signal.throwIfAborted());
      plan.reportWaiting?.(performance.now() - startedMs);
    }
  }
}

/** The error that a failed turn ends its call with. */
export function turnError(result: Extract<AttemptResult<unknown>, { kind: "failed" }>): AppError {
  return llmErrors.create(result.failure.code, result.failure.message, {
    cause: result.cause,
    details: { llm_request_id: result.request_id },
  });
}

/**
 * Gives an aborted call an error that says who ended it: reasons of ours stay as they are; a bare timeout or abort
 * becomes `provider_timeout` or `call_cancelled`.
 */
export async function withReadableAbort<Result>(
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted || error !== signal.reason || !(error instanceof DOMException)) throw error;
    throw error.name === "TimeoutError"
      ? llmErrors.create("provider_timeout", "The step's time was over before the provider answered.", {
          cause: error,
        })
      : llmErrors.create("call_cancelled", "The call was ended before the provider answered.", {
          cause: error,
        });
  }
}
