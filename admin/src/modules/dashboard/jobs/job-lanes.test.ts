import { expect, test } from "vitest";
import { laneOf } from "../monitor-fixtures.ts";
import { laneActivityOf } from "./JobLanes.tsx";
import { foldLanes } from "./job-lanes.ts";

const rangesOf = (lanes: Parameters<typeof foldLanes>[0]) =>
  foldLanes(lanes).shown.map(({ first, last, status }) => [first, last, status]);
const lanesOf = (from: number, to: number, status: "completed" | "not_begun" | "failed") =>
  Array.from({ length: to - from + 1 }, (_, index) => laneOf(from + index, { status }));

test("lessons that have not begun share one lane", () => {
  expect(rangesOf([laneOf(1), ...lanesOf(2, 5, "not_begun")])).toEqual([
    [1, 1, "running"],
    [2, 5, "not_begun"],
  ]);
});

test("finished neighbours fold only when the lanes are many", () => {
  expect(foldLanes(lanesOf(1, 6, "completed")).shown).toHaveLength(6);
  expect(rangesOf([...lanesOf(1, 6, "completed"), laneOf(7)])).toEqual([
    [1, 6, "completed"],
    [7, 7, "running"],
  ]);
});

test("of two hundred lessons a card shows twelve lanes and counts the rest", () => {
  const { shown, rest } = foldLanes(lanesOf(1, 200, "failed"));
  expect(shown).toHaveLength(12);
  expect(rest).toBe(188);
});

test("a lane between two steps begins, goes on or finishes, as its steps say", () => {
  const phraseOf = (cells: ReturnType<typeof laneOf>["cells"]) => {
    const [lane] = foldLanes([laneOf(1, { cells, current_step: null })]).shown;
    return lane === undefined ? undefined : laneActivityOf(lane);
  };
  expect(phraseOf([])).toBe("begins");
  expect(phraseOf(["open", "open"])).toBe("begins");
  expect(phraseOf(["done", "reused", "open"])).toBe("goes on to its next step");
  expect(phraseOf(["done", "reused"])).toBe("finishes");
});
