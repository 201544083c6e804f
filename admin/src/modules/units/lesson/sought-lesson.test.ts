import { expect, test } from "vitest";
import { isArrival, keepPlace } from "./sought-lesson.ts";

test("arriving by a link brings the lesson into sight, coming back to the same place does not", () => {
  expect(isArrival("a")).toBe(true);
  expect(isArrival("b")).toBe(true);
  expect(isArrival("a")).toBe(false);
});

test("a lesson opened in place stays where it is, the next link moves the page again", () => {
  keepPlace();
  expect(isArrival("c")).toBe(false);
  expect(isArrival("d")).toBe(true);
});
