import { type App, createApp } from "../src/app.ts";
import { createDatabase } from "../src/platform/database.ts";
import { createSilentLogger } from "../src/platform/logger.ts";
import type { TestApp } from "./app.ts";
import type { Asked } from "./browser.ts";

/** A further server of the same installation: the same settings, keys and database, connections and memory of its own. */
export async function createSibling({
  config,
  database: { url },
}: TestApp): Promise<Asked & Pick<App, "keys" | "startServer"> & { close(): Promise<void> }> {
  const logger = createSilentLogger();
  const connection = createDatabase({ ...{ url, max: 10, applicationName: "sibling", logger } });
  const { database, pool, onCommit } = connection;
  const app = await createApp({ ...{ config, logger, database, pool, onCommit, connectionString: url } });
  return {
    keys: app.keys,
    startServer: app.startServer,
    async askAnonymously(route, init = {}) {
      const headers = new Headers(init.headers);
      headers.set("host", "127.0.0.1");
      return app.http.request(route, { ...init, headers });
    },
    async close() {
      await app.stop();
      await connection.close();
    },
  };
}
