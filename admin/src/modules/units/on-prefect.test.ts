import { expect, test } from "vitest";
import type { FlowRunSummary } from "../../api/rows.ts";
import { runOnPrefect, stageOnPrefect, unitRowOf } from "./on-prefect.ts";

// Only what tells the runs apart.
const run = (id: string, fields: Partial<FlowRunSummary>) =>
  ({ id, task_id: "t", connection_id: "c", parent_flow_run_id: null, ...fields }) as FlowRunSummary;

test("of a unit's runs the one of its task on Prefect counts, neither its subflows nor a run of before", () => {
  const runs = [
    run("child", { parent_flow_run_id: "root" }),
    run("before", { task_id: "t0" }),
    run("own", { connection_id: null }),
    run("root", {}),
  ];
  expect(runOnPrefect({ task_id: "t" }, runs)?.id).toBe("root");
  expect(runOnPrefect({ task_id: "other" }, runs)).toBeUndefined();
});

const staged = {
  status: "running",
  connection_id: "c",
  external_state: "Running",
  progress_source: "counts",
  progress_percentage: 0,
  steps_done: 3,
  total_steps: 7,
} as const;

test("the one stage tells how far the run is and invents no percentage", () => {
  expect(stageOnPrefect(staged)).toMatchObject({ status: "running", percentage: 0, note: "3 of 7 known" });
  expect(stageOnPrefect({ ...staged, progress_source: "artifact", progress_percentage: 40 })).toMatchObject({
    percentage: 40,
    note: "40 %",
  });
  expect(stageOnPrefect({ ...staged, status: "pending", external_state: "AwaitingRetry" }).note).toBe(
    "AwaitingRetry, 3 of 7 known",
  );
  expect(stageOnPrefect(undefined)).toMatchObject({ status: "pending", note: "its run is not there yet" });
});

test("only a unit that goes on can be out of date", () => {
  const unit = {
    status: "in_progress",
    task_id: "t",
    connection_id: "c",
    connection_name: "cellar",
  } as const;
  expect(unitRowOf(unit).completed_at).toBeNull();
  expect(unitRowOf({ ...unit, status: "partial" }).completed_at).not.toBeNull();
});
