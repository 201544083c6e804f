import { memo } from "react";
import type { ActiveJob, CurrentStep } from "../../../api/monitor-rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Lanes } from "../../../ui/status/Lanes.tsx";
import { lookOfStatus } from "../../../ui/status/status-tone.ts";
import { formatQuantity } from "../../../ui/value/format.ts";
import { Duration } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { activityPhraseOf } from "../../flow-runs/public.ts";
import { takenUntil, useAnswerMoment, useWordsSince } from "../answer-moment.tsx";
import { type FoldedLane, foldLanes } from "./job-lanes.ts";
import { formatElapsed, isSlow, stepTimeOf, usualWordsOf } from "./job-words.ts";

function laneTitleOf(lane: FoldedLane): string {
  if (lane.first === lane.last) return `${lane.first} ${shortName(lane.title ?? "Lesson")}`;
  return `${lane.first}–${lane.last} · ${formatQuantity(lane.last - lane.first + 1, "lesson")}`;
}

function waitingPhraseOf({ status, cells }: FoldedLane): string {
  if (status !== "running") return lookOfStatus(status).word;
  if (cells.every((cell) => cell === "open")) return "begins";
  const isDone = cells.every((cell) => cell === "done" || cell === "reused");
  return isDone ? "finishes" : "goes on to its next step";
}

/** What happens in a lane, or came of it. */
export function laneActivityOf(lane: FoldedLane): string {
  if (lane.status === "failed") return shortName(lane.error_message ?? "failed", 300);
  if (lane.status === "completed") return "written";
  if (lane.current_step === null) return waitingPhraseOf(lane);
  const phrase = activityPhraseOf(lane.current_step);
  return lane.status === "paused" ? `paused before it ${phrase}` : phrase;
}

/** The step of a lane that runs now, if it is among those that are told. */
function stepOf(steps: readonly CurrentStep[], lane: FoldedLane): CurrentStep | undefined {
  if (lane.first !== lane.last) return undefined;
  const own = steps.filter(({ lesson_position }) => lesson_position === lane.first);
  return own.find(({ step_name }) => step_name === lane.current_step) ?? own[0];
}

/** How long a running step has taken, against what it usually takes; amber once it is slower than 99 of 100. */
export function StepTime({ step }: { step: CurrentStep }) {
  const { as_of } = useAnswerMoment();
  const takenMs = takenUntil(as_of, step.started_at);
  const words = useWordsSince((sinceMs) => stepTimeOf(takenMs + sinceMs, step.usual));
  const slow = useWordsSince((sinceMs) => (isSlow(takenMs + sinceMs, step.usual) ? "slow" : ""));
  return (
    <span className={slow === "" ? "step-time" : "step-time is-warn"} title={usualWordsOf(step.usual)}>
      {words}
      {slow !== "" && <span className="visually-hidden">, slower than 99 of 100</span>}
    </span>
  );
}

function LaneActivity({ steps, lane }: { steps: readonly CurrentStep[]; lane: FoldedLane }) {
  const step = stepOf(steps, lane);
  const words = laneActivityOf(lane);
  if (step === undefined) {
    if (lane.flow_run_id === null || lane.status !== "failed") return words;
    return <AppLink href={paths.flowRun(lane.flow_run_id)}>{words}</AppLink>;
  }
  return (
    <>
      <AppLink href={paths.flowRun(step.flow_run_id, { step: step.step_run_id })}>
        {activityPhraseOf(step.step_name)}
      </AppLink>
      {step.attempt > 1 && <span>, attempt {step.attempt}</span>} <StepTime step={step} />
    </>
  );
}

function RunningLaneTime({ started_at }: { started_at: string }) {
  const { as_of } = useAnswerMoment();
  const takenMs = takenUntil(as_of, started_at);
  return <span>{useWordsSince((sinceMs) => formatElapsed(takenMs + sinceMs))}</span>;
}

function LaneTime({ lane }: { lane: FoldedLane }) {
  if (lane.started_at === null) return null;
  if (lane.completed_at === null) return <RunningLaneTime started_at={lane.started_at} />;
  return <Duration ms={takenUntil(lane.completed_at, lane.started_at)} />;
}

type JobLanesProps = { title: string } & Pick<ActiveJob, "task_id" | "lanes" | "current_steps">;

/** The lessons of a job as parallel lanes. Drawn again only when one of them has moved; their clocks run by themselves. */
export const JobLanes = memo(function JobLanes({ title, task_id, lanes, current_steps }: JobLanesProps) {
  const { shown, rest } = foldLanes(lanes);
  if (shown.length === 0) return null;
  return (
    <>
      <Lanes
        label={`Lessons of ${title}`}
        lanes={shown.map((lane) => ({
          key: `lesson-${lane.first}`,
          status: lane.status,
          title: laneTitleOf(lane),
          cells: lane.cells,
          activity: <LaneActivity steps={current_steps} lane={lane} />,
          time: <LaneTime lane={lane} />,
        }))}
      />
      {rest > 0 && (
        <AppLink className="link small" href={paths.flowRuns({ task_id })}>
          and {formatQuantity(rest, "more lesson")}
        </AppLink>
      )}
    </>
  );
});
