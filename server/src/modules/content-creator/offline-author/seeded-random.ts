import { createHash } from "node:crypto";

/** Returns numbers in [0, 1), the same sequence for the same seed. */
export type Random = () => number;

/** A 32-bit seed from the SHA-256 of the parts, so equal texts give equal choices on every machine. */
export function seedFrom(...parts: string[]): number {
  return createHash("sha256").update(parts.join("\u0000")).digest().readUInt32LE(0);
}

/** A xorshift generator (Marsaglia 2003, shifts 13, 17, 5). Good enough to shuffle, not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0 || 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** A shuffled copy (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    // Both indexes are within the array, so the values exist.
    [copy[last], copy[other]] = [copy[other] as Item, copy[last] as Item];
  }
  return copy;
}
