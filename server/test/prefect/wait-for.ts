import { setTimeout as sleep } from "node:timers/promises";

/** Asks again every 100 ms until there is an answer. @throws when there is none after 45 s. */
export async function waitFor<Value>(what: string, ask: () => Promise<Value | undefined>): Promise<Value> {
  const deadline = performance.now() + 45_000;
  while (performance.now() < deadline) {
    const value = await ask();
    if (value !== undefined) return value;
    await sleep(100);
  }
  throw new Error(`Waited in vain for ${what}`);
}
