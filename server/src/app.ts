import { readFileSync } from "node:fs";
import path from "node:path";
import { sql } from "kysely";
import type pg from "pg";
import { createApi } from "./api.ts";
import type { Config } from "./config.ts";
import { errorDefinitions } from "./error-definitions.ts";
import { createDocsRoutes } from "./http/docs-page.ts";
import { createEventRoutes } from "./http/events.ts";
import { createHealthRoutes, type Health } from "./http/health.ts";
import { createLiveHub, type LiveHub } from "./http/live-hub.ts";
import { createHttpApplication, describeApi, listen, type RunningServer } from "./http/server.ts";
import { createAuditModule } from "./modules/audit/module.ts";
import { createContentModule } from "./modules/content/module.ts";
import { createCreatorModule } from "./modules/content-creator/module.ts";
import { createFlowEngineModule } from "./modules/flow-engine/module.ts";
import { createInsightsModule } from "./modules/insights/module.ts";
import { createLlmModule } from "./modules/llm/module.ts";
import { createMediaModule } from "./modules/media/module.ts";
import { createPrefectModule, queueOfCarried } from "./modules/prefect/module.ts";
import { createTaskQueueModule } from "./modules/task-queue/module.ts";
import type { LockUnit, SettleTask, SingleTaskReport } from "./modules/task-queue/public.ts";
import { createOwnerLinks, type OwnerLinks } from "./modules/users/links/owner-links.ts";
import { createUsersModule } from "./modules/users/module.ts";
import type { SignInSettings } from "./modules/users/sign-in/build.ts";
import { listSecondFactorStores } from "./modules/users/sign-in/second-factor-secrets.ts";
import type { RecordAudit } from "./platform/audit-entry.ts";
import { openKeyRingOnce } from "./platform/crypto.ts";
import type { Database } from "./platform/database.ts";
import type { PostgresHealth } from "./platform/embedded-postgres/supervisor.ts";
import { createKeyKeeper, type KeyKeeper } from "./platform/key-keeping.ts";
import { createLiveFeed } from "./platform/live-feed.ts";
import { createLiveNotifier } from "./platform/live-notifier.ts";
import type { Logger } from "./platform/logger.ts";

export interface AppOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly database: Database;
  readonly pool: pg.Pool;
  /** Calls the listener after every committed transaction. */
  readonly onCommit: (listener: () => void) => void;
  /** For connections outside the pool: LISTEN and session locks. */
  readonly connectionString: string;
  /** State of the embedded database; absent when the database is somebody else's. */
  readonly postgresHealth?: () => PostgresHealth;
}

export interface App {
  startServer(): Promise<{ readonly url: string }>;
  /** One-time links for whoever owns the machine. */
  readonly links: OwnerLinks;
  startWorker(): Promise<void>;
  /** Executes one task and answers the exit code for the process. */
  runTask(taskId: string, report?: (report: SingleTaskReport) => void): Promise<number>;
  /** Everything of the API without a socket, for tests and the reference. */
  readonly http: ReturnType<typeof createHttp>;
  /** The key file and what is encrypted with it; the server makes sure of it when it starts. */
  readonly keys: KeyKeeper;
  /** For what the program does by itself; requests are written down as they are answered. */
  readonly recordAudit: RecordAudit;
  stop(): Promise<void>;
}

// Below the limit that a stopping process gives the application.
const workerGraceMs = 4_500;
// How often pages hear of the heartbeats, which come every 400 ms.
const workerPulseMs = 2_000;
const version: string = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../package.json"), "utf8"),
).version;

