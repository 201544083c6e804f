import type { Stage, UnitSummary } from "./models.ts";

type StageStatus = Stage["status"];

interface StageRun {
  readonly id: string;
  readonly flow_name: string;
  readonly flow_key: string;
  readonly status: string;
}

export interface StageFacts {
  readonly unit: Pick<
    UnitSummary,
    | "status"
    | "generated_from_topic"
    | "target_lesson_count"
    | "lessons_completed"
    | "lessons_failed"
    | "cover_media_id"
    | "podcast_media_id"
  >;
  /** Flow runs that the unit was made by, one for each flow key. */
  readonly runs: readonly StageRun[];
  /** Steps of its `unit_creation` run, later attempts last. */
  readonly steps: readonly { readonly step_name: string; readonly status: string }[];
}

const liveStatuses = new Set(["in_progress", "paused"]);

/** The five stages of a unit, told from its flow runs, or from its content when it has no run any more. */
export function stagesOf(facts: StageFacts): Stage[] {
  return [sourceStage(facts), planStage(facts), lessonsStage(facts), podcastStage(facts), artStage(facts)];
}

function sourceStage({ unit, steps, runs }: StageFacts): Stage {
  const written = steps.filter(
    ({ step_name }) =>
      step_name === "generate_source_material" || step_name === "generate_supplemental_source_material",
  );
  if (written.length > 0)
    return { ...fromSteps("source", written, unit.status), flow_run_ids: idsOf(runs, "unit_creation") };
  if (!unit.generated_from_topic) return stage("source", "skipped");
  return stage("source", absent(unit, unit.lessons_completed > 0));
}

function planStage({ unit, steps, runs }: StageFacts): Stage {
  const planned = steps.filter(({ step_name }) => step_name === "extract_unit_metadata");
  if (planned.length > 0)
    return { ...fromSteps("plan", planned, unit.status), flow_run_ids: idsOf(runs, "unit_creation") };
  return stage("plan", absent(unit, unit.lessons_completed > 0));
}

function lessonsStage({ unit, runs }: StageFacts): Stage {
  const own = runs.filter(({ flow_name }) => flow_name === "lesson_creation");
  if (own.length > 0) return fromRuns("lessons", own, unit.status);
  const total = unit.lessons_completed + unit.lessons_failed;
  const status = unit.lessons_failed > 0 && unit.lessons_completed > 0 ? "partial" : absent(unit, total > 0);
  return {
    ...stage("lessons", status),
    total: total > 0 ? total : unit.target_lesson_count,
    completed: unit.lessons_completed,
    failed: unit.lessons_failed,
  };
}

function podcastStage({ unit, runs }: StageFacts): Stage {
  const own = runs.filter(({ flow_name }) => flow_name === "unit_podcast" || flow_name === "lesson_podcast");
  if (own.length === 0) return stage("podcast", absent(unit, unit.podcast_media_id !== null));
  const told = fromRuns("podcast", own, unit.status);
  const isAwaited =
    !own.some(({ flow_name }) => flow_name === "unit_podcast") && liveStatuses.has(unit.status);
  return isAwaited && told.status !== "pending" ? { ...told, status: "running" } : told;
}

function artStage({ unit, runs }: StageFacts): Stage {
  const own = runs.filter(({ flow_name }) => flow_name === "unit_art_creation");
  return own.length > 0
    ? fromRuns("art", own, unit.status)
    : stage("art", absent(unit, unit.cover_media_id !== null));
}

function stage(name: Stage["stage"], status: StageStatus): Stage {
  return { stage: name, status, total: 0, completed: 0, failed: 0, flow_run_ids: [] };
}

function absent(unit: StageFacts["unit"], exists: boolean): StageStatus {
  if (liveStatuses.has(unit.status) || unit.status === "draft") return "pending";
  return exists ? "completed" : "skipped";
}

function idsOf(runs: readonly StageRun[], flow_name: string): string[] {
  return runs.filter((run) => run.flow_name === flow_name).map(({ id }) => id);
}

function fromSteps(
  name: Stage["stage"],
  steps: readonly { readonly step_name: string; readonly status: string }[],
  unitStatus: string,
): Stage {
  // A later attempt of the same step speaks for the earlier ones.
  const latest = [...new Map(steps.map((step) => [step.step_name, step.status])).values()];
  return counted(name, latest, unitStatus);
}

function fromRuns(name: Stage["stage"], runs: readonly StageRun[], unitStatus: string): Stage {
  const statuses = runs.map(({ status }) => status);
  return { ...counted(name, statuses, unitStatus), flow_run_ids: runs.map(({ id }) => id) };
}

function counted(name: Stage["stage"], statuses: readonly string[], unitStatus: string): Stage {
  const completed = statuses.filter((status) => status === "completed").length;
  const failed = statuses.filter((status) => status === "failed").length;
  return { ...stage(name, summed(statuses, unitStatus)), total: statuses.length, completed, failed };
}

function summed(statuses: readonly string[], unitStatus: string): StageStatus {
  const has = (status: string) => statuses.includes(status);
  if (has("running")) return "running";
  if (liveStatuses.has(unitStatus) && (has("pending") || has("paused")))
    return has("completed") ? "running" : "pending";
  if (statuses.every((status) => status === "completed")) return "completed";
  if (has("failed")) return has("completed") ? "partial" : "failed";
  return has("completed") ? "partial" : "skipped";
}
