import { expect, test } from "vitest";
import { lanesOf, spentOf } from "./job-lanes.ts";

type LaneRun = Parameters<typeof lanesOf>[0][number];

function runOf(position: number, fields: Partial<LaneRun> = {}): LaneRun {
  return {
    id: `run-${position}`,
    flow_name: "lesson_creation",
    status: "running",
    lesson_position: position,
    current_step: "draft_exercises",
    steps_done: 1,
    total_steps: 3,
    error_message: null,
    started_at: "2026-11-21T12:00:00Z",
    completed_at: null,
    ...fields,
  };
}

const written = {
  status: "completed",
  steps_done: 3,
  current_step: null,
  completed_at: "2026-11-21T12:01:00Z",
} as const;

test("a lane shows what is done, what runs and what is still to come", () => {
  expect(lanesOf([runOf(1)], 1)).toMatchObject([
    { first: 1, status: "running", cells: ["done", "running", "open"], currentStep: "draft_exercises" },
  ]);
});

test("writing and speaking of a lesson share a lane that ends with the later of them", () => {
  const speaking = runOf(1, {
    flow_name: "lesson_podcast",
    steps_done: 0,
    total_steps: 1,
    current_step: "synthesize_audio",
  });
  const [lane] = lanesOf([speaking, runOf(1, written)], 1);
  expect(lane).toMatchObject({
    status: "running",
    cells: ["done", "done", "done", "running"],
    completedAt: null,
  });
});

test("of two runs of the same lesson the newer one counts", () => {
  const [lane] = lanesOf([runOf(1, written), runOf(1, { status: "failed" })], 1);
  expect(lane?.status).toBe("completed");
});

test("lessons that have not begun share one lane", () => {
  expect(lanesOf([runOf(1)], 5).map((lane) => [lane.first, lane.last, lane.status])).toEqual([
    [1, 1, "running"],
    [2, 5, "not_begun"],
  ]);
});

test("finished neighbours fold only when the lanes are many", () => {
  const runs = [1, 2, 3, 4, 5, 6].map((position) => runOf(position, written));
  expect(lanesOf(runs, 6)).toHaveLength(6);
  expect(lanesOf([...runs, runOf(7)], 7).map((lane) => [lane.first, lane.last])).toEqual([
    [1, 6],
    [7, 7],
  ]);
});

test("one unknown cost makes the sum unknown", () => {
  const known = { tokens_input: 10, tokens_output: 5, cost_usd: 0.25 };
  expect(spentOf([known, known])).toEqual({ tokens: 30, costUsd: 0.5 });
  expect(spentOf([known, { ...known, cost_usd: null }])).toEqual({ tokens: 30, costUsd: null });
});
