import type { Transaction } from "../../platform/database.ts";
import type { UnitFilter } from "./filter.ts";
import type { FinishedLesson, LearningObjective, SourceRemoval, UnitWarning } from "./models.ts";

export { noSuchUnit } from "./errors.ts";
export { type UnitFilter, unitFilterSchema } from "./filter.ts";
export {
  type Block,
  blockSchema,
  bloomLevels,
  type Exercise,
  exerciseSchema,
  type FinishedLesson,
  finishedLessonSchema,
  type LearningObjective,
  learnerLevels,
  learningObjectiveSchema,
  lessonQualitySchema,
  optionLabels,
  type SourceRemoval,
  type Span,
  type TextFinding,
  textFindingSchema,
  type UnitWarning,
  unconfirmedCode,
  warningSchema,
} from "./models.ts";

/** A source text that a unit is made from. */
export interface SourceText {
  readonly kind: "text" | "file" | "url" | "generated" | "supplemental";
  readonly title: string | null;
  readonly text: string;
  /** What was taken out of it before; nothing of what a task wrote. */
  readonly removed?: readonly SourceRemoval[];
  /** Places that seem to speak to a language model. */
  readonly addressed_passages?: number;
}

/** A unit as it is created: a draft until a task takes it. */
export interface NewUnit {
  readonly title: string;
  readonly learner_level: string;
  readonly target_lesson_count: number;
  readonly source_kind: "topic" | "text" | "file" | "url";
  readonly generated_from_topic: boolean;
  /** What was asked for: the inputs of all tasks of the unit. Sources by hash, never their texts. */
  readonly request: unknown;
  readonly user_id: string;
  readonly sources: readonly SourceText[];
}

/** A unit read under its lock. */
export interface UnitState {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly task_id: string | null;
  readonly lineage_id: string | null;
  /** The lineage that wrote what the unit shows; null when that is not recorded. */
  readonly content_lineage_id: string | null;
  readonly request: unknown;
}

/** An `Idempotency-Key` that was used before, with the unit it made. */
export interface UsedKey {
  readonly body_hash: string;
  readonly unit_id: string;
  readonly task_id: string | null;
  readonly status: string;
}

/** A lesson as it is written to its unit. */
export interface WrittenLesson extends FinishedLesson {
  /** What a person asked of it when it was written anew. */
  readonly guidance?: string | null;
}

/** What the state of a unit is told from after one lesson was replaced. */
export interface WrittenParts {
  readonly lessons: readonly Pick<
    FinishedLesson,
    "position" | "title" | "status" | "error_code" | "error_message"
  >[];
  readonly warnings: readonly UnitWarning[];
  readonly has_podcast: boolean;
  readonly has_cover: boolean;
}

/** One lesson that was written anew. */
export interface ReplacedLesson {
  readonly unit_id: string;
  readonly task_id: string;
  readonly lesson_id: string;
  readonly lesson: WrittenLesson;
  /** Says how the unit stands, from all its parts. */
  readonly judge: (
    parts: WrittenParts,
  ) => Pick<FinishedUnit, "status" | "error_code" | "error_message" | "warnings">;
}

/** Everything a finished task hands over; it replaces what the unit held. */
export interface FinishedUnit {
  readonly unit_id: string;
  readonly task_id: string;
  readonly status: "completed" | "partial";
  readonly title: string;
  readonly description: string;
  readonly learning_objectives: readonly LearningObjective[];
  /** Texts that the task wrote; sources that a person gave stay beside them. */
  readonly sources: readonly SourceText[];
  readonly lessons: readonly WrittenLesson[];
  readonly podcast: {
    readonly media_id: string | null;
    readonly seconds: number | null;
    readonly transcript: string;
  } | null;
  readonly cover: {
    readonly media_id: string;
    readonly alt: string;
    readonly palette: readonly string[];
  } | null;
  readonly warnings: readonly UnitWarning[];
  readonly author: string;
  readonly written_by: Readonly<Record<string, string>>;
  /** Names the failed parts of a partial unit. */
  readonly error_code: string | null;
  readonly error_message: string | null;
}

