import { expect, test } from "vitest";
import { slowAfterMs } from "./stuck-duty.ts";

test.each([
  ["what is quick by nature has to take 5 s", { p50_ms: 80, p99_ms: 120 }, 5_000],
  ["what takes the same each time has to take three times as long", { p50_ms: 6_000, p99_ms: 7_000 }, 18_000],
  ["what varies has to take half as long again as 99 of 100 did", { p50_ms: 4_000, p99_ms: 40_000 }, 60_000],
])("%s before it is slow", (_name, usual, limit_ms) => {
  expect(slowAfterMs(usual)).toBe(limit_ms);
});
