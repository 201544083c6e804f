import type { Command } from "commander";
import { loadConfig } from "../../config.ts";
import { createDatabase } from "../../platform/database.ts";
import { createLogger } from "../../platform/logger.ts";
import { migrate } from "../../platform/migrate.ts";
import { openDatabase } from "../open-database.ts";
import { printJson, printTable } from "../output.ts";

interface SeedFlags {
  readonly again?: boolean;
  readonly json?: boolean;
}

/** Adds `coursewright seed`. */
export function addSeedCommand(program: Command): void {
  program
    .command("seed")
    .description("Add sample units in every status, with their tasks, flow runs, steps and LLM requests")
    .option("--again", "add them once more")
    .option("--json", "print one JSON value on standard output")
    .action(async (flags: SeedFlags) => {
      const config = loadConfig(process.env);
      const logger = createLogger(config.log);
      const opened = await openDatabase(config, logger, { join: true });
      try {
        await migrate({ url: opened.url, logger });
        const connection = createDatabase({
          url: opened.url,
          max: 2,
          applicationName: "coursewright seed",
          logger,
        });
        try {
          // Loaded here, so that the other commands start without the speech and cover engines.
          const { insertSamples } = await import("./insert-samples.ts");
          const seeded = await insertSamples(connection.database, {
            home: config.home,
            again: flags.again === true,
          });
          if (flags.json) return printJson(seeded);
          printTable(
            ["unit", "title", "status"],
            seeded.units.map(({ id, title, status }) => [id, title, status]),
          );
        } finally {
          await connection.close();
        }
      } finally {
        await opened.close();
      }
    });
}
