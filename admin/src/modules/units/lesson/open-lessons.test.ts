import { expect, test } from "vitest";
import { addressAfterToggle } from "./open-lessons.ts";

test("an opened lesson gives the page its address and the way back closes it", () => {
  expect(addressAfterToggle("u", new Set(), undefined, "a")).toEqual({
    href: "/units/u/lessons/a",
    replace: false,
  });
});

test("a second lesson opens beside the first", () => {
  expect(addressAfterToggle("u", new Set(["a"]), "a", "b").href).toBe("/units/u/lessons/b?lesson=a");
});

test("closing the lesson of the address leads back to the unit, with the others open", () => {
  expect(addressAfterToggle("u", new Set(["a", "b"]), "b", "b")).toEqual({
    href: "/units/u?lesson=a",
    replace: true,
  });
});

test("closing another lesson keeps the address of the first", () => {
  expect(addressAfterToggle("u", new Set(["a", "b"]), "b", "a").href).toBe("/units/u/lessons/b");
});

test("what else stands in the address stays there, such as the list that the reader came from", () => {
  const kept = { in: "status:failed" };
  expect(addressAfterToggle("u", new Set(), undefined, "a", kept).href).toBe(
    "/units/u/lessons/a?in=status:failed",
  );
});
