import { expect, test } from "vitest";
import { stageWordOf, unitContentOf } from "./unit-words.ts";

const unit = {
  status: "completed" as const,
  task_status: "completed",
  current_step: null,
  pause_reason: null,
  error_code: null,
  error_message: null,
  lessons_completed: 2,
  lessons_failed: 0,
  exercise_count: 12,
  draft_count: 12,
  connection_id: null,
};

test("a finished unit says what it holds and what waits for review", () => {
  expect(unitContentOf(unit)).toBe("2 lessons, 12 exercises, 12 to review");
  expect(unitContentOf({ ...unit, lessons_failed: 1, draft_count: 0 })).toBe(
    "2 lessons, 12 exercises, 1 lesson failed",
  );
});

test("a unit at work says what happens, or for what it waits", () => {
  const working = { ...unit, status: "in_progress" as const, task_status: "in_progress" };
  expect(unitContentOf({ ...working, current_step: "draft_exercises" })).toBe("drafts the exercises");
  expect(unitContentOf({ ...working, task_status: "pending" })).toBe("waits for a worker");
  expect(unitContentOf({ ...working, task_status: "pending", connection_id: "c" })).toBe("waits on Prefect");
});

test("a paused unit says why, without the word for machines", () => {
  const paused = { ...unit, status: "paused" as const };
  expect(unitContentOf({ ...paused, pause_reason: "budget_unit: the unit's cap of $0.02 is reached." })).toBe(
    "The unit's cap of $0.02 is reached.",
  );
});

test("a cancelled unit without lessons does not claim to hold any", () => {
  expect(unitContentOf({ ...unit, status: "cancelled", lessons_completed: 0 })).toBe("nothing was finished");
});

test("the stage is told while a unit is at one or ended in one", () => {
  expect(stageWordOf({ status: "failed", stage: "plan" })).toBe("plan");
  expect(stageWordOf({ status: "completed", stage: "done" })).toBe("");
  expect(stageWordOf({ status: "draft", stage: "source" })).toBe("");
});
