import { expect, test } from "vitest";
import {
  passageAt,
  passagesOf,
  piecesOf,
  quotePattern,
  searchPattern,
  stretchesOf,
} from "./source-passages.ts";

function patternOf(quote: string): RegExp {
  const pattern = quotePattern(quote);
  if (pattern === null) throw new Error("no words");
  return pattern;
}

test("a text is cut at its lines and nothing of it is lost", () => {
  const text = "# Tides\n\nThe sea rises.\nThe sea falls.";
  expect(passagesOf(text).map(({ from, to }) => text.slice(from, to))).toEqual([
    "# Tides",
    "",
    "The sea rises.",
    "The sea falls.",
  ]);
});

test("a line of a million characters becomes passages of bounded length that join to the same line", () => {
  for (const text of ["word ".repeat(200_000), "x".repeat(1_000_000)]) {
    const passages = passagesOf(text);
    expect(Math.max(...passages.map(({ from, to }) => to - from))).toBeLessThanOrEqual(1201);
    expect(passages.map(({ from, to }) => text.slice(from, to)).join("")).toBe(text);
  }
});

test("a quote is found although its source breaks lines and emphasises inside it", () => {
  const text = "Twice a day\nthe **water** rises, and\n> twice it falls.";
  const [found] = stretchesOf(text, [patternOf("Twice a day the water rises, and twice it falls.")]);
  expect(text.slice(found?.from, found?.to)).toBe("Twice a day\nthe **water** rises, and\n> twice it falls");
});

test("a quote that the source does not hold is not found, and one without words is no quote", () => {
  expect(stretchesOf("Tides rise.", [patternOf("Volcanoes rise.")])).toEqual([]);
  expect(quotePattern("… —")).toBeNull();
});

test("what a reader types is found as it stands, signs that mean something to patterns included", () => {
  const pattern = searchPattern("A.B (c)");
  expect(stretchesOf("aXb (c) and a.b  (C)", pattern === null ? [] : [pattern])).toEqual([
    { from: 12, to: 20 },
  ]);
  expect(searchPattern("  ")).toBeNull();
});

test("a passage is cut at its marks, also where a mark goes over its end", () => {
  const text = "The sea rises and falls.";
  expect(
    piecesOf(text, { from: 0, to: 13 }, [
      { from: 4, to: 7 },
      { from: 8, to: 20 },
    ]),
  ).toEqual([
    { from: 0, text: "The ", mark: null },
    { from: 4, text: "sea", mark: 0 },
    { from: 7, text: " ", mark: null },
    { from: 8, text: "rises", mark: 1 },
  ]);
});

test("the passage of a character is found among many", () => {
  const passages = passagesOf("line\n".repeat(10_000));
  expect(passageAt(passages, 0)).toBe(0);
  expect(passageAt(passages, 5 * 7321 + 2)).toBe(7321);
});

test("ten million characters are searched and cut in reasonable steps", () => {
  const text = `${"The tide goes out again and again.\n".repeat(290_000)}The needle is here.`;
  const [found] = stretchesOf(text, [patternOf("The needle is here.")]);
  expect(found?.from).toBe(text.length - 19);
  expect(passagesOf(text)).toHaveLength(290_001);
});
