/** What the checks need to know of an option, whoever wrote it. */
export interface CheckedOption {
  label: string;
  text: string;
  is_key: boolean;
  rationale: string;
}

/** What the checks need to know of an exercise, whoever wrote it. */
export interface CheckedExercise {
  stem: string;
  options: CheckedOption[];
  category: string;
  learning_objective_id: string;
  bloom_level: string;
  difficulty: string;
  evidence?: { quote: string } | null;
}

/** One fault of an exercise. The code is stable; the message is a sentence for the person who reviews. */
export interface Finding {
  code: string;
  message: string;
}

export interface ExerciseContext {
  objective_ids: string[];
  /** The text that the evidence must be found in; without it that check is left out. */
  source_text?: string;
  /** Stems of the other exercises of the lesson. */
  other_stems: string[];
}

export interface ExerciseReport {
  /** Faults that make the item unusable: reject or repair. */
  hard: Finding[];
  /** Faults to score and show. */
  soft: Finding[];
}
