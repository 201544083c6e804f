import { isInfrastructureError } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import type { Logger } from "../../../platform/logger.ts";
import { prefectErrors } from "../errors.ts";
import type { WatchContext, WatchDuty } from "./watch-duty.ts";

export interface DutyLoop {
  readonly name: string;
  /** Ends with the context's signal, after the running turn. */
  run(): Promise<void>;
  /** Takes its turn as soon as it can; while it has one already, once more afterwards. */
  wake(): void;
}

const leastPauseAfterErrorMs = 1_000;

/** Turns of one duty, never two at once. */
export function createDutyLoop(
  duty: WatchDuty,
  context: WatchContext,
  options: { readonly logger: Logger; readonly reachable: () => Promise<void> },
): DutyLoop {
  const { signal } = context;
  let isDue = false;
  let wakeUp: (() => void) | undefined;

  async function turn(): Promise<boolean> {
    try {
      await duty.run(context);
      return true;
    } catch (error) {
      if (!signal.aborted) note(options.logger, duty, context, error);
      return false;
    }
  }

  async function pause(durationMs: number): Promise<void> {
    if (isDue || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    wakeUp = resolve;
    const timer = setTimeout(resolve, durationMs);
    const end = () => resolve();
    signal.addEventListener("abort", end);
    await promise;
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    wakeUp = undefined;
  }

  return {
    name: duty.name,
    async run() {
      while (!signal.aborted) {
        if (duty.runsWhileDown !== true) await options.reachable();
        if (signal.aborted) return;
        isDue = false;
        const hasWorked = await turn();
        const everyMs = duty.everyMs(context);
        if (!hasWorked) isDue = false;
        await pause(hasWorked ? everyMs : Math.max(everyMs, leastPauseAfterErrorMs));
      }
    },
    wake() {
      isDue = true;
      wakeUp?.();
    },
  };
}

function note(logger: Logger, duty: WatchDuty, { connection }: WatchContext, error: unknown): void {
  const where = { error, connection: connection.name };
  if (isInfrastructureError(error)) {
    logger.debug(where, `${duty.name}: the database is away`);
  } else if (error instanceof AppError && Object.hasOwn(prefectErrors.definitions, error.code)) {
    // What it means for the connection is decided, and told, where the requests are observed.
    logger.debug(where, `${duty.name}: ${error.message}`);
  } else {
    logger.error(where, `${duty.name} failed`);
  }
}
