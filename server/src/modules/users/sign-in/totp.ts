import { createHmac } from "node:crypto";

const periodMs = 30_000;
const digits = 6;
// One step to either side, for clocks that differ.
const drift = [0, -1, 1];

/** The code of one 30 second step (RFC 6238 with SHA-1 and six digits, which every app knows). */
export function codeOfStep(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", Buffer.from(secret, "utf8")).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 0x0f;
  const number = (hash.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits;
  return String(number).padStart(digits, "0");
}

/** The step that a code belongs to at a time in ms, null when it is not right. */
export function findStep(secret: string, code: string, at: number): number | null {
  const now = Math.floor(at / periodMs);
  return drift.map((steps) => now + steps).find((step) => codeOfStep(secret, step) === code) ?? null;
}
