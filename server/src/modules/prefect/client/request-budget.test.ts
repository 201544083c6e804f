import { expect, test } from "vitest";
import { createRequestBudget } from "./request-budget.ts";

/** A clock that only waiting moves. */
function createClock() {
  let time = 1_000;
  return {
    now: () => time,
    advance: (ms: number) => {
      time += ms;
    },
    wait: async (delayMs: number) => {
      time += delayMs;
    },
  };
}

test("lets the requests of one second leave at once, then one per interval", async () => {
  const clock = createClock();
  const budget = createRequestBudget({ requestsPerSecond: 5, ...clock });
  const left: number[] = [];
  for (let request = 0; request < 8; request += 1) {
    await budget.take();
    left.push(clock.now() - 1_000);
  }
  expect(left).toEqual([0, 0, 0, 0, 0, 200, 400, 600]);
});

test("never lets more leave than its rate over a long time, however long it was idle", async () => {
  const clock = createClock();
  const budget = createRequestBudget({ requestsPerSecond: 5, ...clock });
  clock.advance(3_600_000);
  const startedAt = clock.now();
  for (let request = 0; request < 105; request += 1) await budget.take();
  expect(clock.now() - startedAt).toBe(20_000);
});

test("lets nothing leave while Prefect asked for a pause, also what already waits", async () => {
  const clock = createClock();
  let wasHeldBack = false;
  const budget = createRequestBudget({
    requestsPerSecond: 1,
    now: clock.now,
    wait: async (delayMs) => {
      clock.advance(delayMs);
      if (!wasHeldBack) budget.holdBack(5_000);
      wasHeldBack = true;
    },
  });
  await budget.take();
  await budget.take();
  expect(clock.now() - 1_000).toBe(6_000);
});

test("ends a wait when the caller gives up", async () => {
  const budget = createRequestBudget({ requestsPerSecond: 0.01 });
  const controller = new AbortController();
  await budget.take(controller.signal);
  const waiting = budget.take(controller.signal);
  controller.abort(new Error("no longer wanted"));
  await expect(waiting).rejects.toThrow("no longer wanted");
});
