import type { Command } from "commander";
import { loadConfig } from "../config.ts";
import { createLogger } from "../platform/logger.ts";
import { migrate } from "../platform/migrate.ts";
import { openDatabase } from "./open-database.ts";
import { printJson } from "./output.ts";

/** Adds `coursewright migrate`. */
export function addMigrateCommand(program: Command): void {
  program
    .command("migrate")
    .description("Bring the database to the schema of this version; start does so by itself")
    .option("--json", "print one JSON value on standard output")
    .action(async (flags: { readonly json?: boolean }) => {
      const config = loadConfig(process.env);
      const logger = createLogger(config.log);
      const database = await openDatabase(config, logger, { join: true });
      try {
        const applied = await migrate({ url: database.url, logger });
        if (flags.json) {
          printJson({ applied: applied.map(({ number, name }) => ({ number, name })) });
        } else if (applied.length === 0) {
          process.stdout.write("The database is up to date\n");
        } else {
          process.stdout.write(`Applied ${applied.length} migrations\n`);
        }
      } finally {
        await database.close();
      }
    });
}
