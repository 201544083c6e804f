import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ensureHome } from "../../../platform/home-lock.ts";
import { loadedSecrets } from "../../../platform/redaction.ts";

const fileName = "cli-token";

/** The token that stands in a data folder, undefined when there is none that only its owner can read. */
export function readMachineToken(home: string): string | undefined {
  const file = path.join(home, fileName);
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile() || (found.mode & 0o077) !== 0) return undefined;
  const token = readFileSync(file, "utf8").trim();
  loadedSecrets.add(token);
  return token;
}

/** What the file of a data folder holds, whoever can read it: the token that a new one takes the place of. */
export function readFormerToken(home: string): string | undefined {
  const file = path.join(home, fileName);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
  return readFileSync(file, "utf8").trim();
}

/** Replaces the token file as a whole; readable by its owner only from the first moment on. */
export function writeMachineTokenFile(home: string, token: string): void {
  ensureHome(home);
  loadedSecrets.add(token);
  const file = path.join(home, fileName);
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, `${token}\n`, { mode: 0o600, flush: true });
  renameSync(draft, file);
}
