import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createHintCollector, type HintTaker } from "./hint-collector.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function recordingTaker(given: Partial<HintTaker> = {}) {
  const reads: (readonly string[])[] = [];
  const sweeps: number[] = [];
  const signs: string[] = [];
  const errors: unknown[] = [];
  const taker: HintTaker = {
    refresh: async (ids) => void reads.push(ids),
    noteSigns: async (noted) => void signs.push(...noted.keys()),
    sweepSoon: () => void sweeps.push(reads.length),
    onError: (error) => void errors.push(error),
    ...given,
  };
  return { ...{ reads, sweeps, signs, errors }, collector: createHintCollector(taker) };
}
const run = (run_id: string) => ({ kind: "run", run_id }) as const;
const step = (run_id: string) => ({ kind: "step", run_id }) as const;
const heartbeat = (run_id: string) => ({ kind: "heartbeat", run_id }) as const;

it("has runs read once, a quarter of a second after the first hint", async () => {
  const { collector, reads } = recordingTaker();
  collector.add(run("a"), 0);
  await vi.advanceTimersByTimeAsync(200);
  collector.add(run("b"), 0);
  collector.add(run("a"), 0);
  expect(reads).toEqual([]);
  await vi.advanceTimersByTimeAsync(50);
  expect(reads).toEqual([["a", "b"]]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reads).toHaveLength(1);
});

it("waits longer where only steps moved, and takes them along when it reads anyway", async () => {
  const { collector, reads } = recordingTaker();
  collector.add(step("a"), 0);
  await vi.advanceTimersByTimeAsync(900);
  expect(reads).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  expect(reads).toEqual([["a"]]);
  collector.add(step("b"), 0);
  collector.add(run("c"), 0);
  await vi.advanceTimersByTimeAsync(250);
  expect(reads[1]).toEqual(["c", "b"]);
});

it("reads at most 200 runs at once, one read after another", async () => {
  let isReading = false;
  const sizes: number[] = [];
  const { collector } = recordingTaker({
    async refresh(ids) {
      expect(isReading).toBe(false);
      isReading = true;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      isReading = false;
      sizes.push(ids.length);
    },
  });
  for (let place = 0; place < 450; place += 1) collector.add(run(`run ${place}`), 0);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sizes).toEqual([200, 200, 50]);
});

it("notes a sign of life only once its run was read", async () => {
  const order: string[] = [];
  const { collector } = recordingTaker({
    refresh: async (ids) => void order.push(`read ${ids.length}`),
    noteSigns: async (noted) => void order.push(`note ${[...noted.keys()]}`),
  });
  for (let place = 0; place < 200; place += 1) collector.add(run(`run ${place}`), 0);
  collector.add(heartbeat("late"), 0);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(order).toEqual(["read 200", "read 1", "note late"]);
});

it("asks for a sweep when so many events came that others may have been dropped", async () => {
  const { collector, sweeps } = recordingTaker();
  for (let place = 0; place < 199; place += 1) collector.add(run("a"), 0);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sweeps).toEqual([]);
  for (let place = 0; place < 256; place += 1) collector.add(run("a"), 0);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sweeps).toEqual([2]);
});

it("has a sweep made for a read that failed, and tries it again with what came meanwhile", async () => {
  const trouble = new Error("Prefect is away");
  let isAway = true;
  const reads: (readonly string[])[] = [];
  const { collector, sweeps, errors, signs } = recordingTaker({
    async refresh(ids) {
      if (isAway) throw trouble;
      reads.push(ids);
    },
  });
  collector.add(run("a"), 0);
  collector.add(step("b"), 7);
  await vi.advanceTimersByTimeAsync(250);
  expect([sweeps.length, errors]).toEqual([1, [trouble]]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(errors).toHaveLength(3);
  collector.add(run("c"), 0);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(errors).toHaveLength(3);
  isAway = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reads).toEqual([["a", "b", "c"]]);
  expect(signs).toEqual(["b"]);
});

it("reads a run once for its first heartbeat, notes the next ones alone, and does nothing once it is stopped", async () => {
  const { collector, reads, signs } = recordingTaker();
  collector.add(heartbeat("a"), 5);
  await vi.advanceTimersByTimeAsync(250);
  collector.add(heartbeat("a"), 6);
  await vi.advanceTimersByTimeAsync(250);
  expect([reads, signs]).toEqual([[["a"]], ["a", "a"]]);
  collector.add(run("b"), 0);
  collector.stop();
  collector.add(run("c"), 0);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(reads).toHaveLength(1);
});
