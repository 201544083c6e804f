import { expect, test } from "vitest";
import { addressedSentence, removedSentence } from "./cleaning-words.ts";

const clean = { removed: [], addressed_passages: 0 };

test("nothing is said of a source that nothing was taken out of", () => {
  expect([removedSentence(clean), addressedSentence(clean)]).toEqual([null, null]);
});

test("what was taken out is counted and named", () => {
  const removed = [
    { kind: "comment" as const, count: 2 },
    { kind: "tag_characters" as const, count: 1 },
  ];
  expect(removedSentence({ ...clean, removed })).toBe(
    "3 hidden passages were taken out of this source: 2 comments and 1 text in invisible letters.",
  );
});

test("one is spoken of in the singular", () => {
  expect(removedSentence({ ...clean, removed: [{ kind: "comment", count: 1 }] })).toBe(
    "1 hidden passage was taken out of this source: 1 comment.",
  );
  expect(addressedSentence({ ...clean, addressed_passages: 1 })).toContain("1 passage seems to speak");
});
