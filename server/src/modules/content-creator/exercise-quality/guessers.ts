import type { CheckedExercise, CheckedOption } from "./model.ts";
import { jaccard, overlapShare } from "./text-comparison.ts";

export interface GuesserScore {
  guesser: "longest" | "most_central" | "stem_overlap";
  /** Items guessed right, a tie counting as its share: two equal best options, one of them the key, give 0.5. */
  correct: number;
  items: number;
  /** `correct / items`, 0 without items. Chance is 0.25. */
  share: number;
}

type Preference = (option: CheckedOption, exercise: CheckedExercise) => number;

const PREFERENCES: Readonly<Record<GuesserScore["guesser"], Preference>> = {
  longest: (option) => option.text.length,
  most_central: (option, exercise) =>
    exercise.options
      .filter((other) => other !== option)
      .reduce((sum, other) => sum + jaccard(option.text, other.text), 0),
  stem_overlap: (option, exercise) => overlapShare(exercise.stem, option.text),
};

const TIE = 1e-9;

function chanceOfKey(exercise: CheckedExercise, preference: Preference): number {
  const scores = exercise.options.map((option) => preference(option, exercise));
  const best = Math.max(...scores);
  const chosen = exercise.options.filter((_option, index) => (scores[index] ?? 0) >= best - TIE);
  return chosen.filter((option) => option.is_key).length / (chosen.length || 1);
}

/** How well three test-wise guessers do who have not read the source. A sound bank keeps each near 25 %. */
export function guesserScores(exercises: readonly CheckedExercise[]): GuesserScore[] {
  return (["longest", "most_central", "stem_overlap"] as const).map((guesser) => {
    const correct = exercises.reduce((sum, exercise) => sum + chanceOfKey(exercise, PREFERENCES[guesser]), 0);
    const items = exercises.length;
    return { guesser, correct, items, share: items === 0 ? 0 : correct / items };
  });
}
