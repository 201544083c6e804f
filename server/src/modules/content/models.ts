import { z } from "zod";
import { isStorable } from "./storable-text.ts";

export const unitStatuses = [
  "draft",
  "in_progress",
  "paused",
  "completed",
  "partial",
  "failed",
  "cancelled",
] as const;
export const reviewStates = ["draft", "approved", "rejected"] as const;
export const learnerLevels = ["beginner", "intermediate", "advanced"] as const;
/** From the specification's prompts; every other word for a level is refused. */
export const bloomLevels = [
  "Recall",
  "Comprehension",
  "Application",
  "Analysis",
  "Evaluation",
  "Creation",
] as const;
export const optionLabels = ["A", "B", "C", "D"] as const;

const sentenceReference = z.strictObject({
  source: z.int().min(1),
  section: z.int().min(1),
  paragraph: z.int().min(1),
  sentence: z.int().min(1),
});
const paragraphReference = sentenceReference.omit({ sentence: true });

/** A piece of text: quoted from the source, a fixed connecting phrase, or written by a model or a person. */
export const spanSchema = z.strictObject({
  text: z.string(),
  kind: z.enum(["quote", "connective", "written"]),
  reference: sentenceReference.nullable(),
});

/** The body of a lesson is a list of these. Text only, never HTML. */
export const blockSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("heading"), level: z.int().min(1).max(6), text: z.string() }),
  z.strictObject({ type: z.literal("paragraph"), spans: z.array(spanSchema) }),
  z.strictObject({ type: z.literal("list"), items: z.array(z.array(spanSchema)) }),
  z.strictObject({ type: z.literal("code"), text: z.string(), reference: paragraphReference.nullable() }),
  z.strictObject({
    type: z.literal("table"),
    rows: z.array(z.array(z.string())),
    reference: paragraphReference.nullable(),
  }),
]);
export type Block = z.infer<typeof blockSchema>;
export type Span = z.infer<typeof spanSchema>;

const optionSchema = z.strictObject({
  label: z.enum(optionLabels),
  text: z.string().trim().min(1).max(1_000),
  is_key: z.boolean(),
  rationale: z.string().trim().min(1).max(2_000),
});

/** One multiple-choice exercise: four options, labelled A to D in order, one of them the key. */
export const exerciseSchema = z
  .strictObject({
    id: z.string().min(1).max(64),
    kind: z.literal("multiple_choice"),
    category: z.enum(["comprehension", "transfer"]),
    stem: z.string().trim().min(1).max(2_000),
    options: z.array(optionSchema).length(4),
    learning_objective_id: z.string().min(1).max(64),
    bloom_level: z.enum(bloomLevels),
    difficulty: z.enum(["easy", "medium", "hard"]),
    evidence: z.strictObject({ quote: z.string(), reference: sentenceReference.nullable() }).nullable(),
    review: z.enum(reviewStates),
  })
  .superRefine((exercise, context) => {
    const report = (message: string) => context.addIssue({ code: "custom", path: ["options"], message });
    if (exercise.options.some(({ label }, place) => label !== optionLabels[place])) {
      report("must be labelled A, B, C and D in this order");
    }
    if (exercise.options.filter(({ is_key }) => is_key).length !== 1) report("must have exactly one key");
    const texts = new Set(exercise.options.map(({ text }) => text.toLowerCase()));
    if (texts.size !== exercise.options.length) report("must all be different");
  });
export type Exercise = z.infer<typeof exerciseSchema>;

export const learningObjectiveSchema = z.strictObject({
  id: z.string().min(1).max(64),
  text: z.string().min(1),
  bloom_level: z.enum(bloomLevels),
  evidence_of_mastery: z.string(),
  covered_by_source: z.boolean(),
});
export type LearningObjective = z.infer<typeof learningObjectiveSchema>;

/** What went wrong or was left out without failing the unit. */
export const warningSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  part: z.enum(["source", "plan", "lesson", "podcast", "art", "unit"]),
  lesson_position: z.int().nullable(),
});
export type UnitWarning = z.infer<typeof warningSchema>;

/** Something about a text that a person should look at. */
export const textFindingSchema = z.strictObject({ code: z.string(), message: z.string() });
export type TextFinding = z.infer<typeof textFindingSchema>;

/** Code of a unit's warning that must be confirmed before learners see what it is about. */
export const unconfirmedCode = "text_needs_a_look";

