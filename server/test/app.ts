import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type App, createApp } from "../src/app.ts";
import { type Config, loadConfig } from "../src/config.ts";
import { createTokenService } from "../src/modules/users/tokens/manage-tokens.ts";
import type { TokenScope } from "../src/platform/caller.ts";
import { createSilentLogger, type Logger } from "../src/platform/logger.ts";
import { signedIn } from "./builders/test-api.ts";
import { findAdministrator } from "./builders/written-unit.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

export interface TestApp {
  readonly app: App;
  readonly database: TestDatabase;
  readonly config: Config;
  /** The data folder's token, which may do everything that an administrator may. */
  readonly token: string;
  /** A token of the local administrator's with these scopes only. */
  makeToken(...scopes: TokenScope[]): Promise<string>;
  /** A request as a program on this machine makes it: with that token, unless it carries an `Authorization` or a cookie of its own. */
  request(route: string, init?: RequestInit): Promise<Response>;
  /** A request of somebody who shows nothing of themselves. */
  askAnonymously(route: string, init?: RequestInit): Promise<Response>;
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
    // One token asks more than any person would.
    COURSEWRIGHT_REQUESTS_PER_SECOND: "1000000",
    COURSEWRIGHT_STREAMS_PER_USER: "1000",
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
  const tokens = createTokenService(database.database);
  const token = await tokens.writeMachineToken(config.home);
  const ask = async (route: string, init: RequestInit, authorization: string | null) => {
    const headers = new Headers(init.headers);
    headers.set("host", "127.0.0.1");
    const showsSomething = headers.has("authorization") || headers.has("cookie");
    if (authorization !== null && !showsSomething) headers.set("authorization", authorization);
    return app.http.request(route, { ...init, headers });
  };
  const request = (route: string, init: RequestInit = {}) => ask(route, init, `Bearer ${token}`);
  return {
    app,
    token,
    database,
    config,
    async makeToken(...scopes) {
      const administrator = signedIn(await findAdministrator(database.database));
      const made = await tokens.create(administrator, { name: "Test", scopes, expires_in_days: 1 });
      return made.token;
    },
    request,
    askAnonymously: (route, init = {}) => ask(route, init, null),
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
