import type { Command } from "commander";
import type { KeyRotation } from "../platform/key-keeping.ts";
import { exitCodes, printJson } from "./output.ts";
import { withApp } from "./with-app.ts";

interface KeyFlags {
  readonly prune?: boolean;
  readonly lost?: boolean;
  readonly json?: boolean;
}

/** Adds `rotate-keys`. */
export function addKeyCommands(program: Command): void {
  program
    .command("rotate-keys")
    .description("Encrypt every stored secret with a new key; servers that run go on")
    .option("--prune", "take the keys out of the key file that nothing needs any more")
    .option(
      "--lost",
      "the former key file is lost: begin with a fresh one, credentials must be entered again",
    )
    .option("--json", "print one JSON value on standard output")
    .action(async (flags: KeyFlags) => {
      await withApp("rotate-keys", async (app) => {
        const rotation = flags.lost ? await app.keys.acceptLoss() : await app.keys.rotate();
        const pruned = flags.prune ? await app.keys.prune() : [];
        await app.recordAudit({
          ...{ actor_id: null, actor_kind: "machine", token_id: null, action: "keys.rotate" },
          ...{ object_kind: null, object_id: null, result: "done", code: null, request_id: null },
          details: {
            ...{ version: rotation.version, encrypted: rotation.encrypted, pruned },
            ...{ unreadable: rotation.unreadable.length, is_loss: flags.lost === true },
          },
          ...{ address: null, user_agent: null },
        });
        if (flags.json) printJson({ ...rotation, pruned });
        else process.stdout.write(wordsOf(rotation, pruned));
        if (rotation.unreadable.length > 0 && !flags.lost) process.exitCode = exitCodes.failed;
      });
    });
}

function wordsOf(
  { version, is_new_key, encrypted, unreadable }: KeyRotation,
  pruned: readonly number[],
): string {
  const lines = [
    is_new_key
      ? `Key ${version} is in use: ${encrypted} stored secrets were encrypted with it.`
      : `The interrupted change to key ${version} is finished: ${encrypted} more stored secrets were encrypted with it.`,
    "Copy the key file to every other machine that runs this installation, and into its separate backup.",
  ];
  if (pruned.length > 0) {
    lines.push(
      `Taken out of the key file: ${pruned.join(", ")}. Backups that are older need the former key file.`,
    );
  }
  if (unreadable.length > 0) {
    lines.push("No key reads these; enter them again:", ...unreadable.map((place) => `  ${place}`));
  }
  return `${lines.join("\n")}\n`;
}
