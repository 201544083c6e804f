import { zstdCompressSync } from "node:zlib";
import { hashSource } from "../../modules/content/content-port.ts";
import { type FinishedLesson, finishedLessonSchema, type UnitWarning } from "../../modules/content/public.ts";
import { type CreationRequest, creationRequestSchema } from "../../modules/content-creator/models.ts";
import type { RecordedStep, TaskScene } from "./build-steps.ts";
import { buildTask, type LessonOutcome, resultOf, type TaskOutcome } from "./build-task.ts";
import { at, type SeedRows } from "./rows.ts";
import { lessonCount, type UnitMedia } from "./step-plans.ts";
import type { TaskStory, UnitStory } from "./story.ts";

/** What all units share. */
export interface SeedContext {
  readonly rows: SeedRows;
  readonly newId: (moment_ms: number) => string;
  readonly now_ms: number;
  readonly user_id: string;
  /** The first one takes every task; the second takes over when it dies. */
  readonly workers: readonly [string, string];
  /** Names this run of the seed in idempotency keys. */
  readonly run: string;
}

const minuteMs = 60_000;
const takeoverMs = 1_900;

/** Adds one unit with everything that its tasks left. */
export function buildUnit(context: SeedContext, unit: UnitStory, media: UnitMedia): void {
  const { rows, newId } = context;
  const created_ms = Math.round(context.now_ms - unit.created_minutes_ago * minuteMs);
  const unit_id = newId(created_ms);
  const lineage_id = unit.tasks.length === 0 ? null : newId(created_ms);
  const request = requestOf(unit);
  addSource(context, unit, unit_id, created_ms);
  if (lineage_id !== null) rows.lineages.push({ id: lineage_id, unit_id });
  const recorded = new Map<string, RecordedStep>();
  let last: BuiltTask | null = null;
  for (const story of unit.tasks) {
    const place = { unit_id, lineage_id: lineage_id ?? "", former: last?.task_id ?? null };
    last = addTask(context, unit, media, { ...place, story, recorded, request });
  }
  const written = last !== null && (unit.status === "completed" || unit.status === "partial") ? last : null;
  const lessons = written === null ? [] : lessonsOf(unit, media, written.outcome.lessons);
  if (written !== null) addLessons(context, unit_id, written, lessons);
  rows.units.push({
    ...writtenColumns(unit, media, written, lessons),
    id: unit_id,
    learner_level: unit.learner_level,
    status: unit.status,
    stage:
      written !== null
        ? "done"
        : unit.status === "failed"
          ? "plan"
          : unit.tasks.length === 0
            ? "source"
            : "lessons",
    target_lesson_count: lessonCount(unit),
    source_kind: unit.source === null ? "topic" : "text",
    generated_from_topic: unit.source === null,
    request: JSON.stringify(request),
    task_id: last?.task_id ?? null,
    lineage_id,
    content_task_id: written?.task_id ?? null,
    content_lineage_id: written === null ? null : lineage_id,
    user_id: context.user_id,
    cost_usd: last === null || last.end_ms === null ? null : unitCost(rows, unit_id),
    published_at: unit.is_published && last?.end_ms != null ? at(last.end_ms + 25 * minuteMs) : null,
    created_at: at(created_ms),
    completed_at: last?.end_ms == null ? null : at(last.end_ms),
    ...(last?.failure ?? { error_code: null, error_message: null }),
  });
  rows.idempotency_keys.push({
    user_id: context.user_id,
    key: `sample:${context.run}:${unit.slug}`,
    body_hash: hashSource(JSON.stringify(request)),
    unit_id,
    created_at: at(created_ms),
  });
}

