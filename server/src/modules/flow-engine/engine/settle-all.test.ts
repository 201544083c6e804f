import { expect, test } from "vitest";
import { settleAll } from "./settle-all.ts";

test("outcomes come in the order of the thunks, failures included, and never more than the limit run at once", async () => {
  let running = 0;
  let most = 0;
  const thunks = Array.from({ length: 20 }, (_, index) => async () => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < 20 - index; turn += 1) await Promise.resolve();
    running -= 1;
    if (index % 3 === 0) throw new Error(String(index));
    return index;
  });
  const outcomes = await settleAll(thunks, 4);
  expect(most).toBe(4);
  expect(
    outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : outcome.reason.message)),
  ).toEqual(Array.from({ length: 20 }, (_, index) => (index % 3 === 0 ? String(index) : index)));
});
