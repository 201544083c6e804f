import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type pg from "pg";
import { createClient } from "./database.ts";
import { defineErrors } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { waitUntil } from "./processes.ts";

export const migrationErrors = defineErrors({
  migration_invalid: { status: 500, retryable: false, title: "Invalid migration" },
  migration_changed: { status: 500, retryable: false, title: "Applied migration changed" },
  schema_newer: { status: 500, retryable: false, title: "Database newer than the program" },
  migration_failed: { status: 500, retryable: false, title: "Migration failed" },
  database_unreachable: { status: 503, retryable: true, title: "Database unreachable" },
  database_too_old: { status: 500, retryable: false, title: "Database too old" },
  migration_busy: { status: 503, retryable: true, title: "Another process migrates" },
});

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

export interface MigrateOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Default: the project's own. */
  readonly migrations?: readonly Migration[];
  /** How long to wait for another process that migrates, in ms. Default 10 minutes. */
  readonly lockTimeoutMs?: number;
}

/** The folder of the project's migrations. */
export const migrationsFolder = path.resolve(import.meta.dirname, "../../migrations");

const oldestServerVersion = 160_000;
// Any fixed number that nothing else of ours uses.
const migrationLock = 7_305_881_220_771;

/**
 * Reads `0001_name.sql`, `0002_…` in order.
 *
 * @throws AppError `migration_invalid` for a file of another form, or a gap or repetition in the numbers.
 */
export function readMigrations(folder: string = migrationsFolder): readonly Migration[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .sort();
  return files.map((file, index) => {
    const [, digits, name] = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file) ?? [];
    if (digits === undefined || name === undefined || Number(digits) !== index + 1) {
      const expected = String(index + 1).padStart(4, "0");
      throw migrationErrors.create(
        "migration_invalid",
        `${file} should be named ${expected}_what_it_does.sql`,
      );
    }
    const sql = readFileSync(path.join(folder, file), "utf8");
    return { number: index + 1, name, sql, sha256: createHash("sha256").update(sql).digest("hex") };
  });
}

/**
 * Brings the database to the newest schema, each migration in a transaction of its own unless its first line
 * is `-- no transaction`. One process at a time does it; the others wait and then find nothing to do.
 *
 * @returns the migrations that were applied now.
 * @throws AppError `database_unreachable`, `database_too_old`, `migration_changed`, `schema_newer`,
 *   `migration_failed`, `migration_busy`.
 */
export async function migrate(options: MigrateOptions): Promise<readonly Migration[]> {
  const { url, logger, migrations = readMigrations(), lockTimeoutMs = 600_000 } = options;
  const client = createClient({ url, applicationName: "coursewright migrate" });
  await connect(client, url);
  try {
    await checkVersion(client);
    await lockMigrations(client, lockTimeoutMs);
    const applied = await listApplied(client);
    checkApplied(applied, migrations);
    const pending = migrations.slice(applied.length);
    for (const migration of pending) {
      const startedAt = performance.now();
      await apply(client, migration);
      const durationMs = Math.round(performance.now() - startedAt);
      logger.info({ migration: fileName(migration), duration_ms: durationMs }, "Migrated the database");
    }
    return pending;
  } finally {
    await client.end(); // Releases the lock.
  }
}

async function connect(client: pg.Client, url: string): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    const { host, pathname } = new URL(url);
    const reason = error instanceof AggregateError ? error.errors.join(", ") : String(error);
    throw migrationErrors.create(
      "database_unreachable",
      `The database ${pathname.slice(1)} at ${host} cannot be opened (${reason}). Check DATABASE_URL.`,
      { cause: error },
    );
  }
}

async function checkVersion(client: pg.Client): Promise<void> {
  const answer = await client.query<{ server_version_num: string }>("SHOW server_version_num");
  const version = Number(answer.rows[0]?.server_version_num);
  if (version < oldestServerVersion) {
    throw migrationErrors.create(
      "database_too_old",
      `The database server is PostgreSQL ${Math.floor(version / 10_000)}. Coursewright needs version 16 or later.`,
    );
  }
}

// Polled: a backend that waits for an advisory lock holds a snapshot, and CREATE INDEX CONCURRENTLY in the
// migrating process would wait for that snapshot, a deadlock.
async function lockMigrations(client: pg.Client, timeoutMs: number): Promise<void> {
  const locked = await waitUntil(
    async () => {
      const answer = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1) AS locked", [
        migrationLock,
      ]);
      return answer.rows[0]?.locked === true;
    },
    timeoutMs,
    100,
  );
  if (!locked) {
    throw migrationErrors.create(
      "migration_busy",
      `Another process has been migrating this database for ${Math.round(timeoutMs / 1000)} s. Try again later.`,
    );
  }
}

interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
}

async function listApplied(client: pg.Client): Promise<readonly AppliedMigration[]> {
  await client.query(`
    CREATE TABLE IF NOT EXISTS schema_migrations (
      number integer PRIMARY KEY,
      name text NOT NULL,
      sha256 text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
  const answer = await client.query<AppliedMigration>(
    "SELECT number, name, sha256 FROM schema_migrations ORDER BY number",
  );
  return answer.rows;
}

function checkApplied(applied: readonly AppliedMigration[], known: readonly Migration[]): void {
  for (const [index, row] of applied.entries()) {
    const migration = known[index];
    if (!migration) {
      throw migrationErrors.create(
        "schema_newer",
        `The database is at migration ${applied.length}, this program knows ${known.length}. ` +
          "Run a version of Coursewright at least as new as the one that migrated it.",
      );
    }
    if (migration.number !== row.number || migration.sha256 !== row.sha256) {
      throw migrationErrors.create(
        "migration_changed",
        `Migration ${fileName(migration)} differs from the one that was applied as ${fileName(row)}. ` +
          "Applied migrations never change: restore the file and put the change into a new one.",
      );
    }
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  const record = () =>
    client.query("INSERT INTO schema_migrations (number, name, sha256) VALUES ($1, $2, $3)", [
      migration.number,
      migration.name,
      migration.sha256,
    ]);
  try {
    if (/^-- no transaction\s*$/m.test(migration.sql.split("\n", 1)[0] ?? "")) {
      for (const statement of splitStatements(migration.sql)) await client.query(statement);
      await record();
      return;
    }
    await client.query("BEGIN");
    await client.query(migration.sql);
    await record();
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined); // The connection may be what failed.
    const reason = error instanceof Error ? error.message : String(error);
    throw migrationErrors.create("migration_failed", `Migration ${fileName(migration)} failed: ${reason}`, {
      cause: error,
    });
  }
}

// Several statements in one query are one transaction, which CREATE INDEX CONCURRENTLY refuses. Such a file
// separates its statements by a semicolon at the end of a line.
function splitStatements(sql: string): string[] {
  return sql
    .split(/;[ \t]*(?:\r?\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replace(/--.*$/gm, "").trim() !== "");
}

function fileName({ number, name }: { readonly number: number; readonly name: string }): string {
  return `${String(number).padStart(4, "0")}_${name}.sql`;
}
