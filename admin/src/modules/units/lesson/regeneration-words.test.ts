import { expect, test } from "vitest";
import {
  isRegenerating,
  lastCostOf,
  reasonAgainstRegenerating,
  regenerationCostSentence,
  regenerationOf,
  regenerationOutcome,
} from "./regeneration-words.ts";

const task = { id: "t", mode: "regenerate" as const, inputs: { lesson_id: "l", lesson_position: 2 } };

test("only a regenerating task names a lesson that is written anew", () => {
  expect(regenerationOf(task)).toEqual({ task_id: "t", lesson_id: "l", position: 2 });
  expect(regenerationOf({ ...task, mode: "resume" })).toBeNull();
  expect(regenerationOf({ ...task, inputs: null })).toEqual({
    task_id: "t",
    lesson_id: null,
    position: null,
  });
});

test("the lesson is found by its id or by its place", () => {
  const regeneration = { task_id: "t", lesson_id: null, position: 2 };
  expect(isRegenerating(regeneration, { id: "l", position: 2 })).toBe(true);
  expect(isRegenerating(regeneration, { id: "m", position: 3 })).toBe(false);
  expect(isRegenerating(null, { id: "l", position: 2 })).toBe(false);
});

test("the end is told in words, and nothing while it goes on", () => {
  const regeneration = { task_id: "t", lesson_id: "l", position: 2 };
  const outcomeOf = (
    status: "completed" | "failed" | "cancelled" | "in_progress",
    error_message: string | null,
  ) => regenerationOutcome({ status, error_message }, regeneration);
  expect(outcomeOf("completed", null)).toEqual({ tone: "ok", words: "Lesson 2 is written anew." });
  expect(outcomeOf("failed", "The model refused.")).toEqual({
    tone: "bad",
    words: "Lesson 2 could not be written anew and stays as it was. The model refused.",
  });
  expect(outcomeOf("cancelled", null)?.words).toContain("stays as it was");
  expect(outcomeOf("in_progress", null)).toBeNull();
});

test("a unit at work says why its lessons cannot be written anew", () => {
  expect(reasonAgainstRegenerating({ status: "completed" })).toBeUndefined();
  expect(reasonAgainstRegenerating({ status: "in_progress" })).toContain("being written");
  expect(reasonAgainstRegenerating({ status: "draft" })).toContain("not started");
});

test("the cost is that of the newest task's runs for this lesson, and unknown when a part of it is", () => {
  const run = (task_id: string, cost_usd: number | null, lesson_position = 2) => ({
    task_id,
    cost_usd,
    lesson_position,
  });
  expect(lastCostOf([run("b", 0.01), run("b", 0.02), run("a", 0.5)], 2)).toBeCloseTo(0.03);
  expect(lastCostOf([run("b", 0.01), run("b", null)], 2)).toBeNull();
  expect(lastCostOf([run("b", 0.01, 1)], 2)).toBeNull();
});

test("an unknown cost is never written as nothing", () => {
  expect(regenerationCostSentence(null, false)).toContain("unknown");
  expect(regenerationCostSentence(0, false)).toContain("unknown");
  expect(regenerationCostSentence(null, true)).toContain("costs nothing");
  expect(regenerationCostSentence(0.0213, false)).toBe("Last time it cost $0.021; expect about the same.");
});
