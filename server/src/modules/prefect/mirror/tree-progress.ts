import type { KnownRun } from "../../flow-engine/public.ts";
import { nextProgress, type Progress } from "../progress.ts";
import { type ReadRun, stepsTotal } from "./mapping.ts";
import type { MirrorMemory, StepFact } from "./memory.ts";

export interface RunProgress {
  readonly progress: Progress;
  /** The step that began last and has not ended. */
  readonly current_step: string | null;
  /** Whether somebody knows how many steps there will be. */
  readonly steps_total: number | null;
}

/** How far a run is, its subflows' steps counted with its own; null while nothing was read of its steps. */
export function progressOf(
  memory: MirrorMemory,
  read: ReadRun,
  known: KnownRun | undefined,
): RunProgress | null {
  const { run, attempt } = read;
  const artifact = memory.artifacts.get(run.id);
  const isRead = memory.steps.get(run.id) !== undefined || artifact !== undefined;
  const shown = known === undefined ? null : shownProgress(known);
  if (!isRead && shown === null) return null;
  const facts = factsOf(memory, run.id, attempt);
  const steps_total = stepsTotal(run);
  const progress = nextProgress(shown, {
    attempt,
    artifact: artifact?.data,
    steps_total,
    steps_known: facts.known,
    steps_done: facts.done,
  });
  return { progress, current_step: facts.current, steps_total };
}

/** A text that differs when what is known of the run's progress does. */
export function progressStamp(memory: MirrorMemory, { run, attempt }: ReadRun): string {
  const { known, done, current } = factsOf(memory, run.id, attempt);
  const artifact = memory.artifacts.get(run.id);
  return `${known} ${done} ${current ?? ""} ${artifact?.id ?? ""} ${artifact?.updated ?? ""}`;
}

function shownProgress(known: KnownRun): Progress | null {
  const source = known.progress_source;
  if (source !== "artifact" && source !== "label" && source !== "counts") return null;
  return {
    attempt: known.attempt,
    source,
    percentage: source === "counts" ? null : known.progress_percentage,
    steps_done: known.steps_done,
    steps_known: known.total_steps ?? known.steps_done,
  };
}

/** Each step counts once, whatever its attempts; those of earlier attempts of the run do not count. */
function factsOf(
  memory: MirrorMemory,
  id: string,
  attempt: number,
): { known: number; done: number; current: string | null } {
  const steps = new Map<string, StepFact>();
  let current: string | null = null;
  for (const member of treeOf(memory, id)) {
    for (const step of memory.steps.get(member)?.values() ?? []) {
      if (!step.isStep) continue;
      // A subflow counts its own beginnings.
      if (member === id && attempt > 1 && step.flow_run_run_count < attempt) continue;
      const key = `${member} ${step.key}`;
      const other = steps.get(key);
      if (other === undefined || other.flow_run_run_count <= step.flow_run_run_count) steps.set(key, step);
      if (step.isRunning) current = step.name;
    }
  }
  const all = [...steps.values()];
  return { known: all.length, done: all.filter(({ isDone }) => isDone).length, current };
}

function treeOf(memory: MirrorMemory, root: string): ReadonlySet<string> {
  const members = new Set([root]);
  // A set goes on with what is added while it is walked.
  for (const id of members) for (const child of memory.children.get(id) ?? []) members.add(child);
  return members;
}
