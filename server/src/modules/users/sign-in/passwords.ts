import { hashPassword as hash, verifyPassword as verify } from "better-auth/crypto";
import { userErrors } from "../errors.ts";

/** The slow hash that the sign-in library stores and checks (scrypt, N 16384, r 16, p 1). */
export function hashPassword(password: string): Promise<string> {
  return hash(password);
}

let hashOfNothing: Promise<string> | undefined;

/** Whether a password is the right one. Without a stored hash it takes as long and answers false. */
export async function isRightPassword(stored: string | null, password: string): Promise<boolean> {
  hashOfNothing ??= hash(crypto.randomUUID());
  const isRight = await verify({ hash: stored ?? (await hashOfNothing), password });
  return stored !== null && isRight;
}

let common: Promise<ReadonlySet<string>> | undefined;

/** Loaded at the first new password: about 49,000 words that guessers try first. */
async function loadCommon(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  return new Set(dictionary["passwords-common"].map((word) => word.toLowerCase()));
}

const shortestPart = 3;
const leastOwnCharacters = 6;
const productName = "coursewright";
/** What fingers and memory run along by themselves, forwards or backwards. */
const rows = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
const runs = [...rows, ...rows.map((row) => [...row].reverse().join(""))];
const shortestRun = 3;

/**
 * Refuses a new password that is among the well-known ones, repeats one of them or a few characters, or is little more than one of
 * them, parts of the person's name or e-mail address, the name of the product, and runs such as 1234 or qwerty. What
 * characters it is made of is not asked (NIST SP 800-63B 3.1.1.2).
 *
 * @throws AppError `password_weak`
 */
export async function requireStrongPassword(password: string, about: readonly string[]): Promise<void> {
  common ??= loadCommon();
  const known = await common;
  const text = password.toLowerCase();
  const unit = /^(.+?)\1+$/u.exec(text)?.[1];
  if (known.has(text) || (unit !== undefined && (unit.length < 4 || known.has(unit)))) throw wellKnown();
  const own = withoutParts(text, [...about, productName]);
  if (own.length < leastOwnCharacters)
    throw weak(
      "This password is made of your name or e-mail address, or of the name of this product. Choose one that has nothing to do with them.",
    );
  if (charactersOf(withoutKnown(own, known)) < leastOwnCharacters) throw wellKnown();
}

const charactersOf = (text: string) => new Set(text).size;

function withoutParts(text: string, about: readonly string[]): string {
  const parts = about
    .flatMap((words) => words.toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .filter((part) => part.length >= shortestPart)
    .sort((left, right) => right.length - left.length);
  return parts.reduce((rest, part) => rest.replaceAll(part, ""), text);
}

/** What is left beside one well-known word, with signs and digits around it, and runs. */
function withoutKnown(text: string, known: ReadonlySet<string>): string {
  const around = /^[^\p{L}]*(.*?)[^\p{L}]*$/su.exec(text);
  const word = around?.[1] ?? "";
  return withoutRuns(known.has(word) ? text.replace(word, "") : text);
}

function withoutRuns(text: string): string {
  let rest = "";
  for (let start = 0; start < text.length; ) {
    let end = start + 1;
    while (end < text.length && runs.some((run) => run.includes(text.slice(start, end + 1)))) end += 1;
    if (end - start < shortestRun) end = start + 1;
    if (end === start + 1) rest += text[start];
    start = end;
  }
  return rest;
}

function wellKnown() {
  return weak(
    "This password is among those that are tried first. Choose another, such as four or five random words.",
  );
}

function weak(sentence: string) {
  return userErrors.create("password_weak", sentence, {
    details: { issues: [{ field: "new_password", message: "is too easy to guess" }] },
  });
}
