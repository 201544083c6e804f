import { expect, it } from "vitest";
import type { PrefectFlowRun } from "../client/wire.ts";
import {
  failureOf,
  namedUnit,
  outsideProgress,
  recheckUntil,
  runUrl,
  stepNameOf,
  stepsTotal,
  timesOf,
} from "./mapping.ts";

const unit = "0198a1b2-0000-7000-8000-00000000000a";
const run = (given: Partial<PrefectFlowRun>): PrefectFlowRun => ({
  ...{ id: "f0000000-0000-4000-8000-000000000000", flow_id: "f0000000-0000-4000-8000-000000000001" },
  ...{ name: "brave-otter", tags: [], run_count: 1, parameters: {} },
  ...given,
});
const ended = (state_type: string, end_time: string): PrefectFlowRun => run({ state_type, end_time });

it("finds the unit in the parameter first, then in a tag, and takes nothing for one that is no id", () => {
  expect(namedUnit(run({ parameters: { unit_id: unit.toUpperCase() } }))).toBe(unit);
  expect(namedUnit(run({ tags: ["a", ` unit:${unit} `] }))).toBe(unit);
  for (const unit_id of [null, 7, "", "unit-7", `${unit}0`, { id: unit }]) {
    expect(namedUnit(run({ parameters: { unit_id }, tags: ["unit:", "unit:tides"] }))).toBeNull();
  }
});

it("takes a number of steps from the label only when it can be one", () => {
  expect(stepsTotal(run({ labels: { coursewright_steps_total: 12 } }))).toBe(12);
  for (const value of [0, -1, 1.5, "12", null]) {
    expect(stepsTotal(run({ labels: { coursewright_steps_total: value } }))).toBeNull();
  }
});

it("links to the run below the address for people, derived from the API's when none is given", () => {
  const link = (base_url: string, ui_url: string | null) => runUrl({ base_url, ui_url }, "1");
  expect(link("http://prefect:4200/api", null)).toBe("http://prefect:4200/runs/flow-run/1");
  expect(link("https://x.org/p/api/", null)).toBe("https://x.org/p/runs/flow-run/1");
  expect(link("http://prefect:4200/api", "https://ui.x.org/")).toBe("https://ui.x.org/runs/flow-run/1");
});

it("tells a crash from a failure, in Prefect's words where there are any", () => {
  expect(failureOf({ state_type: "CRASHED", state: { message: " killed " } })).toEqual({
    error_code: "prefect_run_crashed",
    error_message: "killed",
  });
  expect(failureOf({ state_type: "FAILED", state_name: "Broken" })).toEqual({
    error_code: "prefect_run_failed",
    error_message: "Prefect gives no reason (Broken).",
  });
  for (const state_type of ["CANCELLED", "RUNNING", "DREAMING", null]) {
    expect(failureOf({ state_type, state: { message: "bye" } }).error_code).toBeNull();
  }
});

it("gives a run that goes on no end, whatever end Prefect left standing", () => {
  const times = { created: "2026-11-22T06:00:00Z", end_time: "2026-11-22T06:01:00Z" };
  expect(timesOf(times, false, "now").completed_at).toBeNull();
  expect(timesOf(times, true, "now").completed_at).toBe(times.end_time);
  expect(timesOf({}, true, "2026-11-22T07:00:00Z")).toEqual({
    created_at: "2026-11-22T07:00:00Z",
    started_at: null,
    completed_at: "2026-11-22T07:00:00Z",
  });
});

it("makes a paused task say why, with words of ours when Prefect has none", () => {
  const paused = (message: string | null) =>
    outsideProgress(
      {
        run: run({ state: { id: unit, type: "PAUSED", timestamp: "2026-11-22T06:00:00Z", message } }),
        ...{ flow_name: "f", deployment_name: null, parent_external_id: null, attempt: 1 },
      },
      "paused",
      null,
      null,
      "2026-11-22T06:00:00Z",
    );
  expect(paused("Approve me")).toMatchObject({ status: "paused", pause_reason: "Approve me" });
  expect(paused(null)).toMatchObject({ status: "paused", pause_reason: "Paused on Prefect" });
});

it("reads ended runs again for a while, cancelled ones longer, and old ones not at all, by our clock", () => {
  const nowMs = Date.parse("2026-11-22T12:00:00Z");
  const until = (given: PrefectFlowRun, decided?: string | null) =>
    recheckUntil(given, { isEnded: true, cancelMs: 300_000, nowMs, decided });
  // Prefect's clock may be minutes before or behind ours.
  for (const end_time of ["2026-11-22T11:55:00Z", "2026-11-22T12:05:00Z"]) {
    expect(until(ended("COMPLETED", end_time))).toBe("2026-11-22T12:10:00.000Z");
    expect(until(ended("CANCELLED", end_time))).toBe("2026-11-22T12:15:00.000Z");
  }
  expect(until(ended("FAILED", "2026-11-22T11:00:00Z"))).toBeNull();
  expect(until(ended("FAILED", "2026-11-22T12:00:00Z"), "2026-11-22T12:01:00Z")).toBe("2026-11-22T12:01:00Z");
  expect(
    recheckUntil(ended("RUNNING", ""), { isEnded: false, cancelMs: 1, nowMs, decided: undefined }),
  ).toBeNull();
});

it.each([
  ["write_body-0", "0", "write_body"],
  ["write_body-12", "12", "write_body"],
  ["write_body-3fa", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "write_body"],
  ["Lesson 3", "0", "Lesson 3"],
  ["part-0-of-2", "0", "part-0-of-2"],
  ["-0", "0", "-0"],
])("the call %s with the key %s is one of the step %s", (name, dynamic_key, step) => {
  expect(stepNameOf({ name, dynamic_key })).toBe(step);
});