/** What was asked for, as creating the unit through the API would have stored it. */
function requestOf(unit: UnitStory) {
  const by = (author: { readonly provider: string }) => (author.provider === "offline" ? "offline" : "model");
  const { text, speech, image } = unit.authors;
  return creationRequestSchema.parse({
    title: unit.tasks.length === 0 ? unit.title : null,
    topic: unit.topic,
    sources: unit.source === null ? [] : [{ title: unit.source.title, sha256: hashSource(unit.source.text) }],
    learner_level: unit.learner_level,
    learning_objectives: [],
    target_lesson_count: lessonCount(unit),
    authors: { text: by(text), speech: by(speech), image: by(image) },
  });
}

function addSource({ rows, newId }: SeedContext, unit: UnitStory, unit_id: string, created_ms: number): void {
  const isFinished = unit.status === "completed" || unit.status === "partial";
  // A generated source is stored by the finishing transaction only.
  const text = unit.source?.text ?? (isFinished ? unit.generated_source : null);
  if (text === null) return;
  rows.unit_sources.push({
    id: newId(created_ms),
    unit_id,
    position: 1,
    kind: unit.source === null ? "generated" : "text",
    title: unit.source?.title ?? unit.topic,
    text_zstd: zstdCompressSync(Buffer.from(text, "utf8")),
    characters: text.length,
    words: text.match(/\S+/g)?.length ?? 0,
    sha256: hashSource(text),
    created_at: at(created_ms),
  });
}

interface BuiltTask {
  readonly task_id: string;
  readonly outcome: TaskOutcome;
  /** Null while it is not over. */
  readonly end_ms: number | null;
  readonly failure: { readonly error_code: string | null; readonly error_message: string | null };
}

interface TaskPlace {
  readonly unit_id: string;
  readonly lineage_id: string;
  readonly former: string | null;
  readonly story: TaskStory;
  readonly recorded: Map<string, RecordedStep>;
  readonly request: CreationRequest;
}

function addTask(context: SeedContext, unit: UnitStory, media: UnitMedia, place: TaskPlace): BuiltTask {
  const { rows, newId } = context;
  const { story, unit_id, lineage_id } = place;
  const created_ms = Math.round(context.now_ms - story.minutes_ago * minuteMs);
  const start_ms = created_ms + 9;
  const isExternal = story.cut?.kind === "running";
  const taken_ms = story.worker_died_at_ms === null ? null : start_ms + story.worker_died_at_ms + takeoverMs;
  const owner = (takeover: boolean) => ({
    fence: takeover ? 2 : 1,
    worker_id: isExternal ? null : context.workers[takeover ? 1 : 0],
  });
  const scene: TaskScene = {
    rows,
    newId,
    story,
    slug: unit.slug,
    task_id: newId(created_ms),
    lineage_id,
    unit_id,
    unit_title: unit.title,
    user_id: context.user_id,
    start_ms,
    ownerAt: (moment_ms) => owner(taken_ms !== null && moment_ms >= taken_ms),
    recorded: place.recorded,
    reusable: new Set(place.recorded.keys()),
  };
  const outcome = buildTask(scene, unit, media, place.request);
  const status = statusOf(outcome, story);
  const end_ms = status === "in_progress" || status === "paused" ? null : outcome.at_ms + 8;
  const last = owner(taken_ms !== null);
  const runs = rows.flow_runs.filter(({ task_id }) => task_id === scene.task_id);
  const failed =
    status === "failed" ? { error_code: outcome.error_code, error_message: outcome.error_message } : null;
  rows.tasks.push({
    id: scene.task_id,
    task_name: "unit_creation",
    status,
    pause_reason: story.pause_reason,
    executor: isExternal ? "external" : "worker",
    inputs: JSON.stringify(place.request),
    result: status === "completed" ? JSON.stringify(resultOf(unit, outcome)) : null,
    error_code: failed?.error_code ?? null,
    error_message: failed?.error_message ?? null,
    unit_id,
    unit_title: unit.title,
    user_id: context.user_id,
    lineage_id,
    retry_of_task_id: place.former,
    mode: story.mode,
    worker_id: status === "paused" ? null : last.worker_id,
    fence: status === "paused" ? last.fence + 1 : last.fence,
    attempt: last.fence,
    progress_percentage: status === "completed" ? 100 : progressOf(runs),
    current_step: end_ms === null ? newestStep(rows, scene.task_id) : null,
    cancel_requested_at: status === "cancelled" ? at(start_ms + (story.cut?.at_ms ?? 0)) : null,
    created_at: at(created_ms),
    updated_at: at(Math.min(end_ms ?? context.now_ms, context.now_ms)),
    available_at: at(created_ms),
    started_at: at(start_ms),
    completed_at: end_ms === null ? null : at(end_ms),
  });
  if (!isExternal)
    addAttempts(scene, context, {
      status,
      taken_ms,
      end_ms: end_ms ?? outcome.at_ms,
      error_code: failed?.error_code ?? null,
    });
  return { task_id: scene.task_id, outcome, end_ms, failure: failureOf(unit, outcome) };
}

