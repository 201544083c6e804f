/** Told by whoever listens to a connection's events; the watch turns it into the connection's health. */
export interface HealthReporter {
  /** Events come live, or no more. `reason` is a sentence for people why not; null while it is only being tried again. */
  tellLive(isLive: boolean, reason?: string | null): void;
  /** Events may have been lost: every sweep takes its turn as soon as it can. */
  sweepSoon(): void;
}
