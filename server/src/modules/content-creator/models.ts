import { z } from "zod";
import {
  bloomLevels,
  exerciseSchema,
  finishedLessonSchema,
  learnerLevels,
  learningObjectiveSchema,
  lessonQualitySchema,
  optionLabels,
  textFindingSchema,
  warningSchema,
} from "../content/public.ts";

/** Who does one kind of work: a configured model, or the built-in engines without any AI model. */
export const authorSchema = z.enum(["model", "offline"]);
export type Author = z.infer<typeof authorSchema>;

/** Chosen when the unit is created and never switched afterwards. */
export const authorsSchema = z.strictObject({
  text: authorSchema,
  speech: authorSchema,
  image: authorSchema,
});
export type Authors = z.infer<typeof authorsSchema>;

/** A source of the unit: by hash when it is stored with the unit, with its text when a step wrote it. */
export const sourceReferenceSchema = z.strictObject({
  title: z.string().nullable(),
  sha256: z.string(),
  text: z.string().nullable(),
});
export type SourceReference = z.infer<typeof sourceReferenceSchema>;

const reference = z.strictObject({
  source: z.int(),
  section: z.int(),
  paragraph: z.int(),
  sentence: z.int(),
});
const place = z.strictObject({ section: z.int(), paragraph: z.int() });

/** The plan in the offline author's own form, with the places in the source that it quotes. */
export const quotePlanSchema = z.strictObject({
  title: z.string(),
  description: z.string(),
  learning_objectives: z.array(
    z.strictObject({
      id: z.string(),
      text: z.string(),
      bloom_level: z.enum(["Recall", "Comprehension"]),
      evidence_of_mastery: z.string(),
      covered_by_source: z.boolean(),
      references: z.array(reference),
    }),
  ),
  lessons: z.array(
    z.strictObject({
      position: z.int(),
      title: z.string(),
      objective: z.string(),
      learning_objective_ids: z.array(z.string()),
      passages: z.array(z.strictObject({ source: z.int(), from: place, to: place })),
    }),
  ),
  warnings: z.array(z.string()),
});

export const lessonPlanSchema = z.strictObject({
  position: z.int().min(1),
  title: z.string().min(1),
  objective: z.string(),
  learning_objective_ids: z.array(z.string()),
});
export type LessonPlan = z.infer<typeof lessonPlanSchema>;

/** Output of extract_unit_metadata, the same for both authors. */
export const unitPlanSchema = z.strictObject({
  title: z.string().min(1),
  description: z.string(),
  learning_objectives: z.array(learningObjectiveSchema).min(1),
  lessons: z.array(lessonPlanSchema).min(1),
  /** Sentences for people: what the source did not allow. */
  warnings: z.array(z.string()),
  /** Why title, description and objectives should be looked at. Absent in records from before they were checked. */
  findings: z.array(textFindingSchema).optional(),
  quotes: quotePlanSchema.nullable(),
  provider: z.string(),
  llm_request_id: z.string(),
});
export type UnitPlan = z.infer<typeof unitPlanSchema>;

/** What every lesson step needs to know of the unit. */
export const lessonBriefSchema = z.strictObject({
  author: authorSchema,
  unit_title: z.string(),
  learner_level: z.enum(learnerLevels),
  lesson: lessonPlanSchema,
  objectives: z.array(learningObjectiveSchema),
  sources: z.array(sourceReferenceSchema),
  quotes: quotePlanSchema.nullable(),
  /** What a person asked of this lesson when it was written anew. Absent without: it is part of what steps are remembered by. */
  guidance: z.string().optional(),
});
export type LessonBrief = z.infer<typeof lessonBriefSchema>;

/** Not empty, checked on arrival: strict providers refuse schemas with `minLength`. */
const someText = z.string().refine((text) => text.trim() !== "", { message: "must not be empty" });

/** Answer of a model for `unit_metadata`. Every key is required: strict schemas know no optional ones. */
export const metadataAnswerSchema = z.strictObject({
  title: someText,
  description: z.string(),
  learning_objectives: z
    .array(
      z.strictObject({
        id: z.string(),
        text: z.string(),
        bloom_level: z.enum(bloomLevels),
        evidence_of_mastery: z.string(),
        covered_by_source: z.boolean(),
      }),
    )
    .min(1),
  lessons: z
    .array(
      z.strictObject({
        title: someText,
        objective: z.string(),
        learning_objective_ids: z.array(z.string()),
      }),
    )
    .min(1),
});
export type MetadataAnswer = z.infer<typeof metadataAnswerSchema>;

