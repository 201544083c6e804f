import { expect, test } from "vitest";
import type { RetryEstimate, RetryStep } from "./retry-options.ts";
import { estimateSentence, groupSteps, resumeSentence, scratchSentence } from "./retry-words.ts";

function stepOf(flow_name: string, lesson_position: number | null, step_name: string): RetryStep {
  return {
    flow_name,
    flow_key: `${flow_name}:${lesson_position}`,
    lesson_position,
    step_name,
    why: "failed",
  };
}

const estimate: RetryEstimate = {
  cost_usd: 0.2134,
  duration_ms: 120_000,
  based_on_runs: 40,
  unknown_because: null,
};
const steps = [
  stepOf("lesson_creation", 2, "draft_exercises"),
  stepOf("lesson_podcast", 2, "synthesize_audio"),
  stepOf("unit_podcast", null, "generate_unit_podcast_transcript"),
];

test("steps are grouped by the part that they make, flows of one lesson together", () => {
  expect(groupSteps(steps).map(({ title, steps: members }) => [title, members.length])).toEqual([
    ["Lesson 2", 2],
    ["Podcast", 1],
  ]);
});

test("resuming says what runs, for which parts, and what is kept", () => {
  const resume = { allowed: true, reason: null, kept_steps: 15, steps, estimate };
  expect(resumeSentence(resume)).toBe(
    "3 steps run, for lesson 2 and podcast. 15 finished steps are kept and not paid again.",
  );
  expect(resumeSentence({ ...resume, kept_steps: 0 })).toContain("Nothing was finished yet");
});

test("many parts are counted instead of listed", () => {
  const many = Array.from({ length: 9 }, (_, index) =>
    stepOf("lesson_creation", index + 1, "draft_exercises"),
  );
  expect(resumeSentence({ allowed: true, reason: null, kept_steps: 1, steps: many, estimate })).toBe(
    "9 steps run, for lesson 1, lesson 2, lesson 3, lesson 4 and 5 further parts. 1 finished step is kept and not paid again.",
  );
});

test("an estimate names cost, time and what it rests on", () => {
  expect(estimateSentence(estimate, false)).toBe("About $0.213, about 2 m 00 s, from 40 measured steps.");
});

test("what was never measured is unknown, with the reason, and never nothing", () => {
  const unknown = {
    cost_usd: null,
    duration_ms: null,
    based_on_runs: 0,
    unknown_because: "No run of draw_cover with this model was measured yet",
  };
  expect(estimateSentence(unknown, false)).toBe(
    "What it costs and how long it takes is unknown. No run of draw_cover with this model was measured yet.",
  );
});

test("offline work costs nothing and says that no model is asked", () => {
  expect(estimateSentence({ ...estimate, cost_usd: 0 }, true)).toContain(
    "It costs nothing, no model is asked, about 2 m 00 s",
  );
});

test("starting anew says that everything runs and is paid again", () => {
  const scratch = { allowed: true, reason: null, step_count: 23, estimate };
  expect(scratchSentence(scratch, true)).toBe(
    "A new task runs all 23 steps again and pays for them again. Today's lessons stay readable until the new ones replace them.",
  );
});
