import { randomBytes } from "node:crypto";
import type { LiveChange, LiveFeed, LivePosition } from "../platform/live-feed.ts";
import type { Logger } from "../platform/logger.ts";
import { createPeriodic } from "../platform/periodic.ts";
import { type ListSummaries, type LiveEvent, readEvents, type SummaryRow, toEvent } from "./live-hub-rows.ts";

/** One broadcast to every connected browser. They are numbered without a hole; a beat repeats the newest number. */
export type LiveMessage = {
  readonly seq: number;
  /** Null: no place in the feed. One that the feed has reached may be ahead of what browsers were told. */
  readonly position: LivePosition | null;
} & (
  | { readonly kind: "changes"; readonly events: readonly LiveEvent[] }
  /** Something changed and nobody can say what: pages read again. */
  | { readonly kind: "gap" }
  | { readonly kind: "beat" }
);

/** What a browser missed, with the place that it reaches. */
export interface Missed {
  readonly events: readonly LiveEvent[];
  readonly position: LivePosition;
}

export interface LiveHub {
  /** Differs for each start of a server: numbers of broadcasts can be compared within one epoch only. */
  readonly epoch: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  subscribe(listener: (message: LiveMessage) => void): () => void;
  /**
   * What a browser that stopped at `position` has missed, up to a moment after the call; without a position, what changed
   * in the last five seconds at least, in which a new page may have read its rows. Null when it cannot be told or is too much.
   */
  catchUp(position?: LivePosition): Promise<Missed | null>;
  /** The number of the newest broadcast, and the place in the feed up to which everything was broadcast. */
  here(): { readonly seq: number; readonly position: LivePosition | null };
}

/** A quiet stream says the number of its newest broadcast this often. */
export const beatMs = 5_000;
/** More rows than this at once are not told one by one: pages read again. */
const mostEvents = 2_000;
const mostMissedEvents = 500;

