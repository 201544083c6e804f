import { expect, test } from "vitest";
import { blocksFromMarkdown, spokenText } from "./lesson-text.ts";

const markdown = `# Tides

The **moon** pulls the *water*.
It rises.

- first thing
- second thing

\`\`\`
let a = "<b>";
\`\`\`

<script>alert(1)</script> stays text with a 2 * 3 * 4 product.
`;

test("a model's Markdown becomes blocks without any markup left to interpret", () => {
  expect(blocksFromMarkdown(markdown)).toEqual([
    { type: "heading", level: 1, text: "Tides" },
    {
      type: "paragraph",
      spans: [{ text: "The moon pulls the water. It rises.", kind: "written", reference: null }],
    },
    {
      type: "list",
      items: [
        [{ text: "first thing", kind: "written", reference: null }],
        [{ text: "second thing", kind: "written", reference: null }],
      ],
    },
    { type: "code", text: 'let a = "<b>";', reference: null },
    {
      type: "paragraph",
      spans: [
        {
          text: "<script>alert(1)</script> stays text with a 2 * 3 * 4 product.",
          kind: "written",
          reference: null,
        },
      ],
    },
  ]);
});

test("the spoken text leaves code out and ends every heading and list item", () => {
  expect(spokenText(blocksFromMarkdown("# Tides\n\nWater rises.\n\n- one\n- two\n\n```\ncode\n```"))).toBe(
    "Tides.\n\nWater rises.\n\none.\n\ntwo.",
  );
});

test("an unclosed code block keeps its text", () => {
  expect(blocksFromMarkdown("```\nlost?")).toEqual([{ type: "code", text: "lost?", reference: null }]);
});
