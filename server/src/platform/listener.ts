import { createClient } from "./database.ts";
import type { Logger } from "./logger.ts";

export interface ListenerOptions {
  readonly url: string;
  readonly channel: string;
  /** Called for each notification, and once after every (re)connect, because some may have been missed. */
  readonly onRing: () => void;
  readonly applicationName: string;
  readonly logger: Logger;
}

export interface Listener {
  start(): void;
  stop(): Promise<void>;
}

// Between 0.5 s and 1 s: reconnecting faster, all processes at once, used up the connections of a restarting server.
const reconnectMs = 500;
// A half-open socket is noticed within 15 s.
const keepAliveMs = 7_000;
const keepAliveTimeoutMs = 7_000;

/** One LISTEN connection that comes back by itself. A lost notification is never announced: look regularly too. */
export function createListener({ url, channel, onRing, applicationName, logger }: ListenerOptions): Listener {
  let connected: ReturnType<typeof createClient> | undefined;
  let reconnectTimer: NodeJS.Timeout | undefined;
  let isStopped = true;

  async function connect(): Promise<void> {
    const client = createClient({ url, applicationName });
    let keepAlive: NodeJS.Timeout | undefined;
    const lost = () => {
      clearInterval(keepAlive);
      if (connected !== client) return;
      connected = undefined;
      client.end().catch(() => undefined);
      if (!isStopped) reconnectTimer = setTimeout(() => void connect(), reconnectMs * (1 + Math.random()));
    };
    connected = client;
    client.on("error", lost);
    client.on("end", lost);
    client.on("notification", onRing);
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      keepAlive = setInterval(() => {
        const timeout = setTimeout(lost, keepAliveTimeoutMs);
        client.query("SELECT 1").then(() => clearTimeout(timeout), lost);
      }, keepAliveMs);
      onRing();
    } catch (error) {
      logger.debug({ error, channel }, "The listening connection is not there yet");
      lost();
    }
  }

  return {
    start() {
      isStopped = false;
      void connect();
    },
    async stop() {
      isStopped = true;
      clearTimeout(reconnectTimer);
      const client = connected;
      connected = undefined;
      await client?.end().catch(() => undefined);
    },
  };
}