function statusOf(
  { kind }: TaskOutcome,
  { cut }: TaskStory,
): "completed" | "failed" | "in_progress" | "paused" | "cancelled" {
  if (kind !== "stopped") return kind;
  return cut?.kind === "paused" || cut?.kind === "cancelled" ? cut.kind : "in_progress";
}

/** The step that was started last. */
function newestStep(rows: SeedRows, task_id: string): string | null {
  const steps = rows.flow_step_runs.filter((step) => step.task_id === task_id);
  const newest = steps.reduce((last, step) => ((step.id ?? "") > (last?.id ?? "") ? step : last), steps[0]);
  return newest?.step_name ?? null;
}

function progressOf(runs: SeedRows["flow_runs"]): number {
  const sum = (read: (run: SeedRows["flow_runs"][number]) => number | null | undefined) =>
    runs.reduce((total, run) => total + (read(run) ?? 0), 0);
  const total = sum(({ total_steps }) => total_steps);
  return total === 0
    ? 0
    : Math.min(99, Math.round((10_000 * sum(({ steps_done }) => steps_done)) / total) / 100);
}

function addAttempts(
  { rows, task_id, start_ms, story }: TaskScene,
  { workers }: SeedContext,
  end: {
    readonly status: string;
    readonly taken_ms: number | null;
    readonly end_ms: number;
    readonly error_code: string | null;
  },
): void {
  const last = { task_id, ended_at: at(end.end_ms), outcome: end.status, error_code: end.error_code };
  if (end.taken_ms === null) {
    rows.task_attempts.push({
      ...last,
      attempt: 1,
      fence: 1,
      worker_id: workers[0],
      claimed_at: at(start_ms),
    });
    return;
  }
  const died_ms = start_ms + (story.worker_died_at_ms ?? 0);
  rows.task_attempts.push(
    {
      task_id,
      attempt: 1,
      fence: 1,
      worker_id: workers[0],
      claimed_at: at(start_ms),
      ended_at: at(died_ms + 1_200),
      outcome: "worker_died",
    },
    { ...last, attempt: 2, fence: 2, worker_id: workers[1], claimed_at: at(end.taken_ms) },
  );
}

function failureOf(unit: UnitStory, outcome: TaskOutcome): BuiltTask["failure"] {
  if (outcome.kind === "failed")
    return { error_code: outcome.error_code, error_message: outcome.error_message };
  const missing = outcome.lessons.filter(({ kind }) => kind === "failed");
  if (missing.length === 0) return { error_code: null, error_message: null };
  const names = missing.map(
    ({ position }) => `lesson ${position} "${unit.lessons[position - 1]?.title ?? ""}"`,
  );
  const error_message = `Missing: ${names.join(", ")}. Retry the unit with "resume" to make only these.`;
  return { error_code: "lessons_failed", error_message };
}

