import { createHash } from "node:crypto";
import { briefOf, type PreparedUnit, planInput } from "../../modules/content-creator/flows/prepare-unit.ts";
import type { CreationRequest, LessonPlan, SourceReference } from "../../modules/content-creator/models.ts";
import { describeCover } from "../../modules/content-creator/steps/describe-cover.ts";
import { draftExercises } from "../../modules/content-creator/steps/draft-exercises.ts";
import { drawCover } from "../../modules/content-creator/steps/draw-cover.ts";
import { extractUnitMetadata } from "../../modules/content-creator/steps/extract-unit-metadata.ts";
import { generateLessonTranscript } from "../../modules/content-creator/steps/generate-lesson-transcript.ts";
import { generateSourceMaterial } from "../../modules/content-creator/steps/generate-source-material.ts";
import { generateUnitPodcastTranscript } from "../../modules/content-creator/steps/generate-unit-podcast-transcript.ts";
import { synthesizeAudio } from "../../modules/content-creator/steps/synthesize-audio.ts";
import { synthesizeUnitAudio } from "../../modules/content-creator/steps/synthesize-unit-audio.ts";
import { validateAndStructureExercises } from "../../modules/content-creator/steps/validate-and-structure-exercises.ts";
import type { LlmRequestKind } from "../../modules/llm/public.ts";
import type { CallPlan } from "./build-requests.ts";
import type { LessonStory, UnitStory } from "./story.ts";

/** A unit with what it was asked for and what its plan says. */
export interface UnitScript {
  readonly unit: UnitStory;
  readonly request: CreationRequest;
  readonly prepared: PreparedUnit;
}

/** A recording or picture that the seed has made. */
export interface SampleMedia {
  readonly id: string;
  readonly seconds: number | null;
}

/** Media of one unit; null where it has none. */
export interface UnitMedia {
  readonly cover: (SampleMedia & { readonly alt: string; readonly palette: readonly string[] }) | null;
  readonly podcast: SampleMedia | null;
  /** By position in the unit, from 0. */
  readonly lessons: readonly (SampleMedia | null)[];
}

/** What of a step's definition the seed holds itself to. */
interface Definition {
  readonly name: string;
  readonly version: number;
  readonly input: { parse(value: unknown): unknown };
  readonly output: { parse(value: unknown): unknown };
}

/** A step as it goes when nothing goes wrong: its input is the one that the product's own flow gives it. */
export interface StepPlan {
  readonly name: string;
  readonly definition: Definition;
  readonly input: Readonly<Record<string, unknown>>;
  /** Without the id of the request that made it. */
  readonly output: Readonly<Record<string, unknown>>;
  readonly call: CallPlan;
  /** Shortest and longest time it takes, in ms. */
  readonly duration: readonly [number, number];
  readonly log: string;
}

interface Kind {
  readonly kind: LlmRequestKind;
  readonly who: "text" | "speech" | "image";
  readonly work: string;
  readonly schema_name: string | null;
  readonly online: readonly [number, number];
  readonly offline: readonly [number, number];
}

const kinds = {
  generate_source_material: step("text", "text", "generateSource", null, [9_000, 14_000], [1, 2]),
  extract_unit_metadata: step("object", "text", "planUnit", "unit_metadata", [5_000, 8_000], [180, 320]),
  generate_lesson_transcript: step("text", "text", "writeLesson", null, [7_000, 12_000], [90, 200]),
  draft_exercises: step("object", "text", "writeExercises", "exercise_drafts", [8_000, 13_000], [300, 700]),
  validate_and_structure_exercises: step(
    "object",
    "text",
    "checkExercises",
    "exercises",
    [4_000, 7_000],
    [20, 60],
  ),
  synthesize_audio: step("speech", "speech", "synthesizeSpeech", null, [6_000, 10_000], [1_200, 2_600]),
  generate_unit_podcast_transcript: step("text", "text", "unitPodcastScript", null, [4_000, 6_000], [40, 90]),
  synthesize_unit_audio: step("speech", "speech", "synthesizeSpeech", null, [3_000, 5_000], [500, 900]),
  describe_cover: step("object", "text", "describeCover", "cover_description", [2_000, 4_000], [30, 60]),
  draw_cover: step("image", "image", "drawCover", null, [12_000, 18_000], [500, 900]),
} satisfies Record<string, Kind>;

function step(
  kind: LlmRequestKind,
  who: Kind["who"],
  work: string,
  schema_name: string | null,
  online: readonly [number, number],
  offline: readonly [number, number],
): Kind {
  return { kind, who, work, schema_name, online, offline };
}

