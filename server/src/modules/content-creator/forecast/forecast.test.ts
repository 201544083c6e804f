import { describe, expect, it } from "vitest";
import { coverageOf, type ForecastWorld, playWorld } from "../../../../test/forecast-world.ts";
import { stepKey } from "../retry-options/remaining-steps.ts";
import { calibrate, corrected } from "./calibration.ts";
import { outlineOf, readOwnSteps, timeLeftOf } from "./foresee.ts";
import { type Job, type OwnStep, shapeOfJob, stepsOfJob } from "./job-steps.ts";
import { paceOf, simulate } from "./simulate.ts";
import { quantileOf, type StepSamples } from "./step-samples.ts";

const job: Job = {
  task_id: "job",
  request: {
    title: null,
    topic: "Tides",
    sources: [],
    learner_level: "beginner",
    learning_objectives: [],
    target_lesson_count: 2,
    authors: { text: "model", speech: "model", image: "offline" },
  },
  lesson_position: null,
  former: [],
};
const shape = shapeOfJob(job, null);
const routeFor = () => ({ provider: "house", model: "one" });

function samplesOf(durations_ms: readonly number[], change: Partial<StepSamples> = {}): StepSamples[] {
  const names = new Set(shape.map(({ step_name }) => step_name));
  return [...names].flatMap((step_name) =>
    ["house one", "offline built-in"].map((who): StepSamples => {
      const [provider = "", model = ""] = who.split(" ");
      const runs = durations_ms.length;
      return { step_name, provider, model, runs, priced: runs, cost_usd: 0.01, durations_ms, ...change };
    }),
  );
}

function ownOf(states: Readonly<Record<string, OwnStep>>): ReadonlyMap<string, OwnStep> {
  return new Map(
    shape.flatMap((step): [string, OwnStep][] => {
      const state = states[`${step.flow_key} ${step.step_name}`] ?? states[step.flow_key];
      return state === undefined ? [] : [[stepKey(step), state]];
    }),
  );
}

const done: OwnStep = { state: "done", took_ms: 100 };

describe("on held-out jobs eight of ten ends lie within the range", () => {
  const world: ForecastWorld = {
    seed: 1,
    jobs: 400,
    jobsPerDay: 12,
    daySpread: 0.35,
    stepSpread: 0.4,
    outliers: 0.03,
  };
  it.each([
    ["of steps with heavy tails", { daySpread: 0, outliers: 0.08, stepSpread: 0.6 }],
    ["on slow and fast days that all their jobs share", {}],
    ["on days that last for many jobs", { jobsPerDay: 40, daySpread: 0.5, jobs: 600 }],
    ["of even steps on days that differ", { jobsPerDay: 4, daySpread: 0.3, stepSpread: 0.2, outliers: 0 }],
  ])("%s", (_name, change) => {
    for (const seed of [1, 2, 3]) {
      const answers = playWorld({ ...world, ...change, seed });
      expect(answers.length).toBeGreaterThanOrEqual(400);
      expect(coverageOf(answers)).toBeGreaterThanOrEqual(0.75);
      expect(coverageOf(answers)).toBeLessThanOrEqual(0.85);
    }
  });

  it("which the simulation alone would miss when whole days are slow", () => {
    const raw = playWorld({ ...world, jobsPerDay: 12, daySpread: 0.6 }).map((one) => ({
      ...one,
      ...one.simulated,
    }));
    expect(coverageOf(raw)).toBeLessThan(0.75);
  });
});

describe("what is left of a job", () => {
  it("is nothing when all is done, and the same for the same question", () => {
    expect(simulate([])).toEqual({ earliest_ms: 0, likely_ms: 0, latest_ms: 0 });
    const steps = stepsOfJob(job, null, new Map());
    const outline = outlineOf(job, false, steps, samplesOf([50, 100, 200, 900]), routeFor);
    expect(timeLeftOf(outline, 0)).toEqual(timeLeftOf(outline, 0));
    expect(outline.steps_known).toBe(shape.length);
  });

  it("is the longest chain: lessons run beside each other", () => {
    const outline = outlineOf(
      job,
      false,
      stepsOfJob(job, null, new Map()),
      samplesOf([100, 100, 100]),
      routeFor,
    );
    // Source, plan, text, drafts, check, script, recording.
    expect(timeLeftOf(outline, 0)).toEqual({ earliest_ms: 700, likely_ms: 700, latest_ms: 700 });
  });

  it("takes a running step as one of those that lasted longer already", () => {
    const steps = [{ durations_ms: [10, 20, 1_000], elapsed_ms: 500, needs: [], place: 0 }];
    expect(simulate(steps)).toEqual({ earliest_ms: 500, likely_ms: 500, latest_ms: 500 });
    const longest = simulate([{ durations_ms: [10], elapsed_ms: 1_000, needs: [], place: 0 }]);
    expect(longest.earliest_ms).toBeGreaterThan(0);
    expect(longest.latest_ms).toBeLessThan(1_100);
  });

  it("is never negative, though a clock is ahead", () => {
    const own = ownOf({ unit: { state: "running", started_ms: 5_000 } });
    const outline = outlineOf(job, false, stepsOfJob(job, null, own), samplesOf([100]), routeFor);
    const left = timeLeftOf(outline, 0);
    expect(left?.earliest_ms).toBe(700);
  });

  it("leaves out what a failed step makes impossible, and keeps the podcast of the other lesson", () => {
    const dead: OwnStep = { state: "dead" };
    const own = ownOf({ unit: done, "lesson:1 generate_lesson_transcript": dead });
    const left = stepsOfJob(job, null, own).remaining.map(({ step }) => `${step.flow_key} ${step.step_name}`);
    expect(left).not.toContain("lesson:1 draft_exercises");
    expect(left).not.toContain("lesson_podcast:1 synthesize_audio");
    expect(left).toContain("lesson:2 draft_exercises");
    expect(left).toContain("podcast generate_unit_podcast_transcript");
    const none = ownOf({ unit: done, "lesson:1": dead, "lesson:2": dead });
    expect(stepsOfJob(job, null, none).remaining.map(({ step }) => step.flow_key)).toEqual(["art", "art"]);
  });

  it("is stretched by the pace of the job, one step counting little", () => {
    expect(paceOf([])).toBe(1);
    const twice = Array.from({ length: 30 }, () => ({ took_ms: 200, usual_ms: 100 }));
    expect(paceOf(twice)).toBeGreaterThan(1.8);
    expect(paceOf(twice.slice(0, 1))).toBeLessThan(1.2);
    expect(paceOf([{ took_ms: 1e9, usual_ms: 100 }])).toBeLessThan(1.5);
    expect(paceOf([{ took_ms: -5, usual_ms: 0 }])).toBe(1);
  });
});

