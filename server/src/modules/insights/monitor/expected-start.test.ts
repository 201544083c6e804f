import { describe, expect, it } from "vitest";
import { expectedStarts } from "./expected-start.ts";

const waiting = (task_id: string, likely_ms: number | null = 1_000, queue_name = "default") => ({
  ...{ task_id, likely_ms, queue_name },
});
const running = (remaining_ms: number | null, queue_name = "default") => ({ remaining_ms, queue_name });
const workers = (capacity: number, queues = ["default"]) => [{ capacity, queues }];
const starts = (...words: Parameters<typeof expectedStarts>) => Object.fromEntries(expectedStarts(...words));

describe("the expected start", () => {
  it("is now where a slot is free", () => {
    expect(starts([waiting("a")], [running(500)], workers(2))).toEqual({ a: 0 });
  });

  it("follows the ends of what runs, then of what started before it", () => {
    const jobs = [waiting("a", 300), waiting("b", 300), waiting("c", 300)];
    expect(starts(jobs, [running(500), running(900)], workers(2))).toEqual({ a: 500, b: 800, c: 900 });
  });

  it("is unknown without a worker of the queue, and behind ends that nobody knows", () => {
    expect(starts([waiting("a")], [], [])).toEqual({ a: null });
    expect(starts([waiting("a", 1, "other")], [], workers(4))).toEqual({ a: null });
    expect(starts([waiting("a")], [running(null)], workers(1))).toEqual({ a: null });
    expect(starts([waiting("a"), waiting("b")], [running(null), running(700)], workers(2))).toEqual({
      a: 700,
      b: 1_700,
    });
    expect(starts([waiting("a", null), waiting("b")], [], workers(1))).toEqual({ a: 0, b: null });
    expect(starts([waiting("a")], [], workers(2), 2)).toEqual({ a: null });
  });

  it("waits for more ends where more run than there are slots", () => {
    expect(starts([waiting("a")], [running(100), running(200), running(300)], workers(2))).toEqual({
      a: 200,
    });
  });
});
