import type { UnitStage } from "../../api/content-rows.ts";
import type { FlowRunSummary, UnitSummary } from "../../api/rows.ts";
import type { Stage } from "../../ui/status/StageStrip.tsx";
import { isEndUnknown, knownWordsOf, type OutsideRow, ownStateWordOf } from "../engines/public.ts";

/** What a unit says of whoever writes it. */
export type WrittenUnit = Pick<UnitSummary, "status" | "task_id" | "connection_id" | "connection_name">;

/** Whether its task is one that Prefect carries out. */
export function isOnPrefect(unit: Pick<WrittenUnit, "connection_id">): boolean {
  return unit.connection_id !== null;
}

/** A unit as rows of Prefect are marked. */
export function unitRowOf(unit: WrittenUnit): OutsideRow {
  const { connection_id, connection_name, status } = unit;
  return {
    connection_id,
    connection_name,
    status,
    external_url: null,
    // What has ended stands as it is, whether its connection can be read or not.
    completed_at: status === "in_progress" || status === "paused" ? null : status,
  };
}

/** The run that writes a unit on Prefect, once it is known; undefined for a unit of our own workers. */
export function runOnPrefect(
  unit: Pick<WrittenUnit, "task_id">,
  runs: readonly FlowRunSummary[],
): FlowRunSummary | undefined {
  return runs.find(
    (run) => run.connection_id !== null && run.parent_flow_run_id === null && run.task_id === unit.task_id,
  );
}

type StagedRun = Pick<
  FlowRunSummary,
  | "status"
  | "connection_id"
  | "external_state"
  | "progress_source"
  | "progress_percentage"
  | "steps_done"
  | "total_steps"
>;

/**
 * The one stage that can be told of a unit while Prefect writes it: how far its run is. What the flow does in which order is
 * its own business, and lessons stand in the unit once the run has ended.
 */
export function stageOnPrefect(run: StagedRun | undefined): Stage {
  if (run === undefined)
    return { name: "on Prefect", status: "pending", percentage: 0, note: "its run is not there yet" };
  const isUnknown = isEndUnknown(run);
  const word = ownStateWordOf(run);
  const far = isUnknown
    ? knownWordsOf(run.steps_done, run.total_steps)
    : `${Math.round(run.progress_percentage)} %`;
  return {
    name: "on Prefect",
    status: run.status,
    percentage: isUnknown ? 0 : run.progress_percentage,
    note: word === null ? far : `${word}, ${far}`,
  };
}

/** What a unit cost, as far as it is known: Prefect does not tell what its runs cost. */
export function knownCostOf(unit: Pick<UnitSummary, "connection_id" | "cost_usd">): number | null {
  return unit.connection_id !== null && unit.cost_usd === 0 ? null : unit.cost_usd;
}

/** The stages of a unit that Prefect wrote: of its lessons as many count as were asked for, not as many as arrived. */
export function arrivedStageOf(
  stage: UnitStage,
  unit: Pick<UnitSummary, "connection_id" | "target_lesson_count">,
): UnitStage {
  const { target_lesson_count, connection_id } = unit;
  const isMissing = stage.completed > 0 && stage.completed < target_lesson_count;
  if (connection_id === null || stage.stage !== "lessons" || !isMissing) return stage;
  return { ...stage, status: "partial", total: target_lesson_count };
}
