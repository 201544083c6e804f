import { describe, expect, it } from "vitest";
import { findDefinitions } from "../definitions.ts";
import { findKeyTerms } from "../key-terms.ts";
import { readSources, sentencesOf } from "../read-source.ts";
import { applySwaps, findSiblings, findSwaps } from "./find-swaps.ts";

function variants(text: string): string[] {
  const sentences = sentencesOf(readSources([{ text }]).sections);
  const siblings = findSiblings(findKeyTerms(sentences, findDefinitions(sentences)));
  const [sentence] = sentences;
  return findSwaps(sentence!, siblings).map((swap) => applySwaps(sentence!.text, [swap]));
}

describe("findSwaps", () => {
  it("exchanges one word of a pair, or both when both are there", () => {
    expect(variants("Paper was cheaper than the skin of animals.")).toEqual([
      "Paper was dearer than the skin of animals.",
    ]);
    expect(variants("Yeast works slowly in a cold dough and quickly in the oven.")).toContain(
      "Yeast works quickly in a cold dough and slowly in the oven.",
    );
  });

  it("keeps the article in step with the new word", () => {
    expect(variants("The press was an expensive machine.")).toEqual(["The press was a cheap machine."]);
  });

  it("leaves fixed phrases, compounds, parentheses and negations alone", () => {
    expect(variants("The sea is shaped by the rise and fall of the Moon.")).toEqual([]);
    expect(variants("The crew (with a strong leader) reached the coast.")).toEqual([]);
    expect(variants("The crew made a long-term plan for the coast.")).toEqual([]);
    expect(variants("The engine is not strong in the rain.")).toEqual([]);
    expect(variants("The oven is once more in use at the bakery.")).toEqual([]);
  });

  it("changes a number only where another number would be false", () => {
    expect(variants("The wall of the city was 400 metres in length.")).toEqual([
      "The wall of the city was 800 metres in length.",
    ]);
    expect(variants("The wall of the city was at least 400 metres in length.")).toEqual([]);
    expect(variants("The battle was fought on May 17 in the hills.")).toEqual([]);
    expect(variants("The work takes between 45 and 90 minutes in the bakery.")).toEqual([]);
  });

  it("exchanges two terms of the source that share their last word", () => {
    const text =
      "A spring tide comes at new moon. A tide at new moon is called a spring tide. A tide at half moon is called a neap tide.";
    expect(variants(text)).toContain("A neap tide comes at new moon.");
  });
});
