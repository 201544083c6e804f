import { sql } from "kysely";
import { createContentModule } from "../../src/modules/content/module.ts";
import type { LessonArrivals } from "../../src/modules/content/public.ts";
import { createFlowMirror } from "../../src/modules/flow-engine/mirror.ts";
import type { FlowMirror } from "../../src/modules/flow-engine/public.ts";
import type { PrefectClient } from "../../src/modules/prefect/client/client.ts";
import type { PrefectFlowRun } from "../../src/modules/prefect/client/wire.ts";
import type { ConnectionNews, WatchedConnection } from "../../src/modules/prefect/connections/store.ts";
import { createMirror, type Mirror } from "../../src/modules/prefect/mirror/mirror.ts";
import type { WatchContext } from "../../src/modules/prefect/watching/watch-duty.ts";
import { createTaskQueueModule } from "../../src/modules/task-queue/module.ts";
import type { OutsideTasks, TaskQueue } from "../../src/modules/task-queue/public.ts";
import { createSilentLogger } from "../../src/platform/logger.ts";
import { insertConnection } from "../builders/connection.ts";
import { createTestDatabase, type TestDatabase } from "../database.ts";

/** What mirrors a connection, on a database of its own, without the watch. */
export interface MirrorWorld {
  readonly database: TestDatabase;
  readonly mirror: Mirror;
  readonly runs: FlowMirror;
  readonly tasks: TaskQueue & OutsideTasks;
  readonly content: ReturnType<typeof createContentModule>;
  readonly connection: WatchedConnection;
  /** What was told of the connection, in order. */
  readonly news: ConnectionNews[];
  readonly carriers: PrefectFlowRun[];
  /** A reader, as the watching server or any other has it. `mirror.forget` makes it a new process. */
  contextFor(client: PrefectClient, connection?: WatchedConnection): WatchContext;
  close(): Promise<void>;
}

export async function createMirrorWorld(
  options: {
    readonly arrivals?: LessonArrivals;
    /** How many connections to the database there are. Default 8. */
    readonly poolSize?: number;
  } = {},
): Promise<MirrorWorld> {
  const testDatabase = await createTestDatabase({ max: options.poolSize ?? 8 });
  const { database } = testDatabase;
  const logger = createSilentLogger();
  const nothing = async () => undefined;
  const content = createContentModule({ database, cancelTask: nothing, discardMedia: nothing });
  const taskQueue = createTaskQueueModule({
    ...{ database, pool: testDatabase.pool, connectionString: testDatabase.url, logger },
    app_version: "test",
    changed: () => undefined,
    ports: { settleTask: [content.settleTask], lockUnit: content.lockUnit },
  });
  const runs = createFlowMirror(database);
  const news: ConnectionNews[] = [];
  const carriers: PrefectFlowRun[] = [];
  const mirror = createMirror({
    ...{ database, logger, runs, tasks: taskQueue.service },
    arrivals: options.arrivals ?? content.arrivals,
    store: { tell: async (_id, told) => void news.push(told) },
    cancelMs: 300_000,
    onCarrierRuns: async (_connection, found) => void carriers.push(...found),
  });
  const id = await insertConnection(database);
  const { rows } = await sql<{ lock_key: number; base_url: string }>`
    SELECT lock_key, base_url FROM connections WHERE id = ${id}`.execute(database);
  const { lock_key = 0, base_url = "" } = rows[0] ?? {};
  const connection: WatchedConnection = {
    ...{ id, lock_key, base_url, name: "Prefect", ui_url: null, authentication: { kind: "none" } },
    ...{ filter_tags: [], filter_deployment_ids: [], settings_version: 1 },
  };
  return {
    ...{ database: testDatabase, mirror, runs, content, connection, news, carriers },
    tasks: taskQueue.service,
    contextFor: (client, watched = connection) => ({
      ...{ client, connection: watched, signal: new AbortController().signal },
      reporter: { tellLive: () => undefined, sweepSoon: () => undefined },
      isLive: () => false,
      isReachable: () => true,
      refresh: nothing,
    }),
    async close() {
      await taskQueue.stop();
      await testDatabase.close();
    },
  };
}
