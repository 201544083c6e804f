import type { FlowRunSummary } from "../../api/rows.ts";
import type { StepCell } from "../../ui/status/StepCells.tsx";

/** One lesson of a job, or several neighbours that have nothing to tell apart. */
export type JobLane = {
  key: string;
  first: number;
  last: number;
  status: string;
  cells: StepCell[];
  /** The step that runs now; null where none does. */
  currentStep: string | null;
  errorMessage: string | null;
  startedAt: string | null;
  /** Null while the lane is not finished. */
  completedAt: string | null;
};

type LaneRun = Pick<
  FlowRunSummary,
  | "id"
  | "flow_name"
  | "status"
  | "lesson_position"
  | "current_step"
  | "steps_done"
  | "total_steps"
  | "error_message"
  | "started_at"
  | "completed_at"
>;

const flowOrder = ["lesson_creation", "lesson_podcast"];
const foldAbove = 6;

function nextCellOf(status: string): StepCell {
  if (status === "running") return "running";
  if (status === "failed") return "failed";
  return status === "paused" || status === "pending" ? "waiting" : "open";
}

function cellsOf(run: LaneRun): StepCell[] {
  const total = Math.max(run.total_steps ?? run.steps_done, run.steps_done);
  return Array.from({ length: total }, (_, position): StepCell => {
    if (position < run.steps_done) return "done";
    return position === run.steps_done ? nextCellOf(run.status) : "open";
  });
}

const worstFirst = ["failed", "running", "paused", "pending", "cancelled", "completed"];

function laneOf(position: number, runs: LaneRun[]): JobLane {
  if (runs.length === 0) return emptyLane(position);
  const ordered = flowOrder.flatMap((name) => runs.filter((run) => run.flow_name === name).slice(0, 1));
  const status = worstFirst.find((word) => ordered.some((run) => run.status === word)) ?? "pending";
  const speaking = ordered.find((run) => run.status === status);
  const starts = ordered.map((run) => run.started_at).filter((at) => at !== null);
  const ends = ordered.map((run) => run.completed_at).filter((at) => at !== null);
  return {
    key: `lesson-${position}`,
    first: position,
    last: position,
    status,
    cells: ordered.flatMap(cellsOf),
    currentStep: speaking?.current_step ?? null,
    errorMessage: speaking?.error_message ?? null,
    startedAt: starts.sort()[0] ?? null,
    completedAt: ends.length === ordered.length ? (ends.sort().at(-1) ?? null) : null,
  };
}

function emptyLane(position: number): JobLane {
  return {
    key: `lesson-${position}`,
    first: position,
    last: position,
    status: "not_begun",
    cells: [],
    currentStep: null,
    errorMessage: null,
    startedAt: null,
    completedAt: null,
  };
}

function foldNeighbours(lanes: JobLane[], status: string): JobLane[] {
  const folded: JobLane[] = [];
  for (const lane of lanes) {
    const before = folded.at(-1);
    if (before?.status !== status || lane.status !== status) folded.push(lane);
    else
      folded[folded.length - 1] = {
        ...before,
        last: lane.last,
        cells: [],
        completedAt: null,
        startedAt: null,
      };
  }
  return folded;
}

/**
 * One lane per lesson in their order, with the writing and the speaking of a lesson in one lane. Lessons that have not
 * begun share a lane, and so do finished neighbours once there would be more than six lanes. `runs` is newest first: of
 * a lesson's repeated runs the newest counts.
 */
export function lanesOf(runs: LaneRun[], lessonCount: number): JobLane[] {
  const positions = Array.from({ length: lessonCount }, (_, index) => index + 1);
  const lanes = positions.map((position) =>
    laneOf(
      position,
      runs.filter((run) => run.lesson_position === position && flowOrder.includes(run.flow_name)),
    ),
  );
  const begun = foldNeighbours(lanes, "not_begun");
  return begun.length > foldAbove ? foldNeighbours(begun, "completed") : begun;
}

/** Tokens and dollars of all runs of a job; null where a part is not known. Runs carry their own steps only, not their children's. */
export function spentOf(runs: Pick<FlowRunSummary, "tokens_input" | "tokens_output" | "cost_usd">[]): {
  tokens: number;
  costUsd: number | null;
} {
  let costUsd: number | null = 0;
  let tokens = 0;
  for (const run of runs) {
    tokens += run.tokens_input + run.tokens_output;
    costUsd = costUsd === null || run.cost_usd === null ? null : costUsd + run.cost_usd;
  }
  return { tokens, costUsd };
}
