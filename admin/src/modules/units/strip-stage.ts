import type { UnitStage } from "../../api/content-rows.ts";
import type { Stage } from "../../ui/status/StageStrip.tsx";

/** What of a unit tells how its stages stand. */
type StagedUnit = {
  status: string;
  lessons: readonly { position: number; status: string }[];
};

const shareOf = (part: number, total: number) => (total === 0 ? 0 : (part / total) * 100);

/** Nothing was to be written: the person gave the source. */
const isGivenSource = (stage: UnitStage) => stage.stage === "source" && stage.status === "skipped";

/** A stage that ended without having run was left out on purpose in a finished unit, and not reached in others. */
function shownStatusOf(stage: UnitStage, unitStatus: string): string {
  if (isGivenSource(stage)) return "completed";
  if (stage.status === "skipped") return "not_begun";
  if (stage.status === "running" && unitStatus === "paused") return "paused";
  return stage.failed > 0 && stage.status !== "running" ? "failed" : stage.status;
}

function failedPartsOf(stage: UnitStage, unit: Pick<StagedUnit, "lessons">): string {
  if (stage.stage !== "lessons") return stage.failed > 1 ? `${stage.failed} failed` : "";
  const positions = unit.lessons.filter(({ status }) => status === "failed").map(({ position }) => position);
  if (positions.length === 0) return `${stage.failed} failed`;
  return `lesson ${positions.join(", ")} failed`;
}

function noteOf(stage: UnitStage, unit: StagedUnit): string | null {
  if (stage.status === "skipped") {
    if (isGivenSource(stage)) return "given";
    return unit.status === "completed" ? "not needed" : "not reached";
  }
  const parts: string[] = [];
  const several = stage.total > 1;
  if (several && stage.status !== "completed") parts.push(`${stage.completed} of ${stage.total}`);
  if (stage.failed > 0) parts.push(failedPartsOf(stage, unit));
  return parts.filter((part) => part !== "").join(", ") || null;
}

/** One stage as the strip draws it: green up to what is done, then red for what failed. */
export function stripStageOf(stage: UnitStage, unit: StagedUnit): Stage {
  const isDone = stage.status === "completed" || isGivenSource(stage);
  const percentage = isDone ? 100 : shareOf(stage.completed, stage.total);
  const note = noteOf(stage, unit);
  return {
    name: stage.stage,
    status: shownStatusOf(stage, unit.status),
    weight: stage.stage === "lessons" ? 4 : 1.2,
    percentage,
    failed_percentage: stage.failed === 0 ? 0 : percentage + shareOf(stage.failed, stage.total),
    ...(note === null ? {} : { note }),
  };
}