/** An exercise as a model drafts it. The key is a label, so there is exactly one. */
export const exerciseDraftSchema = z.strictObject({
  category: z.enum(["comprehension", "transfer"]),
  stem: z.string(),
  options: z
    .array(z.strictObject({ label: z.enum(optionLabels), text: z.string(), rationale: z.string() }))
    .length(4),
  key: z.enum(optionLabels),
  learning_objective_id: z.string(),
  bloom_level: z.enum(bloomLevels),
  difficulty: z.enum(["easy", "medium", "hard"]),
  quote: z.string(),
});
export type ExerciseDraft = z.infer<typeof exerciseDraftSchema>;

/** Answer of a model for `exercise_drafts` and `exercises`. */
export const exercisesAnswerSchema = z.strictObject({ exercises: z.array(exerciseDraftSchema) });

/** Output of draft_exercises: drafts with the place of their evidence where the author knows it. */
export const draftedExercisesSchema = z.strictObject({
  drafts: z.array(exerciseDraftSchema.extend({ reference: reference.nullable() })),
  dropped: z.array(z.strictObject({ reason: z.string(), count: z.int() })),
  note: z.string(),
  llm_request_id: z.string(),
});
export type DraftedExercises = z.infer<typeof draftedExercisesSchema>;

export const checkedExercisesSchema = z.strictObject({
  exercises: z.array(exerciseSchema),
  quality: lessonQualitySchema,
  llm_request_id: z.string(),
});

/** Answer of a model for `cover_description`. */
export const coverAnswerSchema = z.strictObject({
  description: someText,
  alt_text: someText,
  palette: z.array(z.string().regex(/^#[0-9a-fA-F]{6}$/)).length(5),
});
export const describedCoverSchema = coverAnswerSchema.extend({ llm_request_id: z.string() });

export const audioSchema = z.strictObject({
  media_id: z.string(),
  seconds: z.number(),
  llm_request_id: z.string(),
});

/** Inputs of a `unit_creation` task and of its flow; stored with the unit as what was asked for. */
export const creationRequestSchema = z.strictObject({
  /** A title that the person chose; null lets the author choose. */
  title: z.string().nullable(),
  topic: z.string().nullable(),
  sources: z.array(z.strictObject({ title: z.string().nullable(), sha256: z.string() })),
  learner_level: z.enum(learnerLevels),
  learning_objectives: z.array(z.string()),
  target_lesson_count: z.int().min(1).max(20),
  authors: authorsSchema,
  /** By lesson position: what a person asked of lessons that were written anew. */
  lesson_guidance: z.record(z.string(), z.string()).optional(),
});
export type CreationRequest = z.infer<typeof creationRequestSchema>;

/** Inputs of a `lesson_regeneration` task and of its flow. */
export const regenerationRequestSchema = z.strictObject({
  /** What the unit was made from, with the guidance of every lesson, this one included. */
  request: creationRequestSchema,
  lesson_id: z.string(),
  lesson_position: z.int().min(1),
});
export type RegenerationRequest = z.infer<typeof regenerationRequestSchema>;

/** Output of the flow `unit_creation`: all that finishing the task writes to the unit. */
export const createdUnitSchema = z.strictObject({
  status: z.enum(["completed", "partial"]),
  title: z.string(),
  description: z.string(),
  learning_objectives: z.array(learningObjectiveSchema),
  sources: z.array(
    z.strictObject({
      kind: z.enum(["generated", "supplemental"]),
      title: z.string().nullable(),
      text: z.string(),
    }),
  ),
  lessons: z.array(finishedLessonSchema),
  podcast: z
    .strictObject({ media_id: z.string().nullable(), seconds: z.number().nullable(), transcript: z.string() })
    .nullable(),
  cover: z.strictObject({ media_id: z.string(), alt: z.string(), palette: z.array(z.string()) }).nullable(),
  warnings: z.array(warningSchema),
  author: z.string(),
  written_by: z.record(z.string(), z.string()),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
});
export type CreatedUnit = z.infer<typeof createdUnitSchema>;
