import type { LiveChange, LiveFeed, LivePosition } from "../platform/live-feed.ts";
import type { Logger } from "../platform/logger.ts";

/** A row of one of the summary views, as lists show it. */
export type SummaryRow = Readonly<Record<string, unknown>> & { readonly id: string };

/** Reads the current summary rows of one entity; ids without a row were deleted. */
export type ListSummaries = (ids: readonly string[]) => Promise<readonly SummaryRow[]>;

/** What a browser gets: one row that changed, whole enough for every list that shows it. */
export interface LiveEvent {
  readonly entity: string;
  readonly id: string;
  readonly parents: Readonly<Record<string, string>>;
  /** Patches with a version that is not higher than the row's are stale. */
  readonly version: number;
  /** The summary row; null when it was deleted. */
  readonly patch: SummaryRow | null;
}

export type LiveMessage =
  | { readonly kind: "changes"; readonly events: readonly LiveEvent[]; readonly position: LivePosition }
  | { readonly kind: "reset"; readonly position: LivePosition };

export interface LiveHub {
  start(): Promise<void>;
  stop(): Promise<void>;
  subscribe(listener: (message: LiveMessage) => void): () => void;
  /** What a client that stopped at `position` has missed. */
  catchUp(position: LivePosition | null): Promise<LiveMessage | null>;
  position(): LivePosition | undefined;
}

const parentFields = ["unit_id", "task_id", "flow_run_id", "step_run_id", "parent_flow_run_id"] as const;
const idsPerRead = 500;

/** Turns changed ids into summary rows once per server and hands them to every connected browser. */
export function createLiveHub(
  feed: LiveFeed,
  summaries: Readonly<Record<string, ListSummaries>>,
  logger: Logger,
): LiveHub {
  const listeners = new Set<(message: LiveMessage) => void>();
  let tail: Promise<void> = Promise.resolve();
  let unsubscribe: (() => void) | undefined;

  function broadcast(message: LiveMessage): void {
    for (const listener of listeners) listener(message);
  }

  async function deliver(changes: readonly LiveChange[], position: LivePosition): Promise<void> {
    if (listeners.size === 0) return;
    if (changes.length === 0) return broadcast({ kind: "reset", position });
    try {
      broadcast({ kind: "changes", events: await readEvents(changes, summaries), position });
    } catch (error) {
      // The rows could not be read, so nobody can be told what they are now: let the pages read for themselves.
      logger.warn({ error }, "Live changes could not be read; connected pages are told to reload");
      broadcast({ kind: "reset", position });
    }
  }

  return {
    async start() {
      unsubscribe = feed.subscribe((changes, position) => {
        tail = tail.then(() => deliver(changes, position));
      });
      await feed.start();
    },
    async stop() {
      unsubscribe?.();
      await feed.stop();
      await tail;
      listeners.clear();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async catchUp(position) {
      const here = feed.position();
      if (position === null || here === undefined) return null;
      const missed = await feed.since(position);
      if (missed === null) return { kind: "reset", position: here };
      return {
        kind: "changes",
        events: await readEvents(missed.changes, summaries),
        position: missed.position,
      };
    },
    position: () => feed.position(),
  };
}

async function readEvents(
  changes: readonly LiveChange[],
  summaries: Readonly<Record<string, ListSummaries>>,
): Promise<LiveEvent[]> {
  const idsByEntity = Map.groupBy(changes, ({ entity }) => entity);
  const events: LiveEvent[] = [];
  for (const [entity, changed] of idsByEntity) {
    const listSummaries = summaries[entity];
    if (listSummaries === undefined) continue;
    for (let start = 0; start < changed.length; start += idsPerRead) {
      const ids = changed.slice(start, start + idsPerRead).map(({ id }) => id);
      const rows = new Map((await listSummaries(ids)).map((row) => [row.id, row]));
      for (const id of ids) events.push(toEvent(entity, id, rows.get(id) ?? null));
    }
  }
  return events;
}

function toEvent(entity: string, id: string, row: SummaryRow | null): LiveEvent {
  const parents: Record<string, string> = {};
  for (const field of parentFields) {
    const parent = row?.[field];
    if (typeof parent === "string") parents[field] = parent;
  }
  const version = typeof row?.version === "number" ? row.version : 0;
  return { entity, id, parents, version, patch: row };
}
