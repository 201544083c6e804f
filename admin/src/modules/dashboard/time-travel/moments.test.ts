import { expect, test } from "vitest";
import { metricsOf } from "../charts/metrics-fixtures.ts";
import { barsOf, marksOf, pastWordsOf, readMoment, spanFor, spanOf } from "./moments.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const hour = 3_600_000;

test("a past moment in an address is read with its zone, and anything else is told", () => {
  expect(readMoment("2026-11-21T12:04:31+01:00", now)).toEqual({
    at: "2026-11-21T11:04:31.000Z",
    wrong: null,
  });
  for (const wrong of ["yesterday", "2026-13-40T00:00:00Z", "2030-01-01T00:00:00Z"])
    expect(readMoment(wrong, now)).toEqual({ at: null, wrong });
  expect(readMoment(undefined, now)).toEqual({ at: null, wrong: null });
});

test("the shortest span that reaches back to a moment is chosen", () => {
  expect([0.5, 5, 100, 1000].map((hours) => spanFor(now - hours * hour, now))).toEqual([
    "1h",
    "24h",
    "7d",
    "all",
  ]);
});

test("everything recorded is never an empty span", () => {
  expect(spanOf("all", "2026-11-21T12:00:00Z", now).from).toBeLessThan(now);
  expect(spanOf("all", null, now).from).toBeLessThan(now);
  const year = spanOf("all", "2025-11-21T12:00:00Z", now);
  expect((year.to - year.from) / year.stepMs).toBeLessThanOrEqual(500);
});

test("incidents are marked where they began, within the span only", () => {
  const incidents = ["2026-11-21T11:30:00Z", "2026-11-20T00:00:00Z"].map((first_seen_at) => ({
    first_seen_at,
    error_message: "invalid JSON",
  }));
  expect(marksOf(incidents, spanOf("1h", null, now))).toEqual([
    { at: Date.parse("2026-11-21T11:30:00Z"), words: "invalid JSON" },
  ]);
});

test("a past moment is named to the second, with its year where that is another", () => {
  const at = new Date(2026, 10, 21, 12, 4, 31);
  expect(pastWordsOf(at, new Date(2026, 11, 1))).toBe("12:04:31 on 21 Nov");
  expect(pastWordsOf(at, new Date(2027, 0, 1))).toBe("12:04:31 on 21 Nov 2026");
});

test("a lone failure can be found beside a busy hour", () => {
  const secondBarOf = (completed: number, failed: number) => {
    const jobs = { completed: [64, completed], failed: [0, failed], partial: [0, 0], cancelled: [0, 0] };
    return barsOf(metricsOf([1, 1], { jobs }))[1];
  };
  expect(secondBarOf(0, 1)).toMatchObject({ good: 0, bad: 1 / 8 });
  expect(secondBarOf(3, 1)).toMatchObject({ good: 3 / 16, bad: 1 / 16 });
});
