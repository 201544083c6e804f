import type { LiveChange, LiveFeed, LivePosition } from "../platform/live-feed.ts";
import type { Logger } from "../platform/logger.ts";
import { createPeriodic } from "../platform/periodic.ts";

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
  | {
      readonly kind: "changes";
      readonly events: readonly LiveEvent[];
      /** Null: no place in the feed. One that the feed has reached may be ahead of what browsers were told. */
      readonly position: LivePosition | null;
    }
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

/** Rows that move without being written as a change, such as the heartbeats of workers. */
export interface Pulse {
  readonly entity: string;
  readonly listRows: () => Promise<readonly SummaryRow[]>;
  readonly everyMs: number;
}

/** Rows of another entity that show a part of a changed row, such as the run whose progress is its task's. */
export interface Follower {
  readonly entity: string;
  readonly listIds: (ids: readonly string[]) => Promise<readonly string[]>;
}

export interface LiveHubOptions {
  readonly feed: LiveFeed;
  readonly summaries: Readonly<Record<string, ListSummaries>>;
  /** By the entity that changed. */
  readonly followers?: Readonly<Record<string, Follower>>;
  readonly logger: Logger;
  /** Sent again and again while somebody listens. */
  readonly pulse?: Pulse;
}

/** Turns changed ids into summary rows once per server and hands them to every connected browser. */
export function createLiveHub(options: LiveHubOptions): LiveHub {
  const { feed, summaries, logger, pulse, followers = {} } = options;
  const listeners = new Set<(message: LiveMessage) => void>();
  let tail: Promise<void> = Promise.resolve();
  let unsubscribe: (() => void) | undefined;

  function broadcast(message: LiveMessage): void {
    for (const listener of listeners) listener(message);
  }

  async function readAll(changes: readonly LiveChange[]): Promise<LiveEvent[]> {
    return readEvents(await withFollowers(changes, followers), summaries);
  }

  async function deliver(changes: readonly LiveChange[], position: LivePosition): Promise<void> {
    if (listeners.size === 0) return;
    if (changes.length === 0) return broadcast({ kind: "reset", position });
    try {
      broadcast({ kind: "changes", events: await readAll(changes), position });
    } catch (error) {
      // The rows could not be read, so nobody can be told what they are now: let the pages read for themselves.
      logger.warn({ error }, "Live changes could not be read; connected pages are told to reload");
      broadcast({ kind: "reset", position });
    }
  }

  async function beat({ entity, listRows }: Pulse): Promise<void> {
    if (listeners.size === 0) return;
    const events = (await listRows()).map((row) => toEvent(entity, row.id, row));
    if (events.length > 0) broadcast({ kind: "changes", events, position: null });
  }
  const pulses =
    pulse && createPeriodic(pulse.everyMs, logger, `The ${pulse.entity} pulse`, () => beat(pulse));

  return {
    async start() {
      unsubscribe = feed.subscribe((changes, position) => {
        tail = tail.then(() => deliver(changes, position));
      });
      await feed.start();
      pulses?.start();
    },
    async stop() {
      unsubscribe?.();
      await Promise.all([feed.stop(), pulses?.stop()]);
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
        events: await readAll(missed.changes),
        position: missed.position,
      };
    },
    position: () => feed.position(),
  };
}

async function withFollowers(
  changes: readonly LiveChange[],
  followers: Readonly<Record<string, Follower>>,
): Promise<readonly LiveChange[]> {
  const followed = await Promise.all(
    Object.entries(followers).map(async ([entity, follower]): Promise<LiveChange[]> => {
      const changed = changes.filter((change) => change.entity === entity).map(({ id }) => id);
      if (changed.length === 0) return [];
      const ids = await follower.listIds(changed);
      const known = new Set(
        changes.filter((change) => change.entity === follower.entity).map(({ id }) => id),
      );
      return ids.filter((id) => !known.has(id)).map((id) => ({ entity: follower.entity, id }));
    }),
  );
  return [...changes, ...followed.flat()];
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
