import { setTimeout as wait } from "node:timers/promises";
import { isInfrastructureError } from "../../../platform/database.ts";
import type { TaskControl } from "../../task-queue/public.ts";

const firstDelayMs = 50;
const mostDelayMs = 1_000;
const beginMs = 15_000;
const givenUpMs = 10_000;

/**
 * Begins something: repeats it through an outage of up to 15 s, as long as the task may start new work.
 * @throws the last infrastructure error after that, and every other error at once
 */
export async function beginThroughOutage<Result>(
  control: TaskControl,
  work: () => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  for (let delay = firstDelayMs; ; delay = Math.min(mostDelayMs, delay * 2)) {
    if (control.isDraining()) await control.ready();
    control.signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isInfrastructureError(error) || performance.now() - startedAt > beginMs) throw error;
      await wait(delay * (0.5 + Math.random()));
    }
  }
}

/**
 * Commits something that was paid for: repeats it until it works, for the process holds the only copy. Gives up 10 s after the
 * worker was told to end its calls, when nothing waits for it any longer.
 */
export async function commitThroughOutage<Result>(
  control: TaskControl,
  work: () => Promise<Result>,
): Promise<Result> {
  let abortedAt: number | null = null;
  for (let delay = firstDelayMs; ; delay = Math.min(mostDelayMs, delay * 2)) {
    try {
      return await work();
    } catch (error) {
      if (!isInfrastructureError(error)) throw error;
      if (control.signal.aborted) abortedAt ??= performance.now();
      if (abortedAt !== null && performance.now() - abortedAt > givenUpMs) throw error;
      await wait(delay * (0.5 + Math.random()), undefined, { ref: false });
    }
  }
}
