import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { useLeaving, withLeaving } from "./use-leaving.ts";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const keyOf = (text: string) => text;
const shown = (places: ReturnType<typeof withLeaving<string>>) =>
  places.map(({ key, isLeaving }) => (isLeaving ? `${key} leaves` : key));

test("what leaves stays behind its neighbour until it is gone", () => {
  const before = withLeaving([], ["a", "b", "c"], keyOf);
  expect(shown(withLeaving(before, ["a", "c", "d"], keyOf))).toEqual(["a", "b leaves", "c", "d"]);
  expect(shown(withLeaving(before, [], keyOf))).toEqual(["a leaves", "b leaves", "c leaves"]);
});

test("what has left is taken away soon, and what comes back stays", () => {
  vi.useFakeTimers();
  const { result, rerender } = renderHook(({ items }) => useLeaving(items, keyOf), {
    initialProps: { items: ["a", "b"] },
  });
  rerender({ items: ["b"] });
  expect(shown(result.current)).toEqual(["a leaves", "b"]);
  rerender({ items: ["a", "b"] });
  expect(shown(result.current)).toEqual(["a", "b"]);
  rerender({ items: ["b"] });
  act(() => vi.advanceTimersByTime(200));
  expect(shown(result.current)).toEqual(["b"]);
});