/** Builds every module once and ties them together; nothing runs before one of the `start` functions is called. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, logger } = options;
  const modules = buildModules(options);
  const hub = buildHub(options, modules);
  const keys = buildKeyKeeper(options, modules);
  const stopping = new AbortController();
  const http = createHttp(options, modules, { hub, keys }, stopping.signal);
  const worker = modules.taskQueue.createWorker({
    queues: config.worker.queues,
    capacity: config.worker.concurrency,
    graceMs: workerGraceMs,
  });
  let server: RunningServer | undefined;
  let singleTask: Promise<void> | undefined;
  let stopBudgetWatch: (() => Promise<void>) | undefined;

  return {
    http,
    keys,
    recordAudit: modules.audit.service.record,
    async startServer() {
      await keys.verify();
      await modules.insights.alerts.sealAddresses();
      await hub.start();
      await modules.users.machineToken.start();
      server = await listen(http, { host: config.host, port: config.port });
      if (config.publicUrl === undefined) modules.reached.origin = server.url;
      // Only now: a server that cannot answer keeps no books.
      await modules.insights.keeper.start();
      modules.prefect.listensAt(config.publicUrl ?? server.url);
      await modules.prefect.watcher.start();
      return { url: server.url };
    },
    links: createOwnerLinks(modules.users.links, isLocalProduct(config), () => modules.reached.origin),
    async startWorker() {
      stopBudgetWatch = modules.llm.startBudgetWatch();
      modules.media.housekeeping.start();
      await worker.start();
    },
    async runTask(taskId, report) {
      await modules.llm.syncBudgets();
      const running = modules.taskQueue.runTask(taskId, stopping.signal, report);
      // How it ends is the caller's; stopping only waits for it.
      singleTask = running.then(
        () => undefined,
        () => undefined,
      );
      return running;
    },
    async stop() {
      stopping.abort();
      await singleTask;
      await modules.insights.alerts.stop();
      await server?.close();
      await modules.users.machineToken.stop();
      await modules.insights.keeper.stop();
      await modules.prefect.watcher.stop();
      await worker.stop();
      await stopBudgetWatch?.();
      await modules.media.housekeeping.stop();
      await Promise.all([modules.creator.close(), modules.media.service.close(), hub.stop()]);
      await modules.flowEngine.stop();
      await modules.taskQueue.stop();
      await modules.notifier.stop();
      logger.debug("The application is stopped");
    },
  };
}

type Modules = ReturnType<typeof buildModules>;

/** Whoever starts a server on loopback with the database that it brings owns its data: a printed link signs them in. */
function isLocalProduct({ databaseUrl, isOpenToNetwork }: Config): boolean {
  return databaseUrl === undefined && !isOpenToNetwork;
}

function signInSettings(config: Config): SignInSettings {
  const { issuer, clientId: client_id, clientSecret: client_secret, name } = config.oidc;
  return {
    is_secure: config.publicUrl?.startsWith("https://") === true,
    is_local: isLocalProduct(config),
    is_open_to_network: config.isOpenToNetwork,
    second_factor: config.requireSecondFactor,
    single_sign_on:
      issuer === undefined || client_id === undefined ? null : { name, issuer, client_id, client_secret },
  };
}

