import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/**
 * The one text of a JSON value (RFC 8785): keys sorted, no spaces, so that equal values have equal hashes. A
 * property that is `undefined` counts as absent.
 *
 * @throws TypeError naming the place of what has no exact JSON form: NaN, Infinity, integers beyond 2^53 - 1,
 *   bigint, `undefined` in an array, functions, class instances such as Date, cycles, and text with a lone
 *   surrogate or U+0000 (PostgreSQL stores neither).
 */
export function canonicalJson(value: unknown): string {
  checkValue(value, "$", new Set());
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("$ is undefined, which has no JSON form");
  return text;
}

/** SHA-256 of a text in UTF-8, as 64 lower-case hexadecimal digits. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function checkValue(value: unknown, place: string, above: Set<object>): void {
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "string") checkText(value, place);
  else if (typeof value === "number") checkNumber(value, place);
  else if (typeof value === "object") checkParts(value, place, above);
  else throw new TypeError(`${place} is ${typeof value}, which has no JSON form`);
}

function checkParts(value: object, place: string, above: Set<object>): void {
  if (above.has(value)) throw new TypeError(`${place} contains itself`);
  above.add(value);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1)
      checkValue(value[index], `${place}[${index}]`, above);
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new TypeError(`${place} is an instance of a class, give plain data`);
    }
    for (const [name, part] of Object.entries(value)) {
      checkText(name, `the name of a property of ${place}`);
      if (part !== undefined) checkValue(part, `${place}.${name}`, above);
    }
  }
  above.delete(value);
}

function checkNumber(value: number, place: string): void {
  if (!Number.isFinite(value)) throw new TypeError(`${place} is ${value}, which has no JSON form`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new TypeError(`${place} is ${value}, an integer that is not exact`);
  }
}

function checkText(text: string, place: string): void {
  if (!text.isWellFormed()) throw new TypeError(`${place} has half a surrogate pair`);
  if (text.includes("\u0000")) throw new TypeError(`${place} has the character U+0000`);
}
