import { describe, expect, test } from "vitest";
import type { FinishedLesson } from "../content/public.ts";
import { creatorErrors } from "./errors.ts";
import { failedLesson, statusOf, warningsOf } from "./outcome.ts";

const plan = { position: 2, title: "Neap tides", objective: "Explain", learning_objective_ids: ["lo_1"] };
const failure = creatorErrors.create("all_lessons_failed", "The provider said no.");
const broken = failedLesson(plan, failure);
const written: FinishedLesson = {
  ...broken,
  position: 1,
  title: "Spring tides",
  status: "completed",
  error_code: null,
  error_message: null,
};
const silent: FinishedLesson = {
  ...written,
  error_code: "provider_timeout",
  error_message: "The audio failed: too slow.",
};
const noFailures = { podcast: null, art: null };

describe("statusOf", () => {
  test("is completed when nothing is missing", () => {
    expect(statusOf([written], noFailures)).toEqual({
      status: "completed",
      error_code: null,
      error_message: null,
    });
  });

  test("is partial and names the lesson that failed", () => {
    const status = statusOf([written, broken], noFailures);
    expect(status).toMatchObject({ status: "partial", error_code: "lessons_failed" });
    expect(status.error_message).toContain('lesson 2 "Neap tides"');
  });

  test("is partial and names audio, podcast and cover that failed", () => {
    const reason = { code: "provider_timeout", message: "too slow" };
    const status = statusOf([silent], { podcast: reason, art: reason });
    expect(status).toMatchObject({ status: "partial", error_code: "media_failed" });
    expect(status.error_message).toMatch(/the audio of lesson 1, the podcast, the cover/);
  });
});

describe("warningsOf", () => {
  const objectives = [
    {
      id: "lo_1",
      text: "Explain gravity",
      bloom_level: "Recall" as const,
      evidence_of_mastery: "",
      covered_by_source: false,
    },
  ];

  test("carries every failure with its part and place", () => {
    const warnings = warningsOf(
      { warnings: ["Too short for 5 lessons."], learning_objectives: [] },
      [silent, broken],
      { podcast: null, art: { code: "provider_refused", message: "policy" } },
      "model",
    );
    expect(warnings.map(({ code, part, lesson_position }) => [code, part, lesson_position])).toEqual([
      ["plan_note", "plan", null],
      ["provider_timeout", "podcast", 1],
      ["all_lessons_failed", "lesson", 2],
      ["provider_refused", "art", null],
    ]);
  });

  test("names uncovered objectives offline only, where nothing fills the gap", () => {
    const told = (author: "model" | "offline") =>
      warningsOf({ warnings: [], learning_objectives: objectives }, [], noFailures, author).map(
        ({ code }) => code,
      );
    expect(told("offline")).toEqual(["objective_not_covered"]);
    expect(told("model")).toEqual([]);
  });
});