function planStep(
  unit: UnitStory,
  definition: Definition & { readonly name: string },
  asked: string,
  input: StepPlan["input"],
  output: StepPlan["output"],
  log: string,
): StepPlan {
  const found = Object.entries(kinds).find(([name]) => name === definition.name)?.[1];
  if (found === undefined) throw new Error(`The seed does not know the step ${definition.name}`);
  const { kind, who, work, schema_name, online, offline } = found;
  const author = unit.authors[who];
  const isOffline = author.provider === "offline";
  const prompt_name = isOffline ? `offline:${work}` : definition.name.replaceAll("_", "-");
  const answered = typeof output.text === "string" ? output.text : JSON.stringify(output);
  const call = { ...author, kind, prompt_name, schema_name: isOffline ? null : schema_name, asked, answered };
  definition.input.parse(input);
  return {
    name: definition.name,
    definition,
    input,
    output,
    call,
    duration: isOffline ? offline : online,
    log,
  };
}

const words = (text: string) => text.match(/\S+/g)?.length ?? 0;
const sourceOf = (unit: UnitStory) => unit.source?.text ?? unit.generated_source ?? "";

/** How many lessons were asked for. */
export function lessonCount({ lessons }: UnitStory): number {
  return lessons.length === 0 ? 3 : lessons.length;
}

/** The sources as the flow refers to them: a generated one comes with its text. */
function sourcesOf(unit: UnitStory, request: CreationRequest): SourceReference[] {
  if (request.sources.length > 0) return request.sources.map((source) => ({ ...source, text: null }));
  const text = unit.generated_source ?? "";
  return [{ title: unit.topic, text, sha256: createHash("sha256").update(text, "utf8").digest("hex") }];
}

/** What planning the unit comes to. */
export function scriptOf(unit: UnitStory, request: CreationRequest): UnitScript {
  const plan = {
    title: unit.title,
    description: unit.description,
    learning_objectives: [...unit.learning_objectives],
    lessons: unit.lessons.map(
      (lesson, place): LessonPlan => ({
        position: place + 1,
        title: lesson.title,
        objective: lesson.objective,
        learning_objective_ids: lesson.learning_objective_ids,
      }),
    ),
    warnings: [],
    quotes: unit.quotes ?? null,
    provider: unit.authors.text.provider,
    llm_request_id: "",
  };
  const texts = sourcesOf(unit, request);
  return { unit, request, prepared: { plan, texts, written: [], written_by: {} } };
}

/** Writes the source of a unit that was created from a topic. */
export function planSource({ unit, request }: UnitScript): StepPlan {
  const text = unit.generated_source ?? "";
  const { topic, learner_level, learning_objectives, target_lesson_count } = request;
  return planStep(
    unit,
    generateSourceMaterial,
    `Write the material for a course about: ${unit.topic ?? ""}`,
    { topic, learner_level, learning_objectives, target_lesson_count },
    { text, provider: unit.authors.text.provider },
    `Source material of ${words(text)} words`,
  );
}

export function planMetadata({ unit, request, prepared }: UnitScript): StepPlan {
  const { llm_request_id: _none, ...plan } = prepared.plan;
  const asked = `Plan ${lessonCount(unit)} lessons for the level ${unit.learner_level}.\n<source>\n${sourceOf(unit)}\n</source>`;
  const log = `${plan.lessons.length} lessons for ${plan.learning_objectives.length} objectives`;
  return planStep(unit, extractUnitMetadata, asked, planInput(request, [...prepared.texts]), plan, log);
}

/** What every step of the lesson is told. */
export function briefFor({ request, prepared }: UnitScript, position: number) {
  const lesson = prepared.plan.lessons[position - 1];
  if (lesson === undefined) throw new Error(`The plan has no lesson ${position}`);
  return briefOf(request, prepared, lesson);
}

