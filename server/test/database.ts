import { randomBytes } from "node:crypto";
import type pg from "pg";
import { inject } from "vitest";
import { createClient, createDatabase, type Database } from "../src/platform/database.ts";
import { createSilentLogger } from "../src/platform/logger.ts";

export interface TestDatabase {
  /** For code that opens its own connections. */
  readonly url: string;
  readonly database: Database;
  readonly pool: pg.Pool;
  /** Calls the listener after every committed transaction of `database`. */
  onCommit(listener: () => void): void;
  /** Ends the connections and drops the database, also when others are still connected to it. */
  close(): Promise<void>;
}

/**
 * A database of its own, migrated and otherwise empty: a copy of the template that the run made. Call it once
 * per test file in `beforeAll` and `close` it in `afterAll`. fsync is off; a test about crashes of the database
 * starts its own server with `startEmbeddedPostgres`.
 */
export async function createTestDatabase(options: { readonly max?: number } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${inject("postgresTemplate")}`);
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${name}`;
  const connection = createDatabase({
    url: url.href,
    max: options.max ?? 10,
    applicationName: "test",
    logger: createSilentLogger(),
  });
  return {
    url: url.href,
    database: connection.database,
    pool: connection.pool,
    onCommit: connection.onCommit,
    async close() {
      await connection.close();
      await administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** A database without any table, for tests of the migrator. */
export async function createEmptyDatabase(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  await administer(`CREATE DATABASE ${name}`);
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${name}`;
  return { url: url.href, close: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function administer(statement: string): Promise<void> {
  const client = createClient({ url: inject("postgresUrl"), applicationName: "test" });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
