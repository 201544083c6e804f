import { expect, test } from "vitest";
import { missingParts, resumeSentence, scratchSentence } from "./retry-words.ts";

// Only the fields that the sentences read.
const run = (fields: object) =>
  ({ task_id: "t", parent_flow_run_id: "r", steps_done: 3, ...fields }) as never;
const lesson = (position: number, status: string) => ({ position, status }) as never;
const unit = {
  task_id: "t",
  lineage_id: "l",
  author: "openai",
  cost_usd: 0.071,
  lessons: [lesson(1, "completed"), lesson(2, "failed")],
  warnings: [
    { code: "answer_invalid", part: "lesson" as const, message: "…", lesson_position: 2 },
    { code: "timeout", part: "art" as const, message: "…", lesson_position: null },
  ],
};

test("failed lessons and media are named once", () => {
  expect(missingParts(unit)).toEqual(["lesson 2", "the cover"]);
});

test("resuming says what runs again and counts the kept steps of the unit's own task", () => {
  expect(
    resumeSentence(unit, [run({}), run({ steps_done: 1 }), run({ task_id: "older", steps_done: 9 })]),
  ).toBe(
    "Only lesson 2 and the cover and what depends on it runs again. 4 finished steps are kept and not paid again.",
  );
});

test("starting anew compares with what was measured and invents nothing", () => {
  const whole = run({
    parent_flow_run_id: null,
    started_at: "2026-11-21T12:00:00Z",
    completed_at: "2026-11-21T12:01:06Z",
  });
  expect(scratchSentence(unit, [whole])).toContain(
    "the last task took 1 m 06 s, the unit has cost $0.071 so far",
  );
  expect(scratchSentence({ ...unit, cost_usd: null, lessons: [] }, [])).toBe(
    "Every step runs again and is paid again.",
  );
});
