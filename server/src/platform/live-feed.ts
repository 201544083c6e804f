import { sql } from "kysely";
import type { Database } from "./database.ts";
import { createListener } from "./listener.ts";
import { liveChannel } from "./live-notifier.ts";
import type { Logger } from "./logger.ts";

/** One row that changed; what it looks like now is read by the caller. */
export interface LiveChange {
  readonly entity: string;
  readonly id: string;
}

/** A point in the feed: everything visible to `snapshot` was told. */
export interface LivePosition {
  readonly snapshot: string;
  /** When the database was started: the feed's tables do not survive a crash. */
  readonly database_started_at: string;
  readonly at: string;
}

export interface LiveFeed {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Called with each batch in order. */
  subscribe(listener: (changes: readonly LiveChange[], position: LivePosition) => void): () => void;
  /** What changed since then, or null when that is too long ago to know. */
  since(position: LivePosition): Promise<{ changes: readonly LiveChange[]; position: LivePosition } | null>;
  /** Where the feed stands; undefined until it looked once. */
  position(): LivePosition | undefined;
}

export interface LiveFeedOptions {
  readonly url: string;
  readonly database: Database;
  readonly logger: Logger;
  /** How often it looks although nothing rang. Default 2,000 ms. */
  readonly sweepMs?: number;
}

// Slots of live_changes live at least ten minutes.
const retentionMs = 9 * 60_000;

interface SweepRow {
  readonly snapshot: string;
  readonly database_started_at: string;
  readonly at: string;
  readonly entity: string | null;
  readonly id: string | null;
}

/**
 * Follows `live_changes` by transaction snapshots: a row is told once, as soon as its transaction is visible,
 * however late that transaction committed. Holds one LISTEN connection per process.
 */
export function createLiveFeed({ url, database, logger, sweepMs = 2_000 }: LiveFeedOptions): LiveFeed {
  const listeners = new Set<(changes: readonly LiveChange[], position: LivePosition) => void>();
  let current: LivePosition | undefined;
  let running: Promise<void> | undefined;
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = true;

  async function sweep(): Promise<void> {
    const former = current;
    const { changes, position } = await readChanges(database, former);
    current = position;
    if (former === undefined) return;
    const restarted = former.database_started_at !== position.database_started_at;
    if (changes.length === 0 && !restarted) return;
    for (const listener of listeners) listener(restarted ? [] : changes, position);
  }

  /** One sweep at a time; what rings meanwhile causes one more. */
  function look(): void {
    if (isStopped) return;
    isDue = true;
    running ??= (async () => {
      while (isDue && !isStopped) {
        isDue = false;
        await sweep().catch((error: unknown) => logger.debug({ error }, "The change feed could not look"));
      }
    })().finally(() => {
      running = undefined;
    });
  }

  const listener = createListener({
    url,
    channel: liveChannel,
    onRing: look,
    applicationName: "coursewright live",
    logger,
  });

  return {
    async start() {
      isStopped = false;
      await sweep().catch((error: unknown) =>
        logger.warn({ error }, "The change feed starts without the database"),
      );
      timer = setInterval(look, sweepMs);
      listener.start();
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await Promise.allSettled([running, listener.stop()]);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async since(position) {
      const tooOld = Date.now() - Date.parse(position.at) > retentionMs;
      if (tooOld || current === undefined || current.database_started_at !== position.database_started_at)
        return null;
      return readChanges(database, position);
    },
    position: () => current,
  };
}

/** Rows whose transactions became visible after `former`. PostgreSQL's own rule decides, no clock. */
async function readChanges(
  database: Database,
  former: LivePosition | undefined,
): Promise<{ changes: LiveChange[]; position: LivePosition }> {
  const seen = former?.snapshot ?? null;
  const { rows } = await sql<SweepRow>`
    SELECT s.snapshot, s.database_started_at, s.at, c.entity, c.id
    FROM (SELECT pg_current_snapshot()::text AS snapshot, pg_postmaster_start_time() AS database_started_at,
      clock_timestamp() AS at) s
    LEFT JOIN LATERAL (
      SELECT DISTINCT l.entity, l.id FROM live_changes l
      WHERE ${seen}::text IS NOT NULL
        AND l.xid >= pg_snapshot_xmin(${seen}::pg_snapshot)
        AND NOT pg_visible_in_snapshot(l.xid, ${seen}::pg_snapshot)
    ) c ON true`.execute(database);
  const first = rows[0];
  if (first === undefined) throw new Error("The change feed's query answers at least one row");
  const changes: LiveChange[] = [];
  for (const row of rows) {
    if (row.entity !== null && row.id !== null) changes.push({ entity: row.entity, id: row.id });
  }
  return {
    changes,
    position: { snapshot: first.snapshot, database_started_at: first.database_started_at, at: first.at },
  };
}
