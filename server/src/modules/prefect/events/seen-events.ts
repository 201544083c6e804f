const rememberMs = 120_000;
const largestMemory = 20_000;

/** Knows the ids of events of the last two minutes: after a reconnect the last minute is sent again. */
export function createSeenEvents(now: () => number = () => performance.now()) {
  const seenAt = new Map<string, number>();
  return {
    /** Whether the event is new; it is not the next time. */
    add(id: string): boolean {
      const at = now();
      for (const [oldest, since] of seenAt) {
        if (at - since <= rememberMs && seenAt.size < largestMemory) break;
        seenAt.delete(oldest);
      }
      if (seenAt.has(id)) return false;
      seenAt.set(id, at);
      return true;
    },
  };
}
