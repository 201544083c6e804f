import type { CheckedExercise, Finding } from "./model.ts";
import { isNumeric, numericValue, overlapShare } from "./text-comparison.ts";

const KEY_LENGTH_RATIO = 1.3;
const OPTION_LENGTH_RATIO = 2;
const LENGTH_FREE_CHARACTERS = 20;
const OVERLAP_LEAD = 0.25;
const ABSOLUTE = /\b(?:always|never|all|none|every|only|must|cannot|completely|impossible)\b/i;
const NEGATION = /\b(?:not|except|least likely|incorrect|false)\b/gi;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? 0) + upper) / 2 : upper;
}

function lengthFindings(exercise: CheckedExercise): Finding[] {
  const findings: Finding[] = [];
  const lengths = exercise.options.map((option) => option.text.length);
  const key = exercise.options.find((option) => option.is_key)?.text.length ?? 0;
  const longest = Math.max(...lengths, 0);
  const shortest = Math.min(...lengths, longest);
  // Single words differ in length without giving anything away.
  if (longest <= LENGTH_FREE_CHARACTERS) return [];
  if (key === longest && key > KEY_LENGTH_RATIO * median(lengths)) {
    findings.push({ code: "key_longest", message: "The key is much longer than the other options." });
  }
  if (longest > OPTION_LENGTH_RATIO * Math.max(shortest, 1)) {
    findings.push({
      code: "option_lengths_differ",
      message: "The longest option is more than twice the shortest.",
    });
  }
  return findings;
}

function grammarFindings(exercise: CheckedExercise): Finding[] {
  const findings: Finding[] = [];
  if (/\ban?\s*(?:[:_…]+)?\s*$/i.test(exercise.stem) || /\ban? _{2,}/i.test(exercise.stem)) {
    findings.push({ code: "grammar_cue", message: "The article before the gap tells how the key begins." });
  }
  const lastWords = exercise.options.map(
    (option) => /(\p{L}+)\W*$/u.exec(option.text)?.[1]?.toLowerCase() ?? "",
  );
  const plurals = exercise.options.filter((_option, index) => /[^su]s$/.test(lastWords[index] ?? ""));
  const isShort = exercise.options.every((option) => option.text.split(/\s+/).length <= 4);
  const keyAlone =
    plurals.length === 1
      ? plurals[0]?.is_key
      : plurals.length === 3 && plurals.every((option) => !option.is_key);
  if (isShort && keyAlone === true) {
    findings.push({
      code: "number_cue",
      message: "The key differs from all other options in singular or plural.",
    });
  }
  return findings;
}

function overlapFindings(exercise: CheckedExercise): Finding[] {
  const key = exercise.options.find((option) => option.is_key);
  const others = exercise.options.filter((option) => option !== key);
  if (key === undefined || others.length === 0) return [];
  const highest = Math.max(...others.map((option) => overlapShare(exercise.stem, option.text)));
  if (overlapShare(exercise.stem, key.text) <= highest + OVERLAP_LEAD) return [];
  return [
    { code: "key_repeats_stem", message: "The key shares more words with the stem than any other option." },
  ];
}

/** Faults that do not forbid an exercise, to be scored and shown to the reviewer. */
export function softFindings(exercise: CheckedExercise): Finding[] {
  const findings = lengthFindings(exercise);
  const key = exercise.options.find((option) => option.is_key);
  const absolute = exercise.options.filter((option) => ABSOLUTE.test(option.text));
  if (key !== undefined && absolute.length > 0 && !absolute.includes(key)) {
    findings.push({
      code: "absolute_distractors",
      message: "Only wrong options use words such as “always” or “never”.",
    });
  }
  const question = exercise.stem.replace(/[“"][^”"]*[”"]/g, "");
  if ((question.match(NEGATION) ?? []).some((word) => word !== word.toUpperCase())) {
    findings.push({
      code: "negation_hidden",
      message: "A negative word in the stem should stand in capitals.",
    });
  }
  const values = exercise.options.map((option) =>
    isNumeric(option.text) ? numericValue(option.text) : Number.NaN,
  );
  if (
    values.every((value) => !Number.isNaN(value)) &&
    values.some((value, index) => value < (values[index - 1] ?? value))
  ) {
    findings.push({
      code: "numbers_unsorted",
      message: "Options that are numbers should stand in rising order.",
    });
  }
  return [...findings, ...grammarFindings(exercise), ...overlapFindings(exercise)];
}
