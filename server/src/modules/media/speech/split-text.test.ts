import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitAtSentences } from "./split-text.ts";

describe("splitAtSentences", () => {
  it("breaks only at the ends of sentences", () => {
    expect(splitAtSentences("One two. Three four! Five six? Seven.", 21)).toEqual([
      "One two. Three four!",
      "Five six? Seven.",
    ]);
  });

  it("splits a sentence over the limit at a space and a word over the limit inside", () => {
    expect(splitAtSentences("alpha beta gamma delta", 11)).toEqual(["alpha beta", "gamma delta"]);
    expect(splitAtSentences("abcdefghij", 4)).toEqual(["abcd", "efgh", "ij"]);
  });

  it("keeps every word in order and every piece within the limit", () => {
    const word = fc.stringMatching(/^[a-z]{1,12}[.!?,]?$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 13, max: 60 }),
        (words, limit) => {
          const pieces = splitAtSentences(words.join(" "), limit);
          expect(pieces.join(" ").split(" ")).toEqual(words);
          expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });
});
