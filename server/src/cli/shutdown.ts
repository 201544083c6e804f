import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../platform/logger.ts";
import { exitCodes } from "./output.ts";

interface Part {
  readonly name: string;
  readonly limitMs: number;
  stop(): Promise<unknown>;
}

/** Ends a long-running process part by part, the part that was added last first. */
export interface Shutdown {
  /** Aborted by the first signal or fatal error. */
  readonly signal: AbortSignal;
  /** Resolves with the exit code when a signal or a fatal error has ended what was running. */
  readonly ended: Promise<number>;
  /** Adds a part. One that takes longer than its limit is left behind, so that the others still end. */
  add(part: Part): void;
  /** Stops all parts that were added since the last call. */
  stop(): Promise<void>;
}

// npm passes Ctrl-C on to a process that has got it from the terminal already.
const sameKeyMs = 500;

/**
 * Stops on SIGTERM, SIGINT and SIGHUP and on an error that nobody caught. A second signal ends the process at
 * once.
 */
export function createShutdown(logger: Logger): Shutdown {
  const parts: Part[] = [];
  const controller = new AbortController();
  let stopping = Promise.resolve();
  let firstSignalAt: number | undefined;
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();

  async function stopAll(): Promise<void> {
    for (let part = parts.pop(); part; part = parts.pop()) await stopPart(part, logger);
  }
  function stop(): Promise<void> {
    stopping = stopping.then(stopAll);
    return stopping;
  }
  function onSignal(signal: NodeJS.Signals): void {
    if (firstSignalAt === undefined) {
      firstSignalAt = performance.now();
      logger.info({ signal }, "Stopping");
      controller.abort();
      void stop().then(() => end(exitCodes.success));
    } else if (performance.now() - firstSignalAt > sameKeyMs) {
      process.exit(exitCodes.failed);
    }
  }
  function onFatalError(error: unknown): void {
    logger.fatal({ error }, "An unexpected error ends the process");
    controller.abort();
    void stop().then(() => end(exitCodes.failed));
  }
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, onSignal);
  process.on("uncaughtException", onFatalError);

  return { signal: controller.signal, ended, add: (part) => parts.push(part), stop };
}

async function stopPart(part: Part, logger: Logger): Promise<void> {
  const timer = new AbortController();
  const late = sleep(part.limitMs, "late" as const, { signal: timer.signal }).catch(() => undefined);
  try {
    const outcome = await Promise.race([part.stop(), late]);
    if (outcome === "late") logger.warn({ part: part.name, limit_ms: part.limitMs }, "Did not stop in time");
  } catch (error) {
    // The parts below still have to be stopped, the database among them.
    logger.error({ error, part: part.name }, "Failed to stop");
  } finally {
    timer.abort();
  }
}
