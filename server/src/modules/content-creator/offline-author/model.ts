/** Where a sentence stands in the sources. All numbers count from 1; tables and code count as paragraphs. */
export interface Reference {
  source: number;
  section: number;
  paragraph: number;
  sentence: number;
}

/** A stretch of one source, both ends included. */
export interface ReferenceRange {
  source: number;
  from: { section: number; paragraph: number };
  to: { section: number; paragraph: number };
}

export interface SourceInput {
  title?: string;
  text: string;
}

export type LearnerLevel = "beginner" | "intermediate" | "advanced";

/** The only two levels that quoting a source can reach. */
export type OfflineBloomLevel = "Recall" | "Comprehension";

export interface PlannedObjective {
  id: string;
  text: string;
  bloom_level: OfflineBloomLevel;
  evidence_of_mastery: string;
  /** False when no sentence of the source supports the objective; `references` is then empty. */
  covered_by_source: boolean;
  references: Reference[];
}

export interface PlannedLesson {
  /** 1 to the number of lessons. */
  position: number;
  title: string;
  objective: string;
  learning_objective_ids: string[];
  /** One range per source that the lesson reaches into, in source order. */
  passages: ReferenceRange[];
}

export interface UnitPlan {
  title: string;
  description: string;
  learning_objectives: PlannedObjective[];
  lessons: PlannedLesson[];
  /** Sentences for the person who asked: what was not possible with this source. */
  warnings: string[];
}

/** A piece of text that is either quoted from the source or a fixed connecting phrase of ours. */
export interface Span {
  text: string;
  kind: "quote" | "connective";
  reference?: Reference;
}

export type Block =
  | { type: "heading"; level: number; text: string }
  | { type: "paragraph"; spans: Span[] }
  | { type: "list"; items: Span[][] }
  | { type: "code"; text: string; reference: Omit<Reference, "sentence"> }
  | { type: "table"; rows: string[][]; reference: Omit<Reference, "sentence"> };

export interface LessonText {
  title: string;
  /** Plain text to be spoken: the same quotes and connecting phrases, without tables and code. */
  transcript: string;
  body: Block[];
  /** Words in `transcript`. */
  words: number;
  /** Every quoted sentence, in order of first use. */
  references: Reference[];
}

export type OptionLabel = "A" | "B" | "C" | "D";

export interface ExerciseOption {
  label: OptionLabel;
  text: string;
  is_key: boolean;
  rationale: string;
}

export interface Exercise {
  id: string;
  kind: "multiple_choice";
  category: "comprehension" | "transfer";
  stem: string;
  options: ExerciseOption[];
  learning_objective_id: string;
  bloom_level: OfflineBloomLevel;
  difficulty: "easy" | "medium" | "hard";
  evidence: Reference & { quote: string };
  review: "draft";
}

export interface DroppedItems {
  reason: string;
  count: number;
}

export interface WrittenExercises {
  exercises: Exercise[];
  /** Items that were formed and thrown away, counted by reason, most frequent first. */
  dropped: DroppedItems[];
  /** What was reached and what needs a language model, as one sentence. */
  note: string;
}

export interface CoverDescription {
  description: string;
  alt_text: string;
  /** Five colours as `#rrggbb`, from the background to the accent. */
  palette: string[];
}
