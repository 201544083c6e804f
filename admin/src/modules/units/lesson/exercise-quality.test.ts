import { expect, test } from "vitest";
import { droppedSentence } from "./exercise-quality.ts";

// Only the number of exercises is read.
const exercises = [{}, {}] as never[];

test("dropped items are counted with their reasons", () => {
  const dropped = [
    { reason: "the sentence needs the sentences around it", count: 3 },
    { reason: "fewer than three believable wrong options", count: 1 },
  ];
  expect(droppedSentence({ exercises, quality: { dropped } })).toBe(
    "2 of 6 items kept. 4 dropped: 3 × the sentence needs the sentences around it; 1 × fewer than three believable wrong options.",
  );
});

test("nothing is said when nothing was dropped", () => {
  expect(droppedSentence({ exercises, quality: {} })).toBeNull();
});
