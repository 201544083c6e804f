import type { CreationRequest } from "../../modules/content-creator/models.ts";
import { encodePayload } from "../../modules/llm/payload.ts";
import { type OpenRun, runStep, type StepOutcome, type TaskScene } from "./build-steps.ts";
import { at, type FlowRunRow } from "./rows.ts";
import {
  artInput,
  briefFor,
  planArt,
  planAudio,
  planLesson,
  planMetadata,
  planPodcast,
  planSource,
  podcastInput,
  type StepPlan,
  scriptOf,
  type UnitMedia,
  type UnitScript,
} from "./step-plans.ts";
import type { LessonStory, UnitStory } from "./story.ts";

/** How a flow run ended, with the requests that wrote its parts. */
export interface RunOutcome extends Omit<StepOutcome, "request_id"> {
  readonly run_id: string;
  readonly written_by: Readonly<Record<string, string>>;
}

export interface LessonOutcome extends RunOutcome {
  readonly position: number;
}

/** What a whole task came to. */
export interface TaskOutcome extends RunOutcome {
  readonly lessons: readonly LessonOutcome[];
  readonly podcast: RunOutcome | null;
  readonly art: RunOutcome | null;
}

/** Adds every flow run, step and request of one task, as the product's flows would have run. */
export function buildTask(
  scene: TaskScene,
  unit: UnitStory,
  media: UnitMedia,
  request: CreationRequest,
): TaskOutcome {
  const script = scriptOf(unit, request);
  const root = openRun(scene, null, "unit_creation", "unit", null, request, scene.start_ms);
  const first = unit.source === null ? [planSource(script), planMetadata(script)] : [planMetadata(script)];
  const planned = runSequence(scene, root, first, scene.start_ms + 12);
  const nothing = { lessons: [], podcast: null, art: null };
  const written_by = {
    ...(unit.source === null && planned.requests[0] !== undefined ? { source: planned.requests[0] } : {}),
    ...(planned.requests.length === first.length
      ? { metadata: planned.requests[first.length - 1] ?? "" }
      : {}),
  };
  if (planned.outcome.kind !== "completed") {
    root.row.total_steps = first.length;
    return { ...endRun(scene, root, planned.outcome, written_by, null), ...nothing };
  }
  const from_ms = planned.outcome.at_ms + 6;
  const art = runArt(scene, script, media, root, from_ms);
  const lessons = unit.lessons.map((_lesson, place) => runLesson(scene, script, media, root, place, from_ms));
  const isStopped = lessons.some(({ kind }) => kind === "stopped");
  const lessons_ms = Math.max(...lessons.map(({ at_ms }) => at_ms));
  const podcast = isStopped
    ? null
    : runPodcast(scene, script, media, root, completedLessons(unit, lessons), lessons_ms + 5);
  root.row.total_steps = first.length;
  const all = [art, ...lessons, ...(podcast === null ? [] : [podcast])];
  const end: StepOutcome = {
    kind: all.some(({ kind }) => kind === "stopped") ? "stopped" : "completed",
    at_ms: Math.max(...all.map(({ at_ms }) => at_ms)) + 5,
    request_id: "",
    error_code: null,
    error_message: null,
  };
  const parts = { ...written_by, ...podcast?.written_by, ...art.written_by };
  const output = {
    title: unit.title,
    lessons: lessons.map(({ position, kind }) => ({ position, status: kind })),
  };
  return { ...endRun(scene, root, end, parts, output), lessons, podcast, art };
}

/** What a task `unit_creation` that completed has as its result. */
export function resultOf(unit: UnitStory, { lessons }: TaskOutcome): Record<string, unknown> {
  const written = lessons.filter(({ kind }) => kind === "completed");
  return {
    unit_status: written.length === lessons.length ? "completed" : "partial",
    title: unit.title,
    lessons_completed: written.length,
    lessons_failed: lessons.length - written.length,
    exercises: written.reduce(
      (sum, { position }) => sum + (unit.lessons[position - 1]?.exercises.length ?? 0),
      0,
    ),
    warnings: lessons.length - written.length,
  };
}

function runLesson(
  scene: TaskScene,
  script: UnitScript,
  media: UnitMedia,
  root: OpenRun,
  place: number,
  from_ms: number,
): LessonOutcome {
  const position = place + 1;
  const lesson = script.unit.lessons[place];
  if (lesson === undefined) throw new Error(`There is no lesson ${position}`);
  const run = openRun(
    scene,
    root,
    "lesson_creation",
    `lesson:${position}`,
    position,
    { brief: briefFor(script, position), speech: script.request.authors.speech },
    from_ms,
  );
  run.row.total_steps = 3;
  const [transcript, drafts, checked] = planLesson(script, position, lesson);
  const text = runStep(scene, run, transcript, from_ms + 3);
  if (text.kind !== "completed") return { ...endRun(scene, run, text, {}, null), position };
  const audio = runAudio(
    scene,
    run,
    position,
    planAudio(script, lesson, media.lessons[place] ?? null),
    text.at_ms + 4,
  );
  const exercises = runSequence(scene, run, [drafts, checked], text.at_ms + 3);
  const stopped = [audio, exercises.outcome].find(({ kind }) => kind === "stopped");
  const at_ms = Math.max(audio.at_ms, exercises.outcome.at_ms) + 4;
  const written_by = {
    transcript: text.request_id,
    exercises: exercises.requests[1] ?? "",
    ...audio.written_by,
  };
  const end = { ...(stopped ?? exercises.outcome), request_id: "", at_ms };
  return { ...endRun(scene, run, end, written_by, { title: lesson.title, status: "completed" }), position };
}