/** Rows that move without being written as a change, such as the heartbeats of workers. */
export interface Pulse {
  readonly entity: string;
  /** The rows that beat. One that is gone is read once more by its id. */
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

/**
 * The least time between two broadcasts. It grows with the readers, because each broadcast is a write to every socket:
 * 1,000 readers at 50 broadcasts a second would take a whole processor.
 */
function paceMs(readers: number): number {
  return Math.min(100, 20 + readers / 10);
}

/** Turns changed ids into summary rows once per server and hands them to every connected browser. */
export function createLiveHub({ feed, summaries, logger, pulse, followers = {} }: LiveHubOptions): LiveHub {
  const epoch = randomBytes(6).toString("base64url");
  const listeners = new Set<(message: LiveMessage) => void>();
  let seq = 0;
  let lately: { former?: LivePosition; latest?: LivePosition } = {};
  let stopFeeding: (() => void) | undefined;
  let beating: NodeJS.Timeout | undefined;

  function broadcast(events: readonly LiveEvent[] | null, position: LivePosition | null): void {
    seq += 1;
    const message: LiveMessage =
      events === null ? { kind: "gap", seq, position } : { kind: "changes", seq, position, events };
    for (const listener of listeners) listener(message);
  }

  const outlet = createOutlet({
    pace: () => paceMs(listeners.size),
    readAll: async (changes) => readEvents(await withFollowers(changes, followers), summaries),
    broadcast,
    logger,
  });

  function here(): { seq: number; position: LivePosition | null } {
    const position = outlet.isBusy() ? outlet.told() : feed.position();
    return { seq, position: position ?? null };
  }

  function beat(): void {
    const message: LiveMessage = { kind: "beat", ...here() };
    lately = { former: lately.latest, latest: message.position ?? undefined };
    for (const listener of listeners) listener(message);
  }

  const pulses =
    pulse && createPulse(pulse, { summaries, logger, isHeard: () => listeners.size > 0, broadcast });
  const waitingReads = new Map<string, Promise<Missed | null>>();
  let lastRead: Promise<unknown> = Promise.resolve();

  async function readMissed(position: LivePosition): Promise<Missed | null> {
    const missed = await feed.since(position);
    if (missed === null || missed.changes.length > mostMissedEvents) return null;
    const changes = await withFollowers(missed.changes, followers);
    return { events: await readEvents(changes, summaries), position: missed.position };
  }

  return {
    epoch,
    async start() {
      stopFeeding = feed.subscribe((changes, position) => {
        if (listeners.size > 0) outlet.add(changes, position);
      });
      await feed.start();
      lately = { latest: feed.position() };
      beating = setInterval(beat, beatMs);
      pulses?.start();
    },
    async stop() {
      clearInterval(beating);
      stopFeeding?.();
      await Promise.all([feed.stop(), pulses?.stop()]);
      await outlet.stop();
      listeners.clear();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async catchUp(position = lately.former) {
      if (position === undefined) return null;
      // One read at a time, shared by all who wait for the same place: a thousand who come back are not a thousand reads.
      const waiting = waitingReads.get(position.snapshot);
      if (waiting !== undefined) return waiting;
      const reading = lastRead.then(() => {
        waitingReads.delete(position.snapshot);
        return readMissed(position);
      });
      waitingReads.set(position.snapshot, reading);
      lastRead = reading.catch(() => undefined);
      return reading;
    },
    here,
  };
}

interface OutletOptions {
  readonly pace: () => number;
  readonly readAll: (changes: readonly LiveChange[]) => Promise<LiveEvent[]>;
  readonly broadcast: (events: readonly LiveEvent[] | null, position: LivePosition) => void;
  readonly logger: Logger;
}

/** Gathers what the feed tells while the rows of the batch before are read; the first after a quiet time goes at once. */
function createOutlet({ pace, readAll, broadcast, logger }: OutletOptions) {
  const pending = new Map<string, LiveChange>();
  let pendingPosition: LivePosition | undefined;
  let mustGap = false;
  let told: LivePosition | undefined;
  let sentAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  async function send(position: LivePosition): Promise<void> {
    sentAt = performance.now();
    const changes = mustGap ? null : [...pending.values()];
    pending.clear();
    pendingPosition = undefined;
    mustGap = false;
    try {
      broadcast(changes === null ? null : await readAll(changes), position);
    } catch (error) {
      // The rows could not be read, so nobody can be told what they are now: let the pages read for themselves.
      logger.warn({ error }, "Live changes could not be read; connected pages are told to reload");
      broadcast(null, position);
    }
    told = position;
  }

  function sendNext(): void {
    timer = undefined;
    if (pendingPosition === undefined) return;
    sending = send(pendingPosition).finally(() => {
      sending = undefined;
      schedule();
    });
  }

  function schedule(): void {
    if (pendingPosition === undefined || timer !== undefined || sending !== undefined) return;
    const waitMs = sentAt + pace() - performance.now();
    if (waitMs <= 0) sendNext();
    else timer = setTimeout(sendNext, waitMs);
  }

  return {
    /** No change at all means that the feed lost its place. */
    add(changes: readonly LiveChange[], position: LivePosition): void {
      for (const change of changes) pending.set(`${change.entity}:${change.id}`, change);
      if (changes.length === 0 || pending.size > mostEvents) mustGap = true;
      if (mustGap) pending.clear();
      pendingPosition = position;
      schedule();
    },
    /** Whether the feed has told something that was not broadcast yet. */
    isBusy: () => pendingPosition !== undefined || sending !== undefined,
    /** The place in the feed of the last broadcast. */
    told: () => told,
    async stop() {
      clearTimeout(timer);
      pendingPosition = undefined;
      await sending;
    },
  };
}

interface PulseOptions {
  readonly summaries: Readonly<Record<string, ListSummaries>>;
  readonly logger: Logger;
  readonly isHeard: () => boolean;
  readonly broadcast: (events: readonly LiveEvent[], position: null) => void;
}

function createPulse({ entity, listRows, everyMs }: Pulse, options: PulseOptions) {
  const { summaries, logger, isHeard, broadcast } = options;
  let known: readonly string[] = [];
  return createPeriodic(everyMs, logger, `The ${entity} pulse`, async () => {
    if (!isHeard()) return;
    const rows = await listRows();
    const ids = new Set(rows.map(({ id }) => id));
    const gone = known.filter((id) => !ids.has(id));
    const ended = await readEvents(
      gone.map((id) => ({ entity, id })),
      summaries,
    );
    known = [...ids];
    const events = [...rows.map((row) => toEvent(entity, row.id, row)), ...ended];
    if (events.length > 0) broadcast(events, null);
  });
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
