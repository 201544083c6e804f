import type { Exercise } from "../content/public.ts";
import { exerciseSchema } from "../content/public.ts";
import { checkExercise } from "./exercise-quality/check-exercise.ts";
import type { Finding } from "./exercise-quality/model.ts";
import type { DraftedExercises } from "./models.ts";

type Draft = DraftedExercises["drafts"][number];

export interface KeptDraft {
  readonly draft: Draft;
  readonly soft: readonly Finding[];
}

export interface FailedDraft {
  readonly draft: Draft;
  readonly findings: readonly Finding[];
}

/** Sorts drafts into usable ones and those with a fault that no item may have. */
export function checkDrafts(
  drafts: readonly Draft[],
  context: {
    readonly objective_ids: readonly string[];
    /** Quotes must stand in it; null when the author quotes the source itself and has proven that. */
    readonly transcript: string | null;
    /** Stems of exercises that are kept already. */
    readonly others: readonly string[];
  },
): { kept: KeptDraft[]; failed: FailedDraft[] } {
  const kept: KeptDraft[] = [];
  const failed: FailedDraft[] = [];
  for (const draft of drafts) {
    const report = checkExercise(toChecked(draft), {
      objective_ids: [...context.objective_ids],
      other_stems: [...context.others, ...kept.map(({ draft: { stem } }) => stem)],
      ...(context.transcript === null ? {} : { source_text: context.transcript }),
    });
    const findings = [...report.hard, ...structureFindings(draft)];
    if (findings.length === 0) kept.push({ draft, soft: report.soft });
    else failed.push({ draft, findings });
  }
  return { kept, failed };
}

function toChecked(draft: Draft) {
  return {
    ...draft,
    options: draft.options.map((option) => ({ ...option, is_key: option.label === draft.key })),
    evidence: draft.quote === "" ? null : { quote: draft.quote },
  };
}

/** What content could not store. The item checks find most of it; this is the proof. */
function structureFindings(draft: Draft): Finding[] {
  const parsed = exerciseSchema.safeParse(toExercise(draft, "ex_1", "draft"));
  return parsed.success ? [] : parsed.error.issues.map(({ message }) => ({ code: "structure", message }));
}

function toExercise(draft: Draft, id: string, review: Exercise["review"]): Exercise {
  const { key, quote, reference, ...rest } = draft;
  return {
    id,
    kind: "multiple_choice",
    ...rest,
    options: draft.options.map((option) => ({ ...option, is_key: option.label === key })),
    evidence: quote === "" ? null : { quote, reference },
    review,
  };
}

/** Numbers the kept drafts `ex_1`, `ex_2` and so on. */
export function toExercises(kept: readonly KeptDraft[], review: Exercise["review"]): Exercise[] {
  return kept.map(({ draft }, place) => toExercise(draft, `ex_${place + 1}`, review));
}

/** Dropped items by reason, most frequent first. An item counts once, for its first fault. */
export function countReasons(
  dropped: readonly { readonly reason: string; readonly count: number }[],
  failed: readonly FailedDraft[],
): { reason: string; count: number }[] {
  const counts = new Map(dropped.map(({ reason, count }) => [reason, count]));
  for (const { findings } of failed) {
    const reason = findings[0]?.code ?? "unknown";
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .sort((left, right) => right.count - left.count || left.reason.localeCompare(right.reason));
}

/** How far the targets were reached: `comprehension: 5 of 5, transfer: 4 of 5`. */
export function noteOf(
  exercises: readonly Exercise[],
  targets: Readonly<Record<Exercise["category"], number>>,
): string {
  const reached = (category: Exercise["category"]) =>
    `${category}: ${exercises.filter((exercise) => exercise.category === category).length} of ${targets[category]}`;
  return `${reached("comprehension")}, ${reached("transfer")}`;
}
