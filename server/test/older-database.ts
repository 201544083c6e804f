import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createDatabase, type DatabaseConnection } from "../src/platform/database.ts";
import { createSilentLogger } from "../src/platform/logger.ts";
import { createEmptyDatabase } from "./database.ts";

const folder = path.resolve(import.meta.dirname, "../migrations");

/** A database as it was before a migration. */
export interface OlderDatabase extends Pick<DatabaseConnection, "database" | "pool"> {
  /** Applies the migration and all after it, each in a transaction of its own, as the migrator does it. */
  migrate(): Promise<void>;
  close(): Promise<void>;
}

/** An empty database with the migrations before the file of this name. */
export async function createDatabaseBefore(file: string): Promise<OlderDatabase> {
  const empty = await createEmptyDatabase();
  const { database, pool, close } = createDatabase({
    url: empty.url,
    max: 2,
    applicationName: "test",
    logger: createSilentLogger(),
  });
  const files = readdirSync(folder).sort();
  const apply = async (names: readonly string[]) => {
    for (const name of names)
      await pool.query(`BEGIN; ${readFileSync(path.join(folder, name), "utf8")}; COMMIT`);
  };
  await apply(files.filter((name) => name < file));
  return {
    database,
    pool,
    migrate: () => apply(files.filter((name) => name >= file)),
    async close() {
      await close();
      await empty.close();
    },
  };
}
