import { expect, test } from "vitest";
import { stageAddress } from "./stage-link.ts";

const run = (id: string, status: "completed" | "failed" | "running") => ({ id, status });
const stage = (...flow_run_ids: string[]) => ({ flow_run_ids });

test("a stage of one run leads to that run, one that never ran leads nowhere", () => {
  expect(stageAddress("u", stage("a"), [])).toBe("/flows/a");
  expect(stageAddress("u", stage(), [])).toBeUndefined();
});

test("of several runs the one that failed is where to look, then the one at work", () => {
  const runs = [run("a", "completed"), run("b", "failed"), run("c", "running"), run("other", "failed")];
  expect(stageAddress("u", stage("a", "b", "c"), runs)).toBe("/flows/b");
  expect(stageAddress("u", stage("a", "c"), runs)).toBe("/flows/c");
});

test("several runs that ask for the same attention are shown together", () => {
  const runs = [run("a", "failed"), run("b", "failed")];
  expect(stageAddress("u", stage("a", "b"), runs)).toBe("/units/u?tab=runs");
  expect(stageAddress("u", stage("c", "d"), [])).toBe("/units/u?tab=runs");
});
