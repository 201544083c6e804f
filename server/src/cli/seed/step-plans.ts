import type { LlmRequestKind } from "../../modules/llm/public.ts";
import type { CallPlan } from "./build-requests.ts";
import type { LessonStory, UnitStory } from "./story.ts";

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

/** A step as it goes when nothing goes wrong. */
export interface StepPlan {
  readonly name: string;
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
  name: keyof typeof kinds,
  asked: string,
  input: StepPlan["input"],
  output: StepPlan["output"],
  log: string,
): StepPlan {
  const { kind, who, work, schema_name, online, offline } = kinds[name];
  const author = unit.authors[who];
  const isOffline = author.provider === "offline";
  const prompt_name = isOffline ? `offline:${work}` : name.replaceAll("_", "-");
  const answered = typeof output.text === "string" ? output.text : JSON.stringify(output);
  const call = { ...author, kind, prompt_name, schema_name: isOffline ? null : schema_name, asked, answered };
  return { name, input, output, call, duration: isOffline ? offline : online, log };
}

const words = (text: string) => text.match(/\S+/g)?.length ?? 0;
const sourceOf = (unit: UnitStory) => unit.source?.text ?? unit.generated_source ?? "";

/** Writes the source of a unit that was created from a topic. */
export function planSource(unit: UnitStory): StepPlan {
  const text = unit.generated_source ?? "";
  const input = {
    topic: unit.topic,
    learner_level: unit.learner_level,
    target_lesson_count: lessonCount(unit),
  };
  const asked = `Write the material for a course about: ${unit.topic ?? ""}`;
  return planStep(
    unit,
    "generate_source_material",
    asked,
    input,
    { text },
    `Source material of ${words(text)} words`,
  );
}

/** How many lessons were asked for. */
export function lessonCount({ lessons }: UnitStory): number {
  return lessons.length === 0 ? 3 : lessons.length;
}

export function planMetadata(unit: UnitStory): StepPlan {
  const { title, description, learning_objectives } = unit;
  const lessons = unit.lessons.map((lesson, place) => ({
    position: place + 1,
    title: lesson.title,
    objective: lesson.objective,
    learning_objective_ids: lesson.learning_objective_ids,
  }));
  const input = {
    learner_level: unit.learner_level,
    target_lesson_count: lessonCount(unit),
    source: sourceOf(unit),
  };
  const asked = `Plan ${lessonCount(unit)} lessons for the level ${unit.learner_level}.\n<source>\n${sourceOf(unit)}\n</source>`;
  const log = `${lessons.length} lessons for ${learning_objectives.length} objectives`;
  return planStep(
    unit,
    "extract_unit_metadata",
    asked,
    input,
    { title, description, learning_objectives, lessons },
    log,
  );
}

/** The three steps of a lesson's own flow run. */
export function planLesson(unit: UnitStory, lesson: LessonStory): readonly [StepPlan, StepPlan, StepPlan] {
  const { title, transcript, body, exercises, quality } = lesson;
  const brief = { unit_title: unit.title, lesson: { title, objective: lesson.objective } };
  const drafts = exercises.map(({ stem, options }) => ({ stem, options: options.map(({ text }) => text) }));
  const dropped = quality.dropped.reduce((sum, { count }) => sum + count, 0);
  return [
    planStep(
      unit,
      "generate_lesson_transcript",
      `Write the lesson "${title}". Objective: ${lesson.objective}\n<source>\n${sourceOf(unit)}\n</source>`,
      brief,
      { title, transcript, body, provider: unit.authors.text.provider },
      `Lesson of ${words(transcript)} words`,
    ),
    planStep(
      unit,
      "draft_exercises",
      `Draft exercises for the lesson "${title}".\n<transcript>\n${transcript}\n</transcript>`,
      { brief, transcript },
      { drafts, dropped: [], note: quality.note },
      `${drafts.length + dropped} exercises drafted`,
    ),
    planStep(
      unit,
      "validate_and_structure_exercises",
      `Correct these exercises.\n<drafts>\n${JSON.stringify(drafts)}\n</drafts>`,
      { brief, drafts },
      { exercises, quality },
      `${exercises.length} exercises kept, ${dropped} dropped`,
    ),
  ];
}

/** Speaks a lesson. */
export function planAudio(unit: UnitStory, lesson: LessonStory, media: SampleMedia | null): StepPlan {
  const output = { media_id: media?.id ?? null, seconds: media?.seconds ?? null };
  const log = `${Math.round(media?.seconds ?? 0)} seconds of audio`;
  return planStep(unit, "synthesize_audio", lesson.transcript, { text: lesson.transcript }, output, log);
}

/** Introduces the lessons that were completed, then speaks. */
export function planPodcast(
  unit: UnitStory,
  titles: readonly string[],
  media: SampleMedia | null,
): readonly [StepPlan, StepPlan] {
  const text = unit.podcast_transcript;
  const output = { media_id: media?.id ?? null, seconds: media?.seconds ?? null };
  return [
    planStep(
      unit,
      "generate_unit_podcast_transcript",
      `Introduce the unit "${unit.title}" with its lessons ${titles.join("; ")}.`,
      { unit_title: unit.title, titles },
      { transcript: text },
      `Podcast script of ${words(text)} words`,
    ),
    planStep(
      unit,
      "synthesize_unit_audio",
      text,
      { text },
      output,
      `${Math.round(media?.seconds ?? 0)} seconds of audio`,
    ),
  ];
}

export function planArt(unit: UnitStory, cover: UnitMedia["cover"]): readonly [StepPlan, StepPlan] {
  const { description, palette } = unit.cover;
  const described = { description, alt_text: cover?.alt ?? "", palette: cover?.palette ?? palette ?? [] };
  return [
    planStep(
      unit,
      "describe_cover",
      `Describe a cover for the unit "${unit.title}".`,
      { unit_title: unit.title },
      described,
      "Cover described",
    ),
    planStep(
      unit,
      "draw_cover",
      description,
      { unit_title: unit.title, description, palette },
      { media_id: cover?.id ?? null, alt: cover?.alt ?? "", palette: described.palette },
      "Cover of 1,024 × 1,024 pixels",
    ),
  ];
}