function lessonsOf(unit: UnitStory, media: UnitMedia, outcomes: readonly LessonOutcome[]): FinishedLesson[] {
  return outcomes.map((outcome) => {
    const lesson = unit.lessons[outcome.position - 1];
    if (lesson === undefined) throw new Error(`There is no lesson ${outcome.position}`);
    const audio = media.lessons[outcome.position - 1] ?? null;
    const { title, objective, learning_objective_ids, transcript, body, exercises, quality, review } = lesson;
    const plan = { position: outcome.position, title, objective, learning_objective_ids };
    if (outcome.kind === "failed") {
      const empty = {
        transcript: "",
        body: [],
        review: "draft",
        exercises: [],
        audio: null,
        written_by: {},
        author: null,
      };
      const { error_code, error_message } = outcome;
      const none = { dropped: [], findings: [], note: "", audio_outdated: false };
      return finishedLessonSchema.parse({
        ...plan,
        ...empty,
        status: "failed",
        quality: none,
        error_code,
        error_message,
      });
    }
    return finishedLessonSchema.parse({
      ...plan,
      status: "completed",
      transcript,
      body,
      review,
      exercises,
      quality,
      audio: audio === null ? null : { media_id: audio.id, seconds: audio.seconds ?? 0 },
      written_by: outcome.written_by,
      author: unit.authors.text.provider,
      error_code: null,
      error_message: null,
    });
  });
}

function addLessons(
  { rows, newId }: SeedContext,
  unit_id: string,
  { outcome, end_ms }: BuiltTask,
  lessons: readonly FinishedLesson[],
): void {
  const written_ms = end_ms ?? outcome.at_ms;
  for (const { audio, ...lesson } of lessons) {
    const id = newId(written_ms);
    const flow_run_id = outcome.lessons.find(({ position }) => position === lesson.position)?.run_id ?? null;
    rows.lessons.push({
      ...lesson,
      id,
      unit_id,
      learning_objective_ids: JSON.stringify(lesson.learning_objective_ids),
      body: JSON.stringify(lesson.body),
      exercises: JSON.stringify(lesson.exercises),
      quality: JSON.stringify(lesson.quality),
      written_by: JSON.stringify(lesson.written_by),
      audio_media_id: audio?.media_id ?? null,
      audio_seconds: audio?.seconds ?? null,
      flow_run_id,
      created_at: at(written_ms),
      updated_at: at(written_ms),
    });
    for (const run of rows.flow_runs) {
      const isOfTask = rows.tasks.at(-1)?.id === run.task_id;
      if (isOfTask && run.lesson_position === lesson.position) run.lesson_id = id;
    }
  }
}

function writtenColumns(
  unit: UnitStory,
  media: UnitMedia,
  written: BuiltTask | null,
  lessons: readonly FinishedLesson[],
) {
  if (written === null) return { title: unit.title };
  const warnings = lessons.flatMap(({ position, title, error_code, error_message }): UnitWarning[] =>
    error_code === null
      ? []
      : [
          {
            code: error_code,
            message: `Lesson ${position}, "${title}": ${error_message ?? error_code}`,
            part: "lesson",
            lesson_position: position,
          },
        ],
  );
  return {
    title: unit.title,
    description: unit.description,
    learning_objectives: JSON.stringify(unit.learning_objectives),
    author: unit.authors.text.provider,
    warnings: JSON.stringify(warnings),
    written_by: JSON.stringify(written.outcome.written_by),
    cover_media_id: media.cover?.id ?? null,
    cover_alt: media.cover?.alt ?? null,
    cover_palette: media.cover === null ? null : JSON.stringify(media.cover.palette),
    podcast_media_id: media.podcast?.id ?? null,
    podcast_transcript: unit.podcast_transcript,
    podcast_seconds: media.podcast?.seconds ?? null,
    content_version: unit.tasks.length,
  };
}

/** Unknown as soon as one answered or doubtful call has no known cost. */
function unitCost(rows: SeedRows, unit_id: string): number | null {
  const calls = rows.llm_requests.filter((call) => call.unit_id === unit_id);
  const isUnknown = calls.some(
    ({ cost_usd, status }) => cost_usd == null && (status === "completed" || status === "in_doubt"),
  );
  if (isUnknown) return null;
  return Number(calls.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0).toFixed(8));
}
