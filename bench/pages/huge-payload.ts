import { zstdCompressSync } from "node:zlib";

const wantedCharacters = 20_100_000;
const longLine = 1_000_000;

let built: string | undefined;

/** A JSON of 20 MB as a flow's input could be: many chunks of a source with their offsets, and one line of 1 MB. */
export function hugeText(): string {
  built ??= build();
  return built;
}

/** The same as the database keeps it. */
export function hugeRequest(): Buffer {
  return zstdCompressSync(hugeText());
}

function build(): string {
  const chunks: unknown[] = [];
  let characters = longLine;
  for (let position = 0; characters < wantedCharacters; position += 1) {
    const chunk = {
      position,
      heading: `Section ${position}`,
      text: "The tide rises and falls because the Moon pulls on the ocean; ".repeat(3),
      offsets: [position * 190, position * 190 + 189],
      kept: position % 7 !== 0,
      score: Math.round(10_000 / (1 + (position % 97))) / 10_000,
      source: null,
    };
    characters += JSON.stringify(chunk).length + 1;
    chunks.push(chunk);
  }
  return JSON.stringify({ title: "A very long source", one_line: "a".repeat(longLine), chunks });
}
