import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { createLimit } from "../../../platform/limit.ts";

interface Cost {
  /** Memory and time: 2 to this power blocks of 128 r bytes. */
  readonly ln: number;
  readonly r: number;
  /** How often one after another. */
  readonly p: number;
}

// As strong as ln 17, r 8, p 1, with a quarter of its memory: 32 MiB (OWASP, Password Storage Cheat Sheet).
const cost: Cost = { ln: 15, r: 8, p: 3 };
const keyBytes = 32;
const saltBytes = 16;
const mark = `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$`;
const ours = /^(\$scrypt\$ln=\d+,r=\d+,p=\d+\$)([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

/** What the sign-in library wrote before: its salt in hexadecimal, taken as text, and 64 bytes of key. */
const former = /^([0-9a-f]{32}):([0-9a-f]{128})$/;
const formerCost: Cost = { ln: 14, r: 16, p: 1 };
const formerKeyBytes = 64;
// The work that a former hash lacks: 2^15 * 8 * 3 = 2^14 * 16 * 1 + 2^15 * 8 * 2.
const missingCost: Cost = { ln: 15, r: 8, p: 2 };

const atOnce = 3;
const turns = createLimit(atOnce);

/**
 * The slow hash of a password: `$scrypt$ln=15,r=8,p=3$salt$key`, in base64 without padding. Characters that look and mean the same
 * are the same (NFKC). At most three are worked on at once in a process, which takes 96 MiB and leaves one of the four threads that
 * Node has for such work to files and names; whoever comes then waits for a turn.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const key = await derive(password, salt, cost, keyBytes);
  return `${mark}${unpadded(salt)}$${unpadded(key)}`;
}

/**
 * Whether a password is the right one. Takes the same work whatever is stored: a hash of ours, one of the former kind, something that
 * is none, or nothing, for which the answer is false.
 */
export async function isRightPassword(stored: string | null, password: string): Promise<boolean> {
  const [, head, salt, key] = ours.exec(stored ?? "") ?? [];
  if (head === mark && salt !== undefined && key !== undefined) {
    const found = await derive(password, Buffer.from(salt, "base64"), cost, keyBytes);
    return timingSafeEqual(found, Buffer.from(key, "base64"));
  }
  const [, formerSalt, formerKey] = former.exec(stored ?? "") ?? [];
  if (formerSalt !== undefined && formerKey !== undefined) {
    const found = await derive(password, formerSalt, formerCost, formerKeyBytes);
    await derive(password, formerSalt, missingCost, keyBytes);
    return timingSafeEqual(found, Buffer.from(formerKey, "hex"));
  }
  await derive(password, randomBytes(saltBytes), cost, keyBytes);
  return false;
}

/** Whether a stored hash was made with other work than today's, so that the next right password is hashed anew. */
export function isOutdatedHash(stored: string): boolean {
  return !stored.startsWith(mark);
}

async function derive(
  password: string,
  salt: Buffer | string,
  { ln, r, p }: Cost,
  bytes: number,
): Promise<Buffer> {
  const N = 2 ** ln;
  await turns.acquire();
  try {
    return await new Promise((resolve, reject) => {
      // Node refuses more memory than this, and needs a little beside the blocks.
      const options = { N, r, p, maxmem: 256 * N * r };
      scrypt(password.normalize("NFKC"), salt, bytes, options, (error, key) => {
        if (error) reject(error);
        else resolve(key);
      });
    });
  } finally {
    turns.release();
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
