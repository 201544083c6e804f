import type { LiveChange, LiveMessage } from "./live-messages.ts";

const keptMs = 5000;
const mostKept = 1000;

/**
 * Keeps what the stream said in the last five seconds for tabs that join it: their first read may be older than their joining.
 * When that was too much to keep they are told to read again.
 */
export function createRecentChanges(now: () => number = () => performance.now()) {
  let kept: { at: number; changes: LiveChange[] }[] = [];
  let lostAt = Number.NEGATIVE_INFINITY;
  const drop = () => {
    const from = now() - keptMs;
    kept = kept.filter(({ at }) => at >= from);
  };
  return {
    add(message: LiveMessage): void {
      if (message.kind === "gap") lostAt = now();
      if (message.kind !== "changes") return;
      drop();
      kept.push({ at: now(), changes: message.changes });
      if (kept.reduce((sum, { changes }) => sum + changes.length, 0) <= mostKept) return;
      kept = [];
      lostAt = now();
    },
    /** What a tab that joins now may have missed. */
    list(): LiveMessage[] {
      drop();
      const messages: LiveMessage[] = kept.map(({ changes }) => ({ kind: "changes", changes }));
      return lostAt >= now() - keptMs ? [...messages, { kind: "gap", forget: false }] : messages;
    },
  };
}
