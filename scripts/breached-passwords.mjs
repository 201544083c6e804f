// node scripts/breached-passwords.mjs <file>: makes the list of breached passwords that are refused from SecLists'
// 10-million-password-list-top-1000000.txt. The list's ORIGIN.md says what is taken and under which licence.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const folder = path.resolve(import.meta.dirname, "../server/src/modules/users/sign-in/breached-passwords");
const expected = "eac6323842b3261da0ef4c180c8e23f4d056522ea97c2925b8687f453b40a2be";
const [shortest, longest] = [12, 256];

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("Name the file 10-million-password-list-top-1000000.txt.");
const bytes = readFileSync(file);
if (createHash("sha256").update(bytes).digest("hex") !== expected)
  throw new Error(`${file} is not the list that ORIGIN.md names, or another edition of it.`);

const words = bytes
  .toString("utf8")
  .split(/\r?\n/)
  .filter((word) => word.length >= shortest && word.length <= longest)
  .map((word) => word.toLowerCase());
const list = [...new Set(words)].sort();
const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
const packed = brotliCompressSync(list.join("\n"), { params });
writeFileSync(path.join(folder, "list.txt.br"), packed);
console.log(`${list.length} passwords in ${packed.length} bytes`);