/** What the checks of a lesson found. */
export const lessonQualitySchema = z.strictObject({
  /** Items that were formed and thrown away, counted by reason. */
  dropped: z.array(z.strictObject({ reason: z.string(), count: z.int() })),
  /** Weaknesses that did not cost an item its place. */
  findings: z.array(z.strictObject({ exercise_id: z.string(), code: z.string(), message: z.string() })),
  /** Why the lesson's text waits for a person. */
  text_findings: z.array(textFindingSchema).optional(),
  note: z.string(),
  /** The transcript was edited after the audio was made. */
  audio_outdated: z.boolean(),
});

/** Part of the content → id of the LLM request that wrote it. */
export const writtenBySchema = z.record(z.string(), z.string());

/** A lesson as a finished task hands it over. */
export const finishedLessonSchema = z.strictObject({
  position: z.int().min(1),
  title: z.string().min(1),
  objective: z.string(),
  learning_objective_ids: z.array(z.string()),
  status: z.enum(["completed", "failed"]),
  transcript: z.string(),
  body: z.array(blockSchema),
  review: z.enum(reviewStates),
  exercises: z.array(exerciseSchema),
  quality: lessonQualitySchema,
  audio: z.strictObject({ media_id: z.string(), seconds: z.number() }).nullable(),
  written_by: writtenBySchema,
  author: z.string().nullable(),
  /** Also set on a completed lesson whose audio failed. */
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
});
export type FinishedLesson = z.infer<typeof finishedLessonSchema>;

const time = z.string().describe("ISO 8601, UTC");
const id = z.string().describe("UUIDv7");

