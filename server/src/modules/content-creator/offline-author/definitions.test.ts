import { describe, expect, it } from "vitest";
import { findDefinitions } from "./definitions.ts";
import { readSources, sentencesOf } from "./read-source.ts";

function definitionsOf(text: string): [string, string | null][] {
  const sentences = sentencesOf(readSources([{ text }]).sections);
  return findDefinitions(sentences).map((definition) => [definition.phrase, definition.description]);
}

describe("findDefinitions", () => {
  it("takes the name after the naming words and the description before them", () => {
    expect(definitionsOf("A book that is copied by hand is called a manuscript.")).toEqual([
      ["a manuscript", "a book that is copied by hand"],
    ]);
    expect(definitionsOf("The craftsman cut the letter into a steel rod, which is called a punch.")).toEqual([
      ["a punch", null],
    ]);
  });

  it("finds two names in one sentence and ends a name before a clause", () => {
    const text =
      "A rising tide is called a flood tide, and a falling tide is called an ebb tide because it draws back.";
    expect(definitionsOf(text).map(([phrase]) => phrase)).toEqual(["a flood tide", "an ebb tide"]);
  });

  it("gives no description that hangs on other sentences", () => {
    expect(definitionsOf("This process is called staling.")).toEqual([["staling", null]]);
  });

  it("does not take other uses of the word for definitions", () => {
    expect(
      definitionsOf("The captain was called on to speak to the crew. The match is called off today."),
    ).toEqual([]);
    expect(
      definitionsOf("The pattern is often called Resource Acquisition Is Initialization by its users."),
    ).toEqual([]);
  });
});
