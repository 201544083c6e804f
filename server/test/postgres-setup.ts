import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { createClient } from "../src/platform/database.ts";
import { startEmbeddedPostgres } from "../src/platform/embedded-postgres/supervisor.ts";
import { createSilentLogger } from "../src/platform/logger.ts";
import { migrate } from "../src/platform/migrate.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Database of the run's server from which databases are created and dropped. */
    postgresUrl: string;
    /** Name of the migrated database that the others are copies of. */
    postgresTemplate: string;
  }
}

const template = "migrated_template";

/** Starts one PostgreSQL for the whole run and migrates the template. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(path.join(os.tmpdir(), "coursewright-test-"));
  const postgres = await startEmbeddedPostgres({
    home,
    logger: createSilentLogger(),
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "200" },
  });
  const client = createClient({ url: postgres.url, applicationName: "test set-up" });
  await client.connect();
  await client.query(`CREATE DATABASE ${template}`);
  await client.end();
  const templateUrl = new URL(postgres.url);
  templateUrl.pathname = `/${template}`;
  await migrate({ url: templateUrl.href, logger: createSilentLogger() });
  project.provide("postgresUrl", postgres.url);
  project.provide("postgresTemplate", template);
  return async () => {
    await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  };
}