function runAudio(
  scene: TaskScene,
  parent: OpenRun,
  position: number,
  plan: StepPlan,
  from_ms: number,
): RunOutcome {
  const run = openRun(
    scene,
    parent,
    "lesson_podcast",
    `lesson_podcast:${position}`,
    position,
    plan.input,
    from_ms,
  );
  run.row.total_steps = 1;
  const audio = runStep(scene, run, plan, from_ms + 2);
  return endRun(scene, run, audio, { audio: audio.request_id }, plan.output);
}

function runPodcast(
  scene: TaskScene,
  script: UnitScript,
  media: UnitMedia,
  root: OpenRun,
  lessons: readonly LessonStory[],
  from_ms: number,
): RunOutcome {
  const run = openRun(scene, root, "unit_podcast", "podcast", null, podcastInput(script, lessons), from_ms);
  run.row.total_steps = 2;
  const plans = planPodcast(script, lessons, media.podcast);
  const { outcome, requests } = runSequence(scene, run, plans, from_ms + 3);
  const written_by = { podcast: requests[0] ?? "", podcast_audio: requests[1] ?? "" };
  return endRun(scene, run, outcome, written_by, plans[1].output);
}

function completedLessons(unit: UnitStory, outcomes: readonly LessonOutcome[]): LessonStory[] {
  const completed = new Set(
    outcomes.filter(({ kind }) => kind === "completed").map(({ position }) => position),
  );
  return unit.lessons.filter((_lesson, place) => completed.has(place + 1));
}

function runArt(
  scene: TaskScene,
  script: UnitScript,
  media: UnitMedia,
  root: OpenRun,
  from_ms: number,
): RunOutcome {
  const run = openRun(scene, root, "unit_art_creation", "art", null, artInput(script), from_ms);
  run.row.total_steps = 2;
  const plans = planArt(script, media.cover);
  const { outcome, requests } = runSequence(scene, run, plans, from_ms + 3);
  const written_by = { cover_description: requests[0] ?? "", cover: requests[1] ?? "" };
  return endRun(scene, run, outcome, written_by, plans[1].output);
}

/** Runs steps one after the other until one does not complete. */
function runSequence(
  scene: TaskScene,
  run: OpenRun,
  plans: readonly (StepPlan | ((former_request_id: string) => StepPlan))[],
  from_ms: number,
) {
  const requests: string[] = [];
  let outcome: StepOutcome = {
    kind: "completed",
    at_ms: from_ms,
    request_id: "",
    error_code: null,
    error_message: null,
  };
  for (const next of plans) {
    const plan = typeof next === "function" ? next(outcome.request_id) : next;
    outcome = runStep(scene, run, plan, outcome.at_ms + 3);
    if (outcome.kind !== "completed") break;
    requests.push(outcome.request_id);
  }
  return { outcome, requests };
}

function openRun(
  scene: TaskScene,
  parent: OpenRun | null,
  flow_name: string,
  flow_key: string,
  lesson_position: number | null,
  input: unknown,
  from_ms: number,
): OpenRun {
  const row: FlowRunRow & { id: string } = {
    id: scene.newId(from_ms),
    flow_name,
    flow_version: 1,
    flow_key,
    flow_path: parent === null ? flow_key : `${parent.row.flow_path}/${flow_key}`,
    status: "running",
    task_id: scene.task_id,
    parent_flow_run_id: parent?.row.id ?? null,
    unit_id: scene.unit_id,
    unit_title: scene.unit_title,
    lesson_position,
    lesson_id: null,
    user_id: scene.user_id,
    lineage_id: scene.lineage_id,
    current_step: null,
    steps_done: 0,
    total_steps: null,
    progress_percentage: 0,
    tokens_input: 0,
    tokens_cached: 0,
    tokens_output: 0,
    cost_usd: 0,
    error_code: null,
    error_message: null,
    created_at: at(from_ms),
    updated_at: at(from_ms),
    started_at: at(from_ms),
    completed_at: null,
  };
  scene.rows.flow_runs.push(row);
  scene.rows.payloads_flow_runs.push({ owner_id: row.id, part: "input", ...encodePayload(input) });
  return { row, flow_key, steps: 0 };
}

const stoppedStatus = { running: "running", paused: "paused", cancelled: "cancelled" } as const;

function endRun(
  scene: TaskScene,
  run: OpenRun,
  end: StepOutcome,
  written_by: Readonly<Record<string, string>>,
  output: unknown,
): RunOutcome {
  const { row } = run;
  const { kind, at_ms, error_code, error_message } = end;
  const status = kind === "stopped" ? stoppedStatus[scene.story.cut?.kind ?? "running"] : kind;
  const isOver = status !== "running" && status !== "paused";
  row.status = status;
  row.updated_at = at(Math.min(at_ms, Date.now()));
  row.error_code = error_code;
  row.error_message = error_message;
  if (isOver) {
    row.completed_at = at(at_ms);
    row.current_step = null;
  }
  const done = row.steps_done ?? 0;
  const share = Math.round((10_000 * done) / Math.max(row.total_steps ?? 1, 1)) / 100;
  row.progress_percentage = status === "completed" ? 100 : Math.min(99, share);
  if (status === "completed") {
    scene.rows.payloads_flow_runs.push({ owner_id: row.id, part: "output", ...encodePayload(output) });
  }
  return { kind, at_ms, error_code, error_message, run_id: row.id, written_by };
}
