import { expect, test } from "vitest";
import { searchJson } from "./json-search.ts";
import { lineOffsets, visiblePieces } from "./json-text.ts";
import {
  closeAll,
  createJsonTree,
  type JsonTree,
  lineAt,
  lineCount,
  lineOf,
  openAll,
  reveal,
  revealInText,
  toggleAt,
  writePath,
} from "./json-tree.ts";

const value = {
  title: "Tides",
  lessons: [{ name: "Ebb", minutes: 4 }, { name: "Flow" }],
  empty: [],
  none: null,
};

function linesOf(tree: JsonTree): string[] {
  return Array.from({ length: lineCount(tree) }, (_, index) => {
    const line = lineAt(tree, index);
    const fold = line.isOpen === undefined ? " " : line.isOpen ? "v" : ">";
    const words = typeof line.value === "object" && line.value !== null ? "" : String(line.value);
    return `${"  ".repeat(line.depth)}${fold}${line.name ?? ""}=${words}`;
  });
}

test("a tree has one line for each value of the open levels", () => {
  expect(linesOf(createJsonTree(value, 2, 100))).toEqual([
    "v=",
    "   title=Tides",
    "  vlessons=",
    "    >0=",
    "    >1=",
    "   empty=",
    "   none=null",
  ]);
});

test("values fold and unfold in place, and each line knows its path", () => {
  const tree = createJsonTree(value, 2, 100);
  toggleAt(tree, ["lessons", 0]);
  toggleAt(tree, ["lessons", 1]);
  expect(linesOf(tree).slice(2, 8)).toEqual([
    "  vlessons=",
    "    v0=",
    "       name=Ebb",
    "       minutes=4",
    "    v1=",
    "       name=Flow",
  ]);
  for (let index = 0; index < lineCount(tree); index += 1) {
    expect(lineOf(tree, lineAt(tree, index).path)).toBe(index);
  }
  toggleAt(tree, ["lessons"]);
  expect(linesOf(tree)).toEqual(["v=", "   title=Tides", "  >lessons=", "   empty=", "   none=null"]);
  closeAll(tree);
  expect(openAll(tree)).toBe(true);
  expect(lineCount(tree)).toBe(10);
});

test("a long list costs nothing until its values are opened", () => {
  const list = Array.from({ length: 500_000 }, (_, position) => [position]);
  const tree = createJsonTree(list, 1, 100);
  expect(lineCount(tree)).toBe(500_001);
  expect(lineAt(tree, 400_000).path).toEqual([399_999]);
  reveal(tree, [250_000, 0]);
  expect(lineOf(tree, [250_000, 0])).toBe(250_002);
  expect(lineAt(tree, 250_002).value).toBe(250_000);
  expect(lineAt(tree, 400_001).path).toEqual([399_999]);
});

test("a text that does not fit unfolds to lines that are together the text", () => {
  const text = `${"word ".repeat(60)}\nend`;
  const tree = createJsonTree({ text }, 1, 60);
  expect(lineAt(tree, 1).isOpen).toBe(false);
  toggleAt(tree, ["text"]);
  const pieces = Array.from({ length: lineCount(tree) - 2 }, (_, place) => lineAt(tree, place + 2));
  expect(pieces.map((line) => line.value).join("")).toBe(text);
  expect(pieces.every((line) => line.kind === "text" && String(line.value).length <= 56)).toBe(true);
});

test("a line of a million characters is cut into lines that split no character in half", () => {
  const text = "😀".repeat(500_000);
  const offsets = lineOffsets(text, 101);
  expect(offsets.every((at) => at % 2 === 0)).toBe(true);
  expect(
    Math.max(...offsets.map((at, place) => (offsets[place + 1] ?? text.length) - at)),
  ).toBeLessThanOrEqual(101);
});

test("what cannot be seen is spelled out, what can be read stays", () => {
  const pieces = visiblePieces("a\u0000b\u202ec\td שלום");
  expect(pieces.map(({ text }) => text).join("")).toBe("a␀b\\u202ec\\td שלום");
  expect(pieces.filter(({ isControl }) => isControl)).toHaveLength(3);
});

test("a place in a long text is shown by the line that holds it", () => {
  const text = `${"word ".repeat(2_000)}needle ${"word ".repeat(2_000)}`;
  const tree = createJsonTree({ text }, 1, 60);
  const path = revealInText(tree, ["text"], text.indexOf("needle"));
  expect(lineAt(tree, lineOf(tree, path)).value).toContain("needle");
});

test("a path is written so that it can be used", () => {
  expect(writePath(["lessons", 2, "a-b", "title"])).toBe('$.lessons[2]["a-b"].title');
});

test("words are found in names and values, in the order of the lines", async () => {
  const { matches, isAll } = await searchJson(value, "E", new AbortController().signal);
  expect(isAll).toBe(true);
  expect(matches.map(({ path, offset }) => `${writePath(path)} ${offset ?? "name"}`)).toEqual([
    "$.title 3",
    "$.lessons name",
    "$.lessons[0].name 0",
    "$.lessons[0].minutes name",
    "$.lessons[1].name name",
    "$.empty name",
    "$.none name",
  ]);
});
