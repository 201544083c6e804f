import { expect, test } from "vitest";
import { formatReferences, referencesOf, shortReference } from "./source-reference.ts";

const at = (section: number, paragraph: number, sentence: number, source = 1) => ({
  source,
  section,
  paragraph,
  sentence,
});

test("sentences of one paragraph are named together, each once and in order", () => {
  expect(formatReferences([at(4, 1, 4), at(4, 1, 1), at(4, 1, 3), at(4, 1, 3)], false)).toBe(
    "section 4, paragraph 1, sentences 1, 3 and 4",
  );
});

test("several paragraphs are told apart and several sources are named", () => {
  expect(formatReferences([at(4, 1, 2), at(5, 2, 1, 2)], true)).toBe(
    "source 1, section 4, paragraph 1, sentence 2; source 2, section 5, paragraph 2, sentence 1",
  );
});

test("code and tables name their paragraph", () => {
  const reference = { source: 1, section: 2, paragraph: 3 };
  expect(formatReferences([reference], false)).toBe("section 2, paragraph 3");
  expect(shortReference([reference])).toBe("2.3");
});

test("only quotes have references", () => {
  const spans = [
    { text: "Tides rise.", kind: "quote" as const, reference: at(1, 1, 1) },
    { text: "[…]", kind: "connective" as const, reference: null },
  ];
  expect(referencesOf(spans)).toEqual([at(1, 1, 1)]);
});