function buildModules({ config, logger, database, pool, connectionString, onCommit }: AppOptions) {
  const notifier = createLiveNotifier(pool, logger);
  onCommit(notifier.changed);
  const changed = notifier.changed;
  // In lock order: flow runs, requests, the unit. They need the queue themselves, so they join it below.
  const settleTasks: SettleTask[] = [];
  const lockUnit: LockUnit = (...words) => content.lockUnit(...words);
  const ports = { settleTask: settleTasks, lockUnit };
  const taskQueue = createTaskQueueModule({
    ...{ database, pool, connectionString, logger, changed, ports },
    app_version: version,
    ...(config.dispatch === "prefect" ? { queueOf: queueOfCarried } : {}),
  });
  const llm = createLlmModule({
    ...{ database, config, logger, changed },
    fence: taskQueue.fence,
    continuePaused: taskQueue.service.continuePausedTasks,
    notifyTasks: taskQueue.service.notifyTasks,
  });
  const flowEngine = createFlowEngineModule({
    ...{ database, logger, changed },
    fence: taskQueue.fence,
    classifyFailure: taskQueue.classifyFailure,
    settleCalls: llm.settleCalls,
    releaseCalls: llm.releaseCalls,
  });
  const media = createMediaModule({
    ...{ database, home: config.home, logger },
    isPublished: (media_id) => content.learnerService.isPublishedMedia(media_id),
  });
  const content = createContentModule({
    database,
    cancelTask: taskQueue.service.cancelTask,
    discardMedia: media.discard,
  });
  const creator = createCreatorModule({
    database,
    content: content.port,
    queue: taskQueue.service,
    engine: flowEngine.engine,
    gateway: llm.gateway,
    media: media.service,
    logger,
    fence: taskQueue.fence,
    replayer: llm.replayer,
    requireReplayable: llm.service.requireReplayable,
    routeFor: llm.routeFor,
    matchingIds: {
      unit: content.port.listMatchingUnitIds,
      task: taskQueue.service.listMatchingIds,
      flow_run: flowEngine.service.listMatchingIds,
    },
  });
  const audit = createAuditModule({ database, keepDays: config.auditDays });
  const reached = { origin: config.publicUrl?.replace(/\/+$/, "") ?? `http://${config.host}:${config.port}` };
  const users = createUsersModule({
    ...{ database, logger, recordAudit: audit.service.record, home: config.home, mail: config.mail },
    ...{ origin: () => reached.origin, keyRing: openKeyRingOnce(config.keyFile) },
    ...{ signIn: signInSettings(config), personalData: personalDataOf(() => ({ insights, audit })) },
  });
  const insights = createInsightsModule({
    ...{ database, connectionString, logger, content, llm: llm.service, users: users.service },
    ...{ flowEngine: flowEngine.service, taskQueue: taskQueue.service, recovery: creator.recovery },
    ...{ forecaster: creator.forecaster, duties: [...creator.duties, ...audit.duties] },
    ...{ version, budgetUsdPerDay: config.budget.usdPerDay },
    alertSettings: {
      ...{ mail: config.mail, webhookPrivateHosts: config.webhookPrivateHosts, publicUrl: config.publicUrl },
      keyRing: openKeyRingOnce(config.keyFile),
    },
  });
  const prefect = createPrefectModule({
    ...{ database, connectionString, logger, changed, settings: config.prefect },
    carriesTasks: config.dispatch === "prefect",
    keyRing: openKeyRingOnce(config.keyFile),
    tasks: taskQueue.service,
    mirror: flowEngine.mirror,
    units: content.port,
    arrivals: content.arrivals,
  });
  settleTasks.push(flowEngine.settleTask, llm.settleTask, content.settleTask);
  return {
    ...{ notifier, taskQueue, llm, flowEngine, media, content, creator },
    ...{ users, audit, insights, prefect, reached },
  };
}

type PersonalDataPort = Parameters<typeof createUsersModule>[0]["personalData"];

/** What is stored about a person outside of the users module. */
function personalDataOf(modules: () => Pick<Modules, "insights" | "audit">): PersonalDataPort {
  return {
    list: async (person) => ({
      ...(await modules().insights.personalData.list(person)),
      audit_log: await modules().audit.service.listOfActor(person.id),
    }),
    async erase(transaction, person) {
      await modules().insights.personalData.erase(transaction, person);
      await modules().audit.service.erasePlaces(transaction, person.id);
    },
  };
}

/** Every place where a secret is stored, in one list. */
function buildKeyKeeper({ database, config }: AppOptions, { insights, prefect }: Modules): KeyKeeper {
  const keyRing = openKeyRingOnce(config.keyFile);
  return createKeyKeeper({
    ...{ database, keyRing, file: config.keyFile },
    stores: [
      ...prefect.secretStores,
      ...insights.alerts.secretStores,
      ...listSecondFactorStores(database, keyRing),
    ],
  });
}

