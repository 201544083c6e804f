import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
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

const proofPurpose = "coursewright machine proof 1";

/** 32 random bytes as a nonce is sent: base64url. */
export const proofNonceForm = /^[\w-]{43}$/;

/**
 * Shows that whoever answers knows the token, without telling anything of it: HMAC-SHA256 under a key that HKDF makes of the token
 * for this alone. The place is the end of the connection that the answer comes from, such as `127.0.0.1 4400`: a proof that another
 * program fetched from the server holds for the server's place, not for that program's.
 *
 * @param nonce fits `proofNonceForm`, so that where it ends and the place begins is never in doubt
 * @returns base64url
 */
export function proveMachineToken(token: string, nonce: string, place: string): string {
  const key = Buffer.from(hkdfSync("sha256", token, "", proofPurpose, 32));
  return createHmac("sha256", key).update(`${nonce} ${place}`, "utf8").digest("base64url");
}

/** Whether it is the proof of this token for this nonce and place; takes the same time for every wrong one. */
export function isMachineTokenProof(proof: string, token: string, nonce: string, place: string): boolean {
  const expected = Buffer.from(proveMachineToken(token, nonce, place));
  const given = Buffer.from(proof);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
