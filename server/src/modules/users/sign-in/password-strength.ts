import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { userErrors } from "../errors.ts";

const breachedList = new URL("./breached-passwords/list.txt.br", import.meta.url);

/**
 * The passwords of 12 characters or more among the million that were found most often in breaches, in lower case: some 44,000
 * (breached-passwords/ORIGIN.md).
 */
export async function readBreachedPasswords(): Promise<readonly string[]> {
  const packed = await readFile(breachedList);
  return (await promisify(brotliDecompress)(packed)).toString("utf8").split("\n");
}

let common: Promise<ReadonlySet<string>> | undefined;

/** Read at the first new password and kept: the list above, and about 49,000 mostly shorter words that guessers try first. */
function knownPasswords(): Promise<ReadonlySet<string>> {
  common ??= loadCommon().catch((error: unknown) => {
    common = undefined;
    throw error;
  });
  return common;
}

async function loadCommon(): Promise<ReadonlySet<string>> {
  const [breached, { dictionary }] = await Promise.all([
    readBreachedPasswords(),
    import("@zxcvbn-ts/language-common"),
  ]);
  const known = new Set(breached);
  for (const word of dictionary["passwords-common"]) known.add(word.toLowerCase());
  return known;
}

const shortestPart = 3;
const leastOwnCharacters = 6;
const productName = "coursewright";
const advice = "Choose another, such as four or five random words.";
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
  const known = await knownPasswords();
  // What is hashed is the normal form.
  const text = password.normalize("NFKC").toLowerCase();
  const unit = /^(.+?)\1+$/u.exec(text)?.[1];
  if (known.has(text)) throw weak(`This is one of the passwords that guessers try first. ${advice}`);
  if (unit !== undefined && (unit.length < 4 || known.has(unit))) throw littleMore();
  const own = withoutParts(text, [...about, productName]);
  if (own.length < leastOwnCharacters)
    throw weak(
      "This password is made of your name or e-mail address, or of the name of this product. Choose one that has nothing to do with them.",
    );
  if (charactersOf(withoutKnown(own, known)) < leastOwnCharacters) throw littleMore();
}

const charactersOf = (text: string) => new Set(text).size;

function withoutParts(text: string, about: readonly string[]): string {
  const parts = about
    .flatMap((words) =>
      words
        .normalize("NFKC")
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u),
    )
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

function littleMore() {
  return weak(`This password is little more than one of those that guessers try first. ${advice}`);
}

function weak(sentence: string) {
  return userErrors.create("password_weak", sentence, {
    details: { issues: [{ field: "new_password", message: "is too easy to guess" }] },
  });
}
