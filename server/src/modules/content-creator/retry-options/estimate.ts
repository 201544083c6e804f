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

/** What is recorded of a step by one model. */
type Recorded = Pick<StepHistory, "step_name" | "provider" | "model" | "runs">;

/** Of the recorded runs those that the step will most likely resemble, or why there are none. */
export function findHistory<Entry extends Recorded>(
  step: Pick<ShapeStep, "step_name" | "author" | "kind">,
  history: readonly Entry[],
  routeFor: RouteFor,
):
  | { readonly found: Entry; readonly unknown_because: null }
  | { readonly found: null; readonly unknown_because: string } {
  const name = step.step_name.replaceAll("_", " ");
  const unknown = (unknown_because: string) => ({ found: null, unknown_because });
  const ofStep = history.filter(({ step_name }) => step_name === step.step_name);
  if (step.author === "offline") {
    const [most] = ofStep
      .filter(({ provider }) => provider === "offline")
      .sort((left, right) => right.runs - left.runs);
    return most === undefined
      ? unknown(`No completed run of "${name}" is recorded yet.`)
      : { found: most, unknown_because: null };
  }
  const route = routeFor(step.kind);
  if (route === null) return unknown(`No model is configured for "${name}", which a model wrote before.`);
  const own = ofStep.find(({ provider, model }) => provider === route.provider && model === route.model);
  return own === undefined
    ? unknown(`No completed run of "${name}" with ${route.model} is recorded yet.`)
    : { found: own, unknown_because: null };
}

/** Whether the median of the known costs says something: where the cost of many runs is unknown, it says little. */
export function isPriced(entry: Pick<StepHistory, "cost_usd" | "priced" | "runs">): boolean {
  return entry.cost_usd !== null && entry.priced >= entry.runs * leastPriced;
}

function measure(step: ShapeStep, history: readonly StepHistory[], routeFor: RouteFor): Measured {
  const { found, unknown_because } = findHistory(step, history, routeFor);
  const isOffline = step.author === "offline";
  if (found === null) {
    return { runs: 0, cost_usd: isOffline ? 0 : null, duration_ms: null, unknown_because };
  }
  const { runs, duration_ms } = found;
  if (isOffline) return { runs, cost_usd: 0, duration_ms, unknown_because: null };
  return isPriced(found)
    ? { runs, cost_usd: found.cost_usd, duration_ms, unknown_because: null }
    : { runs, cost_usd: null, duration_ms, unknown_because: `What ${found.model} costs is not known.` };
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
