import type pg from "pg";
import { createClient } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import { taskChannel } from "../notifier.ts";

const keepAliveMs = 5_000;
const queryTimeoutMs = 5_000;

export interface WakeUp {
  stop(): Promise<void>;
}

/**
 * Listens on one connection of its own. A half-open connection is noticed by its keepalive query within 10 s; a lost one is
 * opened again by one attempt at a time, at least half a second apart. While it is away the polls do the work.
 */
export function startWakeUp(options: {
  readonly url: string;
  readonly logger: Logger;
  readonly onWork: () => void;
  readonly onCancel: () => void;
}): WakeUp {
  const { url, logger, onWork, onCancel } = options;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopping = false;

  async function connect(): Promise<void> {
    const fresh = createClient({ url, applicationName: "coursewright wake-up" });
    try {
      await fresh.connect();
      fresh.on("notification", ({ payload }) => (payload === "cancel" ? onCancel() : onWork()));
      await fresh.query(`LISTEN ${taskChannel}`);
    } catch (error) {
      logger.debug({ error }, "Not listening for tasks; trying again");
      fresh.end().catch(() => undefined);
      scheduleConnect();
      return;
    }
    if (isStopping) {
      await fresh.end().catch(() => undefined);
      return;
    }
    client = fresh;
    fresh.once("end", () => lose(fresh));
    onWork(); // What was rung while nobody listened.
    onCancel();
    scheduleKeepAlive();
  }

  function lose(lost: pg.Client): void {
    if (client !== lost) return;
    client = undefined;
    lost.end().catch(() => undefined);
    scheduleConnect();
  }

  function scheduleConnect(): void {
    clearTimeout(timer);
    if (!isStopping) timer = setTimeout(() => void connect(), 500 + Math.random() * 1_000);
  }

  function scheduleKeepAlive(): void {
    clearTimeout(timer);
    if (!isStopping) timer = setTimeout(() => void keepAlive(), keepAliveMs);
  }

  async function keepAlive(): Promise<void> {
    const current = client;
    if (current === undefined) return;
    // pg reads `query_timeout` from the query as well; its types name it on the client only.
    const query: pg.QueryConfig & { query_timeout: number } = {
      text: "SELECT 1",
      query_timeout: queryTimeoutMs,
    };
    try {
      await current.query(query);
      if (client === current) scheduleKeepAlive();
    } catch {
      lose(current);
    }
  }

  void connect();
  return {
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      const last = client;
      client = undefined;
      await last?.end().catch(() => undefined);
    },
  };
}
