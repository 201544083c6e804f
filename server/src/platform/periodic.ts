import { isInfrastructureError } from "./database.ts";
import type { Logger } from "./logger.ts";

export interface Periodic {
  start(): void;
  /** Runs it soon; while it runs already, once more afterwards. */
  trigger(): void;
  /** Ends after the current run. */
  stop(): Promise<void>;
}

/**
 * Does `work` now and then, never twice at once. An error is logged and the next turn tries again: everything done this way
 * looks at state and is complete after any later turn.
 */
export function createPeriodic(
  everyMs: number,
  logger: Logger,
  name: string,
  work: () => Promise<void>,
): Periodic {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isDue = false;
  let isStopped = true;

  async function turn(): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isInfrastructureError(error)) logger.debug({ error }, `${name}: the database is away`);
      else if (!isStopped) logger.error({ error }, `${name} failed`);
    }
  }

  function trigger(): void {
    if (isStopped) return;
    if (running !== undefined) {
      isDue = true;
      return;
    }
    clearTimeout(timer);
    isDue = false;
    running = turn().finally(() => {
      running = undefined;
      if (isStopped) return;
      if (isDue) trigger();
      else timer = setTimeout(trigger, everyMs);
    });
  }

  return {
    start() {
      isStopped = false;
      trigger();
    },
    trigger,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
