import { expect, test } from "vitest";
import { formatMeasure, formatTick, topOfAxis } from "./measure.ts";

test.each([
  ["count", 0, "2", "1"],
  ["count", 1, "2", "1"],
  ["count", 5, "6", "3"],
  ["count", 11, "20", "10"],
  ["count", 100, "100", "50"],
  ["count", 1_600_000, "2M", "1M"],
  ["duration", 0, "1 s", "500 ms"],
  ["duration", 23_000, "30 s", "15 s"],
  ["duration", 130_000, "4 min", "2 min"],
  ["duration", 90_000_000, "48 h", "24 h"],
  ["usd", 0, "$0.01", "$0.005"],
  ["usd", 0.34, "$0.40", "$0.20"],
  ["usd", 7.9, "$8", "$4"],
  ["percent", 0, "2 %", "1 %"],
  ["percent", 22.7, "50 %", "25 %"],
  ["percent", 100, "100 %", "50 %"],
] as const)("the axis of %s up to %d ends at %s with %s at its half", (measure, largest, top, half) => {
  const end = topOfAxis(measure, largest);
  expect(end).toBeGreaterThanOrEqual(largest);
  expect(formatTick(measure, end)).toBe(top);
  expect(formatTick(measure, end / 2)).toBe(half);
});

test("an axis holds a step of many days", () => {
  expect(topOfAxis("duration", 400 * 3_600_000)).toBeGreaterThanOrEqual(400 * 3_600_000);
});

test("a value carries its unit", () => {
  expect(formatMeasure("count", 18_240)).toBe("18,240");
  expect(formatMeasure("duration", 7_830)).toBe("7.8 s");
  expect(formatMeasure("duration", 66_000)).toBe("1 m 06 s");
  expect(formatMeasure("usd", 0.0004)).toBe("$0.0004");
  expect(formatMeasure("percent", 1.4567)).toBe("1.5 %");
});
