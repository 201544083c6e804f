import { expect, it } from "vitest";
import { createSharedAnswer } from "./live-answer.ts";

function counter() {
  const begun: PromiseWithResolvers<number>[] = [];
  const ask = createSharedAnswer(() => {
    const answer = Promise.withResolvers<number>();
    begun.push(answer);
    return answer.promise;
  });
  return { begun, ask };
}
const soon = () => new Promise((resolve) => setImmediate(resolve));

it("is computed once for all who ask at once", async () => {
  const { begun, ask } = counter();
  const answers = [ask(), ask(), ask()];
  await soon();
  expect(begun).toHaveLength(1);
  begun[0]?.resolve(7);
  expect(await Promise.all(answers)).toEqual([7, 7, 7]);
});

it("is never from before the question: who asks while one is computed gets the next one", async () => {
  const { begun, ask } = counter();
  const first = ask();
  await soon();
  const [second, third] = [ask(), ask()];
  await soon();
  expect(begun).toHaveLength(1);
  begun[0]?.resolve(1);
  expect(await first).toBe(1);
  await expect.poll(() => begun.length).toBe(2);
  begun[1]?.resolve(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
});

it("fails those only who shared it", async () => {
  const { begun, ask } = counter();
  const failing = ask();
  await soon();
  begun[0]?.reject(new Error("away"));
  await expect(failing).rejects.toThrow("away");
  const next = ask();
  await expect.poll(() => begun.length).toBe(2);
  begun[1]?.resolve(3);
  expect(await next).toBe(3);
});
