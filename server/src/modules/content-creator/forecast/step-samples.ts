/** What the newest completed runs of a step by one model took and cost. */
export interface StepSamples {
  readonly step_name: string;
  readonly provider: string;
  readonly model: string;
  readonly runs: number;
  /** How many of them have a known cost. */
  readonly priced: number;
  /** Median; null: not known. */
  readonly cost_usd: number | null;
  /** Of each run, ascending, never negative. */
  readonly durations_ms: readonly number[];
}

/** The value below which a part `share` (0 to 1) of the ascending values lies, between two of them in proportion. */
export function quantileOf(ascending: ArrayLike<number>, share: number): number {
  const last = ascending.length - 1;
  if (last < 0) return 0;
  const place = Math.min(1, Math.max(0, share)) * last;
  const below = Math.floor(place);
  const left = ascending[below] ?? 0;
  const right = ascending[Math.min(last, below + 1)] ?? left;
  return left + (right - left) * (place - below);
}
