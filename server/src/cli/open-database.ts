import type { Config } from "../config.ts";
import { findDatabaseUrl } from "../platform/embedded-postgres/cluster.ts";
import { type PostgresHealth, startEmbeddedPostgres } from "../platform/embedded-postgres/supervisor.ts";
import { acquireHomeLock, findHomeLockHolder, type HomeLock } from "../platform/home-lock.ts";
import type { Logger } from "../platform/logger.ts";

/** The database that a process works on. */
export interface OpenDatabase {
  readonly url: string;
  /** Only where this process runs the embedded database. */
  readonly postgresHealth: (() => PostgresHealth) | undefined;
  /** Tells later processes on the same data folder where this one answers. */
  setAddress(address: string): void;
  /** Stops the embedded database when this process runs it, and frees the data folder. */
  close(): Promise<void>;
}

/**
 * `DATABASE_URL`, else the embedded database of the data folder: started here, or, where `join` allows it, the
 * one that another live process runs.
 *
 * @throws AppError `home_in_use` when another process runs it and `join` is not allowed.
 */
export async function openDatabase(
  config: Config,
  logger: Logger,
  { join }: { readonly join: boolean },
): Promise<OpenDatabase> {
  if (config.databaseUrl !== undefined) return borrowed(config.databaseUrl);
  if (join && findHomeLockHolder(config.home)) {
    const url = findDatabaseUrl(config.home);
    if (url !== undefined) return borrowed(url);
  }
  const lock = acquireHomeLock(config.home);
  try {
    const postgres = await startEmbeddedPostgres({ home: config.home, logger });
    return owned(lock, postgres);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function borrowed(url: string): OpenDatabase {
  return { url, postgresHealth: undefined, setAddress: () => undefined, close: () => Promise.resolve() };
}

function owned(lock: HomeLock, postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>>): OpenDatabase {
  return {
    url: postgres.url,
    postgresHealth: () => postgres.health(),
    setAddress: (address) => lock.setAddress(address),
    async close() {
      await postgres.stop();
      lock.release();
    },
  };
}
