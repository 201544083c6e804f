import { isInfrastructureError } from "../../../platform/database.ts";

interface Waiting<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export interface BatcherOptions<Item, Result> {
  /** Does all in one transaction; answers in the order of the items. */
  readonly runAll: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Transactions at once, at most. */
  readonly flights: number;
  /** A further transaction begins when those under way take longer than this, such as behind somebody's row lock. */
  readonly patienceMs: number;
  /** Items in one transaction. */
  readonly most: number;
}

/**
 * Joins calls of one turn of the event loop, and those that come while a transaction is under way, into the next one: a lone call
 * starts in the same turn, and under load commits, statements and round trips are shared. An error of a shared transaction that is
 * not the database's absence is one item's fault: each is then done alone.
 */
export function createBatcher<Item, Result>(
  options: BatcherOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const { runAll, flights, patienceMs, most } = options;
  let waiting: Waiting<Item, Result>[] = [];
  let inFlight = 0;
  let isTimerSet = false;
  let isGathering = false;

  function takeOff(isImpatient: boolean): void {
    if (waiting.length === 0) return;
    if (inFlight === 0 || (isImpatient && inFlight < flights)) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      inFlight += 1;
      void fly(batch).finally(() => {
        inFlight -= 1;
        gather();
      });
    }
    setPatience();
  }

  /** What one answer sets off asks again within this turn of the event loop; without the wait the first of it would go alone. */
  function gather(): void {
    if (isGathering || waiting.length === 0) return;
    isGathering = true;
    setImmediate(() => {
      isGathering = false;
      takeOff(false);
    });
  }

  function setPatience(): void {
    if (isTimerSet || isGathering || waiting.length === 0) return;
    isTimerSet = true;
    setTimeout(() => {
      isTimerSet = false;
      takeOff(true);
    }, patienceMs);
  }

  async function fly(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await runAll(batch.map(({ item }) => item));
      for (const [index, entry] of batch.entries()) {
        const result = results[index];
        if (result === undefined) entry.reject(new Error("A batch answered fewer items than it was given"));
        else entry.resolve(result);
      }
    } catch (error) {
      if (batch.length === 1 || isInfrastructureError(error)) {
        for (const entry of batch) entry.reject(error);
      } else {
        for (const entry of batch) await fly([entry]);
      }
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (isGathering || inFlight > 0) setPatience();
      else gather();
    });
}
