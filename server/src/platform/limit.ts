/** At most so many holders at once; waiters are served in order. */
export interface Limit {
  acquire(): Promise<void>;
  release(): void;
}

/** A limit with all its places free. */
export function createLimit(most: number): Limit {
  const waiting: (() => void)[] = [];
  let held = 0;
  return {
    async acquire() {
      if (held < most) {
        held += 1;
        return;
      }
      // The releaser hands its place over, so `held` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    },
    release() {
      const next = waiting.shift();
      if (next === undefined) held -= 1;
      else next();
    },
  };
}
