import type { KeyRing } from "../../platform/crypto.ts";
import type { Database } from "../../platform/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { createColumnStore } from "../../platform/secret-store.ts";
import type { ContentPort, LessonArrivals } from "../content/public.ts";
import type { FlowMirror } from "../flow-engine/public.ts";
import type { OutsideTasks, TaskQueue } from "../task-queue/public.ts";
import { createEngineActionRoutes } from "./actions/routes.ts";
import { createCarriers } from "./carriers/carriers.ts";
import { createPrefectClients } from "./connections/clients.ts";
import { ensureDefaultConnection } from "./connections/default-connection.ts";
import { createConnectionService } from "./connections/manage.ts";
import { createConnectionRoutes } from "./connections/routes.ts";
import { secretContext } from "./connections/secrets.ts";
import { createConnectionStore } from "./connections/store.ts";
import { createDisagreementRoutes } from "./disagreements/routes.ts";
import { createEventHints } from "./events/hints.ts";
import { tryEvents } from "./events/socket.ts";
import { createSuspicion } from "./events/suspect.ts";
import { createLogDuty } from "./logs/log-duty.ts";
import { createMirror } from "./mirror/mirror.ts";
import { refreshHinted } from "./mirror/refresh.ts";
import { createSweeps } from "./mirror/sweeps/sweeps.ts";
import { createReadRuns } from "./runs/read-runs.ts";
import { createEngineRunRoutes } from "./runs/routes.ts";
import { createSteering } from "./steering.ts";
import { createWatcher } from "./watching/watcher.ts";

export { queueOfCarried } from "./carriers/carried-tasks.ts";

/** Waiting times and limits of all connections. */
export interface PrefectSettings {
  /** Of the default connection; undefined: there is none. */
  readonly url: string | undefined;
  /** `user:password` or an API key. */
  readonly auth: string | undefined;
  readonly requestsPerSecond: number;
  readonly cancelMs: number;
  readonly silenceMs: number;
}

export interface PrefectModuleOptions {
  readonly database: Database;
  /** For the locks of the servers that watch. */
  readonly connectionString: string;
  readonly logger: Logger;
  readonly settings: PrefectSettings;
  /** Tasks are carried by Prefect: see carriers/. */
  readonly carriesTasks: boolean;
  readonly keyRing: () => KeyRing;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
  readonly tasks: OutsideTasks &
    Pick<TaskQueue, "cancelTask" | "cancelTaskWithin" | "notifyTasks" | "notifyCancels">;
  readonly mirror: FlowMirror;
  readonly units: Pick<ContentPort, "lockUnit" | "giveToTask" | "readSource">;
  readonly arrivals: LessonArrivals;
}

/** Builds the prefect module; only app.ts calls it. */
export function createPrefectModule(options: PrefectModuleOptions) {
  const { database, keyRing, changed, settings } = options;
  const { requestsPerSecond } = settings;
  const store = createConnectionStore({ database, keyRing, changed });
  const clients = createPrefectClients({ requestsPerSecond });
  const connections = createConnectionService({
    ...{ database, keyRing, store, clients, requestsPerSecond },
    tryEvents,
  });
  const carriers = createCarriers({
    ...{ database, changed, tasks: options.tasks, carriesTasks: options.carriesTasks },
    logger: options.logger.child({ module: "prefect" }),
  });
  const mirror = createMirror({
    ...{ database, logger: options.logger, tasks: options.tasks, runs: options.mirror },
    ...{ arrivals: options.arrivals, store, cancelMs: settings.cancelMs },
    onCarrierRuns: ({ id }, carrierRuns) => carriers.noteRuns(id, carrierRuns),
  });
  const steering = createSteering({
    ...{ database, logger: options.logger, changed, store, clients, cancelMs: settings.cancelMs },
    ...{ tasks: options.tasks, units: options.units, listCarriers: carriers.listCarriers },
    readRuns: createReadRuns(mirror, { database, mirror: options.mirror, changed }),
    wakeDuty: (connection_id, name) => watcher.wake(connection_id, name),
  });
  const signs = { database, mirror: options.mirror, changed, silenceMs: settings.silenceMs };
  const watcher = createWatcher({
    ...{ connectionString: options.connectionString, store, clients },
    logger: options.logger.child({ module: "prefect" }),
    refresh: (context, external_ids) => refreshHinted(mirror, context, external_ids),
    createDuties: (connection) => {
      mirror.forget(connection.id);
      return [
        ...createSweeps(mirror),
        steering.outbox.duty,
        carriers.duty,
        createSuspicion(signs),
        createLogDuty({ database, mirror: options.mirror, changed }),
      ];
    },
    createCompanions: () => [createEventHints({ ...signs, logger: options.logger })],
  });
  return {
    connectionRoutes: createConnectionRoutes(connections),
    runRoutes: createEngineRunRoutes(steering.runs),
    actionRoutes: createEngineActionRoutes(steering.actions),
    disagreementRoutes: createDisagreementRoutes(steering.disagreements),
    secretStores: [
      createColumnStore(database, keyRing, {
        ...{ table: "connections", name: "auth_encrypted", contextOf: secretContext },
      }),
    ],
    /** The address at which this server can be reached: launched runs return their lessons there. */
    listensAt: steering.listensAt,
    /** Watches the connections that no other server watches; start it with the server. */
    watcher: {
      async start() {
        await ensureDefaultConnection({ database, keyRing, wanted: settings });
        await watcher.start();
        steering.outbox.housekeeping.start();
        await carriers.warnWithoutConnection();
      },
      async stop() {
        await Promise.all([watcher.stop(), steering.outbox.housekeeping.stop()]);
        await clients.close();
      },
    },
    /** For the change stream. */
    listSummaries: {
      connection: connections.listSummaries,
      task_carrier: carriers.listSummaries,
      engine_action: steering.actions.listSummaries,
    },
  };
}
