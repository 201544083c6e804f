/** The value below which the given part of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * part) - 1))] ?? Number.NaN;
}

/** `p50 12 ms, p99 40 ms, most 45 ms (N 300)`. */
export function describeQuantiles(values: readonly number[], digits = 0): string {
  const [p50, p99, most] = [0.5, 0.99, 1].map((part) => quantile(values, part).toFixed(digits));
  return `p50 ${p50} ms, p99 ${p99} ms, most ${most} ms (N ${values.length})`;
}
