import { expect, test } from "vitest";
import {
  isEndUnknown,
  knownWordsOf,
  outcomeSentenceOf,
  ownStateWordOf,
  runAddressOf,
} from "./outside-words.ts";

const row = { connection_id: "c", status: "pending" };

test.each([
  ["pending", "Pending", null],
  ["in_progress", "Running", null],
  ["running", "RUNNING", null],
  ["pending", "AwaitingRetry", "AwaitingRetry"],
  ["pending", "Late", "Late"],
  ["running", "Cancelling", "Cancelling"],
  ["failed", "Crashed", "Crashed"],
  ["failed", "", null],
  ["failed", null, null],
])("beside our word %s Prefect's %s reads %s", (status, external_state, word) => {
  expect(ownStateWordOf({ ...row, status, external_state })).toBe(word);
});

test("a state name of any length and origin stays one short line of visible text", () => {
  const word = ownStateWordOf({ ...row, external_state: `Half\u202e\nway${"y".repeat(500)}` });
  expect(word).toContain("Half<U+202E> way");
  expect(word?.length).toBeLessThan(60);
});

test("a percentage is shown only where Prefect told the end", () => {
  const on = { connection_id: "c", progress_percentage: 40 };
  expect(isEndUnknown({ ...on, progress_source: "counts" })).toBe(true);
  expect(isEndUnknown({ ...on, progress_source: "label" })).toBe(false);
  expect(isEndUnknown({ ...on, progress_source: "artifact", progress_percentage: 0 })).toBe(false);
  expect(isEndUnknown({ ...on, progress_percentage: 0 })).toBe(true);
  expect(isEndUnknown({ ...on, connection_id: null, progress_percentage: 0 })).toBe(false);
});

test("what was counted is told as far as it is known", () => {
  expect(knownWordsOf(3, 7)).toBe("3 of 7 known");
  expect(knownWordsOf(9, 7)).toBe("7 of 7 known");
  expect(knownWordsOf(0, null)).toBe("no end known");
});

test("a run's page on Prefect is found only where its pages are known", () => {
  expect(runAddressOf("http://prefect:4200/", "a b")).toBe("http://prefect:4200/runs/flow-run/a%20b");
  expect(runAddressOf(null, "a")).toBeNull();
  expect(runAddressOf("http://prefect:4200", null)).toBeNull();
});

const expires_at = "2026-11-21T12:30:00Z";

test.each([
  ["pending", null, "It is on its way to Prefect."],
  ["sent", null, "Prefect was asked and has not answered yet."],
  ["accepted", null, "Prefect accepted it."],
  ["refused", "Run is already in terminal state", "Prefect refused: Run is already in terminal state."],
  ["refused", null, "Prefect refused without a reason."],
] as const)("an action that is %s with the reason %s reads %s", (status, reason, sentence) => {
  expect(outcomeSentenceOf({ status, reason, expires_at })).toBe(sentence);
});

test("what waits for Prefect says why and until when, what was lost claims nothing", () => {
  expect(outcomeSentenceOf({ status: "pending", reason: "Prefect is down", expires_at })).toMatch(
    /^Prefect is down\. Prefect is asked as soon as it can be, until \d\d:30:00\.$/,
  );
  expect(outcomeSentenceOf({ status: "unknown", reason: null, expires_at })).toContain("answer was lost");
  expect(outcomeSentenceOf({ status: "expired", reason: null, expires_at })).toContain(
    "Nothing was changed there",
  );
});
