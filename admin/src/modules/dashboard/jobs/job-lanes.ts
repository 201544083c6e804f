import type { MonitorLane } from "../../../api/monitor-rows.ts";

/** One lesson of a job, or several neighbours that have nothing to tell apart. */
export type FoldedLane = MonitorLane & { first: number; last: number };

const foldAbove = 6;
const mostShown = 12;

const emptied = {
  cells: [],
  title: null,
  current_step: null,
  error_message: null,
  flow_run_id: null,
  started_at: null,
  completed_at: null,
} satisfies Partial<MonitorLane>;

function foldNeighbours(lanes: readonly FoldedLane[], status: MonitorLane["status"]): FoldedLane[] {
  const folded: FoldedLane[] = [];
  for (const lane of lanes) {
    const before = folded.at(-1);
    if (before?.status !== status || lane.status !== status) folded.push(lane);
    else folded[folded.length - 1] = { ...before, ...emptied, last: lane.last };
  }
  return folded;
}

/**
 * The lanes as a card shows them: lessons that have not begun share a lane, and so do finished neighbours once there would be
 * more than six. `rest` is how many lessons do not fit on a card even then.
 */
export function foldLanes(lanes: readonly MonitorLane[]): { shown: FoldedLane[]; rest: number } {
  const single = lanes.map((lane) => ({
    ...lane,
    first: lane.lesson_position,
    last: lane.lesson_position,
  }));
  const begun = foldNeighbours(single, "not_begun");
  const folded = begun.length > foldAbove ? foldNeighbours(begun, "completed") : begun;
  const left = folded.slice(mostShown);
  return {
    shown: folded.slice(0, mostShown),
    rest: left.reduce((sum, lane) => sum + lane.last - lane.first + 1, 0),
  };
}
