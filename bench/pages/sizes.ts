import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

const assets = path.resolve(import.meta.dirname, "../../admin/dist/assets");

function compressedKb(file: string): number {
  return gzipSync(readFileSync(path.join(assets, file))).length / 1000;
}

/** Compressed script of the built dashboard in KB: what the first page loads, and the largest file that comes later. */
export function builtSizes(): { entryKb: number; largest: { file: string; kb: number } } {
  const page = readFileSync(path.resolve(assets, "../index.html"), "utf8");
  const first = [...page.matchAll(/assets\/([\w-]+\.js)"/g)].flatMap(([, file]) =>
    file === undefined ? [] : [file],
  );
  const later = readdirSync(assets)
    .filter((file) => file.endsWith(".js") && !first.includes(file))
    .map((file) => ({ file, kb: compressedKb(file) }))
    .sort((left, right) => right.kb - left.kb);
  return {
    entryKb: first.reduce((sum, file) => sum + compressedKb(file), 0),
    largest: later[0] ?? { file: "none", kb: 0 },
  };
}
