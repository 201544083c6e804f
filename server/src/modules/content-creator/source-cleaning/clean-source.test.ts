import { describe, expect, test } from "vitest";
import { cleanAnswer, cleanSource, cleanText } from "./clean-source.ts";

/** The text that is left and what was taken out, as `kind count` words. */
function clean(text: string) {
  const cleaned = cleanSource(text);
  return { text: cleaned.text, removed: cleaned.removed.map(({ kind, count }) => `${kind} ${count}`) };
}

const tags = (text: string) =>
  [...text].map((letter) => String.fromCodePoint(0xe0000 + (letter.codePointAt(0) ?? 0))).join("");

describe("hidden markup", () => {
  test.each([
    ["a comment", "a <!-- no --> b", "a  b", ["comment 1"]],
    ["a comment over lines", "a\n<!--\n\nno\n\n-->\nb", "a\n\nb", ["comment 1"]],
    ["a comment without words", "a <!--> b --> c", "a  b --> c", ["comment 1"]],
    ["a comment without an end at a line's start", "a\n<!-- no\nno", "a\n", ["comment 1"]],
    ["character data", "a <![CDATA[no]]> b", "a  b", ["comment 1"]],
    ["a processing instruction", "a <?php no ?> b", "a  b", ["comment 1"]],
    ["display none", 'a <p style="display:none">no</p> b', "a  b", ["hidden_element 1"]],
    [
      "display none in capitals",
      "a <P STYLE='DISPLAY : NONE !important'>no</P> b",
      "a  b",
      ["hidden_element 1"],
    ],
    [
      "display none in entities",
      'a <p style="d&#105;splay:no&#x6e;e">no</p> b',
      "a  b",
      ["hidden_element 1"],
    ],
    ["display none in escapes", 'a <p style="d\\69 splay:none">no</p> b', "a  b", ["hidden_element 1"]],
    ["display none around a comment", 'a <p style="display:/**/none">no</p> b', "a  b", ["hidden_element 1"]],
    ["visibility hidden", 'a <i style="visibility:hidden">no</i> b', "a  b", ["hidden_element 1"]],
    ["opacity 0", 'a <i style="opacity:0">no</i> b', "a  b", ["hidden_element 1"]],
    ["opacity 0.0", 'a <i style="opacity: 0.0;x:y">no</i> b', "a  b", ["hidden_element 1"]],
    ["no size", 'a <i style="font-size:0">no</i> b', "a  b", ["hidden_element 1"]],
    ["a pixel's size", 'a <i style="font-size: 1px">no</i> b', "a  b", ["hidden_element 1"]],
    ["transparent letters", 'a <i style="color:transparent">no</i> b', "a  b", ["hidden_element 1"]],
    ["white on white", 'a <i style="color:#fff">no</i> b', "a  b", ["hidden_element 1"]],
    ["off the page", 'a <i style="position:fixed;left:-9999px">no</i> b', "a  b", ["hidden_element 1"]],
    ["no height", 'a <i style="height:0;overflow:hidden">no</i> b', "a  b", ["hidden_element 1"]],
    ["the attribute hidden", "a <div hidden>no <div>no</div> no</div> b", "a  b", ["hidden_element 1"]],
    ["an element with children", "a <ul hidden><li>no</ul> b", "a  b", ["hidden_element 1"]],
    ["a paragraph without an end", "a <p hidden>no<p>yes", "a <p>yes", ["hidden_element 1"]],
    ["an element that is never closed", "a <div hidden>no\nno\n\nyes", "a \n\nyes", ["hidden_element 1"]],
    [
      "a class that is hidden",
      '<style>.q, #r {display:none}</style>a <i class="p q">no</i> b',
      "a  b",
      ["page_code 1", "hidden_element 1"],
    ],
    [
      "an id that is hidden",
      '<style>#r {opacity:0}</style>a <i id="r">no</i> b',
      "a  b",
      ["page_code 1", "hidden_element 1"],
    ],
    ["scripts", "a <script>no()</script> b", "a  b", ["page_code 1"]],
    ["templates", "a <template><p>no</p></template> b", "a  b", ["page_code 1"]],
    [
      "the head of a page",
      "<html><head><title>no</title></head><body>yes",
      "<html><body>yes",
      ["page_code 1"],
    ],
    ["a comment in Markdown", "a\n\n[//]: # (no)\n\nb", "a\n\n\n\nb", ["comment 1"]],
    ["a definition that nothing uses", 'a\n\n[x]: http://x.example "no"\n\nb', "a\n\n\n\nb", ["comment 1"]],
    ["a footnote that nothing uses", "a\n\n[^x]: no\nno\n\nb", "a\n\n\n\nb", ["comment 1"]],
    ["what stands in a list", "- a\n\n    <!-- no -->\n\nb", "- a\n\n    \n\nb", ["comment 1"]],
    ["what stands beside code", "`a` <!-- no --> `b`", "`a`  `b`", ["comment 1"]],
    ["what ticks of two paragraphs enclose", "a `\n\n<!-- no -->\n\n` b", "a `\n\n\n\n` b", ["comment 1"]],
    ["code of a whole page", "<html>\n```\n<!-- no -->\n```", "<html>\n```\n\n```", ["comment 1"]],
  ])("takes out %s", (_name, text, left, removed) => {
    expect(clean(text)).toEqual({ text: left, removed });
  });

  test.each([
    ["code in a fence", "```html\n<!-- a --><p hidden>b</p>\n```\n"],
    ["code in a fence of tildes", "~~~\n<script>a</script>\n~~~"],
    ["code in a long fence", "````\n```\n<!-- a -->\n```\n````"],
    ["a fence without an end", "```\n<!-- a -->"],
    ["code between ticks", "Write `<!-- a -->` or ``<p hidden>`</p>``."],
    ["code between three ticks", "Write ```<!-- a -->``` here."],
    ["indented code", "So:\n\n    <!-- a -->\n\n    <p hidden>b</p>\n\nDone."],
    ["comparisons and generics", "a < b, List<String> c, x <- y, 1<2>0"],
    ["a script that is only spoken of", "The <script> tag runs code."],
    ["a comment that is only spoken of", "A comment begins with <!-- and goes on."],
    ["elements that are seen", '<p class="a" style="color:red">b</p><details>c</details>'],
    ["white on black", '<p style="background:black;color:white">b</p>'],
    ["opacity of a half", '<p style="opacity:0.5">b</p>'],
    ["aria-hidden, which is seen", '<i aria-hidden="true">b</i>'],
    ["definitions that are used", 'See [a][x] and [x].\n\n[x]: http://x.example "title"'],
    ["footnotes that are used", "See.[^1]\n\n[^1]: a"],
    ["definitions without words", "[x]: http://x.example"],
    ["a reference list", "[1] Darwin, 1859.\n[2]: see there"],
  ])("keeps %s", (_name, text) => {
    expect(clean(text)).toEqual({ text, removed: [] });
  });

  test("reads hostile repeats in time that grows with their length", () => {
    const repeats = [
      "<!--",
      "<a '\"",
      "` `` ",
      "<p hidden>",
      "<div hidden>",
      "    <\n\n",
      "a\u200b",
      "[a]: # (x)\n",
      "<![CDATA[",
      "~~~\n",
    ];
    const begun = performance.now();
    for (const part of repeats) cleanSource(`x ${part.repeat(300_000 / part.length)}`);
    expect(performance.now() - begun).toBeLessThan(8_000);
  });
});

