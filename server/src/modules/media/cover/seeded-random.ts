import { createHash } from "node:crypto";

/** Random choices that are the same for the same seed text. */
export interface SeededRandom {
  /** A number from `min` (inclusive) to `max` (exclusive). */
  between(min: number, max: number): number;
  /** A whole number from `min` to `max`, both inclusive. */
  whole(min: number, max: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  chance(probability: number): boolean;
}

/** Mulberry32, seeded with the first 32 bits of the text's SHA-256; good enough for drawing, not for secrets. */
export function createSeededRandom(seedText: string): SeededRandom {
  let state = createHash("sha256").update(seedText).digest().readUInt32LE(0);
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  return {
    between: (min, max) => min + next() * (max - min),
    whole: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    chance: (probability) => next() < probability,
  };
}
