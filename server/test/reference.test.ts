import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";

test("the reference of settings and errors says what the source says", () => {
  const script = path.resolve(import.meta.dirname, "../../scripts/reference.mjs");
  const outcome = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect(outcome.stderr).toBe("");
  expect(outcome.status).toBe(0);
});
