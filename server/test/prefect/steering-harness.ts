import { sql } from "kysely";
import { createContentModule } from "../../src/modules/content/module.ts";
import type { SourceText } from "../../src/modules/content/public.ts";
import { createFlowMirror } from "../../src/modules/flow-engine/mirror.ts";
import type { EngineAction } from "../../src/modules/prefect/actions/models.ts";
import { createOutbox, type Outbox, type OutboxOptions } from "../../src/modules/prefect/actions/outbox.ts";
import type { Requester } from "../../src/modules/prefect/actions/service.ts";
import { createConnectionStore } from "../../src/modules/prefect/connections/store.ts";
import { createMirror } from "../../src/modules/prefect/mirror/mirror.ts";
import { refreshRuns } from "../../src/modules/prefect/mirror/refresh.ts";
import { createReadRuns } from "../../src/modules/prefect/runs/read-runs.ts";
import { createSteering, type Steering } from "../../src/modules/prefect/steering.ts";
import type { WatchContext } from "../../src/modules/prefect/watching/watch-duty.ts";
import { createTaskQueueModule } from "../../src/modules/task-queue/module.ts";
import { sha256Hex } from "../../src/platform/canonical-json.ts";
import type { Database } from "../../src/platform/database.ts";
import { createSilentLogger } from "../../src/platform/logger.ts";
import { insertConnection } from "../builders/connection.ts";
import { findAdministrator } from "../builders/written-unit.ts";
import { createTestDatabase } from "../database.ts";
import { PrefectInMemory } from "./prefect-in-memory.ts";

const ignore = () => undefined;

/** What people ask of Prefect, with the rows of all modules and a Prefect that a test can interrupt. */
export async function createSteeringHarness() {
  const testDatabase = await createTestDatabase({ max: 8 });
  const { database } = testDatabase;
  const logger = createSilentLogger();
  const content = createContentModule({
    database,
    cancelTask: async () => ignore,
    discardMedia: async () => ignore(),
  });
  const taskQueue = createTaskQueueModule({
    ...{ database, pool: testDatabase.pool, connectionString: testDatabase.url, logger, app_version: "test" },
    ...{ changed: ignore, ports: { settleTask: [content.settleTask], lockUnit: content.lockUnit } },
  });
  const tasks = taskQueue.service;
  const prefect = new PrefectInMemory();
  const connection_id = await insertConnection(database);
  await sql`UPDATE connections SET health = 'live', health_since = clock_timestamp() - interval '1 hour'`.execute(
    database,
  );
  const keyRing = () => {
    throw new Error("No connection has a secret");
  };
  const store = createConnectionStore({ database, keyRing, changed: ignore });
  const clients = { clientFor: () => prefect.client };
  const runs = createFlowMirror(database);
  const mirror = createMirror({
    ...{ database, logger, tasks, runs, arrivals: content.arrivals, store, cancelMs: 60_000 },
    onCarrierRuns: async () => ignore(),
  });
  const steering = createSteering({
    ...{ database, logger, changed: ignore, store, clients, tasks, units: content.port, cancelMs: 60_000 },
    readRuns: createReadRuns(mirror, { database, mirror: runs, changed: ignore }),
    listCarriers: async () => [],
    wakeDuty: ignore,
  });
  steering.listensAt("http://127.0.0.1:4400");
  const user = await findAdministrator(database);

  /** What the watching server gives its duties. */
  async function context(signal: AbortSignal = new AbortController().signal): Promise<WatchContext> {
    const connection = await store.getWatched(connection_id);
    const reading = { connection, client: prefect.client, signal };
    return {
      ...reading,
      reporter: { tellLive: ignore, sweepSoon: ignore },
      isLive: () => true,
      isReachable: () => true,
      refresh: async (ids) => void (await refreshRuns(mirror, reading, ids)),
    };
  }

  return {
    ...{ database, content, tasks, prefect, connection_id, steering, user, context },
    /** Another outbox on the same rows, as another server has it. */
    createOutbox: (options: Partial<OutboxOptions> = {}): Outbox =>
      createOutbox({
        ...{ database, logger, changed: ignore, tasks, units: content.port, wakeDuty: ignore },
        returnTo: () => "http://127.0.0.1:4400",
        ...options,
      }),
    /** One turn of the outbox; what it throws of Prefect is the watch's to judge. */
    async turn(outbox: Outbox = steering.outbox, signal?: AbortSignal): Promise<unknown> {
      return outbox.duty.run(await context(signal)).then(ignore, (error: unknown) => error);
    },
    async refresh(...external_ids: string[]): Promise<void> {
      await (await context()).refresh(external_ids);
    },
    ...createAsking({ database, content, prefect, connection_id, steering, user, context }),
    async close(): Promise<void> {
      await taskQueue.stop();
      await testDatabase.close();
    },
  };
}

interface World {
  readonly database: Database;
  readonly content: ReturnType<typeof createContentModule>;
  readonly prefect: PrefectInMemory;
  readonly connection_id: string;
  readonly steering: Steering;
  readonly user: Requester;
  readonly context: () => Promise<WatchContext>;
}

/** What tests ask for and look at. */
function createAsking({ database, content, prefect, connection_id, steering, user, context }: World) {
  return {
    /** A draft with the sources. */
    insertUnit: (sources: readonly SourceText[] = []): Promise<string> =>
      database.transaction().execute((transaction) =>
        content.port.insertUnit(transaction, {
          ...{ title: "Tides", learner_level: "beginner", target_lesson_count: 2, source_kind: "text" },
          ...{ generated_from_topic: false, user_id: user.id, sources },
          request: { sources: sources.map(({ title, text }) => ({ title, sha256: sha256Hex(text) })) },
        }),
      ),
    launch: (unit_id: string, parameters: Readonly<Record<string, unknown>> = {}) =>
      steering.actions.launch(user, connection_id, {
        ...{ unit_id, deployment_id: prefect.deployment.id, parameters: { ...parameters } },
      }),
    async readAction(id: string): Promise<EngineAction> {
      const [action] = await steering.actions.listSummaries([id]);
      if (action === undefined) throw new Error(`There is no action ${id}`);
      return action;
    },
    /** Our id of a run, which is read first. */
    async ourId(external_id: string): Promise<string> {
      await (await context()).refresh([external_id]);
      const { rows } = await sql<{ id: string }>`
        SELECT id FROM outside_runs WHERE external_id = ${external_id}`.execute(database);
      if (rows[0] === undefined) throw new Error(`Run ${external_id} is not mirrored`);
      return rows[0].id;
    },
    /** What earlier tests asked for is over, and nothing interrupts Prefect. */
    async beginAnew(): Promise<void> {
      prefect.before = ignore;
      prefect.after = ignore;
      prefect.calls.length = 0;
      prefect.launches = [];
      await sql`UPDATE action_outbox SET settled_at = clock_timestamp(), status = 'expired' WHERE settled_at IS NULL`.execute(
        database,
      );
    },
    /** Lets the next attempt of everything that waits be due now. */
    async hasten(): Promise<void> {
      await sql`UPDATE action_outbox SET next_attempt_at = clock_timestamp() WHERE settled_at IS NULL`.execute(
        database,
      );
    },
  };
}

export type SteeringHarness = Awaited<ReturnType<typeof createSteeringHarness>>;
