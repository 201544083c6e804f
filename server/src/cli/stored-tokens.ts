import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { cliErrors } from "./errors.ts";

// By origin, such as "https://courses.example.org".
const fileSchema = z.record(z.string(), z.string());

/** Where `coursewright login` keeps tokens: beside the key file's usual place. */
export function storedTokensFile(): string {
  return path.join(os.homedir(), ".config", "coursewright", "tokens.json");
}

/** The token kept for the origin of an address. @throws AppError `stored_tokens_unusable` */
export function findStoredToken(url: string): string | undefined {
  return readFile(storedTokensFile())[new URL(url).origin];
}

/** Keeps a token for the origin of an address, in place of the former one. @throws AppError `stored_tokens_unusable` */
export function storeToken(url: string, token: string): void {
  const file = storedTokensFile();
  writeFile(file, { ...readFile(file), [new URL(url).origin]: token });
}

/** Forgets the token of an address; false when there is none. @throws AppError `stored_tokens_unusable` */
export function forgetToken(url: string): boolean {
  const file = storedTokensFile();
  const { [new URL(url).origin]: forgotten, ...kept } = readFile(file);
  if (forgotten === undefined) return false;
  writeFile(file, kept);
  return true;
}

function readFile(file: string): Record<string, string> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return {};
  if ((found.mode & 0o077) !== 0) {
    throw cliErrors.create(
      "stored_tokens_unusable",
      `Other users can read ${file}: revoke the tokens in it, remove it and run "coursewright login" again.`,
    );
  }
  const parsed = fileSchema.safeParse(parseJson(readFileSync(file, "utf8")));
  if (!parsed.success) {
    throw cliErrors.create(
      "stored_tokens_unusable",
      `${file} is not a file of tokens: remove it and run "coursewright login" again.`,
    );
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses it with a sentence that names the file.
    return undefined;
  }
}

/** Whole or not at all, and readable by its owner only from the first moment on. */
function writeFile(file: string, tokens: Readonly<Record<string, string>>): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, `${JSON.stringify(tokens, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(draft, file);
}
