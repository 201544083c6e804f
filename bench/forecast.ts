import { shapeOfJob } from "../server/src/modules/content-creator/forecast/job-steps.ts";
import type { ForecastRepo, TaskSteps } from "../server/src/modules/content-creator/forecast/repo.ts";
import { createForecastService } from "../server/src/modules/content-creator/forecast/service.ts";
import { creationRequestSchema } from "../server/src/modules/content-creator/models.ts";
import { coverageOf, type ForecastWorld, playWorld } from "../server/test/forecast-world.ts";
import { measureRealRuns } from "./forecast/real-runs.ts";
import { describeRuns, printMeasured } from "./table.ts";

// How well forecasts hold, and what they cost the server: an answer with 50 running jobs of 8 lessons. Goals: 75 to 85 % of
// held-out ends within the range, at most 5 ms of JavaScript.
const runs = Number(process.env.RUNS ?? 5);
const jobs = Number(process.env.JOBS ?? 50);
/** Units that a real product writes on the test provider, about 1.5 s each; 0 leaves that out. */
const units = Number(process.env.UNITS ?? 140);
const answers = 40;

const request = creationRequestSchema.parse({
  title: null,
  topic: "Tides",
  sources: [],
  learner_level: "beginner",
  learning_objectives: [],
  target_lesson_count: 8,
  authors: { text: "model", speech: "model", image: "model" },
});
const shape = shapeOfJob({ request, lesson_position: null }, null);
const ids = Array.from(
  { length: jobs },
  (_none, index) => `00000000-0000-7000-8000-${`${index}`.padStart(12, "0")}`,
);
const route = { provider: "house", model: "one" };

/** Every job in another state, and each of them a step further at each `turn`. */
function stepsAt(turn: number): TaskSteps[] {
  const now_ms = Date.UTC(2026, 0, 1) + turn * 200;
  return ids.map((task_id, index) => {
    const done = (index * 7 + turn) % shape.length;
    const lines = shape
      .slice(0, done + 4)
      .map(({ flow_path, step_name }, place) =>
        [
          flow_path,
          step_name,
          place < done ? "d" : "r",
          now_ms - 5_000,
          place < done ? 4_000 + place : 0,
        ].join("\t"),
      );
    return { task_id, attempt: 1, now_ms, steps: lines.join("\n") };
  });
}

let turn = 0;
let rows = stepsAt(0);
const durations_ms = Array.from({ length: 200 }, (_none, index) => 1_000 + index ** 1.7);
const repo: Pick<ForecastRepo, "listSamples" | "listEnded" | "listTasks" | "listSteps" | "listPlanSteps"> = {
  listSamples: async () =>
    [...new Set(shape.map(({ step_name }) => step_name))].map((step_name) => ({
      ...{ ...route, step_name, runs: 200, priced: 200, cost_usd: 0.01, durations_ms },
    })),
  listEnded: async () =>
    durations_ms.map((actual_ms) => ({ earliest_ms: 2_000, likely_ms: 4_000, latest_ms: 7_000, actual_ms })),
  listTasks: async (wanted) =>
    wanted.map((id) => ({
      ...{
        id,
        task_name: "unit_creation",
        mode: "from_scratch",
        unit_id: null,
        lineage_id: id,
        inputs: request,
      },
    })),
  listSteps: async () => rows,
  listPlanSteps: async () => [],
};
const service = createForecastService({
  repo: repo as ForecastRepo, // Nothing is recorded here.
  engine: { listLineageSteps: async () => [], readRecordedOutput: async () => undefined },
  routeFor: () => route,
});

/** Processor time of an answer, in ms: what other programs do meanwhile does not count. */
async function measure(isMoving: boolean): Promise<number> {
  let spent = 0;
  for (let answer = 0; answer < answers; answer += 1) {
    turn += 1;
    if (isMoving) rows = stepsAt(turn);
    const begin = process.cpuUsage();
    await service.outlookOf(ids);
    const { user, system } = process.cpuUsage(begin);
    spent += (user + system) / 1000;
  }
  return spent / answers;
}

await measure(true);
const moving: number[] = [];
const quiet: number[] = [];
for (let run = 0; run < runs; run += 1) {
  moving.push(await measure(true));
  quiet.push(await measure(false));
}

const usual: Omit<ForecastWorld, "seed"> = {
  jobs: 500,
  jobsPerDay: 12,
  daySpread: 0.35,
  stepSpread: 0.4,
  outliers: 0.03,
};
const worlds: readonly (readonly [string, Partial<ForecastWorld>])[] = [
  ["steps with heavy tails", { daySpread: 0, outliers: 0.08, stepSpread: 0.6 }],
  ["slow days that all their jobs share", {}],
  ["slow days that last for many jobs", { jobsPerDay: 40, daySpread: 0.5 }],
];
const real: [string, string][] = [];
if (units > 0) {
  const { forecasts, within } = await measureRealRuns(units);
  const share = forecasts === 0 ? "none could be judged" : `${((within / forecasts) * 100).toFixed(1)} %`;
  real.push([`ends within the range, ${units} real units (${forecasts} held-out forecasts)`, share]);
}
printMeasured("Forecasts of running jobs", [
  [`${jobs} jobs, each of them a step further (goal at most 5 ms)`, describeRuns(moving, "ms")],
  [`${jobs} jobs, nothing moved since`, describeRuns(quiet, "ms")],
  ...worlds.map(([name, change]): [string, string] => {
    const played = [1, 2, 3, 4, 5].map((seed) => playWorld({ ...usual, ...change, seed }));
    const shares = played.map((one) => coverageOf(one) * 100);
    const forecasts = played.reduce((sum, one) => sum + one.length, 0);
    return [
      `ends within the range, ${name} (${forecasts} held-out forecasts, seeds 1 to 5)`,
      describeRuns(shares, "%", 1),
    ];
  }),
  ...real,
]);