describe("what is not known is not told", () => {
  it("names the step without a recorded run", () => {
    const outline = outlineOf(job, false, stepsOfJob(job, null, new Map()), [], routeFor);
    expect(timeLeftOf(outline, 0)).toBeNull();
    expect(outline).toMatchObject({
      cost_usd_remaining: null,
      based_on_runs: 0,
      unknown_because: 'No completed run of "generate source material" with one is recorded yet.',
    });
  });

  it("tells the time though the price is unknown, and the price of offline work is nothing", () => {
    const steps = stepsOfJob(job, null, new Map());
    const unpriced = outlineOf(job, false, steps, samplesOf([100], { priced: 0, cost_usd: null }), routeFor);
    expect(unpriced.cost_usd_remaining).toBeNull();
    expect(unpriced.unknown_because).toBe("What one costs is not known.");
    expect(timeLeftOf(unpriced, 0)?.likely_ms).toBe(700);
    const priced = outlineOf(job, false, steps, samplesOf([100]), routeFor);
    const paid = shape.filter(({ author }) => author === "model").length;
    expect(priced.cost_usd_remaining).toBe(paid * 0.01);
  });
});

describe("the correction", () => {
  it("is a wide guess before 30 jobs' ends are known, and exact afterwards", () => {
    const left = { earliest_ms: 800, likely_ms: 1_000, latest_ms: 1_300 };
    const guess = corrected(left, calibrate([]));
    expect(guess.likely_ms).toBe(1_000);
    expect(guess.earliest_ms).toBeLessThan(800);
    expect(guess.latest_ms).toBeGreaterThan(1_300);
    const late = Array.from({ length: 300 }, (_none, index) => ({ ...left, actual_ms: 2_000 + index }));
    const known = corrected(left, calibrate(late));
    expect(known.earliest_ms).toBeGreaterThan(2_000);
    expect(known.earliest_ms).toBeLessThan(2_040);
    expect(known.likely_ms).toBeGreaterThan(known.earliest_ms);
    expect(known.latest_ms).toBeGreaterThan(2_260);
    expect(known.latest_ms).toBeLessThan(2_300);
  });

  it("makes no range of nothing, and none of it negative", () => {
    const nothing = { earliest_ms: 0, likely_ms: 0, latest_ms: 0 };
    const ended = Array.from({ length: 40 }, () => ({ ...nothing, actual_ms: 0 }));
    expect(corrected(nothing, calibrate(ended))).toEqual(nothing);
    const { earliest_ms, latest_ms } = corrected(
      { ...nothing, likely_ms: 10, latest_ms: 10 },
      calibrate(ended),
    );
    expect(earliest_ms).toBeGreaterThanOrEqual(0);
    expect(latest_ms).toBeGreaterThanOrEqual(earliest_ms);
  });
});

it("steps are read from their lines, later attempts last", () => {
  const lines = [
    "unit\textract_unit_metadata\td\t1000\t250",
    "unit/lesson:1\tdraft_exercises\tf\t1000\t250",
    "unit/lesson:1\tdraft_exercises\tr\t2000\t0",
    "unit/art\tdescribe_cover\tu\t1000\t0",
    "unit/art\tdraw_cover\tf\t1000\t10",
  ].join("\n");
  expect(Object.fromEntries(readOwnSteps(lines))).toEqual({
    "unit extract_unit_metadata": { state: "done", took_ms: 250 },
    "unit/lesson:1 draft_exercises": { state: "running", started_ms: 2_000 },
    "unit/art describe_cover": { state: "reused" },
    "unit/art draw_cover": { state: "dead" },
  });
  expect(readOwnSteps("").size).toBe(0);
});

it("a quantile lies between the values in proportion", () => {
  expect([0, 0.5, 0.99, 1].map((share) => quantileOf([0, 100], share))).toEqual([0, 50, 99, 100]);
  expect(quantileOf([], 0.5)).toBe(0);
});
