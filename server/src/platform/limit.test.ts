import { expect, test } from "vitest";
import { createLimit } from "./limit.ts";

test("a limit hands a free place to the one that waited longest", async () => {
  const limit = createLimit(1);
  const order: number[] = [];
  await limit.acquire();
  const waiting = [1, 2, 3].map(async (number) => {
    await limit.acquire();
    order.push(number);
    limit.release();
  });
  limit.release();
  await Promise.all(waiting);
  expect(order).toEqual([1, 2, 3]);
});
