import type { LlmRequestKind } from "../../llm/public.ts";
import type { ShapeStep } from "./course-shape.ts";
import type { Estimate } from "./models.ts";
import type { StepHistory } from "./repo.ts";

/** Which model does a kind of call now. */
export type RouteFor = (kind: LlmRequestKind) => { readonly provider: string; readonly model: string } | null;

interface Measured {
  readonly runs: number;
  readonly cost_usd: number | null;
  readonly duration_ms: number | null;
  readonly unknown_because: string | null;
}

const leastPriced = 0.9;

/** Of nothing to do. */
export const nothingToDo: Estimate = {
  cost_usd: 0,
  duration_ms: 0,
  based_on_runs: 0,
  unknown_because: null,
};

/**
 * What these steps will cost and take: the medians of the same steps by the models in force now, and for the time the longest
 * chain of steps that wait for each other. One paid step without a measured cost makes the cost unknown.
 */
export function estimateSteps(
  steps: readonly ShapeStep[],
  history: readonly StepHistory[],
  routeFor: RouteFor,
): Estimate {
  if (steps.length === 0) return nothingToDo;
  const measured = new Map(steps.map((step) => [step, measure(step, history, routeFor)]));
  const all = [...measured.values()];
  const unknown = all.find(({ cost_usd }) => cost_usd === null);
  const untimed = all.some(({ duration_ms }) => duration_ms === null);
  return {
    cost_usd:
      unknown === undefined ? roundUsd(all.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0)) : null,
    duration_ms: untimed ? null : Math.round(longestChain(steps, measured)),
    based_on_runs: Math.min(...all.map(({ runs }) => runs)),
    unknown_because:
      unknown?.unknown_because ??
      (untimed ? (all.find(({ duration_ms }) => duration_ms === null)?.unknown_because ?? null) : null),
  };
}

function measure(step: ShapeStep, history: readonly StepHistory[], routeFor: RouteFor): Measured {
  const name = step.step_name.replaceAll("_", " ");
  const ofStep = history.filter(({ step_name }) => step_name === step.step_name);
  if (step.author === "offline") {
    const [most] = ofStep
      .filter(({ provider }) => provider === "offline")
      .sort((left, right) => right.runs - left.runs);
    return {
      runs: most?.runs ?? 0,
      cost_usd: 0,
      duration_ms: most?.duration_ms ?? null,
      unknown_because: most === undefined ? `No completed run of "${name}" is recorded yet.` : null,
    };
  }
  const unknown = (unknown_because: string): Measured => ({
    runs: 0,
    cost_usd: null,
    duration_ms: null,
    unknown_because,
  });
  const route = routeFor(step.kind);
  if (route === null) return unknown(`No model is configured for "${name}", which a model wrote before.`);
  const own = ofStep.find(({ provider, model }) => provider === route.provider && model === route.model);
  if (own === undefined) return unknown(`No completed run of "${name}" with ${route.model} is recorded yet.`);
  // Where the cost of many runs is unknown, the median of the others says little.
  const isPriced = own.cost_usd !== null && own.priced >= own.runs * leastPriced;
  return {
    runs: own.runs,
    cost_usd: isPriced ? own.cost_usd : null,
    duration_ms: own.duration_ms,
    unknown_because: isPriced ? null : `What ${route.model} costs is not known.`,
  };
}

function longestChain(steps: readonly ShapeStep[], measured: ReadonlyMap<ShapeStep, Measured>): number {
  const endOf = new Map<ShapeStep, number>();
  // Steps come after what they need; what is kept already takes no time.
  for (const step of steps) {
    const begin = Math.max(0, ...step.needs.map((needed) => endOf.get(needed) ?? 0));
    endOf.set(step, begin + (measured.get(step)?.duration_ms ?? 0));
  }
  return Math.max(...endOf.values());
}

/** Money has eight decimals, as in `numeric(14, 8)`. */
function roundUsd(value: number): number {
  return Math.round(value * 1e8) / 1e8;
}
