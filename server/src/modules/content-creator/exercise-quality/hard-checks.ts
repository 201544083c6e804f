import type { CheckedExercise, CheckedOption, ExerciseContext, Finding } from "./model.ts";
import { containsWords, isNumeric, jaccard, normalized, wordsOf } from "./text-comparison.ts";

const LABELS = ["A", "B", "C", "D"];
const BLOOM_LEVELS = new Set(
  [
    "recall",
    "comprehension",
    "application",
    "analysis",
    "synthesis",
    "evaluation",
    "creation",
    "transfer",
  ].concat(["remember", "understand", "apply", "analyze", "evaluate", "create"]),
);
const CATEGORIES = new Set(["comprehension", "transfer"]);
const DIFFICULTIES = new Set(["easy", "medium", "hard"]);
const STEM_WORDS_MIN = 5;
const STEM_COPY = 0.8;
const COMBINED_OPTION =
  /\b(?:all|none|both|neither|any) (?:of )?(?:the )?(?:above|following|these|others|answers|options)\b|\b(?:both|either|neither) [A-D] (?:and|or|nor) [A-D]\b|^[A-D] (?:and|or) [A-D]\b/i;

function finding(code: string, message: string): Finding {
  return { code, message };
}

function checkOptions(options: readonly CheckedOption[]): Finding[] {
  const findings: Finding[] = [];
  if (options.length !== 4 || options.some((option, index) => option.label !== LABELS[index])) {
    findings.push(
      finding("options_not_a_to_d", "An exercise needs exactly four options, labelled A to D in order."),
    );
  }
  const keys = options.filter((option) => option.is_key).length;
  if (keys !== 1) findings.push(finding("not_one_key", `Exactly one option must be the key; ${keys} are.`));
  const texts = options.map((option) => normalized(option.text) || option.text.trim());
  if (texts.some((text) => text === "")) findings.push(finding("option_empty", "An option has no text."));
  if (new Set(texts).size !== texts.length) {
    findings.push(finding("options_equal", "Two options say the same."));
  }
  if (options.some((option) => option.rationale.trim() === "")) {
    findings.push(finding("rationale_empty", "Every option needs a rationale."));
  }
  if (options.some((option) => COMBINED_OPTION.test(option.text))) {
    findings.push(
      finding(
        "combined_option",
        "Options must not refer to other options (“all of the above”, “both A and B”).",
      ),
    );
  }
  const contained = options.some((option) =>
    options.some(
      (other) => other !== option && !isNumeric(option.text) && containsWords(other.text, option.text),
    ),
  );
  if (contained && new Set(texts).size === texts.length) {
    findings.push(finding("option_contains_option", "One option contains the whole text of another."));
  }
  return findings;
}

function checkKey(exercise: CheckedExercise): Finding[] {
  const key = exercise.options.find((option) => option.is_key);
  if (key === undefined) return [];
  const findings: Finding[] = [];
  if (containsWords(exercise.stem, key.text)) {
    findings.push(finding("key_in_stem", "The stem contains the text of the key."));
  }
  const otherLabels = exercise.options.filter((option) => option !== key).map((option) => option.label);
  const named = otherLabels.some((label) =>
    new RegExp(`\\b(?:option|answer|choice) ${label}\\b`, "i").test(key.rationale),
  );
  if (named)
    findings.push(finding("rationale_names_option", "The rationale of the key names another option."));
  return findings;
}

function checkStem(exercise: CheckedExercise, otherStems: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  if (wordsOf(exercise.stem).length < STEM_WORDS_MIN) {
    findings.push(finding("stem_too_short", `A stem needs at least ${STEM_WORDS_MIN} words.`));
  }
  if (otherStems.some((stem) => jaccard(stem, exercise.stem) > STEM_COPY)) {
    findings.push(finding("stem_repeated", "The stem is nearly the same as another stem of the lesson."));
  }
  return findings;
}

function checkFields(exercise: CheckedExercise, context: ExerciseContext): Finding[] {
  const findings: Finding[] = [];
  if (!context.objective_ids.includes(exercise.learning_objective_id)) {
    findings.push(
      finding("objective_unknown", "The exercise is aligned with an objective that does not exist."),
    );
  }
  if (!BLOOM_LEVELS.has(exercise.bloom_level.toLowerCase())) {
    findings.push(finding("bloom_level_unknown", `“${exercise.bloom_level}” is no Bloom level.`));
  }
  if (!CATEGORIES.has(exercise.category)) {
    findings.push(finding("category_unknown", "The category must be comprehension or transfer."));
  }
  if (!DIFFICULTIES.has(exercise.difficulty)) {
    findings.push(finding("difficulty_unknown", "The difficulty must be easy, medium or hard."));
  }
  const quote = exercise.evidence?.quote ?? "";
  if (quote !== "" && context.source_text !== undefined && !containsWords(context.source_text, quote)) {
    findings.push(finding("evidence_not_found", "The quoted evidence does not stand in the source."));
  }
  return findings;
}

/** Faults that make an exercise unusable. */
export function hardFindings(exercise: CheckedExercise, context: ExerciseContext): Finding[] {
  return [
    ...checkOptions(exercise.options),
    ...checkKey(exercise),
    ...checkStem(exercise, context.other_stems),
    ...checkFields(exercise, context),
  ];
}
