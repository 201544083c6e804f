import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Sample } from "./create-request.ts";

/** `examples/sources` of this checkout. */
export const samplesFolder = path.resolve(import.meta.dirname, "../../../../examples/sources");

/** Reads the example sources, in the order of their file names. The first line is the title. */
export async function readSamples(folder: string): Promise<Sample[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md")).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(path.join(folder, name), "utf8");
      const id = path.basename(name, ".md");
      const title = /^#\s+(.+)$/m.exec(text)?.[1]?.trim() ?? id;
      return { id, title, words: text.match(/\S+/g)?.length ?? 0, text };
    }),
  );
}
