import { describe, expect, test } from "vitest";
import { formatAgo, formatBytes, formatDuration, formatMoment, formatUsd, shortenId } from "./format.ts";

describe("money", () => {
  test.each([
    [0, "$0"],
    [0.00001, "< $0.0001"],
    [0.0004, "$0.0004"],
    [0.0072, "$0.007"],
    [0.164, "$0.164"],
    [4.1, "$4.10"],
    [12345.678, "$12,345.68"],
  ])("%d dollars are written %s", (amount, written) => {
    expect(formatUsd(amount)).toBe(written);
  });

  test("keeps a fourth decimal where single calls are compared", () => {
    expect(formatUsd(0.0072, true)).toBe("$0.0072");
  });
});

describe("length of time", () => {
  test.each([
    [340, "340 ms"],
    [7000, "7 s"],
    [59_600, "1 m 00 s"],
    [66_000, "1 m 06 s"],
    [7_500_000, "2 h 05 m"],
    [273_600_000, "3 d 4 h"],
  ])("%d ms are written %s", (ms, written) => {
    expect(formatDuration(ms)).toBe(written);
  });

  test("shows tenths of a second when asked to be precise", () => {
    expect(formatDuration(68_432, true)).toBe("68.4 s");
  });
});

describe("moments", () => {
  const now = new Date(2026, 10, 21, 12, 4, 31);

  test("today is a time of day, this year a day and time, earlier a date", () => {
    expect(formatMoment(new Date(2026, 10, 21, 9, 5, 7), now)).toBe("09:05:07");
    expect(formatMoment(new Date(2026, 10, 20, 9, 5, 7), now)).toBe("20 Nov 09:05");
    expect(formatMoment(new Date(2025, 10, 20), now)).toBe("20 Nov 2025");
  });

  test.each([
    [-30, "now"],
    [1, "now"],
    [40, "40 s ago"],
    [600, "10 min ago"],
    [7200, "2 h ago"],
    [86_400, "1 day ago"],
  ])("%d seconds back reads %s", (seconds, written) => {
    expect(formatAgo(new Date(now.getTime() - seconds * 1000), now)).toBe(written);
  });
});

test("an id keeps both its ends, a short one all of itself", () => {
  expect(shortenId("019ab3c2-7e41-7000-8000-000000008993")).toBe("019a…008993");
  expect(shortenId("worker-2")).toBe("worker-2");
});

test("bytes are written in steps of 1000", () => {
  expect([formatBytes(999), formatBytes(1500), formatBytes(60_000_000)]).toEqual([
    "999 B",
    "1.5 kB",
    "60 MB",
  ]);
});