/** A row of `unit_summaries`. */
export const unitSummarySchema = z.object({
  id,
  title: z.string(),
  description: z.string(),
  learner_level: z.enum(learnerLevels),
  status: z.enum(unitStatuses),
  stage: z.enum(["source", "plan", "lessons", "podcast", "art", "done"]),
  target_lesson_count: z.int(),
  source_kind: z.enum(["topic", "text", "file", "url"]),
  author: z.string().nullable().describe('provider that wrote it; "offline": no AI model'),
  generated_from_topic: z.boolean(),
  task_id: id.nullable(),
  arq_task_id: id.nullable().describe("Deprecated: the same as task_id."),
  lineage_id: id.nullable(),
  user_id: id.nullable(),
  user_name: z.string().nullable(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  cost_usd: z.number().nullable().describe("null: unknown"),
  cover_media_id: id.nullable(),
  cover_alt: z.string().nullable(),
  podcast_media_id: id.nullable(),
  content_version: z.int(),
  published_at: time.nullable(),
  created_at: time,
  updated_at: time,
  completed_at: time.nullable(),
  version: z.int(),
  lessons_completed: z.int(),
  lessons_failed: z.int(),
  exercise_count: z.int(),
  draft_count: z.int().describe("exercises that wait for review"),
  audio_seconds: z.number(),
  connection_id: id.nullable().describe("of the engine that the unit's task runs on; null: our own"),
  connection_name: z.string().nullable(),
  task_status: z.string().nullable(),
  pause_reason: z.string().nullable(),
  progress_percentage: z.number().nullable(),
  current_step: z.string().nullable(),
});
export type UnitSummary = z.infer<typeof unitSummarySchema>;

/** A row of `lesson_summaries`. */
export const lessonSummarySchema = z.object({
  id,
  unit_id: id,
  position: z.int(),
  title: z.string(),
  objective: z.string(),
  learning_objective_ids: z.array(z.string()),
  status: z.enum(["completed", "failed"]),
  review: z.enum(reviewStates),
  exercise_count: z.int(),
  draft_count: z.int(),
  word_count: z.int(),
  audio_media_id: id.nullable(),
  audio_seconds: z.number().nullable(),
  flow_run_id: id.nullable(),
  author: z.string().nullable(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  content_version: z.int(),
  created_at: time,
  updated_at: time,
  version: z.int(),
});
export type LessonSummary = z.infer<typeof lessonSummarySchema>;

/** One lesson with everything in it. */
export const lessonSchema = lessonSummarySchema.extend({
  unit_title: z.string(),
  transcript: z.string(),
  body: z.array(blockSchema),
  exercises: z.array(exerciseSchema),
  quality: lessonQualitySchema.partial(),
  written_by: writtenBySchema,
  guidance: z.string().nullable().describe("what a person asked for when it was written anew"),
});
export type Lesson = z.infer<typeof lessonSchema>;

export const stageSchema = z.object({
  stage: z.enum(["source", "plan", "lessons", "podcast", "art"]),
  status: z.enum(["pending", "running", "completed", "partial", "failed", "skipped"]),
  total: z.int(),
  completed: z.int(),
  failed: z.int(),
  flow_run_ids: z.array(z.string()),
});
export type Stage = z.infer<typeof stageSchema>;

/** What may be taken out of a source before it is stored. */
export const removalKinds = [
  "comment",
  "hidden_element",
  "page_code",
  "zero_width",
  "tag_characters",
  "direction_marks",
  "variation_selectors",
  "control_characters",
] as const;
const sourceRemovalSchema = z.strictObject({ kind: z.enum(removalKinds), count: z.int().min(1) });
export type SourceRemoval = z.infer<typeof sourceRemovalSchema>;

const sourceCleaning = {
  removed: z
    .array(sourceRemovalSchema)
    .describe("what no reader would have seen and was taken out before the text was stored"),
  addressed_passages: z
    .int()
    .describe("places, still in the text, that seem to speak to a language model instead of a reader"),
};

/** A source without its text. */
export const unitSourceSchema = z.object({
  id,
  position: z.int(),
  kind: z.enum(["text", "file", "url", "generated", "supplemental"]),
  title: z.string().nullable(),
  characters: z.int(),
  words: z.int(),
  sha256: z.string(),
  ...sourceCleaning,
  created_at: time,
});
export type UnitSource = z.infer<typeof unitSourceSchema>;

/** `GET /content/units/{id}/sources/{position}`. */
export const sourceTextSchema = z.object({
  unit_id: id,
  position: z.int(),
  kind: unitSourceSchema.shape.kind,
  title: z.string().nullable(),
  text: z.string(),
  sha256: z.string(),
  extracted_by: z.string().nullable(),
  ...sourceCleaning,
});
export type SourceTextDetail = z.infer<typeof sourceTextSchema>;

/** `GET /content/units/{id}`. */
export const unitDetailSchema = unitSummarySchema.extend({
  learning_objectives: z.array(learningObjectiveSchema),
  warnings: z.array(warningSchema),
  written_by: writtenBySchema,
  cover_palette: z.array(z.string()).nullable(),
  podcast_transcript: z.string().nullable(),
  podcast_seconds: z.number().nullable(),
  lessons: z.array(lessonSummarySchema),
  sources: z.array(unitSourceSchema),
  stages: z.array(stageSchema),
});
export type UnitDetail = z.infer<typeof unitDetailSchema>;

/** `PATCH /content/lessons/{id}`. */
export const lessonEditSchema = z
  .strictObject({
    version: z.int().describe("the version that was edited; another one answers 409"),
    title: z.string().trim().min(1).max(300).optional(),
    transcript: z.string().trim().min(1).max(200_000).optional(),
    body: z.array(blockSchema).max(2_000).optional(),
    exercises: z.array(exerciseSchema).max(200).optional(),
  })
  .refine((edit) => Object.keys(edit).length > 1, { message: "nothing to change was given" })
  .refine(isStorable, { message: "a text holds characters that cannot be stored" })
  .refine(
    (edit) => new Set(edit.exercises?.map((exercise) => exercise.id)).size === (edit.exercises?.length ?? 0),
    {
      path: ["exercises"],
      message: "two exercises have the same id",
    },
  );
export type LessonEdit = z.infer<typeof lessonEditSchema>;

export const lessonReviewSchema = z.strictObject({
  review: z.enum(reviewStates),
  with_exercises: z.boolean().default(false).describe("give all exercises of the lesson the same review"),
});
export const exerciseReviewSchema = z.strictObject({ review: z.enum(reviewStates) });

/** `POST /content/units/{id}/publish`; without a body nothing is confirmed. */
export const publishRequestSchema = z.strictObject({
  confirm_findings: z
    .boolean()
    .default(false)
    .describe("somebody has looked at what the checks found in the unit's own texts"),
});

/** What publishing did: how much learners see now, and how much stays out. */
export const publicationSchema = z.object({
  unit_id: id,
  published_at: time.nullable(),
  published_lessons: z.int(),
  published_exercises: z.int(),
  draft_lessons: z.int().describe("stay out until somebody approves them"),
  draft_exercises: z.int(),
  rejected_lessons: z.int(),
  rejected_exercises: z.int(),
});
export type Publication = z.infer<typeof publicationSchema>;
