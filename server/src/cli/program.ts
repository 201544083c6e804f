import { Command, CommanderError } from "commander";
import { loadConfig } from "../config.ts";
import { AppError } from "../platform/errors.ts";
import { addAccountCommands } from "./accounts.ts";
import { createApiClient } from "./api-client.ts";
import { addConfigCommand } from "./config.ts";
import { addCreateCommand } from "./create.ts";
import { addDoctorCommand } from "./doctor.ts";
import { addKeyCommands } from "./keys.ts";
import { addLoginCommands } from "./login.ts";
import { addMigrateCommand } from "./migrate.ts";
import { exitCodes, printError } from "./output.ts";
import { addReplayCommand } from "./replay.ts";
import { addSeedCommand } from "./seed/seed.ts";
import { addRoleCommands } from "./start.ts";
import { addUnitCommands } from "./units.ts";

/** Runs the command line: what follows the program's name. Sets the exit code, prints failures. */
export async function runProgram(words: readonly string[]): Promise<void> {
  process.stdout.on("error", endQuietly);
  try {
    await createProgram().parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      // It has printed what was wrong; help and version end here too, with 0.
      process.exitCode = error.exitCode === 0 ? exitCodes.success : exitCodes.wrongUse;
      return;
    }
    printError(error);
    const wrongUse = error instanceof AppError && error.code === "config_invalid";
    process.exitCode = wrongUse ? exitCodes.wrongUse : exitCodes.failed;
  }
}

/** Whoever reads our output may stop before its end, as `head` does. */
function endQuietly(error: Error): void {
  if ("code" in error && error.code === "EPIPE") process.exit();
  throw error;
}

function createProgram(): Command {
  const program = new Command("coursewright")
    .description("Writes courses with language models, watched and steered live")
    .exitOverride()
    .showHelpAfterError("(--help lists what there is)");
  const clientFor = () => {
    const config = loadConfig(process.env);
    return createApiClient({ ...config.client, home: config.home });
  };
  addRoleCommands(program);
  addMigrateCommand(program);
  addAccountCommands(program);
  addKeyCommands(program);
  addSeedCommand(program);
  addConfigCommand(program);
  addLoginCommands(program);
  addCreateCommand(program, clientFor);
  addUnitCommands(program, clientFor);
  addReplayCommand(program, clientFor);
  addDoctorCommand(program, clientFor);
  return program;
}