/** The change stream with the rows of every module that pages show. */
function buildHub(
  { database, logger, connectionString }: AppOptions,
  { taskQueue, flowEngine, llm, insights, content, users, prefect }: Modules,
) {
  return createLiveHub({
    feed: createLiveFeed({ url: connectionString, database, logger }),
    summaries: {
      task: taskQueue.service.listTaskSummaries,
      worker: taskQueue.service.listWorkerSummaries,
      flow_run: flowEngine.service.listFlowRunSummaries,
      step_run: flowEngine.service.listStepSummaries,
      step_log: flowEngine.service.listLogLines,
      llm_request: llm.listSummaries,
      incident: insights.incidents.listSummaries,
      ...content.listSummaries,
      ...users.listSummaries,
      alert: insights.alerts.listSummaries,
      ...insights.listSummaries,
      ...prefect.listSummaries,
    },
    followers: { task: { entity: "flow_run", listIds: flowEngine.service.listRootRunIds } },
    logger,
    pulse: { entity: "worker", listRows: taskQueue.service.listLiveWorkers, everyMs: workerPulseMs },
  });
}

function createHttp(
  { config, logger, database, postgresHealth }: AppOptions,
  modules: Modules,
  { hub, keys }: { readonly hub: LiveHub; readonly keys: KeyKeeper },
  isStopping: AbortSignal,
) {
  const application = createHttpApplication({
    logger,
    identify: modules.users.identify,
    recordAudit: modules.audit.service.record,
    learnerAccess: config.learnerAccess,
    allowedHosts: config.allowedHosts,
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    requestsPerSecond: config.limits.requestsPerSecond,
    adminDirectory: path.resolve(import.meta.dirname, "../../admin/dist"),
  });
  const api = createApi({
    taskQueue: modules.taskQueue.routes,
    flowEngine: modules.flowEngine.routes,
    llm: modules.llm.routes,
    units: modules.content.unitRoutes,
    lessons: modules.content.lessonRoutes,
    arrivals: modules.content.arrivalRoutes,
    learner: modules.content.learnerRoutes,
    creator: modules.creator.routes,
    replay: modules.creator.replayRoutes,
    retryOptions: modules.creator.retryOptionsRoutes,
    bulk: modules.creator.bulkRoutes,
    media: modules.media.routes,
    users: modules.users.routes,
    userManagement: modules.users.managementRoutes,
    signIn: modules.users.signInRoutes,
    links: modules.users.linkRoutes,
    sessions: modules.users.sessionRoutes,
    tokens: modules.users.tokenRoutes,
    machineProof: modules.users.machineProofRoutes,
    security: securityRoutesOf(config, modules, keys),
    audit: modules.audit.routes,
    monitor: modules.insights.monitorRoutes,
    metrics: modules.insights.metricsRoutes,
    health: modules.insights.healthRoutes,
    incidents: modules.insights.incidentRoutes,
    alerts: modules.insights.alertRoutes,
    search: modules.insights.searchRoutes,
    savedViews: modules.insights.savedViewRoutes,
    connections: modules.prefect.connectionRoutes,
    engineRuns: modules.prefect.runRoutes,
    engineActions: modules.prefect.actionRoutes,
    disagreements: modules.prefect.disagreementRoutes,
    events: createEventRoutes({
      ...{ hub, isStopping, identify: modules.users.identify },
      hidden: { alert: modules.insights.alerts.hideReceivers },
      streamsPerUser: config.limits.streamsPerUser,
    }),
  });
  application.route(
    "/",
    createHealthRoutes(version, () => readHealth(database, postgresHealth)),
  );
  application.route("/api/v1", api);
  application.doc31("/openapi.json", describeApi(version));
  const readDocument = () => application.getOpenAPI31Document(describeApi(version));
  application.route("/", createDocsRoutes(readDocument, errorDefinitions));
  return application;
}

function securityRoutesOf(config: Config, { users }: Modules, keys: KeyKeeper) {
  return users.createSecurityRoutes(keys, {
    listens_beyond_loopback: config.listensBeyondLoopback,
    requests_per_second: config.limits.requestsPerSecond,
    streams_per_user: config.limits.streamsPerUser,
  });
}

async function readHealth(database: Database, postgresHealth?: () => PostgresHealth): Promise<Health> {
  const since = postgresHealth?.().since ?? null;
  try {
    await sql`SELECT 1`.execute(database);
    return { status: "ok", version, database: { status: "ok", since } };
  } catch {
    // Whatever the reason: without the database nothing can be answered, and the log of the pool has it.
    return { status: "unavailable", version, database: { status: "down", since } };
  }
}
