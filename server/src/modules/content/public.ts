import type { Transaction } from "../../platform/database.ts";
import type { FinishedLesson, LearningObjective, UnitWarning } from "./models.ts";

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
  type Span,
  type UnitWarning,
  warningSchema,
} from "./models.ts";

/** A source text that a unit is made from. */
export interface SourceText {
  readonly kind: "text" | "file" | "url" | "generated" | "supplemental";
  readonly title: string | null;
  readonly text: string;
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
  readonly request: unknown;
}

/** An `Idempotency-Key` that was used before, with the unit it made. */
export interface UsedKey {
  readonly body_hash: string;
  readonly unit_id: string;
  readonly task_id: string | null;
  readonly status: string;
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
  readonly lessons: readonly FinishedLesson[];
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
   * The text of a source that was given at creation.
   * @throws AppError `unit_not_found` when the unit or the source is gone
   */
  readSource(unit_id: string, sha256: string): Promise<string>;
  finishContent: FinishContent;
  /** Everything that the unit shows or its tasks have made: what may become unused when it is written again. */
  listMedia(transaction: Transaction, unit_id: string): Promise<readonly string[]>;
  discardMedia: DiscardMedia;
}
