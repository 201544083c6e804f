import { describe, expect, test } from "vitest";
import { type StageFacts, stagesOf } from "./stages.ts";

const unit: StageFacts["unit"] = {
  status: "in_progress",
  generated_from_topic: false,
  target_lesson_count: 3,
  lessons_completed: 0,
  lessons_failed: 0,
  cover_media_id: null,
  podcast_media_id: null,
};
const run = (flow_key: string, flow_name: string, status: string) => ({
  id: flow_key,
  flow_key,
  flow_name,
  status,
});
const step = (step_name: string, status: string) => ({ step_name, status });

function told(facts: Partial<StageFacts> & { readonly of?: Partial<StageFacts["unit"]> }) {
  const { of, ...rest } = facts;
  const stages = stagesOf({ unit: { ...unit, ...of }, runs: [], steps: [], ...rest });
  return Object.fromEntries(stages.map(({ stage, status }) => [stage, status]));
}

describe("stages of a unit", () => {
  test("are all to come for a draft", () => {
    expect(told({ of: { status: "draft", generated_from_topic: true } })).toEqual({
      source: "pending",
      plan: "pending",
      lessons: "pending",
      podcast: "pending",
      art: "pending",
    });
  });

  test("follow the runs while the unit is being written", () => {
    const runs = [
      run("unit", "unit_creation", "running"),
      run("lesson:1", "lesson_creation", "completed"),
      run("lesson:2", "lesson_creation", "running"),
      run("lesson_podcast:1", "lesson_podcast", "completed"),
      run("art", "unit_art_creation", "completed"),
    ];
    expect(told({ runs, steps: [step("extract_unit_metadata", "completed")] })).toEqual({
      source: "skipped",
      plan: "completed",
      lessons: "running",
      podcast: "running",
      art: "completed",
    });
  });

  test("tell partial from failed and count both", () => {
    const runs = [
      run("lesson:1", "lesson_creation", "completed"),
      run("lesson:2", "lesson_creation", "failed"),
      run("art", "unit_art_creation", "failed"),
    ];
    const stages = stagesOf({ unit: { ...unit, status: "partial" }, runs, steps: [] });
    expect(stages[2]).toMatchObject({
      status: "partial",
      total: 2,
      completed: 1,
      failed: 1,
      flow_run_ids: ["lesson:1", "lesson:2"],
    });
    expect(stages[4]).toMatchObject({ status: "failed", total: 1, completed: 0, failed: 1 });
  });

  test("let a later attempt of a step speak for the earlier one", () => {
    const steps = [step("generate_source_material", "failed"), step("generate_source_material", "completed")];
    expect(told({ steps, of: { generated_from_topic: true } }).source).toBe("completed");
  });

  test("come from the content when the runs are gone", () => {
    const of = { status: "partial" as const, lessons_completed: 2, lessons_failed: 1, cover_media_id: "m" };
    expect(told({ of })).toEqual({
      source: "skipped",
      plan: "completed",
      lessons: "partial",
      podcast: "skipped",
      art: "completed",
    });
  });

  test("never say running for a unit that was cancelled", () => {
    const runs = [
      run("lesson:1", "lesson_creation", "cancelled"),
      run("lesson:2", "lesson_creation", "completed"),
    ];
    expect(told({ runs, of: { status: "cancelled" } }).lessons).toBe("partial");
    expect(
      told({ runs: [run("lesson:1", "lesson_creation", "cancelled")], of: { status: "cancelled" } }).lessons,
    ).toBe("skipped");
  });
});
