import { describe, expect, it } from "vitest";
import type { RunRow } from "./repo/work.ts";
import { lanesOf, stagesOf } from "./stages.ts";

const unit = {
  task_name: "unit_creation",
  target_lesson_count: 2,
  lesson_position: null,
  generated_from_topic: true,
};

function run(of: Partial<RunRow>): RunRow {
  return {
    id: `${of.flow_name}-${of.lesson_position ?? ""}`,
    flow_name: "lesson_creation",
    status: "running",
    lesson_position: null,
    started_at: "2026-01-01T00:00:00.000Z",
    completed_at: null,
    ...{ done: 0, reused: 0, running: 0, failed: 0, current_step: null, error_message: null, prepared: {} },
    ...of,
  };
}

const statuses = (runs: RunRow[], job: Partial<typeof unit> = {}) =>
  Object.fromEntries(stagesOf({ ...unit, ...job }, runs).map(({ stage, status }) => [stage, status]));

describe("the stages of a job", () => {
  it("are all to come before its first step", () => {
    expect(statuses([])).toEqual({
      source: "pending",
      plan: "pending",
      lessons: "pending",
      podcast: "pending",
      art: "pending",
    });
    expect(stagesOf(unit, [])[2]).toMatchObject({ total: 2, completed: 0 });
  });

  it("follow its runs", () => {
    const root = run({
      flow_name: "unit_creation",
      prepared: { generate_source_material: "completed", extract_unit_metadata: "completed" },
    });
    const lessons = [
      run({ lesson_position: 1, status: "completed" }),
      run({ lesson_position: 2, status: "failed" }),
    ];
    const spoken = run({ flow_name: "lesson_podcast", lesson_position: 1, status: "completed" });
    expect(statuses([root, ...lessons, spoken])).toEqual({
      source: "completed",
      plan: "completed",
      lessons: "partial",
      podcast: "running",
      art: "pending",
    });
  });

  it("leave out a source that was given, and all but one lesson when one is written anew", () => {
    expect(statuses([], { generated_from_topic: false }).source).toBe("skipped");
    const anew = { task_name: "lesson_regeneration" };
    expect(statuses([], anew)).toMatchObject({ lessons: "pending", art: "skipped" });
    const own = [
      run({ lesson_position: 2, status: "completed" }),
      run({ flow_name: "lesson_podcast", lesson_position: 2, status: "completed" }),
    ];
    expect(statuses(own, anew)).toMatchObject({ lessons: "completed", podcast: "completed" });
  });

  it("are none of a job that writes nothing", () => {
    expect(stagesOf({ ...unit, task_name: "bulk_action" }, [])).toEqual([]);
    expect(lanesOf({ ...unit, task_name: "bulk_action" }, [], null)).toEqual([]);
  });
});

describe("the lanes of a job", () => {
  const cellsOf = (runs: RunRow[]) => lanesOf(unit, runs, null)[0]?.cells;

  it("are one for each lesson, with the plan's titles", () => {
    const titles = new Map([
      [1, "Tides"],
      [2, "The Moon"],
      [3, "Harbours"],
    ]);
    expect(lanesOf(unit, [], null).map(({ status, cells }) => [status, cells])).toEqual([
      ["not_begun", []],
      ["not_begun", []],
    ]);
    expect(lanesOf(unit, [], titles).map(({ title }) => title)).toEqual(["Tides", "The Moon", "Harbours"]);
  });

  it("show four cells from a lesson's beginning to its end", () => {
    expect(cellsOf([run({ lesson_position: 1, running: 1 })])).toEqual(["running", "open", "open", "open"]);
    const spoken = run({ flow_name: "lesson_podcast", lesson_position: 1, status: "completed", done: 1 });
    expect(cellsOf([run({ lesson_position: 1, done: 1, running: 1 }), spoken])).toEqual([
      "done",
      "running",
      "open",
      "done",
    ]);
    expect(cellsOf([run({ lesson_position: 1, status: "paused", reused: 1, done: 1 })])).toEqual([
      "reused",
      "done",
      "waiting",
      "open",
    ]);
    const failed = run({ lesson_position: 1, status: "failed", done: 1, failed: 1, error_message: "No" });
    expect(lanesOf(unit, [failed], null)[0]).toMatchObject({ status: "failed", error_message: "No" });
    expect(cellsOf([failed])).toEqual(["done", "failed", "open", "open"]);
  });

  it("stay within 40 cells and 200 lanes, however long the run is", () => {
    const long = run({ lesson_position: 1, done: 9_990, running: 5, failed: 5 });
    const cells = cellsOf([long]) ?? [];
    expect(cells.length).toBeLessThanOrEqual(40);
    expect(new Set(cells)).toEqual(new Set(["done", "running", "failed", "open"]));
    const many = Array.from({ length: 1_000 }, (_, index) => run({ lesson_position: index + 1 }));
    expect(lanesOf(unit, many, null)).toHaveLength(200);
  });

  it("of one lesson written anew are that lesson's", () => {
    const job = { task_name: "lesson_regeneration", target_lesson_count: 5, lesson_position: 4 };
    expect(lanesOf(job, [], null).map(({ lesson_position }) => lesson_position)).toEqual([4]);
  });
});
