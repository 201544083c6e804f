import type { ShapeStep } from "../retry-options/course-shape.ts";
import { findHistory, isPriced, type RouteFor } from "../retry-options/estimate.ts";
import { stepKey } from "../retry-options/remaining-steps.ts";
import type { Job, JobSteps, OwnStep } from "./job-steps.ts";
import { paceOf, type SimulatedStep, simulate, type TimeLeft } from "./simulate.ts";
import { quantileOf, type StepSamples } from "./step-samples.ts";

/** What is left of a job, with the recorded runs of each step: everything that a forecast needs besides the time. */
export interface Outline {
  readonly author: Job["request"]["authors"]["text"];
  readonly is_planned: boolean;
  readonly steps_done: number;
  readonly steps_known: number;
  /** Null: a step has no recorded run. `started_ms` by the database's clock. */
  readonly steps:
    | readonly (Omit<SimulatedStep, "elapsed_ms"> & { readonly started_ms: number | null })[]
    | null;
  readonly pace: number;
  readonly cost_usd_remaining: number | null;
  readonly based_on_runs: number;
  readonly unknown_because: string | null;
}

/** Brings what is left together with what is recorded of such steps by the models in force. */
export function outlineOf(
  job: Job,
  is_planned: boolean,
  steps: JobSteps,
  samples: readonly StepSamples[],
  routeFor: RouteFor,
): Outline {
  const look = createLook(samples, routeFor);
  const left = steps.remaining.map((one) => ({ ...one, ...look(one.step) }));
  const untimed = left.find(({ found }) => found === null);
  const unpriced = left.find(({ cost_usd }) => cost_usd === null);
  return {
    author: job.request.authors.text,
    is_planned,
    steps_done: steps.done,
    steps_known: steps.known,
    steps:
      untimed === undefined
        ? left.map(({ found, started_ms, needs, place }) => ({
            durations_ms: found?.durations_ms ?? [],
            started_ms,
            needs,
            place,
          }))
        : null,
    pace: paceOf(
      steps.worked.flatMap(({ step, took_ms }) => {
        const { usual_ms } = look(step);
        return usual_ms === null ? [] : [{ took_ms, usual_ms }];
      }),
    ),
    cost_usd_remaining: unpriced === undefined ? sumOf(left) : null,
    based_on_runs: left.length === 0 ? 0 : Math.min(...left.map(({ found }) => found?.runs ?? 0)),
    unknown_because: untimed?.unknown_because ?? unpriced?.unknown_because ?? null,
  };
}

/** As simulated, not corrected yet; null: unknown. */
export function timeLeftOf({ steps, pace }: Outline, now_ms: number): TimeLeft | null {
  if (steps === null) return null;
  return simulate(
    steps.map(({ started_ms, ...step }) => ({
      ...step,
      // Another clock may be ahead: a step has not run for less than nothing.
      elapsed_ms: started_ms === null ? null : Math.max(0, now_ms - started_ms),
    })),
    pace,
  );
}

const stateOf: Readonly<Record<string, "reused" | "dead">> = { u: "reused", f: "dead" };

/** Reads the lines of `TaskSteps.steps`. */
export function readOwnSteps(lines: string): ReadonlyMap<string, OwnStep> {
  const own = new Map<string, OwnStep>();
  if (lines === "") return own;
  for (const line of lines.split("\n")) {
    const [flow_path = "", step_name = "", letter = "", started = "0", took = "0"] = line.split("\t");
    const key = stepKey({ flow_path, step_name });
    if (letter === "d") own.set(key, { state: "done", took_ms: Math.max(0, Number(took)) });
    else if (letter === "r") own.set(key, { state: "running", started_ms: Number(started) });
    else own.set(key, { state: stateOf[letter] ?? "open" });
  }
  return own;
}

interface Look {
  readonly found: StepSamples | null;
  readonly usual_ms: number | null;
  readonly cost_usd: number | null;
  readonly unknown_because: string | null;
}

/** Finds the recorded runs of steps, each kind of step once. */
function createLook(samples: readonly StepSamples[], routeFor: RouteFor): (step: ShapeStep) => Look {
  const known = new Map<string, Look>();
  return (step) => {
    const name = `${step.author} ${step.step_name}`;
    const look = known.get(name) ?? lookUp(step, samples, routeFor);
    known.set(name, look);
    return look;
  };
}

function lookUp(step: ShapeStep, samples: readonly StepSamples[], routeFor: RouteFor): Look {
  const { found, unknown_because } = findHistory(step, samples, routeFor);
  const isOffline = step.author === "offline";
  if (found === null) {
    return { found, usual_ms: null, cost_usd: isOffline ? 0 : null, unknown_because };
  }
  const usual_ms = quantileOf(found.durations_ms, 0.5);
  if (isOffline) return { found, usual_ms, cost_usd: 0, unknown_because: null };
  return isPriced(found)
    ? { found, usual_ms, cost_usd: found.cost_usd, unknown_because: null }
    : { found, usual_ms, cost_usd: null, unknown_because: `What ${found.model} costs is not known.` };
}

function sumOf(steps: readonly { readonly cost_usd: number | null }[]): number {
  const sum = steps.reduce((total, { cost_usd }) => total + (cost_usd ?? 0), 0);
  return Math.round(sum * 1e8) / 1e8;
}
