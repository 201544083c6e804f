import { createHash, randomBytes } from "node:crypto";
import type { TokenScope } from "../../../platform/caller.ts";

/** A token as it is handed out once: `cw_` and 256 random bits. The first twelve characters are kept to recognise it by. */
export interface DrawnToken {
  readonly token: string;
  readonly prefix: string;
  readonly secret_sha256: Buffer;
}

const form = /^cw_[\w-]{43}$/;
const prefixLength = 12;

/** Draws a token from the system's random source. */
export function drawToken(): DrawnToken {
  const token = `cw_${randomBytes(32).toString("base64url")}`;
  return { token, prefix: token.slice(0, prefixLength), secret_sha256: hashToken(token) };
}

/** 256 random bits need no slow hash (ASVS 11.4.2 asks for one of passwords only). */
export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token, "utf8").digest();
}

/** Whether a text has the form of a token; others are refused without asking the database. */
export function isTokenText(text: string): boolean {
  return form.test(text);
}

/** What the machine's own token may do. */
export const machineScopes: readonly TokenScope[] = ["admin"];
