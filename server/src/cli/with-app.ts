import type { App } from "../app.ts";
import { type Config, loadConfig } from "../config.ts";
import { createDatabase } from "../platform/database.ts";
import { createLogger } from "../platform/logger.ts";
import { migrate } from "../platform/migrate.ts";
import { openDatabase } from "./open-database.ts";

const connections = 4;

/**
 * The application beside a running server, or on its own; nothing of it is started. `command` is what the database shows of it.
 */
export async function withApp(
  command: string,
  work: (app: App, config: Config) => Promise<void>,
): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger(config.log);
  const opened = await openDatabase(config, logger, { join: true });
  try {
    await migrate({ url: opened.url, logger });
    const connection = createDatabase({
      ...{ url: opened.url, max: connections, applicationName: `coursewright ${command}`, logger },
    });
    try {
      const { createApp } = await import("../app.ts");
      const { database, pool, onCommit } = connection;
      const app = await createApp({
        ...{ config, logger, database, pool, onCommit, connectionString: opened.url },
      });
      try {
        await work(app, config);
      } finally {
        await app.stop();
      }
    } finally {
      await connection.close();
    }
  } finally {
    await opened.close();
  }
}
