import { expect, test } from "vitest";
import { readTextFile } from "./FileDrop.tsx";

const limit = 1000;

async function refusalOf(file: File): Promise<string> {
  const outcome = await readTextFile(file, limit);
  return "refused" in outcome ? outcome.refused : "accepted";
}

test("reads a text file with its name and size", async () => {
  const outcome = await readTextFile(new File(["Ebbe und Flut, größer"], "tides.md"), limit);
  expect(outcome).toMatchObject({ name: "tides.md", text: "Ebbe und Flut, größer", bytes: 23 });
});

test("refuses a file over the limit and says both sizes", async () => {
  expect(await refusalOf(new File(["x".repeat(1500)], "big.txt"))).toContain("1.5 kB; at most 1.0 kB");
});

test("refuses a file that is not text", async () => {
  expect(await refusalOf(new File([new Uint8Array([0x89, 0x50, 0, 1, 2, 0xff, 0xfe])], "a.png"))).toContain(
    "not a text file",
  );
});

test("refuses a file without anything to read", async () => {
  expect(await refusalOf(new File([], "empty.txt"))).toContain("empty");
  expect(await refusalOf(new File(["  \n "], "blank.txt"))).toContain("blank space");
});
