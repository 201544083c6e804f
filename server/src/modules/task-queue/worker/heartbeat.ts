import { Worker } from "node:worker_threads";
import type { Logger } from "../../../platform/logger.ts";
import { type WorkerIdentity, workerLockClass } from "../repo/workers.ts";
import { beatIndex, type HeartbeatData, monotonicNs } from "./heartbeat-state.ts";

const tickMs = 500;
const freshNs = 2_000_000_000n;
const restartMs = 500;

/** One life of a worker: its row and what is known about its beats. */
export interface Heartbeat {
  readonly worker_id: string;
  /** Resolves at the first beat, when the session lock is held: with false when the row was declared dead before. Never rejects. */
  readonly begun: Promise<boolean>;
  /** True while beats succeed; otherwise nothing new may be started. */
  isFresh(): boolean;
  /** True when all beats of the last `ms` milliseconds succeeded without a gap. */
  hasBeatenFor(ms: number): boolean;
  /** True once the row was declared dead. Final. */
  isDead(): boolean;
  stop(): Promise<void>;
}

/** Starts the thread that renews the row and holds the session lock. */
export function startHeartbeat(options: {
  readonly url: string;
  readonly identity: WorkerIdentity;
  readonly logger: Logger;
}): Heartbeat {
  const { url, identity, logger } = options;
  const shared = new SharedArrayBuffer(8 * 4);
  const state = new BigInt64Array(shared);
  tick();
  const ticking = setInterval(tick, tickMs);
  let thread: Worker | undefined;
  let isStopping = false;
  const begun = Promise.withResolvers<boolean>();

  function tick(): void {
    Atomics.store(state, beatIndex.mainTick, monotonicNs());
  }

  function start(): void {
    const workerData: HeartbeatData = {
      url,
      worker_id: identity.id,
      lock_class: workerLockClass,
      lock_key: identity.lock_key,
      state: shared,
    };
    const started = new Worker(new URL("./heartbeat-thread.ts", import.meta.url), { workerData });
    thread = started;
    started.once("message", () => begun.resolve(true));
    started.on("error", (error) => logger.error({ error }, "The heartbeat thread failed"));
    started.on("exit", () => {
      thread = undefined;
      if (isStopping || isDead()) begun.resolve(false);
      if (!isStopping && !isDead()) setTimeout(() => !isStopping && start(), restartMs).unref();
    });
  }

  function isDead(): boolean {
    return Atomics.load(state, beatIndex.dead) === 1n;
  }

  function isFresh(): boolean {
    return !isDead() && monotonicNs() - Atomics.load(state, beatIndex.lastBeat) < freshNs;
  }

  start();
  return {
    worker_id: identity.id,
    begun: begun.promise,
    isFresh,
    isDead,
    hasBeatenFor(ms) {
      const since = Atomics.load(state, beatIndex.gaplessSince);
      return since !== 0n && isFresh() && monotonicNs() - since >= BigInt(Math.round(ms * 1e6));
    },
    async stop() {
      isStopping = true;
      clearInterval(ticking);
      const running = thread;
      if (running === undefined) return;
      const ended = new Promise((resolve) => running.once("exit", resolve));
      running.postMessage("stop");
      const timer = setTimeout(() => running.terminate(), 1_500);
      await ended;
      clearTimeout(timer);
    },
  };
}
