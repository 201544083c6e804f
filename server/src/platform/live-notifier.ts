import type { Pool } from "pg";
import type { Logger } from "./logger.ts";

/** Channel that wakes the change feeds of all servers. The payload is empty: what changed stands in `live_changes`. */
export const liveChannel = "coursewright_live";

const coalesceMs = 50;

/** Wakes the change feeds after a commit. */
export interface LiveNotifier {
  /** Call after a commit: the first after a quiet time is told at once, what follows at most once per 50 ms. Never throws. */
  changed(): void;
  /** Sends what is still due. */
  stop(): Promise<void>;
}

/**
 * Sends NOTIFY outside the changing transaction, because inside it every commit queues on one lock
 * (11,011 inserts/s fell to 422). A lost notification costs delay only: feeds look every two seconds anyway.
 */
export function createLiveNotifier(pool: Pick<Pool, "query">, logger: Logger): LiveNotifier {
  let pause: NodeJS.Timeout | undefined;
  let isDue = false;
  let isStopped = false;
  let sending: Promise<void> = Promise.resolve();

  async function send(): Promise<void> {
    try {
      await pool.query(`SET synchronous_commit = off; NOTIFY ${liveChannel}; RESET synchronous_commit`);
    } catch (error) {
      logger.debug({ error }, "The change notification was not sent; feeds will look by themselves");
    }
  }

  function sendAndPause(): void {
    isDue = false;
    sending = Promise.all([sending, send()]).then(() => undefined);
    pause = setTimeout(() => {
      pause = undefined;
      if (isDue) sendAndPause();
    }, coalesceMs);
  }

  return {
    changed() {
      if (isStopped) return;
      if (pause === undefined) sendAndPause();
      else isDue = true;
    },
    async stop() {
      isStopped = true;
      clearTimeout(pause);
      pause = undefined;
      await sending;
      if (isDue) await send();
    },
  };
}
