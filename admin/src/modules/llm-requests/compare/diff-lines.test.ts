import { expect, test } from "vitest";
import { countChanges, diffLinesOf, foldUnchanged } from "./diff-lines.ts";

test("a changed line stands twice, with only its changed words marked", () => {
  const lines = diffLinesOf(["one", "the tide rises"], ["one", "the tide falls"]);
  expect(lines.map((line) => line.kind)).toEqual(["same", "removed", "added"]);
  expect(lines[1]?.words.filter((word) => word.changed).map((word) => word.text)).toEqual(["rises"]);
  expect(lines[2]?.words.filter((word) => word.changed).map((word) => word.text)).toEqual(["falls"]);
  expect(countChanges(lines)).toEqual({ removed: 1, added: 1 });
});

test("neighbouring changed words are one mark, with the space between them", () => {
  const [removed, added] = diffLinesOf(["a red hot b"], ["a big cold b"]);
  expect(removed?.words.map((word) => [word.text, word.changed])).toEqual([
    ["a ", false],
    ["red hot", true],
    [" b", false],
  ]);
  expect(added?.words.map((word) => word.text).join("")).toBe("a big cold b");
});

test("lines beyond their counterparts are told as a whole", () => {
  const lines = diffLinesOf(["a"], ["b", "c"]);
  expect(lines.map((line) => `${line.kind} ${line.words.map((word) => word.text).join("")}`)).toEqual([
    "removed a",
    "added b",
    "added c",
  ]);
});

test("unchanged lines away from a change are folded, a few are not worth it", () => {
  const before = Array.from({ length: 20 }, (_, at) => `line ${at}`);
  const after = before.with(10, "changed");
  const blocks = foldUnchanged(diffLinesOf(before, after));
  expect(blocks.map((block) => [block.kind, block.lines.length])).toEqual([
    ["fold", 7],
    ["lines", 8],
    ["fold", 6],
  ]);
  expect(foldUnchanged(diffLinesOf(["a", "b"], ["a", "b"])).map((block) => block.kind)).toEqual(["lines"]);
});
