import { expect, test } from "vitest";
import type { UnitStage } from "../../api/content-rows.ts";
import { stripStageOf } from "./strip-stage.ts";

const lessons: UnitStage = {
  stage: "lessons",
  status: "partial",
  total: 4,
  completed: 3,
  failed: 1,
  flow_run_ids: [],
};
const unit = { status: "partial" as const, lessons: [] };

test("a partly failed stage is green up to what is done and red from there", () => {
  expect(stripStageOf(lessons, unit)).toMatchObject({
    status: "failed",
    percentage: 75,
    failed_percentage: 100,
    note: "3 of 4, 1 failed",
  });
});

test("a source that was given counts as done, and a stage that was left out says whether it was needed", () => {
  const source: UnitStage = {
    ...lessons,
    stage: "source",
    status: "skipped",
    total: 0,
    completed: 0,
    failed: 0,
  };
  expect(stripStageOf(source, unit)).toMatchObject({ status: "completed", note: "given", percentage: 100 });
  expect(stripStageOf({ ...source, stage: "art" }, { ...unit, status: "completed" }).note).toBe("not needed");
  expect(stripStageOf({ ...source, stage: "art" }, { ...unit, status: "failed" }).note).toBe("not reached");
});

test("a running stage of a paused unit is shown as paused", () => {
  const running: UnitStage = { ...lessons, status: "running", failed: 0 };
  expect(stripStageOf(running, { ...unit, status: "paused" }).status).toBe("paused");
});
