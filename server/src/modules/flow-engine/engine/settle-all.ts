/** Runs all, at most `most` at once, and reports each in order. */
export async function settleAll<Result>(
  thunks: readonly (() => Promise<Result>)[],
  most: number,
): Promise<PromiseSettledResult<Result>[]> {
  const results = new Array<PromiseSettledResult<Result>>(thunks.length);
  let next = 0;
  async function lane(): Promise<void> {
    for (let index = next++; index < thunks.length; index = next++) {
      const thunk = thunks[index];
      if (thunk === undefined) return;
      try {
        results[index] = { status: "fulfilled", value: await thunk() };
      } catch (reason) {
        results[index] = { status: "rejected", reason };
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, thunks.length) }, lane));
  return results;
}
