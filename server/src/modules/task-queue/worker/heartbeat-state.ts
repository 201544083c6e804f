/** Slots of the memory that the main thread and the heartbeat thread share; nanoseconds of one monotonic clock. */
export const beatIndex = { mainTick: 0, lastBeat: 1, gaplessSince: 2, dead: 3 } as const;

/** The thread stops renewing when the main loop was silent this long: a hung process must lose its tasks. */
export const mainSilenceNs = 20_000_000_000n;

export interface HeartbeatData {
  readonly url: string;
  readonly worker_id: string;
  readonly lock_class: number;
  readonly lock_key: number;
  readonly state: SharedArrayBuffer;
}

/** The same clock in every thread of the process. */
export function monotonicNs(): bigint {
  return process.hrtime.bigint();
}
