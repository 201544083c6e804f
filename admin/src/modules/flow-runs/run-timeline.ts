import type { FlowRunDetail } from "../../api/detail-rows.ts";
import type { FlowRunSummary, StepSummary } from "../../api/rows.ts";
import type { TimelineBar } from "../../ui/timeline/timeline-scale.ts";
import { partOf } from "./flow-run-words.ts";
import { barsOf, shownStatusOf } from "./step-bars.ts";

/** One line of a run's timeline: an own step, a child flow, or a step of an opened child flow. */
export type RunLine = {
  key: string;
  name: string;
  status: string;
  depth: 0 | 1;
  bars: TimelineBar[];
  startedAt: string | null;
  completedAt: string | null;
};

const leastWaitingMs = 50;

function timeOf(at: string | null, otherwise: string): number {
  return Date.parse(at ?? otherwise);
}

/** The bars of a child flow: hatched until it began, then solid until it ended. */
export function childBarsOf(run: FlowRunSummary): TimelineBar[] {
  const created = Date.parse(run.created_at);
  const started = timeOf(run.started_at, run.created_at);
  const ended = run.completed_at === null ? null : Date.parse(run.completed_at);
  if (run.status === "pending") return [{ kind: "waiting", status: run.status, from: created, to: ended }];
  const working: TimelineBar = { kind: "working", status: run.status, from: started, to: ended };
  if (started - created < leastWaitingMs) return [working];
  return [{ kind: "waiting", status: run.status, from: created, to: started }, working];
}

function stepLineOf(step: StepSummary, depth: 0 | 1): RunLine {
  return {
    key: step.id,
    name: step.step_name,
    status: shownStatusOf(step),
    depth,
    bars: barsOf(step),
    startedAt: step.started_at,
    completedAt: step.completed_at,
  };
}

/** How a child flow is called inside its parent: "lesson_creation lesson 3". */
export function childNameOf(run: FlowRunSummary): string {
  const part = partOf(run);
  return run.lesson_position === null || part === "" ? run.flow_name : `${run.flow_name} ${part}`;
}

function childLineOf(run: FlowRunSummary): RunLine {
  return {
    key: run.id,
    name: childNameOf(run),
    status: run.status,
    depth: 0,
    bars: childBarsOf(run),
    startedAt: run.started_at,
    completedAt: run.completed_at,
  };
}

/**
 * Own steps and child flows of a run in the order in which they began; under each child flow in `opened` its steps.
 */
export function runLinesOf(run: FlowRunDetail, opened: ReadonlyMap<string, StepSummary[]>): RunLine[] {
  const steps = run.steps.map((step) => ({
    from: timeOf(step.started_at, step.created_at),
    lines: [stepLineOf(step, 0)],
  }));
  const children = run.children.map((child) => ({
    from: timeOf(child.started_at, child.created_at),
    lines: [childLineOf(child), ...(opened.get(child.id) ?? []).map((step) => stepLineOf(step, 1))],
  }));
  return [...steps, ...children].sort((left, right) => left.from - right.from).flatMap(({ lines }) => lines);
}
