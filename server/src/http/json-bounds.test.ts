import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deepestJson, findJsonExcess, mostJsonValues } from "./json-bounds.ts";

const excessOf = (text: string) => findJsonExcess(Buffer.from(text));
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

describe("the bounds of JSON", () => {
  it.each([
    ["64 levels", nested(deepestJson), null],
    ["65 levels", nested(deepestJson + 1), "depth"],
    ["a million levels", "[".repeat(1_000_000), "depth"],
    ["levels of objects", '{"a":'.repeat(100), "depth"],
    ["many values", `[${"1,".repeat(mostJsonValues)}1]`, "values"],
    ["many empty lists", `[${"[],".repeat(mostJsonValues)}1]`, "values"],
    ["wide but not deep", `[${"[],".repeat(1_000)}1]`, null],
    ["brackets in a string", JSON.stringify({ text: "[".repeat(1_000) }), null],
    ["commas in a string", JSON.stringify({ text: ",".repeat(mostJsonValues * 2) }), null],
    ["quotes in a string", JSON.stringify({ text: '\\"['.repeat(1_000) }), null],
    ["a string that ends in slashes", JSON.stringify(["\\\\\\", nested(100)]), null],
    ["a string that never ends", `"${"[".repeat(100)}`, null],
    ["nothing", "", null],
  ])("%s", (_name, text, excess) => {
    expect(excessOf(text)).toBe(excess);
  });

  it("take whatever is small, and count the depth as it is", () => {
    const depthOf = (value: unknown): number =>
      typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.nat(64), (text, around) => {
        const wrapped = `${"[".repeat(around)}${text}${"]".repeat(around)}`;
        const depth = around + depthOf(JSON.parse(text));
        expect(excessOf(wrapped)).toBe(depth > deepestJson ? "depth" : null);
      }),
    );
  });

  it("reads 20 MB in a moment, whatever is in it", () => {
    for (const part of ['\\"', "\\\\", "a", '","']) {
      const text = `["${part.repeat(Math.floor(20e6 / part.length))}"]`;
      const started = performance.now();
      excessOf(text);
      expect(performance.now() - started).toBeLessThan(5_000);
    }
  });
});
