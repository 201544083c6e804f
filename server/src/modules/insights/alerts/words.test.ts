import { expect, test } from "vitest";
import { durationWords, jobWords, spanWords, usdWords } from "./words.ts";

test.each([
  [-5, "0 s"],
  [44_600, "45 s"],
  [63_000, "1 m 03 s"],
  [754_000, "12 m"],
  [3_900_000, "1 h 05 m"],
  [187_200_000, "2 d 4 h"],
])("%d ms are %s", (ms, words) => expect(durationWords(ms)).toBe(words));

test.each([
  [0.5, "30 s"],
  [1, "1 minute"],
  [30, "30 minutes"],
  [1.5, "1.5 minutes"],
  [60, "1 hour"],
  [120, "2 hours"],
])("%d minutes are set as %s", (minutes, words) => expect(spanWords(minutes)).toBe(words));

test.each([
  [0, "$0.00"],
  [0.00001, "< $0.0001"],
  [0.0042, "$0.0042"],
  [12.3, "$12.30"],
])("%d dollars are %s", (usd, words) => expect(usdWords(usd)).toBe(words));

test("a job is named by its unit, or by what it does", () => {
  expect(jobWords({ task_name: "unit_creation", unit_title: "Tides" })).toBe("“Tides”");
  expect(jobWords({ task_name: "bulk_action", unit_title: null })).toBe("A job (bulk action)");
});
