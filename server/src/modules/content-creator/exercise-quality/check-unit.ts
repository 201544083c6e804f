import { type GuesserScore, guesserScores } from "./guessers.ts";
import type { CheckedExercise, Finding } from "./model.ts";
import { jaccard } from "./text-comparison.ts";

export interface UnitReport {
  items: number;
  /** How often the key stands at A, B, C and D. */
  key_positions: Record<string, number>;
  guessers: GuesserScore[];
  /** Items per objective, those without any included when `objective_ids` is given. */
  objective_coverage: { learning_objective_id: string; items: number }[];
  bloom_levels: Record<string, number>;
  categories: Record<string, number>;
  findings: Finding[];
}

const POSITIONS_MIN_ITEMS = 12;
const POSITION_SHARE_MAX = 0.4;
/** Chi-square with 3 degrees of freedom at p = .01. */
const POSITIONS_CHI_SQUARE_MAX = 11.345;
const GUESSERS_MIN_ITEMS = 20;
const GUESSER_SHARE_MAX = 0.4;
const DUPLICATE_STEM = 0.8;

function countBy(values: readonly string[], initial: readonly string[] = []): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(initial.map((value) => [value, 0]));
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function positionFindings(positions: Record<string, number>, items: number): Finding[] {
  if (items < POSITIONS_MIN_ITEMS) return [];
  const counts = Object.values(positions);
  const expected = items / 4;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const isUneven = chiSquare > POSITIONS_CHI_SQUARE_MAX || Math.max(...counts) / items > POSITION_SHARE_MAX;
  return isUneven
    ? [{ code: "key_positions_uneven", message: "The key stands too often at the same letter." }]
    : [];
}

function guesserFindings(scores: readonly GuesserScore[], items: number): Finding[] {
  if (items < GUESSERS_MIN_ITEMS) return [];
  return scores
    .filter((score) => score.share > GUESSER_SHARE_MAX)
    .map((score) => ({
      code: `guessable_${score.guesser}`,
      message: `A guesser who picks by ${score.guesser.replace("_", " ")} gets ${Math.round(score.share * 100)} % right.`,
    }));
}

function duplicateFindings(exercises: readonly CheckedExercise[]): Finding[] {
  const repeats = exercises.filter((exercise, index) =>
    exercises.slice(0, index).some((other) => {
      const key = (item: CheckedExercise) => item.options.find((option) => option.is_key)?.text ?? "";
      return (
        jaccard(other.stem, exercise.stem) > DUPLICATE_STEM &&
        jaccard(key(other), key(exercise)) > DUPLICATE_STEM
      );
    }),
  );
  if (repeats.length === 0) return [];
  return [{ code: "items_repeated", message: `${repeats.length} items repeat an earlier item of the unit.` }];
}

/** Checks the items of a whole unit together: what no single item shows. */
export function checkUnit(
  exercises: readonly CheckedExercise[],
  objectiveIds: readonly string[] = [],
): UnitReport {
  const items = exercises.length;
  const keyLabels = exercises.flatMap((exercise) =>
    exercise.options.filter((option) => option.is_key).map((option) => option.label),
  );
  const positions = countBy(keyLabels, ["A", "B", "C", "D"]);
  const guessers = guesserScores(exercises);
  const coverage = countBy(
    exercises.map((exercise) => exercise.learning_objective_id),
    objectiveIds,
  );
  const uncovered = objectiveIds.filter((id) => coverage[id] === 0);
  const findings = [
    ...positionFindings(positions, items),
    ...guesserFindings(guessers, items),
    ...duplicateFindings(exercises),
  ];
  if (uncovered.length > 0) {
    findings.push({
      code: "objectives_without_items",
      message: `No item is aligned with ${uncovered.join(", ")}.`,
    });
  }
  return {
    items,
    key_positions: positions,
    guessers,
    objective_coverage: Object.entries(coverage).map(([id, count]) => ({
      learning_objective_id: id,
      items: count,
    })),
    bloom_levels: countBy(exercises.map((exercise) => exercise.bloom_level)),
    categories: countBy(
      exercises.map((exercise) => exercise.category),
      ["comprehension", "transfer"],
    ),
    findings,
  };
}