/** The three steps of a lesson's own flow run; the last one is told which request drafted the exercises. */
export function planLesson(
  script: UnitScript,
  position: number,
  lesson: LessonStory,
): readonly [StepPlan, StepPlan, (draftedBy: string) => StepPlan] {
  const { unit } = script;
  const { title, transcript, body, exercises, quality } = lesson;
  const brief = briefFor(script, position);
  const drafts = exercises.map((exercise) => ({
    category: exercise.category,
    stem: exercise.stem,
    options: exercise.options.map(({ label, text, rationale }) => ({ label, text, rationale })),
    key: exercise.options.find(({ is_key }) => is_key)?.label,
    learning_objective_id: exercise.learning_objective_id,
    bloom_level: exercise.bloom_level,
    difficulty: exercise.difficulty,
    quote: exercise.evidence?.quote ?? "",
    reference: exercise.evidence?.reference ?? null,
  }));
  const drafted = { drafts, dropped: [], note: quality.note };
  const dropped = quality.dropped.reduce((sum, { count }) => sum + count, 0);
  return [
    planStep(
      unit,
      generateLessonTranscript,
      `Write the lesson "${title}". Objective: ${lesson.objective}\n<source>\n${sourceOf(unit)}\n</source>`,
      brief,
      { title, transcript, body, provider: unit.authors.text.provider },
      `Lesson of ${words(transcript)} words`,
    ),
    planStep(
      unit,
      draftExercises,
      `Draft exercises for the lesson "${title}".\n<transcript>\n${transcript}\n</transcript>`,
      { brief, transcript },
      drafted,
      `${drafts.length + dropped} exercises drafted`,
    ),
    (llm_request_id) =>
      planStep(
        unit,
        validateAndStructureExercises,
        `Correct these exercises.\n<drafts>\n${JSON.stringify(drafts)}\n</drafts>`,
        { brief, transcript, drafted: { ...drafted, llm_request_id } },
        { exercises, quality },
        `${exercises.length} exercises kept, ${dropped} dropped`,
      ),
  ];
}

/** Speaks a lesson. */
export function planAudio(
  { unit, request }: UnitScript,
  lesson: LessonStory,
  media: SampleMedia | null,
): StepPlan {
  const output = { media_id: media?.id ?? null, seconds: media?.seconds ?? null };
  const log = `${Math.round(media?.seconds ?? 0)} seconds of audio`;
  const input = { author: request.authors.speech, text: lesson.transcript };
  return planStep(unit, synthesizeAudio, lesson.transcript, input, output, log);
}

/** Input of the podcast's flow: the lessons that were completed. */
export function podcastInput({ unit, request, prepared }: UnitScript, lessons: readonly LessonStory[]) {
  return {
    authors: request.authors,
    unit_title: request.title ?? prepared.plan.title,
    learner_level: unit.learner_level,
    lessons: lessons.map(({ title, transcript, body }) => ({ title, transcript, body })),
  };
}

/** Introduces the lessons that were completed, then speaks. */
export function planPodcast(
  script: UnitScript,
  lessons: readonly LessonStory[],
  media: SampleMedia | null,
): readonly [StepPlan, StepPlan] {
  const { unit } = script;
  const text = unit.podcast_transcript;
  const { authors, ...told } = podcastInput(script, lessons);
  const output = { media_id: media?.id ?? null, seconds: media?.seconds ?? null };
  return [
    planStep(
      unit,
      generateUnitPodcastTranscript,
      `Introduce the unit "${unit.title}" with its lessons ${lessons.map(({ title }) => title).join("; ")}.`,
      { author: authors.text, ...told },
      { transcript: text },
      `Podcast script of ${words(text)} words`,
    ),
    planStep(
      unit,
      synthesizeUnitAudio,
      text,
      { author: authors.speech, text },
      output,
      `${Math.round(media?.seconds ?? 0)} seconds of audio`,
    ),
  ];
}

/** Input of the cover's flow. */
export function artInput({ request, prepared }: UnitScript) {
  return {
    authors: request.authors,
    unit_title: request.title ?? prepared.plan.title,
    unit_description: prepared.plan.description,
    lesson_titles: prepared.plan.lessons.map(({ title }) => title),
  };
}

export function planArt(script: UnitScript, cover: UnitMedia["cover"]): readonly [StepPlan, StepPlan] {
  const { unit } = script;
  const { authors, ...told } = artInput(script);
  const described = {
    description: unit.cover.description,
    alt_text: cover?.alt ?? unit.cover.description,
    palette: [...(cover?.palette ?? unit.cover.palette ?? [])],
  };
  return [
    planStep(
      unit,
      describeCover,
      `Describe a cover for the unit "${unit.title}".`,
      { author: authors.text, ...told },
      described,
      "Cover described",
    ),
    planStep(
      unit,
      drawCover,
      described.description,
      { author: authors.image, unit_title: told.unit_title, cover: described },
      { media_id: cover?.id ?? null, alt: cover?.alt ?? "", palette: described.palette },
      "Cover of 1,024 × 1,024 pixels",
    ),
  ];
}
