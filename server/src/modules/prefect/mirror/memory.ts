import type { PrefectArtifact, PrefectTaskRun } from "../client/wire.ts";
import { isTerminalType } from "../states.ts";
import { type BoundedMap, createBoundedMap } from "./bounded-map.ts";
import { hasProvedStep, isStandIn, stepNameOf } from "./mapping.ts";

/** A step as far as the progress of its run needs it. */
export interface StepFact {
  /** The same for all attempts of one step. */
  readonly key: string;
  readonly name: string;
  /** False while it may turn out to be the stand-in of a subflow. */
  readonly isStep: boolean;
  readonly isDone: boolean;
  readonly isRunning: boolean;
  /** Which beginning of the run it belongs to. */
  readonly flow_run_run_count: number;
}

export type RunSteps = ReadonlyMap<string, StepFact>;

/**
 * What this process has read of a connection, so that it is not asked for or written again. Everything here can be lost: it is
 * read again then. Only what is committed comes in.
 */
export interface MirrorMemory {
  readonly flowNames: BoundedMap<string, string>;
  /** Null for a deployment that is gone. */
  readonly deploymentNames: BoundedMap<string, string | null>;
  /** Which run a subflow's stand-in belongs to. */
  readonly parents: BoundedMap<string, string>;
  readonly attempts: BoundedMap<string, { readonly run_count: number; readonly attempt: number }>;
  /** What was written of a run last, as a text that differs when something differs. */
  readonly written: BoundedMap<string, string>;
  readonly artifacts: BoundedMap<string, PrefectArtifact>;
  readonly steps: BoundedMap<string, RunSteps>;
  /** Which run began a subflow. */
  readonly parentOf: BoundedMap<string, string>;
  /** Subflows of a run, as far as they were seen. */
  readonly children: BoundedMap<string, ReadonlySet<string>>;
  /** Runs whose steps are to be read soon. */
  readonly due: Set<string>;
  /** When each sweep last read everything that it looks after, in ms since 1970. */
  readonly syncedAt: Map<string, number>;
  /** One write at a time: they would only wait for each other in the database. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
}

const manyRuns = 20_000;
const openRuns = 3_000;
const manyNames = 5_000;
/** Some 100 MB; a run of 10,000 steps is one of many. */
const manySteps = 400_000;

export function createMirrorMemory(): MirrorMemory {
  let last: Promise<unknown> = Promise.resolve();
  return {
    flowNames: createBoundedMap(manyNames),
    deploymentNames: createBoundedMap(manyNames),
    parents: createBoundedMap(manyRuns),
    attempts: createBoundedMap(manyRuns),
    written: createBoundedMap(manyRuns),
    artifacts: createBoundedMap(openRuns),
    steps: createBoundedMap(manySteps, (steps) => 1 + steps.size),
    parentOf: createBoundedMap(manyRuns),
    children: createBoundedMap(openRuns),
    due: new Set(),
    syncedAt: new Map(),
    inTurn(work) {
      const turn = last.then(work, work);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** What is known of the steps of a run once these were read as well. */
export function withSteps(known: RunSteps | undefined, read: readonly PrefectTaskRun[]): RunSteps {
  if (read.length === 0 && known !== undefined) return known;
  const steps = new Map(known);
  for (const step of read) {
    if (isStandIn(step)) {
      steps.delete(step.id);
      continue;
    }
    steps.set(step.id, {
      key: `${step.task_key} ${step.dynamic_key}`,
      name: stepNameOf(step),
      isStep: hasProvedStep(step),
      isDone: isTerminalType(step.state_type),
      isRunning: step.state_type === "RUNNING",
      flow_run_run_count: step.flow_run_run_count ?? 1,
    });
  }
  return steps;
}

/** The steps of this run are to be read soon, and the progress of those that began it: their artifacts tell nobody that they change. */
export function noteDue(memory: MirrorMemory, external_id: string): void {
  const seen = new Set<string>();
  for (
    let id: string | undefined = external_id;
    id !== undefined && !seen.has(id);
    id = memory.parentOf.get(id)
  ) {
    seen.add(id);
    memory.due.add(id);
  }
}
