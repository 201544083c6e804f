import { expect, it } from "vitest";
import { createBoundedMap } from "./bounded-map.ts";

it("forgets what was used longest ago", () => {
  const map = createBoundedMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([1, undefined, 3]);
});

it("counts large values for what they are, and keeps the last one however large it is", () => {
  const map = createBoundedMap<string, readonly number[]>(5, (value) => value.length);
  map.set("a", [1, 2]);
  map.set("b", [1, 2]);
  map.set("a", [1]);
  map.set("c", [1, 2]);
  expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([[1], [1, 2], [1, 2]]);
  map.set("d", [1, 2, 3]);
  expect([map.get("a"), map.get("b"), map.get("c"), map.get("d")]).toEqual([
    undefined,
    undefined,
    [1, 2],
    [1, 2, 3],
  ]);
  map.set("e", [1, 2, 3, 4, 5, 6]);
  expect([map.get("c"), map.get("d"), map.get("e")?.length]).toEqual([undefined, undefined, 6]);
  map.delete("e");
  map.set("f", [1, 2, 3, 4, 5]);
  map.set("g", []);
  expect([map.get("f")?.length, map.get("g")]).toEqual([5, []]);
});
