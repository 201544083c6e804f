import { createLeadership } from "../../platform/leadership.ts";
import type { Logger } from "../../platform/logger.ts";
import { createPeriodic } from "../../platform/periodic.ts";

/** Work that one server of all does again and again. */
export interface Duty {
  /** For the log, such as "The folding of rollups". */
  readonly name: string;
  readonly everyMs: number;
  /**
   * Looks at state and is complete after any later turn. A leader whose connection breaks may overlap with the next one for a
   * moment, so each turn has to be safe beside another one.
   */
  readonly run: () => Promise<void>;
}

export interface Keeper {
  start(): Promise<void>;
  /** Ends after the running turns. */
  stop(): Promise<void>;
  isLeader(): boolean;
}

// "cours" and "keep" as numbers, so that nothing else takes the same lock by accident.
const lockClass = 0x636f7572;
const lockKey = 0x6b656570;
const askMs = 1_000;

/**
 * Does the duties in exactly one of all servers: the one that holds a session advisory lock. When that server ends or loses
 * its connection, PostgreSQL frees the lock and another takes over within about a second.
 */
export function createKeeper(options: {
  readonly url: string;
  readonly logger: Logger;
  readonly duties: readonly Duty[];
}): Keeper {
  const { logger } = options;
  const leadership = createLeadership({
    url: options.url,
    applicationName: "coursewright keeper",
    lockClass,
  });
  const isLeader = () => leadership.isLeader(lockKey);
  const periodics = options.duties.map(({ name, everyMs, run }) =>
    createPeriodic(everyMs, logger, name, async () => {
      if (isLeader()) await run();
    }),
  );
  const asking = createPeriodic(askMs, logger, "The keeper's lock", async () => {
    const wasLeader = isLeader();
    await leadership.renew([lockKey]);
    if (isLeader() && !wasLeader) for (const periodic of periodics) periodic.trigger();
  });

  return {
    async start() {
      for (const periodic of periodics) periodic.start();
      asking.start();
    },
    async stop() {
      await asking.stop();
      await Promise.all(periodics.map((periodic) => periodic.stop()));
      await leadership.close();
    },
    isLeader,
  };
}
