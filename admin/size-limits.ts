import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

const limitsKb = { entry: 130, route: 40 };

type Chunk = Rolldown.OutputChunk;

function closureOf(chunk: Chunk, chunks: ReadonlyMap<string, Chunk>, into = new Set<Chunk>()): Set<Chunk> {
  if (into.has(chunk)) return into;
  into.add(chunk);
  for (const name of chunk.imports) {
    const imported = chunks.get(name);
    if (imported !== undefined) closureOf(imported, chunks, into);
  }
  return into;
}

/**
 * Ends the build with an error when a page would load too much script: the entry with all it imports at most 130 KB
 * compressed, each route's own script and each script that routes share at most 40 KB.
 */
export function sizeLimits(): Plugin {
  const sizes = new Map<Chunk, number>();
  const sizeOf = (chunk: Chunk): number => {
    const known = sizes.get(chunk) ?? gzipSync(chunk.code).length / 1000;
    sizes.set(chunk, known);
    return known;
  };
  const sumOf = (all: Iterable<Chunk>) => [...all].reduce((sum, chunk) => sum + sizeOf(chunk), 0);
  return {
    name: "size-limits",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const found = Object.values(bundle).filter((part) => part.type === "chunk");
        const chunks = new Map(found.map((chunk) => [chunk.fileName, chunk]));
        const entry = new Set<Chunk>();
        for (const chunk of found) if (chunk.isEntry) closureOf(chunk, chunks, entry);
        const tooLarge: string[] = [];
        const entryKb = sumOf(entry);
        if (entryKb > limitsKb.entry)
          tooLarge.push(`the entry is ${entryKb.toFixed(1)} of ${limitsKb.entry} KB`);
        const routes = found.filter((chunk) => chunk.isDynamicEntry);
        const parts = routes.map((chunk) => [...closureOf(chunk, chunks)].filter((each) => !entry.has(each)));
        const uses = (chunk: Chunk) => parts.filter((part) => part.includes(chunk)).length;
        let largest = { name: "none", kb: 0 };
        for (const [place, route] of routes.entries()) {
          const part = parts[place] ?? [];
          const own = sumOf(part.filter((chunk) => uses(chunk) === 1));
          if (own > limitsKb.route)
            tooLarge.push(`${route.name} is ${own.toFixed(1)} of ${limitsKb.route} KB`);
          if (sumOf(part) > largest.kb) largest = { name: route.name, kb: sumOf(part) };
        }
        for (const chunk of found) {
          if (entry.has(chunk) || uses(chunk) < 2 || sizeOf(chunk) <= limitsKb.route) continue;
          tooLarge.push(`${chunk.name}, shared, is ${sizeOf(chunk).toFixed(1)} of ${limitsKb.route} KB`);
        }
        if (tooLarge.length > 0) this.error(`Too much script, compressed: ${tooLarge.join("; ")}.`);
        this.info(
          `script, compressed: entry ${entryKb.toFixed(1)} of ${limitsKb.entry} KB, ` +
            `most beside it ${largest.kb.toFixed(1)} KB (${largest.name}, shared scripts included)`,
        );
      },
    },
  };
}
