import { expect, test } from "vitest";
import source from "./client.ts?raw";

test("the server is known by its types only, so none of its code reaches the browser", () => {
  const imports = source.split("\n").filter((line) => /from ".*server\//.test(line));
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter((line) => !line.startsWith("import type "))).toEqual([]);
});
