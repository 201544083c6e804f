import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type App, createApp } from "../src/app.ts";
import { type Config, loadConfig } from "../src/config.ts";
import { createSilentLogger, type Logger } from "../src/platform/logger.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

export interface TestApp {
  readonly app: App;
  readonly database: TestDatabase;
  readonly config: Config;
  /** A request as a program on this machine makes it. */
  request(route: string, init?: RequestInit): Promise<Response>;
  /** The same with a JSON body. */
  send(method: string, route: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** The whole application on a database of its own; nothing runs until `app.startWorker` or `app.startServer`. */
export async function createTestApp(
  environment: Record<string, string> = {},
  logger: Logger = createSilentLogger(),
): Promise<TestApp> {
  const home = mkdtempSync(path.join(os.tmpdir(), "coursewright-app-"));
  const database = await createTestDatabase({ max: 20 });
  const config = loadConfig({
    COURSEWRIGHT_HOME: path.join(home, "data"),
    COURSEWRIGHT_KEY_FILE: path.join(home, "keys"),
    COURSEWRIGHT_PORT: "0",
    DATABASE_URL: database.url,
    ...environment,
  });
  const app = await createApp({
    config,
    logger,
    database: database.database,
    pool: database.pool,
    onCommit: database.onCommit,
    connectionString: database.url,
  });
  const request = async (route: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set("host", "127.0.0.1");
    return app.http.request(route, { ...init, headers });
  };
  return {
    app,
    database,
    config,
    request,
    send: (method, route, body, headers = {}) =>
      request(route, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async close() {
      await app.stop();
      await database.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
