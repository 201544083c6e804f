import { expect, test } from "vitest";
import { formatMark, placeOf, scaleOf, type TimelineBar } from "./timeline-scale.ts";

const begin = 1_700_000_000_000;

function bar(fromMs: number, toMs: number | null): TimelineBar {
  return {
    kind: "working",
    status: "completed",
    from: begin + fromMs,
    to: toMs === null ? null : begin + toMs,
  };
}

test("marks stand at round steps and are never more than nine", () => {
  for (const spanMs of [90, 4_000, 61_000, 220_000, 5_400_000, 400_000_000]) {
    const scale = scaleOf([bar(0, spanMs)], begin);
    expect(scale.marks.length).toBeLessThanOrEqual(9);
    expect(scale.marks[0]).toBe(0);
  }
  expect(scaleOf([bar(0, 220_000)], begin).stepMs).toBe(30_000);
});

test("a bar without an end grows until now", () => {
  const now = begin + 10_000;
  const bars = [bar(0, 5_000), bar(5_000, null)];
  const scale = scaleOf(bars, now);
  expect(placeOf(bar(5_000, null), scale, now)).toEqual({ left: 50, width: 50 });
});

test("no bars make a scale that can still be drawn", () => {
  const scale = scaleOf([], begin);
  expect(scale.to).toBeGreaterThan(scale.from);
});

test("marks are read as time since the beginning", () => {
  expect([formatMark(90_000, 30_000), formatMark(3_900_000, 600_000), formatMark(500, 100)]).toEqual([
    "1:30",
    "1:05:00",
    "0.5 s",
  ]);
});
