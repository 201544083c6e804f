import { expect, test } from "vitest";
import { lookOfStatus } from "./status-tone.ts";

const statuses = {
  task: ["pending", "in_progress", "paused", "retry", "completed", "failed", "cancelled"],
  run: ["pending", "running", "paused", "completed", "failed", "cancelled"],
  request: ["pending", "completed", "failed", "cancelled", "in_doubt"],
  unit: ["draft", "in_progress", "paused", "completed", "partial", "failed", "cancelled"],
};

test.each(Object.entries(statuses))("no two statuses of a %s share both mark and word", (_kind, names) => {
  const shown = names.map((name) => `${lookOfStatus(name).icon} ${lookOfStatus(name).word}`);
  expect(new Set(shown).size).toBe(names.length);
});

test("a status that this page does not know yet is shown by its own name", () => {
  expect(lookOfStatus("on_hold").word).toBe("on hold");
});
