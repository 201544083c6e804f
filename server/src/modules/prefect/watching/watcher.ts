import { createLeadership } from "../../../platform/leadership.ts";
import type { Logger } from "../../../platform/logger.ts";
import { createPeriodic } from "../../../platform/periodic.ts";
import type { ConnectionStore, PrefectClients, WatchedConnection } from "../connections/store.ts";
import {
  type ConnectionWatch,
  type ConnectionWatchOptions,
  startConnectionWatch,
} from "./connection-watch.ts";
import type { WatchCompanion, WatchDuty } from "./watch-duty.ts";

export interface WatcherOptions {
  /** For the locks of the servers that watch. */
  readonly connectionString: string;
  readonly logger: Logger;
  readonly store: Pick<ConnectionStore, "listWatched" | "tell">;
  readonly clients: Pick<PrefectClients, "clientFor">;
  /** Made anew for each watch, so that they may remember what they did. */
  readonly createDuties: (connection: WatchedConnection) => readonly WatchDuty[];
  readonly createCompanions: (connection: WatchedConnection) => readonly WatchCompanion[];
  readonly refresh: ConnectionWatchOptions["refresh"];
}

export interface Watcher {
  start(): Promise<void>;
  /** Within about 2 s; another server takes over. */
  stop(): Promise<void>;
  /** Lets a duty, or all of them, take their turn now, when this server leads the connection. */
  wake(connection_id: string, name?: string): void;
  isLeader(connection_id: string): boolean;
}

// "cwat" as a number; the second half of each lock is the connection's `lock_key`.
const lockClass = 0x63776174;
const askMs = 1_000;

/** Watches those connections that no other server watches. */
export function createWatcher(options: WatcherOptions): Watcher {
  const { logger } = options;
  const watches = new Map<string, ConnectionWatch>();
  const ending = new Map<string, Promise<void>>();
  const leadership = createLeadership({
    url: options.connectionString,
    applicationName: "coursewright watcher",
    lockClass,
    onLost: () => endWatches(() => true),
  });

  function endWatches(isToEnd: (watch: ConnectionWatch) => boolean): void {
    for (const [id, watch] of watches) {
      if (!isToEnd(watch)) continue;
      watches.delete(id);
      ending.set(
        id,
        watch.stop().finally(() => ending.delete(id)),
      );
    }
  }

  function start(connection: WatchedConnection): void {
    const { id, name } = connection;
    logger.debug({ connection: name }, "This server watches the connection");
    const watch = startConnectionWatch({
      ...{ connection, logger, store: options.store, refresh: options.refresh },
      client: options.clients.clientFor(connection),
      duties: options.createDuties(connection),
      companions: options.createCompanions(connection),
    });
    watches.set(id, watch);
  }

  const asking = createPeriodic(askMs, logger, "The watch of connections", async () => {
    const wanted = new Map((await options.store.listWatched()).map((each) => [each.id, each]));
    endWatches(
      ({ connection }) => wanted.get(connection.id)?.settings_version !== connection.settings_version,
    );
    // Its lock is kept until its last turn has ended.
    await Promise.all(ending.values());
    await leadership.renew([...wanted.values()].map(({ lock_key }) => lock_key));
    for (const connection of wanted.values()) {
      if (!watches.has(connection.id) && leadership.isLeader(connection.lock_key)) start(connection);
    }
  });

  return {
    async start() {
      asking.start();
    },
    async stop() {
      const stopped = asking.stop();
      endWatches(() => true);
      await stopped;
      endWatches(() => true);
      await Promise.all(ending.values());
      await leadership.close();
    },
    wake: (connection_id, name) => watches.get(connection_id)?.wake(name),
    isLeader: (connection_id) => watches.has(connection_id),
  };
}
