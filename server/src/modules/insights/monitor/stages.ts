import type { JobLane, MonitorStage } from "./models.ts";
import type { JobRow } from "./repo/jobs.ts";
import type { RunRow } from "./repo/work.ts";

type StageStatus = MonitorStage["status"];
type Cell = JobLane["cells"][number];

const mostLanes = 200;
const mostCells = 40;

/** Steps that a lesson's writing and its speaking consist of: until one ran, its run cannot tell how many there will be. */
const stepsOfFlow: Readonly<Record<string, number>> = { lesson_creation: 3, lesson_podcast: 1 };

/** The five stages of a job that writes content, told from its flow runs. Empty for other jobs. */
export function stagesOf(
  job: Pick<JobRow, "task_name" | "target_lesson_count" | "generated_from_topic">,
  runs: readonly RunRow[],
): MonitorStage[] {
  if (!isContentJob(job)) return [];
  const isWhole = job.task_name === "unit_creation";
  const ofFlows = (...names: string[]) => runs.filter(({ flow_name }) => names.includes(flow_name));
  const root = ofFlows("unit_creation", "lesson_regeneration");
  const prepared = Object.assign({}, ...root.map((run) => run.prepared));
  const written = statusesOf(prepared, ["generate_source_material", "generate_supplemental_source_material"]);
  const planned = statusesOf(prepared, ["extract_unit_metadata"]);
  const lessons = ofFlows("lesson_creation");
  const spoken = ofFlows("lesson_podcast", "unit_podcast");
  const art = ofFlows("unit_art_creation");
  const source =
    written.length === 0 && !job.generated_from_topic
      ? emptyStage("source", "skipped")
      : { ...summed("source", written), flow_run_ids: idsOf(root) };
  return [
    source,
    { ...summed("plan", planned), flow_run_ids: idsOf(root) },
    lessons.length === 0
      ? { ...emptyStage("lessons", "pending"), total: isWhole ? (job.target_lesson_count ?? 0) : 1 }
      : ofRuns("lessons", lessons),
    podcastStage(spoken, isWhole),
    isWhole || art.length > 0 ? ofRuns("art", art) : emptyStage("art", "skipped"),
  ];
}

/** A job that writes a unit or a part of it. */
export function isContentJob({ task_name }: Pick<JobRow, "task_name">): boolean {
  return task_name === "unit_creation" || task_name === "lesson_regeneration";
}

/** The unit's podcast comes after all lessons: until it began, the spoken lessons do not make the stage complete. */
function podcastStage(spoken: readonly RunRow[], isWhole: boolean): MonitorStage {
  const told = ofRuns("podcast", spoken);
  const isAwaited = isWhole && !spoken.some(({ flow_name }) => flow_name === "unit_podcast");
  return isAwaited && told.status !== "pending" ? { ...told, status: "running" } : told;
}

function emptyStage(stage: MonitorStage["stage"], status: StageStatus): MonitorStage {
  return { stage, status, total: 0, completed: 0, failed: 0, flow_run_ids: [] };
}

function idsOf(runs: readonly RunRow[]): string[] {
  return runs.map(({ id }) => id);
}

function statusesOf(steps: Readonly<Record<string, string>>, names: readonly string[]): string[] {
  return names.flatMap((name) => steps[name] ?? []);
}

function ofRuns(stage: MonitorStage["stage"], runs: readonly RunRow[]): MonitorStage {
  return {
    ...summed(
      stage,
      runs.map(({ status }) => status),
    ),
    flow_run_ids: idsOf(runs),
  };
}

function summed(stage: MonitorStage["stage"], statuses: readonly string[]): MonitorStage {
  const count = (status: string) => statuses.filter((one) => one === status).length;
  const [completed, failed] = [count("completed"), count("failed")];
  return { ...emptyStage(stage, statusOf(statuses)), total: statuses.length, completed, failed };
}

function statusOf(statuses: readonly string[]): StageStatus {
  const has = (status: string) => statuses.includes(status);
  if (statuses.length === 0) return "pending";
  if (has("running")) return "running";
  if (has("pending") || has("paused")) return has("completed") ? "running" : "pending";
  if (statuses.every((status) => status === "completed")) return "completed";
  if (has("failed")) return has("completed") ? "partial" : "failed";
  return has("completed") ? "partial" : "skipped";
}

const laneFlows = ["lesson_creation", "lesson_podcast"];
const worstFirst = ["failed", "running", "paused", "pending", "cancelled", "completed"] as const;

/**
 * One lane for each lesson in their order, its writing and its speaking together, at most 200. Lessons that have not begun have
 * theirs too: as many as were asked for, and those that the plan names.
 */
