import type { StepContext } from "../../flow-engine/public.ts";
import { type CreatorServices, defineStep } from "../definitions.ts";
import { checkDrafts, countReasons, type FailedDraft, noteOf, toExercises } from "../exercise-checks.ts";
import {
  checkedExercisesSchema,
  type DraftedExercises,
  draftedExercisesSchema,
  type ExerciseDraft,
  exercisesAnswerSchema,
} from "../models.ts";
import { AUTHOR } from "../offline-author/author.ts";
import { asData, asLine, asLines, loadPrompt } from "../prompt.ts";
import { cleanAnswer } from "../source-cleaning/clean-source.ts";
import { givenSources, readSources, titledTexts } from "../sources.ts";
import { checkText } from "../text-checks/check-text.ts";
import { exerciseTargets, exerciseTaskSchema } from "./draft-exercises.ts";
import { callOf, offlinePrompt, recipeOf } from "./step-calls.ts";

const template = loadPrompt(new URL("./validate-and-structure-exercises.md", import.meta.url));

const validationInput = exerciseTaskSchema.extend({ drafted: draftedExercisesSchema });

type Draft = DraftedExercises["drafts"][number];

/**
 * Checks every draft against the rules for items. A model corrects its drafts first and repairs those that still fail
 * once more; what fails then is dropped and counted. The offline author's drafts are checked and dropped only.
 */
export const validateAndStructureExercises = defineStep({
  name: "validate_and_structure_exercises",
  version: 1,
  input: validationInput,
  output: checkedExercisesSchema,
  recipe: recipeOf(template, "object"),
  async run(context, { brief, transcript, drafted }) {
    const objective_ids = brief.objectives.map(({ id }) => id);
    const check = (drafts: readonly Draft[], others: readonly string[] = []) =>
      checkDrafts(drafts, {
        objective_ids,
        transcript: brief.author === "model" ? transcript : null,
        others,
      });
    const work =
      brief.author === "offline"
        ? checkOffline(context, drafted, check)
        : editByModel(context, { brief, transcript, drafted }, check);
    const { kept, failed, llm_request_id } = await work;
    const sources = await readSources(context.services, context.correlation.unit_id, brief.sources);
    const known = titledTexts(givenSources(brief.sources, sources));
    const texts = kept.map(({ draft }) =>
      checkText({ text: textOfDraft(draft), known, read: [], outline: null }),
    );
    const exercises = toExercises(kept, brief.author === "offline" ? "draft" : "approved").map(
      (exercise, place) =>
        texts[place]?.length === 0 ? exercise : { ...exercise, review: "draft" as const },
    );
    const lost = failed.length === 0 ? "" : `; dropped because they broke a rule: ${failed.length}`;
    context.log(failed.length === 0 ? "info" : "warn", `Exercises kept: ${exercises.length}${lost}`, {
      findings: failed.flatMap(({ findings }) => findings.map(({ message }) => message)),
    });
    return {
      exercises,
      quality: {
        dropped: countReasons(drafted.dropped, failed),
        findings: kept.flatMap(({ soft }, place) =>
          [...soft, ...(texts[place] ?? [])].map((finding) => ({
            exercise_id: exercises[place]?.id ?? "",
            ...finding,
          })),
        ),
        note: drafted.note === "" ? noteOf(exercises, exerciseTargets) : drafted.note,
        audio_outdated: false,
      },
      llm_request_id,
    };
  },
});

function textOfDraft({ stem, options, quote }: Draft): string {
  return [stem, ...options.flatMap(({ text, rationale }) => [text, rationale]), quote].join("\n\n");
}

type Check = (drafts: readonly Draft[], others?: readonly string[]) => ReturnType<typeof checkDrafts>;

async function checkOffline(context: StepContext<CreatorServices>, drafted: DraftedExercises, check: Check) {
  const answer = await context.services.gateway.offline({
    ...callOf(context),
    ...offlinePrompt("checkExercises"),
    kind: "object",
    model: AUTHOR.model,
    input: { drafts: drafted.drafts },
    work: async () => check(drafted.drafts),
    describe: ({ kept, failed }) => ({ kept: kept.length, failed }),
  });
  return { ...answer.result, llm_request_id: answer.request_id };
}

interface EditTask {
  readonly brief: {
    readonly lesson: { readonly title: string };
    readonly objectives: readonly { readonly id: string }[];
  };
  readonly transcript: string;
  readonly drafted: DraftedExercises;
}

async function editByModel(context: StepContext<CreatorServices>, task: EditTask, check: Check) {
  const edited = await askEditor(context, task, task.drafted.drafts, []);
  const first = check(edited.drafts);
  if (first.failed.length === 0) return { ...first, llm_request_id: edited.llm_request_id };
  context.log("info", `Exercises that broke a rule, asked for once more: ${first.failed.length}`, {
    findings: first.failed.flatMap(({ findings }) => findings.map(({ message }) => message)),
  });
  const repaired = await askEditor(
    context,
    task,
    first.failed.map(({ draft }) => draft),
    first.failed,
  );
  const second = check(
    repaired.drafts.slice(0, first.failed.length),
    first.kept.map(({ draft }) => draft.stem),
  );
  return {
    kept: [...first.kept, ...second.kept],
    failed: second.failed,
    llm_request_id: edited.llm_request_id,
  };
}

async function askEditor(
  context: StepContext<CreatorServices>,
  { brief, transcript }: EditTask,
  drafts: readonly Draft[],
  failed: readonly FailedDraft[],
): Promise<{ drafts: Draft[]; llm_request_id: string }> {
  const plain = drafts.map(({ reference: _reference, ...draft }): ExerciseDraft => draft);
  const findings = failed.map(
    ({ findings }, place) => `Exercise ${place + 1}: ${findings.map(({ message }) => message).join(" ")}`,
  );
  const answer = await context.services.gateway.object({
    ...callOf(context),
    ...template.render({
      lesson_title: asLine(brief.lesson.title),
      exercise_count: drafts.length,
      comprehension_count: drafts.filter(({ category }) => category === "comprehension").length,
      transfer_count: drafts.filter(({ category }) => category === "transfer").length,
      objective_ids: brief.objectives.map(({ id }) => id).join(", "),
      findings: findings.length > 0 ? asData("findings", asLines(findings)) : "",
      drafts: asData("drafts", JSON.stringify(plain, null, 1)),
      transcript: asData("transcript", transcript),
    }),
    max_output_tokens: 10_000,
    schema: exercisesAnswerSchema,
    schema_name: "exercises",
  });
  return {
    drafts: cleanAnswer(answer.object).exercises.map((draft) => ({ ...draft, reference: null })),
    llm_request_id: answer.request_id,
  };
}