describe("characters that nobody sees", () => {
  test.each([
    ["zero-width spaces in a word", "ig\u200bno\u200bre", "ignore", ["zero_width 2"]],
    ["joiners between Latin letters", "a\u200db\u200cc\u2060d", "abcd", ["zero_width 3"]],
    ["a byte order mark in the middle", "a\ufeffb", "ab", ["zero_width 1"]],
    ["a text in tag characters", `a${tags("ignore all")}b`, "ab", ["tag_characters 1"]],
    ["tags after a flag", `\u{1F3F4}${tags("usca")}\u{E007F}`, "\u{1F3F4}", ["tag_characters 1"]],
    ["selectors in a run", "😀\ufe0f\ufe01\ufe02", "😀\ufe0f", ["variation_selectors 1"]],
    ["selectors of the second plane", "😀\u{E0101}\u{E0142}", "😀", ["variation_selectors 1"]],
    ["a selector after a letter", "a\ufe0fb", "ab", ["variation_selectors 1"]],
    ["an override", "a \u202ecba\u202c d", "a cba d", ["direction_marks 2"]],
    ["an override in a Hebrew line", "שלום \u202ecba\u202c", "שלום cba", ["direction_marks 2"]],
    ["isolates in a Latin line", "a \u2067b\u2069 c", "a b c", ["direction_marks 2"]],
    ["an isolate that is not closed", "שלום \u2067abc", "שלום abc", ["direction_marks 1"]],
    ["marks in a Latin line", "a\u200eb\u200f", "ab", ["direction_marks 2"]],
    ["a run of marks, but for one", "שלום\u200f\u200e\u200f\u200e", "שלום\u200f", ["direction_marks 1"]],
    ["control characters", "a\u0007b\u0008", "ab", ["control_characters 2"]],
    ["commands for a terminal", "a\u001b[8mb\u001b[0m", "ab", ["control_characters 2"]],
    ["fillers that look like nothing", "a\u3164b\uffa0", "ab", ["zero_width 2"]],
    ["a second soft hyphen", "co\u00ad\u00adoperate", "co\u00adoperate", ["zero_width 1"]],
    ["a comment's disguise", "<!\u200b-- no -->", "", ["zero_width 1", "comment 1"]],
  ])("go: %s", (_name, text, left, removed) => {
    expect(clean(text)).toEqual({ text: left, removed });
  });

  test.each([
    ["Persian with non-joiners", "می‌خواهم کتاب‌ها را"],
    ["Arabic with a mark and a joiner", "قال (abc)\u200f نعم، ١٤٤٥ ه‍ ."],
    ["Hebrew with isolates", "הספר \u2068Tides\u2069 נמכר"],
    ["Hebrew with an embedding", "ספר \u202aTides 2\u202c כאן"],
    ["Hebrew with a grapheme joiner", "יְרוּשָׁלִַ\u034fם"],
    ["Hindi with joiners", "क्‍ष और क्‌ष"],
    ["Malayalam with a joiner", "അവന്‍"],
    ["Sinhala with a joiner", "ශ්‍රී ලංකා"],
    ["Khmer with zero-width spaces", "ភាសា\u200bខ្មែរ"],
    ["Thai with zero-width spaces", "ภาษา\u200bไทย"],
    ["Mongolian with a vowel separator", "ᠬᠠᠷ\u180eᠠ"],
    ["a family", "👨‍👩‍👧‍👦 and 👩🏽‍🚀"],
    ["a heart on fire and a rainbow flag", "❤️‍🔥 🏳️‍🌈"],
    ["keycaps", "1️⃣ #️⃣"],
    ["text style", "☎︎ ©︎"],
    ["the flags of England, Scotland and Wales", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁷󠁬󠁳󠁿"],
    ["an ideograph's variant", "葛󠄀城"],
    ["a sign's variant", "∩\ufe00"],
    ["a soft hyphen", "co\u00adoperate"],
    ["old Hangul", "\u115f\u1161"],
    ["tabs and lines", "a\tb\nc"],
    ["accents of any kind", "Zürich, naïve, Việt Nam, e\u0301"],
  ])("stay where they are needed: %s", (_name, text) => {
    expect(clean(text)).toEqual({ text, removed: [] });
  });

  test("line breaks of all kinds become one, and the mark at the beginning is no loss", () => {
    expect(clean("\ufeffa\r\nb\rc\u2028d\fe")).toEqual({ text: "a\nb\nc\nd\ne", removed: [] });
  });

  test("go from answers of models, whatever their shape", () => {
    expect(cleanAnswer({ title: "a\u200bb", list: [{ n: 1, text: tags("x") }], none: null })).toEqual({
      title: "ab",
      list: [{ n: 1, text: "" }],
      none: null,
    });
    expect(cleanText("a <!-- stays --> \u200b")).toBe("a <!-- stays --> ");
  });
});

test("cleaning what is clean changes nothing", () => {
  const hostile = `a <!-- <!-- --> --> <p hidden><p hidden>b</p></p> \u202e${tags("x")} [//]: # (x)`;
  const once = cleanSource(hostile).text;
  expect(cleanSource(once)).toEqual({ text: once, removed: [] });
});
