import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../../platform/logger.ts";
import type { PrefectClient } from "../client/client.ts";
import { explainFailure } from "../connections/explain-failure.ts";
import type { ConnectionNews, ConnectionStore, WatchedConnection } from "../connections/store.ts";
import { createDutyLoop } from "./duty-loop.ts";
import { observeClient } from "./observed-client.ts";
import { createReachability } from "./reachability.ts";
import type { WatchCompanion, WatchContext, WatchDuty } from "./watch-duty.ts";

export interface ConnectionWatchOptions {
  readonly connection: WatchedConnection;
  readonly client: PrefectClient;
  readonly store: Pick<ConnectionStore, "tell">;
  readonly logger: Logger;
  readonly duties: readonly WatchDuty[];
  readonly companions: readonly WatchCompanion[];
  readonly refresh: (context: WatchContext, external_ids: readonly string[]) => Promise<void>;
}

/** The work that one server does for one connection while it leads. */
export interface ConnectionWatch {
  readonly connection: WatchedConnection;
  /** The duty of this name, or every one, takes its turn as soon as it can. */
  wake(name?: string): void;
  /** No request and no turn begins after this; resolves when the running ones have ended, or after 2 s. */
  stop(): Promise<void>;
}

const longestStopMs = 2_000;

export function startConnectionWatch(options: ConnectionWatchOptions): ConnectionWatch {
  const { connection, logger } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const tell = async (news: ConnectionNews) => {
    if (signal.aborted) return;
    await options.store.tell(connection.id, news).catch((error: unknown) => {
      logger.debug({ error, connection: connection.name }, "How the connection stands could not be stored");
    });
  };
  const reachability = createReachability({
    signal,
    tell,
    probe: () => options.client.getVersion(signal),
    explain: (error) => explainFailure(error, connection.base_url).sentence,
  });
  const context: WatchContext = {
    connection,
    client: observeClient(options.client, reachability.heard),
    signal,
    reporter: {
      tellLive: (isLive, reason = null) => reachability.tellLive(isLive, reason),
      sweepSoon: () => wake(),
    },
    isLive: reachability.isLive,
    isReachable: reachability.isReachable,
    refresh: (external_ids) => options.refresh(context, external_ids),
  };
  const loops = options.duties.map((duty) =>
    createDutyLoop(duty, context, { logger, reachable: reachability.reachable }),
  );
  const wake = (name?: string) => {
    for (const loop of loops) if (name === undefined || loop.name === name) loop.wake();
  };
  const running = [
    reachability.watch(),
    ...loops.map((loop) => loop.run()),
    ...options.companions.map(async (companion) => {
      await reachability.reachable();
      if (!signal.aborted) await companion.run(context);
    }),
  ].map((work) =>
    work.catch((error: unknown) => {
      if (!signal.aborted) logger.error({ error, connection: connection.name }, "A part of the watch ended");
    }),
  );

  return {
    connection,
    wake,
    async stop() {
      stopping.abort(new Error("The watch has ended"));
      await Promise.race([Promise.all(running), sleep(longestStopMs, undefined, { ref: false })]);
    },
  };
}
