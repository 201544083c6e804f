import { hardFindings } from "./hard-checks.ts";
import type { CheckedExercise, ExerciseContext, ExerciseReport } from "./model.ts";
import { softFindings } from "./soft-checks.ts";

/**
 * Checks one multiple-choice item against item-writing rules (after Haladyna, Downing and Rodriguez 2002).
 * The same checks serve items written by a model and by the offline author.
 */
export function checkExercise(exercise: CheckedExercise, context: ExerciseContext): ExerciseReport {
  return { hard: hardFindings(exercise, context), soft: softFindings(exercise) };
}
