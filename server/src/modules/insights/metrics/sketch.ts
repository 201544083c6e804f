/** How many measured values fell into each bucket. `rollup_bucket` of the database says which bucket a value falls into. */
export type Sketch = Map<number, number>;

/** Each bucket reaches this much further than the one below it. */
const growth = 1.1;
/** The bucket of values of nothing at all. */
const zeroBucket = -100;

/** A sketch as the database keeps it: `counts[n]` values fell into `buckets[n]`. */
export interface StoredSketch {
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
}

/** Adds what another sketch holds; counts may be negative, when events are taken back. */
export function addSketch(sketch: Sketch, { buckets, counts }: StoredSketch): void {
  for (const [place, bucket] of buckets.entries()) {
    const count = (sketch.get(bucket) ?? 0) + (counts[place] ?? 0);
    if (count === 0) sketch.delete(bucket);
    else sketch.set(bucket, count);
  }
}

/**
 * The smallest value that at least this fraction (over 0, at most 1) of all values does not exceed, at most 5 % off; null
 * without any value. The middle of bucket i is where both its ends are equally far off relatively: 2 * 1.1^i / 2.1
 * (C. Masson, J. E. Rim, H. K. Lee: DDSketch, 2019).
 */
export function quantileOf(sketch: Sketch, fraction: number): number | null {
  const filled = [...sketch].filter(([, count]) => count > 0).sort(([one], [other]) => one - other);
  const total = filled.reduce((sum, [, count]) => sum + count, 0);
  // Without the margin 0.95 * 20 would ask for the 20th value: products of fractions are a little off.
  const rank = Math.max(1, Math.ceil(fraction * total - 1e-9));
  let passed = 0;
  for (const [bucket, count] of filled) {
    passed += count;
    if (passed >= rank) return middleOf(bucket);
  }
  return null;
}

function middleOf(bucket: number): number {
  return bucket === zeroBucket ? 0 : (2 * growth ** bucket) / (growth + 1);
}
