import type { Command } from "commander";
import { listEffectiveSettings, loadConfig } from "../config.ts";
import { loadedSecrets } from "../platform/redaction.ts";
import { printJson, printTable } from "./output.ts";

/** Adds `coursewright config`. */
export function addConfigCommand(program: Command): void {
  program
    .command("config")
    .description("Print the settings in force, without secrets")
    .option("--json", "print one JSON value on standard output")
    .action((flags: { readonly json?: boolean }) => {
      loadConfig(process.env);
      const settings = listEffectiveSettings(process.env).map((setting) => ({
        ...setting,
        value: loadedSecrets.text(setting.value),
      }));
      if (flags.json) return printJson(settings);
      printTable(
        ["setting", "value", "from", "meaning"],
        settings.map((setting) => [setting.name, setting.value, setting.source, setting.meaning]),
      );
    });
}
