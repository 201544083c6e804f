import { describe, expect, it } from "vitest";
import type { LineageStep } from "../../flow-engine/public.ts";
import { type ShapeStep, shapeOf } from "./course-shape.ts";
import { estimateSteps } from "./estimate.ts";
import { remainingOf } from "./remaining-steps.ts";
import type { StepHistory } from "./repo.ts";

const shape = shapeOf({
  authors: { text: "model", speech: "offline", image: "model" },
  has_sources: true,
  needs_supplement: false,
  lesson_positions: [1, 2],
});

/** A row that began right after the one before it ended; `minute` moves both. */
function row(step: ShapeStep, minute: number, change: Partial<LineageStep> = {}): LineageStep {
  const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 12, minute, seconds)).toISOString();
  return {
    flow_path: step.flow_path,
    step_name: step.step_name,
    status: "completed",
    result_step_run_id: `${step.flow_path}-${step.step_name}`,
    result_started_at: at(1),
    result_completed_at: at(50),
    ...change,
  };
}

const complete = shape.map((step, place) => row(step, place));
const nameOf = ({ flow_key, step_name }: ShapeStep) => `${flow_key} ${step_name}`;

describe("what is left of a unit", () => {
  it("is nothing when all is recorded, and everything when nothing is", () => {
    expect(remainingOf(shape, complete)).toEqual({ steps: [], kept_steps: shape.length });
    const none = remainingOf(shape, []);
    expect(none.kept_steps).toBe(0);
    expect(none.steps.map(({ why }) => why)).toEqual(shape.map(() => "not_started"));
  });

  it("is what failed and all that is made from it", () => {
    const recorded = complete.map((one) =>
      one.flow_path === "unit/lesson:2" && one.step_name === "draft_exercises"
        ? { ...one, status: "failed" }
        : one,
    );
    expect(remainingOf(shape, recorded).steps.map(({ step, why }) => [nameOf(step), why])).toEqual([
      ["lesson:2 draft_exercises", "failed"],
      ["lesson:2 validate_and_structure_exercises", "follows"],
      ["podcast generate_unit_podcast_transcript", "follows"],
      ["podcast synthesize_unit_audio", "follows"],
    ]);
  });

  it("is also what was made from something that was made again since", () => {
    const recorded = complete.map((one, place) =>
      one.flow_path === "unit/lesson:1" && one.step_name === "validate_and_structure_exercises"
        ? row(shape[place] as ShapeStep, 59)
        : one,
    );
    expect(remainingOf(shape, recorded).steps.map(({ step, why }) => [nameOf(step), why])).toEqual([
      ["podcast generate_unit_podcast_transcript", "follows"],
      ["podcast synthesize_unit_audio", "follows"],
    ]);
  });
});

describe("an estimate", () => {
  const routeFor = (kind: string) => ({ provider: "p", model: kind === "image" ? "painter" : "writer" });
  const history = (cost_usd: number | null): StepHistory[] =>
    [...new Set(shape.map(({ step_name }) => step_name))].map((step_name) => {
      const isSpoken = step_name.startsWith("synthesize");
      const model = step_name === "draw_cover" ? "painter" : isSpoken ? "voice" : "writer";
      const provider = isSpoken ? "offline" : "p";
      const cost = isSpoken ? 0 : cost_usd;
      const priced = cost === null ? 0 : 7;
      return { step_name, provider, model, runs: 7, priced, cost_usd: cost, duration_ms: 1_000 };
    });

  it("adds the costs and takes the longest chain of steps that wait for each other", () => {
    // plan, transcript, drafts, check, podcast's text, its recording.
    expect(estimateSteps(shape, history(0.5), routeFor)).toEqual({
      cost_usd: 0.5 * shape.filter(({ author }) => author === "model").length,
      duration_ms: 6_000,
      based_on_runs: 7,
      unknown_because: null,
    });
  });

  it("is unknown, and says why, when a price, a run or the model is missing", () => {
    expect(estimateSteps(shape, history(null), routeFor)).toMatchObject({
      cost_usd: null,
      duration_ms: 6_000,
      unknown_because: "What writer costs is not known.",
    });
    expect(estimateSteps(shape, [], routeFor)).toMatchObject({
      cost_usd: null,
      duration_ms: null,
      based_on_runs: 0,
      unknown_because: 'No completed run of "extract unit metadata" with writer is recorded yet.',
    });
    expect(estimateSteps(shape, history(0.5), () => null)).toMatchObject({
      cost_usd: null,
      unknown_because: expect.stringContaining("No model is configured"),
    });
  });

  it("of work without a model is free, however long it takes", () => {
    const authors = { text: "offline", speech: "offline", image: "offline" } as const;
    const course = { authors, has_sources: true, needs_supplement: false, lesson_positions: [1] };
    expect(estimateSteps(shapeOf(course), [], () => null)).toMatchObject({
      cost_usd: 0,
      duration_ms: null,
      unknown_because: expect.stringContaining("is recorded yet"),
    });
    expect(estimateSteps([], [], () => null)).toMatchObject({ cost_usd: 0, duration_ms: 0 });
  });
});
