import { expect, test } from "vitest";
import { type Difference, differencesOf, jsonLinesOf, wordsOf } from "./difference.ts";

const side = (runs: Difference[], leftOut: "added" | "removed") =>
  runs.filter((run) => run.kind !== leftOut).flatMap((run) => run.parts);

test("what was taken away and what came in stand where they changed", () => {
  expect(differencesOf(["a", "b", "c", "d"], ["a", "c", "x", "d"])).toEqual([
    { kind: "same", parts: ["a"] },
    { kind: "removed", parts: ["b"] },
    { kind: "same", parts: ["c"] },
    { kind: "added", parts: ["x"] },
    { kind: "same", parts: ["d"] },
  ]);
});

test("equal sides have no difference, an empty side is all there is", () => {
  expect(differencesOf(["a"], ["a"])).toEqual([{ kind: "same", parts: ["a"] }]);
  expect(differencesOf([], ["a", "b"])).toEqual([{ kind: "added", parts: ["a", "b"] }]);
  expect(differencesOf([], [])).toEqual([]);
});

test("each side can be put together again, whatever it was", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  for (let round = 0; round < 300; round += 1) {
    const make = () => Array.from({ length: random(14) }, () => "abcd".charAt(random(4)));
    const [before, after] = [make(), make()];
    const runs = differencesOf(before, after);
    expect(side(runs, "added")).toEqual(before);
    expect(side(runs, "removed")).toEqual(after);
  }
});

test("texts with nothing in common are told as replaced instead of taking seconds", () => {
  const before = Array.from({ length: 5000 }, (_, at) => `old ${at}`);
  const after = Array.from({ length: 5000 }, (_, at) => `new ${at}`);
  const runs = differencesOf(before, after);
  expect(runs.map((run) => run.kind)).toEqual(["removed", "added"]);
});

test("words keep the spaces between them", () => {
  expect(wordsOf("two  words\n").join("")).toBe("two  words\n");
});

test("another order of fields is no difference", () => {
  const [before, after] = jsonLinesOf({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 });
  expect(after).toEqual(before);
});