/** Replaces the unit's content inside the task's finishing transaction, which holds the unit's lock and the fence. */
export type FinishContent = (
  transaction: Transaction,
  unit: FinishedUnit,
) => Promise<readonly { readonly position: number; readonly lesson_id: string }[]>;

/** Told, after a commit, which media lost a reference: those that nothing refers to any more are removed. Never rejects. */
export type DiscardMedia = (media_ids: readonly string[]) => Promise<void>;

/** What content-creator may do to units. Every change happens in the caller's transaction. */
export interface ContentPort {
  /** Inserts the unit as a draft with its sources; answers its id. */
  insertUnit(transaction: Transaction, unit: NewUnit): Promise<string>;
  findKey(user_id: string, key: string): Promise<UsedKey | null>;
  /** False when another transaction used the key first. */
  useKey(
    transaction: Transaction,
    use: {
      readonly user_id: string;
      readonly key: string;
      readonly body_hash: string;
      readonly unit_id: string;
    },
  ): Promise<boolean>;
  /**
   * Locks the unit `FOR NO KEY UPDATE`.
   * @throws AppError `unit_not_found`
   */
  lockUnit(transaction: Transaction, unit_id: string): Promise<UnitState>;
  /** The unit becomes the task's: in progress, its error cleared. The caller holds its lock. */
  giveToTask(
    transaction: Transaction,
    unit_id: string,
    task: { readonly id: string; readonly lineage_id: string },
  ): Promise<void>;
  /**
   * The unit becomes the task's for as long as it runs: in progress. Unless `replaceLesson` is called, it gets back what it was
   * when the task ends. The caller holds its lock.
   */
  lendToTask(
    transaction: Transaction,
    unit_id: string,
    task: { readonly id: string; readonly lineage_id: string },
  ): Promise<void>;
  /** Fixed while the unit is locked. @throws AppError `lesson_not_found` */
  getLessonPlace(
    transaction: Transaction,
    lesson_id: string,
  ): Promise<{ readonly unit_id: string; readonly position: number }>;
  /** What people asked of the unit's lessons when they were written anew, by position. */
  listGuidance(transaction: Transaction, unit_id: string): Promise<Record<string, string>>;
  /**
   * Replaces one lesson, under its id, inside the finishing transaction of the task that the unit was lent to. All else of the unit
   * stays; its state is judged anew. Answers the media that the lesson no longer shows.
   * @throws AppError `lesson_not_found`
   */
  replaceLesson(transaction: Transaction, replaced: ReplacedLesson): Promise<readonly string[]>;
  /**
   * The text of a source that was given at creation.
   * @throws AppError `unit_not_found` when the unit or the source is gone
   */
  readSource(unit_id: string, sha256: string): Promise<string>;
  /** Ids of the units that fit, newest first, at most `limit`. */
  listMatchingUnitIds(filter: UnitFilter, limit: number): Promise<string[]>;
  finishContent: FinishContent;
  /** Everything that the unit shows or its tasks have made: what may become unused when it is written again. */
  listMedia(transaction: Transaction, unit_id: string): Promise<readonly string[]>;
  discardMedia: DiscardMedia;
}

/** What a run of an outside engine has returned of a unit. */
export interface ArrivedCourse {
  readonly status: "completed" | "partial";
  /** Positions that did not arrive. */
  readonly missing: readonly number[];
  readonly error_code: string | null;
  readonly error_message: string | null;
}

/** Lessons that outside engines return; they are staged by run. */
export interface LessonArrivals {
  /**
   * Makes the lessons that arrived from this run the unit's, in the transaction that ends its task and holds the unit's lock.
   * Null when none arrived: the unit keeps what it had.
   */
  finishFromArrivals(
    transaction: Transaction,
    run: { readonly unit_id: string; readonly task_id: string; readonly external_run_id: string },
  ): Promise<ArrivedCourse | null>;
}
