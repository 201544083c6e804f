import { expect, test } from "vitest";
import { mostAttempts, readRetryAfter, waitAfter } from "./retry.ts";

const pauses = (random: number) =>
  Array.from({ length: mostAttempts }, (_, index) => waitAfter(index + 1, null, random));

test("pauses grow from ten seconds to an hour and end with the last attempt", () => {
  expect(pauses(0.5).map((pause) => (pause === null ? null : Math.round(pause / 1000)))).toEqual([
    10,
    27,
    71,
    190,
    506,
    1350,
    3600,
    null,
  ]);
});

test("chance moves a pause by a fifth at most, never below ten seconds or above an hour", () => {
  for (const random of [0, 0.25, 1]) {
    const middles = pauses(0.5);
    for (const [index, pause] of pauses(random).entries()) {
      const middle = middles[index] ?? 0;
      if (index === mostAttempts - 1) {
        expect(pause).toBeNull();
        continue;
      }
      expect(Math.abs((pause ?? 0) - middle)).toBeLessThanOrEqual(middle * 0.2 + 1);
      expect(pause).toBeGreaterThanOrEqual(10_000);
      expect(pause).toBeLessThanOrEqual(3_600_000);
    }
  }
});

test("what a receiver asks for rules when it is longer, up to an hour", () => {
  expect(waitAfter(1, 60_000, 0.5)).toBe(60_000);
  expect(waitAfter(1, 1_000, 0.5)).toBe(10_000);
  expect(waitAfter(1, 86_400_000, 0.5)).toBe(3_600_000);
  expect(waitAfter(mostAttempts, 1_000, 0.5)).toBeNull();
});

test.each([
  [undefined, null],
  ["", null],
  ["soon", null],
  ["120", 120_000],
  ["Sun, 22 Nov 2026 03:00:30 GMT", 30_000],
  ["Sun, 22 Nov 2026 02:00:00 GMT", 0],
])("Retry-After %j asks for %j ms", (value, wanted) => {
  expect(readRetryAfter(value, Date.parse("2026-11-22T03:00:00Z"))).toBe(wanted);
});
