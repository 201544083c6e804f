import { expect, test, vi } from "vitest";
import { createBatcher } from "./batcher.ts";

function gatedBatcher(fail: (items: readonly number[]) => unknown = () => null, flights = 1) {
  const batches: number[][] = [];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const call = createBatcher<number, number>({
    flights,
    patienceMs: 1,
    most: 3,
    async runAll(items) {
      batches.push([...items]);
      await gate;
      const error = fail(items);
      if (error !== null) throw error;
      return items.map((item) => item * 10);
    },
  });
  return { call, batches, open: () => open() };
}

test("calls of one turn share a transaction, and those that come while it is under way share the next", async () => {
  const { call, batches, open } = gatedBatcher();
  const first = Promise.all([1, 2].map(call));
  await vi.waitUntil(() => batches.length === 1);
  const second = Promise.all([3, 4, 5, 6].map(call));
  open();
  expect([...(await first), ...(await second)]).toEqual([10, 20, 30, 40, 50, 60]);
  expect(batches).toEqual([[1, 2], [3, 4, 5], [6]]);
});

test("what the answers of a transaction set off shares the next one", async () => {
  const { call, batches, open } = gatedBatcher();
  const results = Promise.all([1, 2, 3].map(async (item) => call(await call(item))));
  open();
  expect(await results).toEqual([100, 200, 300]);
  expect(batches).toEqual([
    [1, 2, 3],
    [10, 20, 30],
  ]);
});

test("one item's fault does not touch the others of its transaction", async () => {
  const { call, open } = gatedBatcher((items) => (items.includes(3) ? new Error("three") : null));
  const outcomes = Promise.allSettled([1, 2, 3, 4].map(call));
  open();
  expect(
    (await outcomes).map((outcome) =>
      outcome.status === "fulfilled" ? outcome.value : outcome.reason.message,
    ),
  ).toEqual([10, 20, "three", 40]);
});

test("an absent database is everybody's error and is not asked again for each", async () => {
  const gone = Object.assign(new Error("gone"), { code: "ECONNREFUSED" });
  const { call, batches, open } = gatedBatcher((items) => (items.includes(2) ? gone : null));
  const outcomes = Promise.allSettled([1, 2, 3].map(call));
  open();
  expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(batches).toEqual([[1, 2, 3]]);
});

test("calls behind a transaction that takes long get one of their own", async () => {
  const { call, batches, open } = gatedBatcher(() => null, 2);
  const first = call(1);
  await vi.waitUntil(() => batches.length === 1);
  const second = Promise.all([2, 3].map(call));
  await vi.waitUntil(() => batches.length === 2);
  expect(batches).toEqual([[1], [2, 3]]);
  open();
  expect([await first, ...(await second)]).toEqual([10, 20, 30]);
});
