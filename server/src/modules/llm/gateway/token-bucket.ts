/** Seconds' worth of a rate that may be used at once. */
const burstSeconds = 10;

/** One limit, such as requests per minute. */
export interface Bucket {
  /** Null: no limit known. */
  readonly per_minute: number | null;
  /** What may be taken now; negative after a call that was larger than the bucket. */
  readonly available: number;
}

export interface Take<Name extends string> {
  /** 0: taken. Otherwise nothing was taken, and that long is to be waited before the next try. */
  readonly wait_ms: number;
  /** What is left in each bucket, refilled up to now. */
  readonly available: Readonly<Record<Name, number>>;
}

/**
 * Takes from all buckets or from none. Each holds at most ten seconds' worth of its rate (at least 1); a need
 * beyond that is granted from a full bucket and leaves a debt, so the rate holds over time whatever the sizes.
 */
export function takeFromBuckets<Name extends string>(
  buckets: Readonly<Record<Name, Bucket>>,
  needs: Readonly<Record<Name, number>>,
  elapsedMs: number,
): Take<Name> {
  // Object.keys of a record gives its names.
  const names = Object.keys(buckets) as Name[];
  const refilled = names.map((name) => {
    const { per_minute, available } = buckets[name];
    if (per_minute === null) return { name, available, waitMs: 0, need: 0 };
    const capacity = capacityOf(per_minute);
    const now = Math.min(capacity, available + (per_minute * Math.max(0, elapsedMs)) / 60_000);
    const missing = Math.min(needs[name], capacity) - now;
    return { name, available: now, waitMs: waitFor(missing, per_minute), need: needs[name] };
  });
  const waitMs = Math.max(0, ...refilled.map((bucket) => bucket.waitMs));
  const left = refilled.map(({ name, available, need }) => [name, waitMs > 0 ? available : available - need]);
  // The entries carry exactly the names of `buckets`.
  return { wait_ms: waitMs, available: Object.fromEntries(left) as Record<Name, number> };
}

/** The most that a bucket of this rate can hold. */
export function capacityOf(perMinute: number): number {
  return Math.max(1, (perMinute * burstSeconds) / 60);
}

function waitFor(missing: number, perMinute: number): number {
  if (missing <= 0) return 0;
  return perMinute > 0 ? Math.max(1, Math.ceil((missing * 60_000) / perMinute)) : 60_000;
}
