import { describe, expect, it } from "vitest";
import { parseBlocks } from "./parse-blocks.ts";

const PROSE = "Bread rises because yeast makes gas in the dough while it rests.";

describe("parseBlocks", () => {
  it("reads hash, underlined and plain headings with their text", () => {
    const sections = parseBlocks(`# One\n\n${PROSE}\n\nTwo\n---\n\n${PROSE}\n\nThree is plain\n\n${PROSE}`);
    expect(sections.map((section) => [section.level, section.title])).toEqual([
      [1, "One"],
      [2, "Two"],
      [2, "Three is plain"],
    ]);
    expect(sections.every((section) => section.blocks.length === 1)).toBe(true);
  });

  it("joins wrapped lines, keeps blank lines as borders and strips emphasis and link targets", () => {
    const [section] = parseBlocks(
      "The *first* line\ngoes **on** [here](http://example.org/x).\n\nA second one.",
    );
    expect(section!.blocks).toEqual([
      { kind: "paragraph", text: "The first line goes on here." },
      { kind: "paragraph", text: "A second one." },
    ]);
  });

  it("takes every line as a paragraph when a pasted text has no blank lines", () => {
    const line = `${PROSE} ${PROSE}`;
    expect(parseBlocks([line, line, line].join("\n"))[0]!.blocks).toHaveLength(3);
  });

  it("keeps code, markup and tables apart from prose", () => {
    const text = `${PROSE}\n\n\`\`\`\n# not a heading\n\`\`\`\n\n<div>\n# inside\n</div>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- item`;
    const sections = parseBlocks(text);
    expect(sections).toHaveLength(1);
    expect(sections[0]!.blocks.map((block) => block.kind)).toEqual([
      "paragraph",
      "code",
      "code",
      "table",
      "list_item",
    ]);
  });

  it("keeps snake_case words and stars between numbers as they are", () => {
    const [section] = parseBlocks("The value of max_open_files is 3 * 4 * 5 here.");
    expect(section!.blocks).toEqual([
      { kind: "paragraph", text: "The value of max_open_files is 3 * 4 * 5 here." },
    ]);
  });

  it("reads hostile repeats in time that grows with their length", () => {
    for (const unit of ["**", "[", "![", "<", "`", "_a", "|", "> ", "# "]) {
      expect(parseBlocks(unit.repeat(100_000)).length).toBeLessThanOrEqual(1);
    }
  }, 10_000);
});
