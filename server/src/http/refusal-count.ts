import type { AuditEntry } from "../platform/audit-entry.ts";

const hourMs = 3_600_000;

/** Counts what callers are refused, so that each is told of and nobody fills the log. */
export interface RefusalCount {
  /**
   * What becomes of a refusal: the first ones of a key in an hour are written down, the others counted; `lost` are those for which
   * there is no room.
   * @param key who was refused what and why
   * @param first how many are written down
   */
  take(key: string, first: number, entry: AuditEntry): "written" | "counted" | "lost";
  /**
   * One entry for each key of which some were left out in an hour that is over: the last of them, with how many they were and without
   * where it came from, since the person may be erased by now. It is the first of the next hour.
   */
  takeEnded(): AuditEntry[];
  /** Keys that are remembered. */
  size(): number;
}

interface Hour {
  startedAt: number;
  written: number;
  left_out: number;
  last: AuditEntry;
}

/**
 * @param now milliseconds of a clock that never goes back
 * @param most keys that are remembered at once, some hundred bytes each; what comes beyond them is not written down
 */
export function createRefusalCount(now: () => number = () => performance.now(), most = 10_000): RefusalCount {
  const hours = new Map<string, Hour>();

  return {
    take(key, first, entry) {
      const time = now();
      const hour = hours.get(key);
      // One that is over and left nothing out tells nothing more; else its count is told first.
      if (hour === undefined || (time - hour.startedAt >= hourMs && hour.left_out === 0)) {
        if (hour === undefined && hours.size >= most) return "lost";
        hours.set(key, { startedAt: time, written: 1, left_out: 0, last: entry });
        return "written";
      }
      hour.last = entry;
      if (hour.written < first) {
        hour.written += 1;
        return "written";
      }
      hour.left_out += 1;
      return "counted";
    },
    takeEnded() {
      const time = now();
      const ended: AuditEntry[] = [];
      for (const [key, hour] of hours) {
        if (time - hour.startedAt < hourMs) continue;
        if (hour.left_out === 0) {
          hours.delete(key);
          continue;
        }
        const details = { ...hour.last.details, left_out: hour.left_out };
        ended.push({ ...hour.last, address: null, user_agent: null, details });
        Object.assign(hour, { startedAt: time, written: 1, left_out: 0 });
      }
      return ended;
    },
    size: () => hours.size,
  };
}
