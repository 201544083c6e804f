import { expect, test } from "vitest";
import { type ChartSeries, isMeasured, largestOf, stackedValues } from "./chart-data.ts";

const seriesOf = (...lists: (number | null)[][]): ChartSeries[] =>
  lists.map((values, place) => ({ key: `${place}`, label: `${place}`, color: "cat-1", values }));

const points = {
  at: ["2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z"],
  resolution: "hour",
  isLastRunning: false,
} as const;

test("a zero is a measurement, and nothing is none", () => {
  expect(isMeasured(points, seriesOf([0, 0]))).toBe(true);
  expect(isMeasured(points, seriesOf([null, null], [null, 3]))).toBe(true);
  expect(isMeasured(points, seriesOf([null, null]))).toBe(false);
  expect(isMeasured({ ...points, at: [] }, seriesOf([]))).toBe(false);
});

test("stacked series stand on those before them, over gaps too", () => {
  expect(stackedValues(seriesOf([1, null, null], [2, 3, null], [4, null, null]))).toEqual([
    [1, null, null],
    [3, 3, null],
    [7, 3, null],
  ]);
});

test("an axis has to hold the largest value, or the largest sum of stacked ones", () => {
  expect(largestOf(seriesOf([1, 5], [4, 2]), false)).toBe(5);
  expect(largestOf(seriesOf([1, 5], [4, 2]), true)).toBe(7);
  expect(largestOf(seriesOf([null]), false)).toBe(0);
});
