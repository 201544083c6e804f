import { expect, it, test } from "vitest";
import { isLastLogPage } from "./client.ts";

test.each([
  [0, true],
  [1, false],
  [2, true],
  [3, false],
  [24, true],
  [25, false],
  [199, true],
  [200, false],
])(
  "a page of %d lines is the last: %s; it could be one that was cut for its size otherwise",
  (lines, isLast) => expect(isLastLogPage(lines)).toBe(isLast),
);

it("takes the limit that was asked for into account", () => {
  expect([isLastLogPage(50, 50), isLastLogPage(49, 50), isLastLogPage(6, 50)]).toEqual([false, true, false]);
});
