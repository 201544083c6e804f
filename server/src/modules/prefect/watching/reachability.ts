import type { AppError } from "../../../platform/errors.ts";
import type { ConnectionNews } from "../connections/store.ts";
import { probeDelayMs, type Trouble, troubleOf } from "./trouble.ts";

export interface ReachabilityOptions {
  readonly signal: AbortSignal;
  /** Resolves with Prefect's version when it answers as it should. */
  readonly probe: () => Promise<string>;
  /** Never rejects. */
  readonly tell: (news: ConnectionNews) => Promise<void>;
  /** A failure in words for people. Default: its own message. */
  readonly explain?: (error: AppError) => string;
  /** Decides the jitter of the waits. Default: Math.random. */
  readonly random?: () => number;
}

/** Whether Prefect can be asked now, and what to tell people about it. */
export interface Reachability {
  /** Probes until the signal is aborted: at the start, when a request failed, and now and then while nothing answers. */
  watch(): Promise<void>;
  /** How a request ended; null for an answer. */
  heard(error: unknown): void;
  /** Events come live, or no more. */
  tellLive(isLive: boolean, reason: string | null): void;
  isLive(): boolean;
  isReachable(): boolean;
  /** Resolves once Prefect can be asked, or the signal is aborted. */
  reachable(): Promise<void>;
}

/** So many requests in a row that fail although the probe is answered: it is down all the same. */
const patience = 3;
const okEveryMs = 2_000;

export function createReachability(options: ReachabilityOptions): Reachability {
  const watch = new ReachabilityWatch(options);
  return {
    watch: () => watch.run(),
    heard: (error) => watch.heard(error),
    tellLive: (isLive, reason) => watch.tellLive(isLive, reason),
    isLive: () => watch.isLive && watch.isReachable,
    isReachable: () => watch.isReachable,
    reachable: () => watch.gate,
  };
}

class ReachabilityWatch {
  isReachable = false;
  isLive = false;
  /** Resolved while Prefect can be asked. */
  gate: Promise<void>;
  readonly #options: ReachabilityOptions;
  #openGate: () => void;
  #doubt = Promise.withResolvers<void>();
  #liveReason: string | null = null;
  /** Requests in a row that failed. */
  #failures = 0;
  #trouble: Trouble | null = null;
  /** After an outage that the probe did not see, only a request that is answered ends it. */
  #isOnTrial = false;
  #toldOkAt = 0;
  #wakeUp: () => void = () => undefined;

  constructor(options: ReachabilityOptions) {
    this.#options = options;
    ({ promise: this.gate, resolve: this.#openGate } = Promise.withResolvers<void>());
    options.signal.addEventListener("abort", () => this.#release(), { once: true });
  }

  async run(): Promise<void> {
    const { signal, random = Math.random } = this.#options;
    for (let outages = 0; !signal.aborted; ) {
      this.#doubt = Promise.withResolvers();
      const trouble = await this.#probe();
      if (signal.aborted) return;
      if (trouble === null) {
        await this.#doubt.promise;
        if (!this.#isOnTrial && this.#failures < patience) outages = 0;
        continue;
      }
      await this.#shut(trouble);
      await this.#sleep(probeDelayMs(trouble.health, outages, random));
      outages += 1;
    }
  }

  heard(error: unknown): void {
    const trouble = troubleOf(error, this.#options.explain);
    if (trouble !== null) {
      this.#failures += 1;
      this.#trouble = trouble;
      this.#doubt.resolve();
      return;
    }
    this.#failures = 0;
    this.#trouble = null;
    if (!this.isReachable) return;
    if (this.#isOnTrial) {
      this.#isOnTrial = false;
      void this.#tellUp();
    } else if (performance.now() - this.#toldOkAt > okEveryMs) {
      this.#toldOkAt = performance.now();
      void this.#options.tell({ is_ok: true });
    }
  }

  tellLive(isLive: boolean, reason: string | null): void {
    const hasChanged = isLive !== this.isLive || reason !== this.#liveReason;
    this.isLive = isLive;
    this.#liveReason = reason;
    if (hasChanged && this.isReachable && !this.#isOnTrial) void this.#tellUp();
  }

  /** What is wrong; null when Prefect answers and nothing speaks against it. */
  async #probe(): Promise<Trouble | null> {
    let version: string;
    try {
      version = await this.#options.probe();
    } catch (error) {
      this.#isOnTrial = false;
      const reason = error instanceof Error ? error.message : String(error);
      return troubleOf(error, this.#options.explain) ?? { health: "down", reason };
    }
    const limit = this.#isOnTrial || this.#trouble?.health === "auth_failed" ? 1 : patience;
    if (this.isReachable && this.#trouble !== null && this.#failures >= limit) {
      this.#isOnTrial = true;
      return this.#trouble;
    }
    if (this.#isOnTrial) await this.#options.tell({ version_found: version });
    else await this.#tellUp({ version_found: version });
    this.isReachable = true;
    this.#openGate();
    return null;
  }

  async #shut({ health, reason }: Trouble): Promise<void> {
    if (this.isReachable) {
      ({ promise: this.gate, resolve: this.#openGate } = Promise.withResolvers<void>());
    }
    this.isReachable = false;
    this.#failures = 0;
    this.#trouble = null;
    if (this.#options.signal.aborted) this.#release();
    await this.#options.tell({ health, health_reason: reason });
  }

  #tellUp(news: ConnectionNews = {}): Promise<void> {
    const { isLive } = this;
    const health = isLive ? "live" : "polling";
    return this.#options.tell({
      ...{ health, health_reason: isLive ? null : this.#liveReason, is_ok: true },
      ...news,
    });
  }

  async #sleep(durationMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, durationMs);
    this.#wakeUp = resolve;
    if (this.#options.signal.aborted) resolve();
    await promise;
    clearTimeout(timer);
  }

  #release(): void {
    this.#openGate();
    this.#doubt.resolve();
    this.#wakeUp();
  }
}
