import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { App } from "../app.ts";
import { type Config, loadConfig } from "../config.ts";
import { createDatabase } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import { createLogger, type Logger } from "../platform/logger.ts";
import { migrate } from "../platform/migrate.ts";
import { type OpenDatabase, openDatabase } from "./open-database.ts";
import { exitCodes, printError } from "./output.ts";
import { createShutdown, type Shutdown } from "./shutdown.ts";

// Together below the 10 s after which whoever sent SIGTERM loses patience.
const appStopMs = 5_500;
const poolStopMs = 500;
const databaseStopMs = 3_500;
const startingMs = 3_000;

// Beside one connection per running task: requests of the dashboard, the claim and the heartbeat.
const connectionsBesideTasks = 12;
const mostConnections = 40;

interface Role {
  readonly name: string;
  /** Whether it may work on the embedded database that another process runs. */
  readonly join: boolean;
  /** When a signal ends it before it has an exit code of its own. Default: success. */
  readonly interruptedCode?: number;
  /** Answers the exit code, or `undefined` to run until a signal comes. */
  run(app: App, openedDatabase: OpenDatabase): Promise<number | undefined>;
}

/** Adds `start`, `serve`, `worker` and `run-task`. */
export function addRoleCommands(program: Command): void {
  program
    .command("start")
    .description("Run everything: database (unless DATABASE_URL is set), API, dashboard and a worker")
    .action(() =>
      runRole({
        name: "start",
        join: false,
        async run(app, openedDatabase) {
          // First, so that nothing is claimed when the port is taken.
          const server = await app.startServer();
          await app.startWorker();
          await announce(app, server, openedDatabase);
          return undefined;
        },
      }),
    );
  program
    .command("serve")
    .description("Run API and dashboard; workers run elsewhere")
    .action(() =>
      runRole({
        name: "serve",
        join: true,
        async run(app, openedDatabase) {
          await announce(app, await app.startServer(), openedDatabase);
          return undefined;
        },
      }),
    );
  program
    .command("worker")
    .description("Run a worker")
    .action(() =>
      runRole({
        name: "worker",
        join: true,
        async run(app) {
          await app.startWorker();
          process.stdout.write("Coursewright worker is running\n");
          return undefined;
        },
      }),
    );
  program
    .command("run-task <id>")
    .description(
      "Execute one task and exit: 0 completed, 1 failed, cancelled, waiting or handed back, 3 not to be started now",
    )
    .option("--report", "print how far it is on standard output, one JSON value in each line")
    .action((id: string, { report }: { report?: boolean }) =>
      runRole({
        name: "run-task",
        join: true,
        interruptedCode: exitCodes.failed,
        run: (app) => runTask(app, id, report === true),
      }),
    );
}

async function runTask(app: App, id: string, isReported: boolean): Promise<number> {
  try {
    return await app.runTask(
      id,
      isReported ? (report) => process.stdout.write(`${JSON.stringify(report)}\n`) : undefined,
    );
  } catch (error) {
    if (!(error instanceof AppError && error.code === "task_not_claimable")) throw error;
    printError(error);
    return exitCodes.notClaimable;
  }
}

async function announce(
  app: App,
  { url }: { readonly url: string },
  openedDatabase: OpenDatabase,
): Promise<void> {
  openedDatabase.setAddress(url);
  const invitation = await app.links.announcement();
  // In one piece: whoever waits for the first line finds the second one there.
  process.stdout.write(`Coursewright is ready at ${url}\n${invitation === null ? "" : `${invitation}\n`}`);
}

/** Starts what the role needs, runs it and ends the process when it is done or told to stop. */
async function runRole(role: Role): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger(config.log);
  const shutdown = createShutdown(logger);
  const finished = runStarted(role, config, logger, shutdown);
  try {
    const exitCode = await Promise.race([finished, shutdown.ended]);
    process.exitCode = exitCode ?? (await shutdown.ended);
  } catch (error) {
    printError(error);
    process.exitCode = exitCodes.failed;
  }
  if (shutdown.signal.aborted) {
    // A start that was interrupted may still be making a part, which then has to be stopped too. How it fails
    // no longer matters: the signal decided.
    const late = await Promise.race([finished.catch(() => undefined), sleep(startingMs, undefined)]);
    process.exitCode = late ?? role.interruptedCode ?? process.exitCode;
  }
  await shutdown.stop();
  logger.flush();
  process.exit();
}

async function runStarted(
  role: Role,
  config: Config,
  logger: Logger,
  shutdown: Shutdown,
): Promise<number | undefined> {
  const openedDatabase = await openDatabase(config, logger, role);
  shutdown.add({ name: "database", limitMs: databaseStopMs, stop: () => openedDatabase.close() });
  shutdown.signal.throwIfAborted();
  await migrate({ url: openedDatabase.url, logger });
  const connection = createDatabase({
    url: openedDatabase.url,
    max: Math.min(config.worker.concurrency + connectionsBesideTasks, mostConnections),
    applicationName: `coursewright ${role.name}`,
    logger,
  });
  shutdown.add({ name: "connections", limitMs: poolStopMs, stop: () => connection.close() });
  // Loaded here: the commands that only speak to a server start three times as fast without it.
  const { createApp } = await import("../app.ts");
  const app = await createApp({
    config,
    logger,
    database: connection.database,
    pool: connection.pool,
    onCommit: connection.onCommit,
    connectionString: openedDatabase.url,
    ...(openedDatabase.postgresHealth ? { postgresHealth: openedDatabase.postgresHealth } : {}),
  });
  shutdown.add({ name: "application", limitMs: appStopMs, stop: () => app.stop() });
  shutdown.signal.throwIfAborted();
  return role.run(app, openedDatabase);
}
