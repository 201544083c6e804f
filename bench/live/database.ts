import { existsSync } from "node:fs";
import type pg from "pg";
import { createDatabase } from "../../server/src/platform/database.ts";
import { startEmbeddedPostgres } from "../../server/src/platform/embedded-postgres/supervisor.ts";
import { createLogger } from "../../server/src/platform/logger.ts";
import { migrate, readMigrations } from "../../server/src/platform/migrate.ts";
import { type SeedSizes, seededStatements } from "../pages/seed-statements.ts";

const logger = createLogger({ level: "warn", format: "json" });
// The release before the monitor: filling it and then migrating is what an old installation goes through.
const formerRelease = 17;
const tasksPerUnit = 3;

export interface LiveDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  /** How long the migrations took that came after the rows; null when they had been applied before. */
  readonly upgradeMs: number | null;
  stop(): Promise<void>;
}

function sizesFor(jobs: number): SeedSizes {
  const units = Math.ceil(jobs / tasksPerUnit);
  const runs = Math.min(100_000, units * 5);
  return {
    units,
    lessons: Math.min(60_000, units * 3),
    tasks: jobs,
    flow_runs: runs,
    flow_step_runs: runs * 10,
    llm_requests: runs * 10,
  };
}

async function fill(pool: pg.Pool, jobs: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("SET session_replication_role = replica");
    await client.query("SET maintenance_work_mem = '256MB'");
    for (const { words, sql } of seededStatements(sizesFor(jobs))) {
      const begin = performance.now();
      await client.query(sql);
      console.error(`${words}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
    }
    await client.query("SET session_replication_role = DEFAULT");
  } finally {
    client.release();
  }
}

/** Starts the embedded database over `jobs` finished jobs, which are written unless the data folder holds some already. */
export async function startLiveDatabase(home: string, jobs: number): Promise<LiveDatabase> {
  const isNew = !existsSync(`${home}/postgres`);
  const postgres = await startEmbeddedPostgres({ home, logger });
  const { pool, close } = createDatabase({
    url: postgres.url,
    max: 6,
    applicationName: "bench",
    logger,
  });
  const stop = async () => {
    await close();
    await postgres.stop();
  };
  try {
    const upgradeMs = await prepare(postgres.url, pool, isNew ? jobs : 0);
    return { url: postgres.url, pool, upgradeMs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepare(url: string, pool: pg.Pool, jobs: number): Promise<number | null> {
  if (jobs > 0) {
    await migrate({ url, logger, migrations: readMigrations().slice(0, formerRelease) });
    await fill(pool, jobs);
  }
  const begin = performance.now();
  const applied = await migrate({ url, logger });
  const upgradeMs = performance.now() - begin;
  await pool.query("VACUUM (ANALYZE)");
  return applied.length === 0 ? null : upgradeMs;
}
