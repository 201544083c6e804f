import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

/** The thirty groups that the table must have. */
const wanted = [
  ...["V1.2.4", "V1.2.2", "V1.3.1", "V1.3.4", "V1.3.5", "V1.3.6", "V1.3.2, V1.3.7", "V1.5.2", "V2.2.2"],
  ...["V2.3.3, V2.3.4", "V2.4.1", "V3.3.1, V3.3.2, V3.3.3, V3.3.4"],
  ...["V3.4.1, V3.4.2, V3.4.3, V3.4.4, V3.4.5, V3.4.6", "V3.5.1, V3.5.2, V3.5.3", "V4.1.3, V15.3.4"],
  ...["V5.2.1, V5.2.2, V5.2.3", "V5.3.2, V5.4.1", "V6.2.1, V6.2.4, V6.2.9, V6.2.12", "V6.3.1"],
  ...["V6.3.2, V6.4.1", "V6.3.3", "V6.5.1", "V7.2.3, V7.2.4", "V7.3.1, V7.3.2"],
  ...["V7.4.1, V7.4.2, V7.4.3, V7.4.4, V7.4.5", "V7.5.1", "V8.2.1, V8.2.2, V8.2.3, V15.3.3"],
  ...["V11.3.2, V11.4.2, V11.5.1, V13.3.1", "V14.2.1, V14.3.2"],
  "V16.2.5, V16.3.1, V16.3.2, V16.3.3, V16.3.4, V16.4.1, V16.4.2, V16.5.1, V16.5.2, V16.5.3",
];

const page = read("docs/reference/asvs.md");
const rows = page
  .split("\n")
  .filter((line) => /^\| V\d/.test(line))
  .map((line) => {
    const [, item = "", asks = "", held = "", tests = "", ...more] = line
      .split("|")
      .map((cell) => cell.trim());
    return { item, asks, held, tests, more };
  });

/** Why nothing holds this: one named test after the other, and what is wrong with the first that does not exist. */
function whyNotHeld(tests: string): string | undefined {
  if (/^not applicable: \S.{20,}/.test(tests)) return undefined;
  for (const named of tests.split("<br>")) {
    const [, file = "", name = ""] = /^`([^`]+)` › (.+)$/.exec(named) ?? [];
    if (!/\.(test|spec)\.tsx?$/.test(file)) return `"${named}" names no test`;
    if (!existsSync(path.join(root, file))) return `${file} does not exist`;
    const quoted = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const isThere = new RegExp(`\\(\\s*(["'\`])${quoted}\\1`).test(read(file));
    if (!isThere) return `${file} has no test "${name}"`;
  }
  return undefined;
}

describe("the table of ASVS", () => {
  it("has each of the thirty items once, in words", () => {
    expect(rows.map(({ item }) => item)).toEqual(wanted);
    expect(wanted).toHaveLength(30);
    for (const { item, asks, held, more } of rows) {
      expect(
        [asks.length, held.length].every((length) => length > 10),
        item,
      ).toBe(true);
      expect(more, `${item}: a bar inside of a cell`).toEqual([""]);
    }
  });

  it("names for each a test that exists by that very name", () => {
    const wrong = rows
      .map(({ item, tests }) => [item, whyNotHeld(tests)])
      .filter(([, why]) => why !== undefined);
    expect(wrong).toEqual([]);
  });

  it("says again at its end what is not whole, of items that it has", () => {
    const [, end = ""] = page.split("## Not held, or not whole\n");
    const named = [...end.matchAll(/V\d+\.\d+\.\d+/g)].map(([item]) => item);
    const known = wanted.flatMap((group) => group.split(", "));
    expect(named.filter((item) => !known.includes(item))).toEqual([]);
    const notWhole = rows.filter(({ held }) => /not whole|not held/.test(held));
    for (const { item } of notWhole)
      expect(
        item.split(", ").some((one) => named.includes(one)),
        item,
      ).toBe(true);
  });

  it("would see a test that is gone", () => {
    expect(whyNotHeld("`server/test/asvs.test.ts` › would see a test that is gone")).toBeUndefined();
    expect(whyNotHeld("`server/test/asvs.test.ts` › would see a test that")).toContain("has no test");
    expect(whyNotHeld("`server/test/gone.test.ts` › is gone")).toContain("does not exist");
    expect(whyNotHeld("somewhere")).toContain("names no test");
    expect(whyNotHeld("not applicable: ")).toContain("names no test");
  });
});
