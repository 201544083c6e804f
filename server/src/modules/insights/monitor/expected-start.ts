/** A job that waits to be claimed. */
export interface WaitingJob {
  readonly task_id: string;
  readonly queue_name: string;
  /** How long it will run; null: unknown. */
  readonly likely_ms: number | null;
}

/** A job that holds a slot. */
export interface RunningJob {
  readonly queue_name: string;
  /** How long it still runs; null: unknown. */
  readonly remaining_ms: number | null;
}

export interface WorkerSlots {
  readonly capacity: number;
  readonly queues: readonly string[];
}

/**
 * When each waiting job is likely to start, in ms from now: `waiting` is in the order of claiming, a job takes the slot that is
 * free first. Null where no worker serves the queue, or where that depends on an end which is unknown. `unlisted` jobs run besides,
 * nobody knows how long.
 */
export function expectedStarts(
  waiting: readonly WaitingJob[],
  running: readonly RunningJob[],
  workers: readonly WorkerSlots[],
  unlisted = 0,
): Map<string, number | null> {
  const slotsOf = new Map<string, number[]>();
  const starts = new Map<string, number | null>();
  for (const { task_id, queue_name, likely_ms } of waiting) {
    const slots = slotsOf.get(queue_name) ?? freeTimes(queue_name, running, workers, unlisted);
    slotsOf.set(queue_name, slots);
    const soonest = slots.indexOf(Math.min(...slots));
    const start = slots[soonest];
    if (start === undefined) {
      starts.set(task_id, null);
      continue;
    }
    starts.set(task_id, Number.isFinite(start) ? start : null);
    slots[soonest] = start + (likely_ms ?? Number.POSITIVE_INFINITY);
  }
  return starts;
}

/** When each slot of a queue is free; infinite where that is unknown. */
function freeTimes(
  queue_name: string,
  running: readonly RunningJob[],
  workers: readonly WorkerSlots[],
  unlisted: number,
): number[] {
  const capacity = workers
    .filter(({ queues }) => queues.includes(queue_name))
    .reduce((sum, worker) => sum + worker.capacity, 0);
  const held = running
    .filter((job) => job.queue_name === queue_name)
    .map(({ remaining_ms }) => remaining_ms ?? Number.POSITIVE_INFINITY);
  const taken = [...held, ...Array.from({ length: unlisted }, () => Number.POSITIVE_INFINITY)];
  // More than there are slots run while a worker is being replaced: the first ends make no room.
  const ends = taken.sort((left, right) => left - right).slice(Math.max(0, taken.length - capacity));
  return [...ends, ...Array.from({ length: Math.max(0, capacity - ends.length) }, () => 0)];
}
