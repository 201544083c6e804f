import type { EventHint } from "./event-reading.ts";
import { addSign, type SignOfLife, type SignsOfLife } from "./signs-of-life.ts";

/** How long hints are collected before the runs are read, in ms. */
export const collectMs = 250;
/** The same for hints of steps alone, which are many and also seen by a sweep of their own. */
export const collectStepsMs = 1_000;
/** The most runs that are read at once. */
export const largestRead = 200;
/** So many events within two seconds may be the rest of more: Prefect keeps 256 for a listener and drops the others. */
const burstEvents = 200;
const burstMs = 2_000;

/** The longest pause after readings that failed one after another. */
const longestPauseMs = 30_000;
/** What waits while nothing can be read; more than that is left to the sweeps. */
const mostWaiting = 2_000;
const mostHeard = 20_000;

export interface HintTaker {
  /** Reads these runs, at most 200. When it fails it is tried again later, and a sweep is asked for. */
  refresh(run_ids: readonly string[]): Promise<void>;
  /** Notes that these runs lived. */
  noteSigns(signs: SignsOfLife): Promise<void>;
  /** Hints were lost, or may have been. */
  sweepSoon(): void;
  onError(error: unknown): void;
}

/** Gathers hints for a moment and has their runs read once, one read after another. */
export function createHintCollector(taker: HintTaker) {
  const runs = new Set<string>();
  const steps = new Set<string>();
  const signs = new Map<string, SignOfLife>();
  const isBurst = createBurstCheck();
  let timer: NodeJS.Timeout | null = null;
  let dueAt = Number.POSITIVE_INFINITY;
  let isReading = false;
  let isStopped = false;
  let mayHaveLost = false;
  let failures = 0;
  /** Runs whose heartbeat was heard: the first may be all that was heard of a run. */
  const heard = new Set<string>();

  function schedule(delayMs: number) {
    const at = performance.now() + delayMs;
    // After a failure the pause is kept, whatever comes in.
    if (isStopped || isReading || at >= dueAt || (failures > 0 && timer !== null)) return;
    if (timer !== null) clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => void flush(), delayMs);
  }

  function takeBatch(): string[] {
    const batch: string[] = [];
    for (const waiting of [runs, steps]) {
      for (const id of waiting) {
        if (batch.length === largestRead) return batch;
        waiting.delete(id);
        if (!batch.includes(id)) batch.push(id);
      }
    }
    return batch;
  }

  /** Those of runs that do not wait to be read: a run that has just begun gets its row by that. */
  function takeSigns(): Map<string, SignOfLife> {
    const taken = new Map([...signs].filter(([id]) => !runs.has(id) && !steps.has(id)));
    for (const id of taken.keys()) signs.delete(id);
    return taken;
  }

  async function flush(): Promise<void> {
    timer = null;
    dueAt = Number.POSITIVE_INFINITY;
    isReading = true;
    const batch = takeBatch();
    const noted = takeSigns();
    try {
      if (batch.length > 0) await taker.refresh(batch);
      if (noted.size > 0) await taker.noteSigns(noted);
      failures = 0;
    } catch (error) {
      failures += 1;
      mayHaveLost = true;
      for (const id of batch) if (runs.size < mostWaiting) runs.add(id);
      for (const [id, sign] of noted) if (signs.size < mostWaiting) addSign(signs, id, sign);
      taker.onError(error);
    } finally {
      isReading = false;
    }
    if (isStopped) return;
    if (mayHaveLost) taker.sweepSoon();
    mayHaveLost = false;
    scheduleNext();
  }

  function scheduleNext() {
    if (failures > 0) schedule(Math.min(longestPauseMs, collectStepsMs * 2 ** Math.min(failures - 1, 10)));
    else if (runs.size > 0) schedule(collectMs);
    else if (steps.size > 0 || signs.size > 0) schedule(collectStepsMs);
  }

  return {
    /** `moment`: when it happened, in ms since 1970 by our clock. */
    add({ kind, run_id }: EventHint, moment: number) {
      if (isStopped) return;
      if (isBurst(performance.now())) mayHaveLost = true;
      if (kind !== "run") addSign(signs, run_id, { moment, isHeartbeat: kind === "heartbeat" });
      if (kind === "heartbeat" && heard.has(run_id)) return schedule(collectMs);
      if (heard.size >= mostHeard) heard.clear();
      if (kind === "heartbeat") heard.add(run_id);
      if (kind === "step") steps.add(run_id);
      else {
        runs.add(run_id);
        steps.delete(run_id);
      }
      schedule(kind === "step" ? collectStepsMs : collectMs);
    },
    stop() {
      isStopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** Whether, with this arrival, so many came within a short time that others may have been dropped. */
function createBurstCheck(): (now: number) => boolean {
  const arrivals: number[] = [];
  return (now) => {
    arrivals.push(now);
    while (now - (arrivals[0] ?? now) > burstMs) arrivals.shift();
    if (arrivals.length < burstEvents) return false;
    arrivals.length = 0;
    return true;
  };
}
