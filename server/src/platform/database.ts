import {
  type DatabaseConnection as DriverConnection,
  Kysely,
  type Transaction as KyselyTransaction,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
} from "kysely";
import pg from "pg";
import { columnTypes } from "./column-types.ts";
import type { DB } from "./generated/database.ts";
import type { Logger } from "./logger.ts";
import { loadedSecrets } from "./redaction.ts";

/** The typed query builder over the pool. Row types come from the migrated database. */
export type Database = Kysely<DB>;

/** An open transaction, with the same queries as `Database`. */
export type Transaction = KyselyTransaction<DB>;

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/name` */
  readonly url: string;
  /** Most connections open at once. */
  readonly max: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly logger: Logger;
  /** How long a query waits for a free connection, in ms. Default 10,000. */
  readonly connectionTimeoutMs?: number;
}

export interface DatabaseConnection {
  readonly database: Database;
  readonly pool: pg.Pool;
  /** Calls the listener after every committed transaction of `database`: the change feed is rung there. */
  onCommit(listener: () => void): void;
  /** Ends all connections after their running queries. Calling it twice is harmless. */
  close(): Promise<void>;
}

const keepAliveDelayMs = 5_000;
const idleTimeoutMs = 30_000;

/**
 * Opens a pool; the first connection is made by the first query. Lost connections are logged and replaced,
 * they never end the process.
 */
export function createDatabase(options: DatabaseOptions): DatabaseConnection {
  const { logger } = options;
  const pool = new pg.Pool({
    ...connectionOptions(options),
    max: options.max,
    connectionTimeoutMillis: options.connectionTimeoutMs ?? 10_000,
    idleTimeoutMillis: idleTimeoutMs,
  });
  pool.on("error", (error) => {
    // A database that stops together with the pool may be faster than the goodbye of its connections.
    if (!pool.ending) logger.warn({ error }, "An idle database connection was lost");
  });
  // A connection that breaks between two statements of a transaction reports it here only: without a
  // listener that would end the process. The next statement on it fails and reaches its caller.
  pool.on("connect", (client) => client.on("error", () => undefined));
  const commitListeners: (() => void)[] = [];
  const tellCommit = () => {
    for (const listener of commitListeners) listener();
  };
  const database = new Kysely<DB>({ dialect: new TellingDialect({ pool }, tellCommit) });
  let closing: Promise<void> | undefined;
  return {
    database,
    pool,
    onCommit: (listener) => void commitListeners.push(listener),
    close() {
      closing ??= database.destroy().then(() => (pool.ended ? undefined : pool.end()));
      return closing;
    },
  };
}

/** The stock dialect, which also tells when a transaction was committed and stores no loaded secret. */
class TellingDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #tellCommit: () => void;

  constructor(config: PostgresDialectConfig, tellCommit: () => void) {
    super(config);
    this.#config = config;
    this.#tellCommit = tellCommit;
  }

  override createDriver(): PostgresDriver {
    return new TellingDriver(this.#config, this.#tellCommit);
  }
}

class TellingDriver extends PostgresDriver {
  readonly #tellCommit: () => void;
  readonly #redacting = new WeakSet<DriverConnection>();

  constructor(config: PostgresDialectConfig, tellCommit: () => void) {
    super(config);
    this.#tellCommit = tellCommit;
  }

  /** Whatever an outside system tells goes through here on its way into a row: errors, logs, answers, titles. */
  override async acquireConnection(): Promise<DriverConnection> {
    const connection = await super.acquireConnection();
    if (this.#redacting.has(connection)) return connection;
    this.#redacting.add(connection);
    const execute = connection.executeQuery.bind(connection);
    connection.executeQuery = (query, ...words) =>
      execute({ ...query, parameters: query.parameters.map(withoutSecrets) }, ...words);
    return connection;
  }

  override async commitTransaction(connection: DriverConnection): Promise<void> {
    await super.commitTransaction(connection);
    this.#tellCommit();
  }
}

function withoutSecrets(parameter: unknown): unknown {
  if (typeof parameter === "string") {
    return /^[[{"]/.test(parameter) ? loadedSecrets.jsonText(parameter) : loadedSecrets.text(parameter);
  }
  return Array.isArray(parameter) ? parameter.map(withoutSecrets) : parameter;
}

/** One connection outside the pool, not yet connected: for LISTEN and session locks. The caller ends it. */
export function createClient(options: Pick<DatabaseOptions, "url" | "applicationName">): pg.Client {
  const client = new pg.Client({ ...connectionOptions(options), connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  return client;
}

function connectionOptions({ url, applicationName }: Pick<DatabaseOptions, "url" | "applicationName">) {
  return {
    connectionString: url,
    application_name: applicationName,
    types: columnTypes,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveDelayMs,
  };
}

const infrastructureStates = new Set(["57P01", "57P02", "57P03", "57P05", "40001", "40P01", "58030"]);
const infrastructureClasses = new Set(["08", "53"]);
const socketErrors = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
]);
// pg raises these without a code.
const driverMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed and is not queryable|Cannot use a pool after calling end|Query read timeout|Connection ended unexpectedly)/;

/**
 * Whether the database (not the statement) failed: the connection was lost or refused, no connection was
 * free in time, the server is starting, stopping or short of a resource, or two transactions collided
 * (serialization failure, deadlock). The same work can succeed later, unchanged. Looks through `cause`.
 */
export function isInfrastructureError(error: unknown): boolean {
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 8;
    current = current.cause, depth += 1
  ) {
    if (current instanceof AggregateError && current.errors.some((inner) => isInfrastructureError(inner))) {
      return true;
    }
    const code = "code" in current && typeof current.code === "string" ? current.code : "";
    if (infrastructureStates.has(code) || socketErrors.has(code)) return true;
    if (
      code.length === 5 &&
      current instanceof pg.DatabaseError &&
      infrastructureClasses.has(code.slice(0, 2))
    ) {
      return true;
    }
    if (code === "" && driverMessages.test(current.message)) return true;
  }
  return false;
}
