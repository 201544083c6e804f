import { expect, test } from "vitest";
import { titlesOf } from "./use-lesson-titles.ts";

test("titles are read from a plan and from nothing else", () => {
  const plan = { lessons: [{ position: 1, title: "Why the sea moves" }, { position: "2" }, null] };
  expect([...titlesOf(plan)]).toEqual([[1, "Why the sea moves"]]);
  expect([null, "text", { lessons: 3 }].map((value) => titlesOf(value).size)).toEqual([0, 0, 0]);
});
