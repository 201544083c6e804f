import type { QueryConfig } from "pg";
import { createClient } from "./database.ts";

/** Which works this process leads, among all processes that ask for the same ones. */
export interface Leadership {
  /**
   * Asks for these locks, makes sure that the held ones are still held, and frees those that are not named. Answers what is held.
   * Call it about every second; never twice at once. @throws when the database does not answer in time: then nothing is held.
   */
  renew(lockKeys: readonly number[]): Promise<ReadonlySet<number>>;
  isLeader(lockKey: number): boolean;
  /** Frees everything. */
  close(): Promise<void>;
}

export interface LeadershipOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** First half of the locks, so that nothing else takes the same ones by accident. */
  readonly lockClass: number;
  /** The connection broke: nothing is led any more, whoever leads next. Called at once, only when something was held. */
  readonly onLost?: () => void;
}

const answerMs = 3_000;

/**
 * Leads by session advisory locks, all of them on one connection outside the pool. When the process ends or loses that
 * connection, PostgreSQL frees them and another process takes over with its next `renew`. A leader whose connection breaks may
 * overlap with the next one for a moment, so the work has to be safe beside another turn of itself.
 */
export function createLeadership(options: LeadershipOptions): Leadership {
  let client: ReturnType<typeof createClient> | undefined;
  const held = new Set<number>();

  function dropped(lost: ReturnType<typeof createClient>): void {
    if (client !== lost) return;
    client = undefined;
    const wasLeading = held.size > 0;
    held.clear();
    lost.end().catch(() => undefined);
    if (wasLeading) options.onLost?.();
  }

  async function connect(): Promise<ReturnType<typeof createClient>> {
    if (client !== undefined) return client;
    const opened = createClient({ url: options.url, applicationName: options.applicationName });
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

  /** A connection that does not answer in time is given up, and the locks asked for on another one. */
  async function ask(
    connected: ReturnType<typeof createClient>,
    text: string,
    values: unknown[],
  ): Promise<{ rows: { lock_key: number; held: boolean }[] }> {
    try {
      return await connected.query<{ lock_key: number; held: boolean }>(withTimeout(text, values));
    } catch (error) {
      dropped(connected);
      throw error;
    }
  }

  return {
    async renew(lockKeys) {
      const connected = await connect();
      const unwanted = [...held].filter((key) => !lockKeys.includes(key));
      if (unwanted.length > 0) {
        for (const key of unwanted) held.delete(key);
        await ask(connected, freeing, [options.lockClass, unwanted]);
      }
      const wanted = lockKeys.filter((key) => !held.has(key));
      const { rows } = await ask(connected, taking, [options.lockClass, wanted]);
      // Lost while it answered: the locks went with the connection.
      if (client === connected) for (const row of rows) if (row.held) held.add(row.lock_key);
      return new Set(held);
    },
    isLeader: (lockKey) => held.has(lockKey),
    async close() {
      const connected = client;
      client = undefined;
      held.clear();
      await connected?.end().catch(() => undefined);
    },
  };
}

// Without any key it is still a question that only a living connection answers.
const taking = `SELECT k AS lock_key, pg_try_advisory_lock($1::int, k) AS held FROM unnest($2::int[]) k`;
const freeing = `SELECT k AS lock_key, pg_advisory_unlock($1::int, k) AS held FROM unnest($2::int[]) k`;

// pg reads `query_timeout` from the query as well; its types name it on the client only.
function withTimeout(text: string, values: unknown[]): QueryConfig & { query_timeout: number } {
  return { text, values, query_timeout: answerMs };
}
