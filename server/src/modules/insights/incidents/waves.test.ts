import { expect, test } from "vitest";
import { wavesOf } from "./service.ts";

test("a recovery goes in waves of one, a tenth and the rest", () => {
  expect([0, 1, 2, 3, 10, 14, 500].map(wavesOf)).toEqual([
    [],
    [1],
    [1, 1],
    [1, 1, 1],
    [1, 1, 8],
    [1, 2, 11],
    [1, 50, 449],
  ]);
});
