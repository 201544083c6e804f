// node bench/redaction.ts: what replacing loaded secrets costs, in microseconds per KiB of text, by how many are loaded.
import { createHash } from "node:crypto";
import { createSecretRegistry } from "../server/src/platform/redaction.ts";
import { median, printMeasured } from "./table.ts";

const secretCounts = [1, 10, 50, 200];
const repeats = 15;
const sizes = { line: 1024, payload: 256 * 1024 } as const;

function secretOf(number: number): string {
  return `sk-${createHash("sha256").update(String(number)).digest("base64url").slice(0, 32)}`;
}

const prose = "The tide rises and falls twice a day because the moon pulls at the water of the oceans. ";
const texts: Readonly<Record<string, (size: number) => string>> = {
  prose: (size) => prose.repeat(Math.ceil(size / prose.length)).slice(0, size),
  JSON: (size) => {
    const part = JSON.stringify({ role: "user", content: prose, id: 17, at: "2026-11-22T09:00:00.000Z" });
    return part.repeat(Math.ceil(size / part.length)).slice(0, size);
  },
  base64: (size) => {
    let text = "";
    for (let number = 0; text.length < size; number += 1) {
      text += createHash("sha512").update(`b${number}`).digest("base64");
    }
    return text.slice(0, size);
  },
  "beginnings of a secret": (size) =>
    `${secretOf(0).slice(0, -1)} `.repeat(Math.ceil(size / 35)).slice(0, size),
  "a secret in each line": (size) => {
    const line = `${prose.slice(0, 60)}${secretOf(0)}\n`;
    return line.repeat(Math.ceil(size / line.length)).slice(0, size);
  },
};

/** Median over the repeats. */
function microsecondsPerKib(clean: (text: string) => string, text: string): number {
  const rounds = Math.max(1, Math.round(sizes.payload / text.length));
  const times: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const begun = performance.now();
    for (let round = 0; round < rounds; round += 1) clean(text);
    times.push(((performance.now() - begun) * 1000) / ((rounds * text.length) / 1024));
  }
  return median(times);
}

const rows = Object.entries(texts).flatMap(([kind, make]) =>
  Object.entries(sizes).map(([size, length]): [string, string] => {
    const costs = secretCounts.map((count) => {
      const registry = createSecretRegistry();
      for (let number = 0; number < count; number += 1) registry.add(secretOf(number));
      return `${microsecondsPerKib(registry.text, make(length)).toFixed(2)} (${count})`;
    });
    return [`${kind}, ${size} of ${length / 1024} KiB`, costs.join(", ")];
  }),
);
const registering = performance.now();
const fifty = createSecretRegistry();
for (let number = 0; number < 50; number += 1) fifty.add(secretOf(number));
fifty.text("the first text after it, for which the tables are made");
rows.push(["making the tables for 50 secrets", `${(performance.now() - registering).toFixed(1)} ms`]);
printMeasured(`Replacing secrets: µs per KiB with (${secretCounts.join(", ")}) of them, N ${repeats}`, rows);
