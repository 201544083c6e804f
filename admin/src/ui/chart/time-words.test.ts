import { expect, test } from "vitest";
import type { ChartPoints, Resolution } from "./chart-data.ts";
import { pointWords, timeTicks } from "./time-words.ts";

const stepMs: Record<Resolution, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function pointsOf(resolution: Resolution, count: number, isLastRunning = false): ChartPoints {
  // Local time, as the words are; days begin at midnight UTC.
  const first = resolution === "day" ? Date.UTC(2026, 10, 1) : new Date(2026, 10, 20, 12, 34).getTime();
  const begin = resolution === "hour" ? new Date(2026, 10, 20, 12).getTime() : first;
  const at = Array.from({ length: count }, (_, place) =>
    new Date(begin + place * stepMs[resolution]).toISOString(),
  );
  return { at, resolution, isLastRunning };
}

test("a point says which time it covers, and when it is not over", () => {
  expect(pointWords(pointsOf("minute", 3), 0)).toBe("12:34, 20 Nov");
  expect(pointWords(pointsOf("hour", 3), 1)).toBe("13:00 to 14:00, 20 Nov");
  expect(pointWords(pointsOf("day", 3), 2)).toBe("3 Nov");
  expect(pointWords(pointsOf("hour", 3, true), 2)).toBe("14:00 to 15:00, 20 Nov, so far");
  expect(pointWords(pointsOf("hour", 3, true), 9)).toBe("");
});

test.each([
  ["minute", 60, 5, ["12:45", "13:00", "13:15", "13:30"]],
  ["hour", 24, 5, ["12:00", "18:00", "21 Nov", "06:00"]],
  ["hour", 168, 5, ["21 Nov", "23 Nov", "25 Nov", "27 Nov"]],
  ["day", 30, 5, ["6 Nov", "12 Nov", "18 Nov", "24 Nov", "30 Nov"]],
  ["day", 1, 5, ["1 Nov"]],
] as const)(
  "of %s points, %d of them, round ones are named, at most %d",
  (resolution, count, most, words) => {
    const ticks = timeTicks(pointsOf(resolution, count), most);
    expect(ticks.length).toBeLessThanOrEqual(most);
    expect(ticks.map(({ word }) => word)).toEqual(words);
  },
);

test("nothing has no words below it", () => {
  expect(timeTicks(pointsOf("hour", 0), 5)).toEqual([]);
});
