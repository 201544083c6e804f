import {
  type Calibration,
  calibrate,
  corrected,
  type EndedForecast,
} from "../src/modules/content-creator/forecast/calibration.ts";
import {
  type Job,
  type OwnStep,
  shapeOfJob,
  stepsOfJob,
} from "../src/modules/content-creator/forecast/job-steps.ts";
import { paceOf, simulate, type TimeLeft } from "../src/modules/content-creator/forecast/simulate.ts";
import { quantileOf } from "../src/modules/content-creator/forecast/step-samples.ts";
import type { ShapeStep } from "../src/modules/content-creator/retry-options/course-shape.ts";
import { stepKey } from "../src/modules/content-creator/retry-options/remaining-steps.ts";

/** How the steps of a world without any provider behave. */
export interface ForecastWorld {
  readonly seed: number;
  readonly jobs: number;
  /** Jobs on the same day share how slow that day is. */
  readonly jobsPerDay: number;
  /** Standard deviation of the logarithm of a day's slowness, and of a step's own time. */
  readonly daySpread: number;
  readonly stepSpread: number;
  /** Share of the steps that take far longer than usual. */
  readonly outliers: number;
}

/** A forecast of a job that was not known when it was made, with what came. */
export interface HeldOut extends TimeLeft {
  readonly actual_ms: number;
  readonly simulated: TimeLeft;
}

/** Usual times of the steps, in ms: made up, in the proportions of a language model that writes and a voice that speaks. */
const usualMs: Readonly<Record<string, number>> = {
  generate_source_material: 14_000,
  extract_unit_metadata: 9_000,
  generate_supplemental_source_material: 11_000,
  generate_lesson_transcript: 12_000,
  draft_exercises: 8_000,
  validate_and_structure_exercises: 5_000,
  synthesize_audio: 16_000,
  generate_unit_podcast_transcript: 18_000,
  synthesize_unit_audio: 25_000,
  describe_cover: 4_000,
  draw_cover: 13_000,
};
const keptRuns = 200;
const keptForecasts = 300;

/** Runs the jobs one after the other, foresees each at some moments from those before it, and answers all forecasts. */
export function playWorld(world: ForecastWorld): HeldOut[] {
  const random = seeded(world.seed);
  const durations = new Map<string, number[]>();
  const ended: EndedForecast[] = [];
  const answers: HeldOut[] = [];
  let day = 0;
  for (let number = 0; number < world.jobs; number += 1) {
    if (number % world.jobsPerDay === 0) day = normal(random) * world.daySpread;
    const played = playJob(world, random, day);
    const isKnown = played.shape.every(({ step_name }) => (durations.get(step_name)?.length ?? 0) >= 5);
    if (isKnown) {
      const sorted = new Map([...durations].map(([name, all]) => [name, all.toSorted((a, b) => a - b)]));
      const calibration = calibrate(ended.slice(-keptForecasts));
      const foreseen = momentsOf(played, random).map((at) => foresee(played, at, sorted, calibration));
      if (ended.length >= keptForecasts) answers.push(...foreseen);
      ended.push(...foreseen.map(({ simulated, actual_ms }) => ({ ...simulated, actual_ms })));
    }
    for (const step of played.shape) {
      const all = durations.get(step.step_name) ?? [];
      all.push(played.durationOf(step));
      durations.set(step.step_name, all.slice(-keptRuns));
    }
  }
  return answers;
}

/** The share of the forecasts whose job ended within the range. */
export function coverageOf(answers: readonly HeldOut[]): number {
  const within = answers.filter(
    ({ actual_ms, earliest_ms, latest_ms }) => actual_ms >= earliest_ms && actual_ms <= latest_ms,
  );
  return within.length / answers.length;
}

interface PlayedJob {
  readonly job: Job;
  readonly shape: readonly ShapeStep[];
  readonly durationOf: (step: ShapeStep) => number;
  readonly beginOf: (step: ShapeStep) => number;
  readonly endOf: (step: ShapeStep) => number;
  readonly total: number;
}

function playJob(world: ForecastWorld, random: () => number, day: number): PlayedJob {
  const target_lesson_count = 2 + Math.floor(random() * 9);
  const job: Job = {
    task_id: "job",
    request: {
      title: null,
      topic: "Tides",
      sources: [],
      learner_level: "beginner",
      learning_objectives: [],
      target_lesson_count,
      authors: { text: "model", speech: "model", image: "model" },
    },
    lesson_position: null,
    former: [],
  };
  const shape = shapeOfJob(job, null);
  const begins = new Map<ShapeStep, number>();
  const taken = new Map<ShapeStep, number>();
  const endOf = (step: ShapeStep) => (begins.get(step) ?? 0) + (taken.get(step) ?? 0);
  for (const step of shape) {
    const tail = random() < world.outliers ? 1 / (0.05 + random()) : 1;
    const usual = usualMs[step.step_name] ?? 1_000;
    begins.set(step, Math.max(0, ...step.needs.map(endOf)));
    taken.set(step, usual * tail * Math.exp(day + normal(random) * world.stepSpread));
  }
  return {
    job,
    shape,
    durationOf: (step) => taken.get(step) ?? 0,
    beginOf: (step) => begins.get(step) ?? 0,
    endOf,
    total: Math.max(...shape.map(endOf)),
  };
}

/** When the job begins, when each quarter of its steps is done, and a moment in between. */
function momentsOf({ shape, endOf, total }: PlayedJob, random: () => number): number[] {
  const ends = shape.map(endOf).sort((left, right) => left - right);
  const quarters = [0.25, 0.5, 0.75].map((share) => ends[Math.ceil(ends.length * share) - 1] ?? 0);
  return [0, ...quarters, random() * total];
}

function foresee(
  played: PlayedJob,
  at: number,
  durations: ReadonlyMap<string, readonly number[]>,
  calibration: Calibration,
): HeldOut {
  const own = new Map<string, OwnStep>();
  for (const step of played.shape) {
    if (played.endOf(step) <= at) own.set(stepKey(step), { state: "done", took_ms: played.durationOf(step) });
    else if (played.beginOf(step) <= at)
      own.set(stepKey(step), { state: "running", started_ms: played.beginOf(step) });
  }
  const { remaining, worked } = stepsOfJob(played.job, null, own);
  const usualOf = ({ step_name }: ShapeStep) => quantileOf(durations.get(step_name) ?? [], 0.5);
  const simulated = simulate(
    remaining.map(({ step, started_ms, needs, place }) => ({
      durations_ms: durations.get(step.step_name) ?? [],
      elapsed_ms: started_ms === null ? null : at - started_ms,
      needs,
      place,
    })),
    paceOf(worked.map(({ step, took_ms }) => ({ took_ms, usual_ms: usualOf(step) }))),
  );
  return { ...corrected(simulated, calibration), actual_ms: played.total - at, simulated };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function seeded(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