export function lanesOf(
  job: Pick<JobRow, "task_name" | "target_lesson_count" | "lesson_position">,
  runs: readonly RunRow[],
  titles: ReadonlyMap<number, string> | null,
): JobLane[] {
  if (!isContentJob(job)) return [];
  const byPosition = new Map<number, RunRow[]>();
  for (const run of runs) {
    if (run.lesson_position === null || !laneFlows.includes(run.flow_name)) continue;
    const known = byPosition.get(run.lesson_position);
    if (known === undefined) byPosition.set(run.lesson_position, [run]);
    else known.push(run);
  }
  return positionsOf(job, byPosition, titles)
    .slice(0, mostLanes)
    .map((position) => laneOf(position, byPosition.get(position) ?? [], titles?.get(position) ?? null));
}

function positionsOf(
  job: Pick<JobRow, "task_name" | "target_lesson_count" | "lesson_position">,
  begun: ReadonlyMap<number, unknown>,
  titles: ReadonlyMap<number, string> | null,
): number[] {
  const expected =
    job.task_name === "lesson_regeneration"
      ? [job.lesson_position ?? []].flat()
      : titles !== null && titles.size > 0
        ? [...titles.keys()]
        : Array.from({ length: Math.min(job.target_lesson_count ?? 0, mostLanes) }, (_, index) => index + 1);
  return [...new Set([...expected, ...begun.keys()])].sort((left, right) => left - right);
}

/** Drawn once of the same runs: of a job that moves most lessons have not. By the first run of each. */
const drawn = new WeakMap<RunRow, { readonly runs: readonly RunRow[]; readonly lane: JobLane }>();

function laneOf(lesson_position: number, runs: readonly RunRow[], title: string | null): JobLane {
  const [first] = runs;
  if (first === undefined) return drawLane(lesson_position, runs, title);
  const known = drawn.get(first);
  const isSame = known?.runs.length === runs.length && runs.every((run, place) => run === known.runs[place]);
  if (known !== undefined && isSame && known.lane.title === title) return known.lane;
  const lane = drawLane(lesson_position, runs, title);
  drawn.set(first, { runs, lane });
  return lane;
}

function drawLane(lesson_position: number, runs: readonly RunRow[], title: string | null): JobLane {
  const ordered = laneFlows.flatMap((name) => runs.filter(({ flow_name }) => flow_name === name).slice(-1));
  const status = worstFirst.find((word) => ordered.some((run) => run.status === word));
  const speaking = ordered.find((run) => run.status === status);
  const starts = ordered.map(({ started_at }) => started_at).sort();
  const ends = ordered.flatMap(({ completed_at }) => completed_at ?? []).sort();
  const hasEnded = ordered.length > 0 && ends.length === ordered.length;
  return {
    lesson_position,
    title,
    status: status ?? "not_begun",
    cells: fitted(laneFlows.flatMap((name) => cellsOfFlow(name, ordered))),
    current_step: speaking?.current_step ?? null,
    error_message: status === "failed" ? (speaking?.error_message ?? null) : null,
    flow_run_id: ordered[0]?.id ?? null,
    started_at: starts[0] ?? null,
    completed_at: hasEnded ? (ends.at(-1) ?? null) : null,
  };
}

/** A lesson that has begun has the cells of its speaking from then on: what is to come does not widen the lane. */
function cellsOfFlow(name: string, begun: readonly RunRow[]): Cell[] {
  const run = begun.find(({ flow_name }) => flow_name === name);
  if (run !== undefined) return cellsOf(run);
  return begun.length === 0 ? [] : Array.from({ length: stepsOfFlow[name] ?? 0 }, () => "open");
}

/** Of long runs as many cells as are shown at most: what is dropped below stands in no cell anyway. */
function cellsOf(run: RunRow): Cell[] {
  const known = run.done + run.reused + run.running + run.failed;
  const open = Math.max(0, (stepsOfFlow[run.flow_name] ?? 0) - known);
  const isWaiting = run.status === "paused" || run.status === "pending";
  const counts: [Cell, number][] = [
    ["reused", run.reused],
    ["done", run.done],
    ["failed", run.failed],
    ["running", run.running],
    ["waiting", isWaiting && open > 0 ? 1 : 0],
    ["open", isWaiting ? Math.max(0, open - 1) : open],
  ];
  return scaled(counts, mostCells).flatMap(([cell, count]) => Array.from({ length: count }, () => cell));
}

/** The same shares in fewer cells; what there is at all keeps one. */
function scaled(counts: readonly [Cell, number][], most: number): [Cell, number][] {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  if (total <= most) return [...counts];
  const room = most - counts.length;
  return counts.map(([cell, count]) => [cell, count === 0 ? 0 : 1 + Math.floor((count / total) * room)]);
}

function fitted(cells: readonly Cell[]): Cell[] {
  if (cells.length <= mostCells) return [...cells];
  const counts = new Map<Cell, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return scaled([...counts], mostCells).flatMap(([cell, count]) => Array.from({ length: count }, () => cell));
}
