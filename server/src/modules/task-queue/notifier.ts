import type { Pool } from "pg";
import type { Logger } from "../../platform/logger.ts";

/** Channel that wakes workers. Payload: empty for new work, `cancel` when a running task's end was requested. */
export const taskChannel = "coursewright_tasks";

const coalesceMs = 10;

export interface TaskNotifier {
  /** Rings after a commit; never throws. */
  ring(kind: "work" | "cancel"): void;
  stop(): Promise<void>;
}

/** Rings for the workers outside the changing transaction, at most once per 10 ms and kind. */
export function createTaskNotifier(pool: Pool, logger: Logger): TaskNotifier {
  const due = new Set<"work" | "cancel">();
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();

  async function send(kinds: readonly ("work" | "cancel")[]): Promise<void> {
    try {
      for (const kind of kinds) {
        await pool.query("SELECT pg_notify($1, $2)", [taskChannel, kind === "cancel" ? "cancel" : ""]);
      }
    } catch (error) {
      logger.debug({ error }, "The workers were not rung for; they look every second anyway");
    }
  }

  return {
    ring(kind) {
      due.add(kind);
      timer ??= setTimeout(() => {
        timer = undefined;
        const kinds = [...due];
        due.clear();
        sending = send(kinds);
      }, coalesceMs);
    },
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await sending;
    },
  };
}
