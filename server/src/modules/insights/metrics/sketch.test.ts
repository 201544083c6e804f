import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addSketch, quantileOf, type Sketch } from "./sketch.ts";

/** As `rollup_bucket` of the database. */
const bucketOf = (ms: number) => (ms <= 0 ? -100 : Math.ceil(Math.log(ms) / Math.log(1.1) - 1e-9));

function sketchOf(values: readonly number[]): Sketch {
  const sketch: Sketch = new Map();
  for (const value of values) addSketch(sketch, { buckets: [bucketOf(value)], counts: [1] });
  return sketch;
}

function exactQuantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length - 1e-9) - 1)] ?? Number.NaN;
}

const durations = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1e8, noNaN: true })), {
  minLength: 1,
  maxLength: 200,
});

describe("the sketch of durations", () => {
  it("tells every quantile at most 5 % off", () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(0.01, 0.5, 0.8, 0.95, 0.99, 1), (values, fraction) => {
        const exact = exactQuantile(values, fraction);
        const told = quantileOf(sketchOf(values), fraction);
        expect(told).not.toBeNull();
        expect(Math.abs((told ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 0.05);
      }),
    );
  });

  it("is the same whether values come one by one or in two merged sketches", () => {
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const merged = sketchOf(some);
        const added = sketchOf(others);
        addSketch(merged, { buckets: [...added.keys()], counts: [...added.values()] });
        expect(merged).toEqual(sketchOf([...some, ...others]));
      }),
    );
  });

  it("forgets what is taken back", () => {
    fc.assert(
      fc.property(durations, durations, (kept, taken) => {
        const sketch = sketchOf([...taken, ...kept]);
        for (const value of taken) addSketch(sketch, { buckets: [bucketOf(value)], counts: [-1] });
        expect(sketch).toEqual(sketchOf(kept));
      }),
    );
  });

  it("has no quantile without values", () => {
    expect(quantileOf(new Map(), 0.5)).toBeNull();
  });

  it("asks for the 19th of twenty values at 95 %, not the 20th", () => {
    const values = Array.from({ length: 20 }, (_, index) => 2 ** index);
    expect(quantileOf(sketchOf(values), 0.95)).toBeCloseTo(2 ** 18, -5);
    expect(quantileOf(sketchOf(values), 0.95)).toBeLessThan(2 ** 18 * 1.05);
  });
});
