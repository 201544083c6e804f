import { expect, test } from "vitest";
import {
  describeFilter,
  estimateSentence,
  filterOf,
  needsTyping,
  outcomeSentence,
  selectAllWords,
  selectionRefusal,
} from "./bulk-words.ts";

const measured = { cost_usd: 0.21, duration_ms: 120_000, based_on_runs: 40, unknown_because: null };

test.each([
  ["measured", measured, "About $0.210 and 2 m 00 s of work, from 40 earlier runs."],
  [
    "free work",
    { ...measured, cost_usd: 0 },
    "It costs nothing; about 2 m 00 s of work, from 40 earlier runs.",
  ],
  [
    "unknown with its reason",
    { ...measured, cost_usd: null, unknown_because: "No step has run on this model yet." },
    "The cost is unknown: No step has run on this model yet. It takes about 2 m 00 s of work.",
  ],
])("an estimate that is %s is said in a sentence", (_name, estimate, sentence) => {
  expect(estimateSentence(estimate)).toBe(sentence);
});

test("an unknown cost never reads as a number", () => {
  expect(estimateSentence({ ...measured, cost_usd: null })).not.toContain("$");
});

test.each([
  [null, "chosen one by one"],
  [{}, "all there were, without a filter"],
  [{ status: "failed,cancelled", q: "tides" }, 'all that matched status failed or cancelled, text "tides"'],
])("the filter %j reads %s", (filter, words) => {
  expect(describeFilter(filter)).toBe(words);
});

test("only filters that are set travel with an action over all that match", () => {
  expect(filterOf({ status: "failed", q: "", user_id: undefined, min_duration_ms: 5 })).toEqual({
    status: "failed",
    min_duration_ms: "5",
  });
});

test("a thousand rows can be chosen one by one, more only as all that match", () => {
  expect(selectionRefusal(1000, false)).toBeUndefined();
  expect(selectionRefusal(1001, false)).toContain("1,000");
  expect(selectionRefusal(1001, true)).toBeUndefined();
});

test("a number is to be typed only beyond a hundred", () => {
  expect([100, 101].map(needsTyping)).toEqual([false, true]);
});

test("what an action came to tells what it did not reach once it ended", () => {
  const action = {
    task_id: "1",
    action: "resume",
    entity: "unit",
    filter: null,
    total: 6,
    pending: 3,
    done: 2,
    refused: 0,
    failed: 1,
  } as const;
  expect(outcomeSentence(action, false)).toBe("2 resumed, 1 failed, 3 to do");
  expect(outcomeSentence(action, true)).toBe("2 resumed, 1 failed, 3 not reached");
});

test("a capped total stays capped in words", () => {
  expect(selectAllWords("10000+")).toBe("Select all 10,000+ matching");
});
