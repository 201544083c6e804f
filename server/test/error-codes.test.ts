import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { errorDefinitions } from "../src/error-definitions.ts";

const source = path.resolve(import.meta.dirname, "../src");
const written = [
  /\berror_code(?::| =| \?\?) *["']([a-z_]+)["']/g,
  /error_code: [^"\n]*\? "([a-z_]+)" : "(?:[a-z_]+)"/g,
  /error_code: [^"\n]*\? "(?:[a-z_]+)" : "([a-z_]+)"/g,
  /new StepFailed\(\s*"([a-z_]+)"/g,
];

test("every code that the source writes into a row stands in the reference of errors", () => {
  const files = globSync("{http,modules}/**/*.ts", { cwd: source }).filter(
    (file) => !file.endsWith(".test.ts"),
  );
  const codes = files.flatMap((file) => {
    const text = readFileSync(path.join(source, file), "utf8");
    return written.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""));
  });
  expect(codes.length).toBeGreaterThan(5);
  expect(codes.filter((code) => !(code in errorDefinitions))).toEqual([]);
});
