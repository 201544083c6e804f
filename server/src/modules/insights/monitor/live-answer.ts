import { setTimeout as wait } from "node:timers/promises";

const longestRestMs = 200;

/**
 * Shares one costly answer among callers: each gets one that was begun after it asked, so that nobody who heard of a change is
 * answered from before it. One is computed at a time; where several shared it, a rest as long as it took follows, at most 200 ms:
 * however many ask, half of the time is free.
 */
export function createSharedAnswer<Answer>(compute: () => Promise<Answer>): () => Promise<Answer> {
  let running: Promise<void> = Promise.resolve();
  let restUntil = 0;
  let next: { callers: number; readonly answer: Promise<Answer> } | undefined;

  async function begin(): Promise<Answer> {
    await running;
    const restMs = restUntil - performance.now();
    if (restMs > 0) await wait(restMs);
    const isShared = (next?.callers ?? 1) > 1;
    next = undefined;
    const begun = performance.now();
    const answer = compute();
    const rest = () => {
      const ended = performance.now();
      restUntil = isShared ? ended + Math.min(longestRestMs, ended - begun) : 0;
    };
    running = answer.then(rest, rest);
    return answer;
  }

  return () => {
    next ??= { callers: 0, answer: begin() };
    next.callers += 1;
    return next.answer;
  };
}
