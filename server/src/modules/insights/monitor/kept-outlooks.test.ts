import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { JobOutlook } from "../../content-creator/public.ts";
import { createKeptOutlooks } from "./kept-outlooks.ts";

let asked: (readonly string[])[] = [];
const outlookOf = async (task_ids: readonly string[]): Promise<Map<string, JobOutlook>> => {
  asked.push(task_ids);
  return new Map(
    task_ids
      .filter((id) => id !== "bulk")
      .map((task_id) => [
        task_id,
        {
          task_id,
          remaining: { earliest_ms: 1_000, likely_ms: 10_000, latest_ms: 20_000 },
          cost_usd_remaining: 0.5,
          based_on_runs: 30,
          unknown_because: null,
        },
      ]),
  );
};
const jobs = Array.from({ length: 40 }, (_, index) => `job ${index}`);

beforeEach(() => {
  asked = [];
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => vi.useRealTimers());

test("an outlook serves for a while, less the time that passed, never below nothing", async () => {
  const read = createKeptOutlooks({ outlookOf });
  await read(["a", "bulk"]);
  vi.advanceTimersByTime(1_500);
  const outlooks = await read(["a", "bulk"]);
  expect(asked).toHaveLength(1);
  expect(outlooks.get("a")?.remaining).toEqual({ earliest_ms: 0, likely_ms: 8_500, latest_ms: 18_500 });
  expect(outlooks.has("bulk")).toBe(false);
  vi.advanceTimersByTime(600);
  expect((await read(["a", "bulk"])).get("a")?.remaining?.likely_ms).toBe(10_000);
});

test("many outlooks are renewed a few at a time, but none grows old", async () => {
  const read = createKeptOutlooks({ outlookOf });
  await read(jobs);
  expect(asked.map((ids) => ids.length)).toEqual([40]);
  for (let turn = 0; turn < 30; turn += 1) {
    vi.advanceTimersByTime(250);
    const outlooks = await read(jobs);
    for (const id of jobs) expect(outlooks.get(id)?.remaining?.likely_ms).toBeGreaterThanOrEqual(5_000);
  }
  expect(Math.max(...asked.slice(1).map((ids) => ids.length))).toBeLessThanOrEqual(6);
  vi.advanceTimersByTime(60_000);
  await read(jobs);
  expect(asked.at(-1)).toHaveLength(40);
});

test("a job that is no longer asked for is forgotten", async () => {
  const read = createKeptOutlooks({ outlookOf });
  await read(["a", "b"]);
  expect([...(await read(["b"])).keys()]).toEqual(["b"]);
  await read(["a", "b"]);
  expect(asked).toEqual([["a", "b"], ["a"]]);
});
