import type { QueryConfig } from "pg";
import { createClient } from "../../platform/database.ts";
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
const answerMs = 3_000;

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
  let client: ReturnType<typeof createClient> | undefined;
  let isLeader = false;
  const periodics = options.duties.map(({ name, everyMs, run }) =>
    createPeriodic(everyMs, logger, name, async () => {
      if (isLeader) await run();
    }),
  );

  function dropped(lost: ReturnType<typeof createClient>): void {
    if (client !== lost) return;
    client = undefined;
    isLeader = false;
    lost.end().catch(() => undefined);
  }

  async function connect(): Promise<ReturnType<typeof createClient>> {
    if (client !== undefined) return client;
    const opened = createClient({ url: options.url, applicationName: "coursewright keeper" });
    opened.on("error", () => dropped(opened));
    opened.on("end", () => dropped(opened));
    client = opened;
    try {
      await opened.connect();
    } catch (error) {
      dropped(opened);
      throw error;
    }
    return opened;
  }

  /** A connection that does not answer in time is given up, and the lock asked for on another one. */
  async function ask(
    connected: ReturnType<typeof createClient>,
    text: string,
    values: unknown[],
  ): Promise<{ rows: { held?: boolean }[] }> {
    try {
      return await connected.query<{ held?: boolean }>(withTimeout(text, values));
    } catch (error) {
      dropped(connected);
      throw error;
    }
  }

  const asking = createPeriodic(askMs, logger, "The keeper's lock", async () => {
    const connected = await connect();
    if (isLeader) {
      await ask(connected, "SELECT 1", []);
      return;
    }
    const { rows } = await ask(connected, "SELECT pg_try_advisory_lock($1::int, $2::int) AS held", [
      lockClass,
      lockKey,
    ]);
    if (rows[0]?.held !== true || client !== connected) return;
    isLeader = true;
    for (const periodic of periodics) periodic.trigger();
  });

  return {
    async start() {
      for (const periodic of periodics) periodic.start();
      asking.start();
    },
    async stop() {
      await asking.stop();
      await Promise.all(periodics.map((periodic) => periodic.stop()));
      isLeader = false;
      const connected = client;
      client = undefined;
      await connected?.end().catch(() => undefined);
    },
    isLeader: () => isLeader,
  };
}

// pg reads `query_timeout` from the query as well; its types name it on the client only.
function withTimeout(text: string, values: unknown[]): QueryConfig & { query_timeout: number } {
  return { text, values, query_timeout: answerMs };
}
