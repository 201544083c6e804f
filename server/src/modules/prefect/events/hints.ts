import { setTimeout as sleep } from "node:timers/promises";
import type { AppError } from "../../../platform/errors.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { PrefectEvent } from "../client/wire.ts";
import type { WatchCompanion, WatchContext } from "../watching/watch-duty.ts";
import { clockAllowanceMs, createClockComparison, readHint } from "./event-reading.ts";
import { createHintCollector } from "./hint-collector.ts";
import { createSeenEvents } from "./seen-events.ts";
import { noteSigns, type SignTaker } from "./signs-of-life.ts";
import { type EventTimes, listenToEvents } from "./socket.ts";

export interface EventHintOptions extends SignTaker {
  readonly logger: Logger;
  /** Shorter ones in tests. */
  readonly times?: EventTimes;
}

/** A minute before now, as far as clocks may differ (5 min): Prefect compares with its own, or with the flow's. */
const lookBackMs = clockAllowanceMs + 60_000;
const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
/** Wrong credentials do not mend by themselves. */
const refusedDelayMs = 60_000;
/** A connection that held this long was a good one: the next attempt comes soon. */
const goodMs = 30_000;

/**
 * Listens to a connection's events. An event only says which run to read: what it tells of states is not used, so lost,
 * repeated or late events can delay what is shown and never falsify it.
 */
export function createEventHints(options: EventHintOptions): WatchCompanion {
  return {
    name: "The listening to events",
    async run(context) {
      const seen = createSeenEvents();
      const collector = collectHints(options, context);
      let attempts = 0;
      try {
        while (!context.signal.aborted) {
          const beganAt = performance.now();
          const error = await listenOnce(options, context, seen, collector);
          if (error === null) return;
          context.reporter.tellLive(false, error.message);
          options.logger.info(
            { connection_id: context.connection.id, reason: error.message },
            "Events stopped",
          );
          if (performance.now() - beganAt >= goodMs) attempts = 0;
          attempts += 1;
          await pause(delayAfter(error, attempts), context.signal);
        }
      } finally {
        collector.stop();
      }
    },
  };
}

type Collector = ReturnType<typeof createHintCollector>;

/** Outlives the single connection: what was heard before it broke is still read. */
function collectHints(options: EventHintOptions, context: WatchContext): Collector {
  const { connection, reporter, signal } = context;
  return createHintCollector({
    refresh: (ids) => context.refresh(ids),
    noteSigns: (signs) => noteSigns(options, connection.id, signs),
    sweepSoon: () => reporter.sweepSoon(),
    onError(error) {
      // The sweep that follows meets the same trouble and says so as the connection's health.
      if (!signal.aborted)
        options.logger.debug({ connection_id: connection.id, error }, "A hint was not read");
    },
  });
}

function listenOnce(
  options: EventHintOptions,
  { connection, reporter, signal }: WatchContext,
  seen: ReturnType<typeof createSeenEvents>,
  collector: Collector,
): Promise<AppError | null> {
  const clock = createClockComparison();
  const source = { apiUrl: connection.base_url, authentication: connection.authentication };
  const listener = {
    since: new Date(Date.now() - lookBackMs).toISOString(),
    onLive() {
      reporter.tellLive(true);
      // Whatever happened while nobody listened.
      reporter.sweepSoon();
    },
    onEvent(event: PrefectEvent) {
      const hint = seen.add(event.id) ? readHint(event) : null;
      if (hint !== null) collector.add(hint, clock.momentOf(event, Date.now()));
    },
  };
  return listenToEvents(source, listener, signal, options.times);
}

/** Doubling from 1 to 30 s, shortened at random by up to half, so that many servers do not come back at once. */
function delayAfter(error: AppError, attempts: number): number {
  const whole =
    error.code === "prefect_auth_failed"
      ? refusedDelayMs
      : Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempts - 1, 10));
  return whole * (1 - Math.random() / 2);
}

async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
