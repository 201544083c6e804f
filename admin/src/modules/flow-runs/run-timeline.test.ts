import { expect, test } from "vitest";
import type { FlowRunDetail } from "../../api/detail-rows.ts";
import type { FlowRunSummary, StepSummary } from "../../api/rows.ts";
import { childBarsOf, runLinesOf } from "./run-timeline.ts";
import { shownStatusOf } from "./step-bars.ts";

const begin = Date.parse("2026-11-21T12:00:00.000Z");
const at = (seconds: number) => new Date(begin + seconds * 1000).toISOString();

// Only the fields that a timeline reads; the rest of a row does not matter here.
function childRun(id: string, createdS: number, startedS: number, endedS: number | null): FlowRunSummary {
  return {
    id,
    flow_name: "lesson_creation",
    lesson_position: 1,
    status: endedS === null ? "running" : "completed",
    created_at: at(createdS),
    started_at: at(startedS),
    completed_at: endedS === null ? null : at(endedS),
  } as FlowRunSummary;
}

function step(id: string, startedS: number, fields: Partial<StepSummary> = {}): StepSummary {
  return {
    id,
    step_name: id,
    status: "completed",
    created_at: at(startedS),
    started_at: at(startedS),
    completed_at: at(startedS + 1),
    waiting_ms: 0,
    reused_from_step_run_id: null,
    superseded_at: null,
    ...fields,
  } as StepSummary;
}

test("a child flow waits hatched until it begins and then works", () => {
  expect(childBarsOf(childRun("a", 0, 4, 10)).map((bar) => [bar.kind, bar.to])).toEqual([
    ["waiting", begin + 4000],
    ["working", begin + 10_000],
  ]);
});

test("a child flow that began at once has no waiting, one that still runs has no end", () => {
  expect(childBarsOf(childRun("a", 0, 0.01, null))).toMatchObject([{ kind: "working", to: null }]);
});

test("steps and child flows stand in the order of their beginning, an opened child shows its steps below it", () => {
  const run = {
    steps: [step("plan", 0), step("end", 20)],
    children: [childRun("child", 5, 5, 15)],
  } as FlowRunDetail;
  const lines = runLinesOf(run, new Map([["child", [step("inner", 6)]]]));
  expect(lines.map((line) => [line.key, line.depth])).toEqual([
    ["plan", 0],
    ["child", 0],
    ["inner", 1],
    ["end", 0],
  ]);
});

test("a failed step that was done again later says so, a reused one too", () => {
  expect(shownStatusOf(step("a", 0, { status: "failed", superseded_at: at(3) }))).toBe("retried");
  expect(shownStatusOf(step("a", 0, { reused_from_step_run_id: "b" }))).toBe("reused");
});
