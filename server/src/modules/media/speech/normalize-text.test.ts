import { describe, expect, it } from "vitest";
import { maxSpokenCharacters, normalizeSpokenText } from "./normalize-text.ts";

describe("normalizeSpokenText", () => {
  it.each([
    ["typographic quotes", "He said \u201cit\u2019s late\u201d.", 'He said "it\'s late".'],
    ["an em dash", "The tide \u2014 slow at first \u2014 rises.", "The tide, slow at first, rises."],
    ["a span of years", "It lasted 1914\u20131918.", "It lasted 1914 to 1918."],
    ["accents and ligatures", "Caf\u00e9, na\u00efve, \u00c6sop.", "Cafe, naive, Aesop."],
    ["degrees", "Water boils at 100 \u00b0C.", "Water boils at 100 degrees Celsius."],
    ["an amount of money", "It cost \u20ac50.", "It cost 50 euros."],
    ["control characters", "One\u0000 two\u0007\u200b three.", "One two three."],
    ["tags", "<p>Bread <b>rises</b>.</p><script>", "Bread rises."],
    ["a link", "Read [the text](https://example.org/a?b=c).", "Read the text."],
    ["a bare address", "See https://example.org/long/path now.", "See example dot org now."],
    ["emphasis and code", "A **bold** and `plain` _word_.", "A bold and plain word."],
    ["names with underscores", "Call read_file here.", "Call read_file here."],
  ])("writes %s as it is spoken", (_name, text, spoken) => {
    expect(normalizeSpokenText(text)).toBe(spoken);
  });

  it("makes headings and list items sentences of their own", () => {
    expect(normalizeSpokenText("# How bread rises\nYeast eats sugar.\n- flour\n- water\n")).toBe(
      "How bread rises.\n\nYeast eats sugar.\n\nflour.\n\nwater.",
    );
  });

  it("keeps comparison signs, which are no tags", () => {
    expect(normalizeSpokenText("If 3 < 5 and 7 > 2, go on.")).toBe("If 3 < 5 and 7 > 2, go on.");
  });

  it.each(["", "   \n ", "\u0000\u0001", "...!?", "<br>"])("refuses %j as empty", (text) => {
    expect(() => normalizeSpokenText(text)).toThrow(expect.objectContaining({ code: "speech_text_empty" }));
  });

  it.each(["Прилив и отлив", "潮汐是海水的运动", "Tides 潮汐是海水的周期性涨落运动现象"])(
    "refuses %j instead of reading it with holes",
    (text) => {
      expect(() => normalizeSpokenText(text)).toThrow(
        expect.objectContaining({ code: "speech_text_unspeakable" }),
      );
    },
  );

  it("reads an English sentence with a foreign word in it", () => {
    expect(
      normalizeSpokenText("The Greek word \u03ba\u03cc\u03c3\u03bc\u03bf\u03c2 means order and beauty."),
    ).toBe("The Greek word means order and beauty.");
  });

  it("refuses a text over the limit", () => {
    expect(() => normalizeSpokenText("word ".repeat(maxSpokenCharacters / 5 + 1))).toThrow(
      expect.objectContaining({ code: "speech_text_too_long" }),
    );
  });
});
