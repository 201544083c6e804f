import { describe, expect, test } from "vitest";
import { maxSourceBytes, refuseEmptySources, refuseUnusableSources, selectPassages } from "./sources.ts";

const codeOf = (action: () => void): string => {
  try {
    action();
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  return "accepted";
};

describe("refuseUnusableSources", () => {
  test.each([
    ["an empty text", "", "source_empty"],
    ["white space only", " \n\t ", "source_empty"],
    ["a NUL character", "Tides \u0000 rise", "source_binary"],
    ["many undecodable bytes", `PK${"\ufffd".repeat(50)} and some words`, "source_binary"],
    ["more than 10 MB", "a".repeat(maxSourceBytes + 1), "source_too_large"],
    ["exactly 10 MB", "a".repeat(maxSourceBytes), "accepted"],
    ["a text with one odd character in a thousand", `${"word ".repeat(400)}\ufffd`, "accepted"],
  ])("answers %s with the right code", (_name, text, code) => {
    expect(codeOf(() => refuseUnusableSources([{ text }]))).toBe(code);
  });

  test("counts the bytes of all sources together", () => {
    const half = { text: "é".repeat(maxSourceBytes / 4 + 1) };
    expect(codeOf(() => refuseUnusableSources([half, half]))).toBe("source_too_large");
  });
});

test("a source that held hidden text alone is refused, by its place when there are several", () => {
  expect(codeOf(() => refuseEmptySources([{ text: " \n" }]))).toBe("source_empty");
  expect(() => refuseEmptySources([{ text: "a" }, { text: "" }])).toThrow(
    "Source 2 holds nothing but hidden text",
  );
  expect(codeOf(() => refuseEmptySources([{ text: "a" }]))).toBe("accepted");
});

describe("selectPassages", () => {
  const text = [
    "# Book",
    "Dogs bark at cats.",
    "## Tides",
    "The moon pulls the ocean water.",
    "Bread rises by yeast.",
  ].join("\n\n");

  test("returns short sources whole", () => {
    expect(selectPassages([{ title: null, text }], "moon", 1_000)).toEqual({
      sources: [{ title: null, text }],
      is_whole: true,
    });
  });

  test("keeps headings and the paragraphs that fit the subject, in order and within the budget", () => {
    const selected = selectPassages([{ title: "B", text }], "the moon and the ocean", 55);
    expect(selected.is_whole).toBe(false);
    const [source] = selected.sources;
    expect(source?.text.startsWith("# Book\n\n## Tides\n\nThe moon pulls")).toBe(true);
    expect(source?.text.length).toBeLessThanOrEqual(55);
  });
});
