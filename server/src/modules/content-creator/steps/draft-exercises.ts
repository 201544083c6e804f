import { z } from "zod";
import type { StepContext } from "../../flow-engine/public.ts";
import { type CreatorServices, defineStep } from "../definitions.ts";
import {
  type DraftedExercises,
  draftedExercisesSchema,
  exercisesAnswerSchema,
  lessonBriefSchema,
} from "../models.ts";
import type { Exercise } from "../offline-author/model.ts";
import { asData, asGuidance, asLine, asObjectives, loadPrompt } from "../prompt.ts";
import { cleanAnswer } from "../source-cleaning/clean-source.ts";
import { readSources } from "../sources.ts";
import { offlineLessonInput } from "./generate-lesson-transcript.ts";
import { askOfflineAuthor, callOf, recipeOf } from "./step-calls.ts";

const template = loadPrompt(new URL("./draft-exercises.md", import.meta.url));

/** Items that a model writes for each lesson. */
export const exerciseTargets = { comprehension: 5, transfer: 5 } as const;
/** Items that the offline author looks for in each lesson, comprehension only. */
const quotedTarget = 8;

export const exerciseTaskSchema = z.strictObject({ brief: lessonBriefSchema, transcript: z.string() });
type ExerciseTask = z.infer<typeof exerciseTaskSchema>;

/** Drafts the lesson's exercises; nothing of them is trusted before they were checked. */
export const draftExercises = defineStep({
  name: "draft_exercises",
  version: 1,
  input: exerciseTaskSchema,
  output: draftedExercisesSchema,
  recipe: recipeOf(template, "object"),
  async run(context, task) {
    const draft = task.brief.author === "offline" ? draftOffline : draftByModel;
    const drafted = await draft(context, task);
    context.log("info", `Exercises drafted: ${drafted.drafts.length}`, { dropped: drafted.dropped });
    return drafted;
  },
});

async function draftOffline(
  context: StepContext<CreatorServices>,
  { brief }: ExerciseTask,
): Promise<DraftedExercises> {
  const sources = await readSources(context.services, context.correlation.unit_id, brief.sources);
  const place = offlineLessonInput(brief, sources);
  const input = { ...place, target_count: quotedTarget };
  const { result, request_id } = await askOfflineAuthor(context, "writeExercises", input, "object");
  return {
    drafts: result.exercises.map(toDraft),
    dropped: result.dropped,
    note: result.note,
    llm_request_id: request_id,
  };
}

function toDraft(exercise: Exercise): DraftedExercises["drafts"][number] {
  const { quote, ...reference } = exercise.evidence;
  const key = exercise.options.find(({ is_key }) => is_key);
  if (key === undefined) throw new Error(`The offline author wrote ${exercise.id} without a key`);
  return {
    category: exercise.category,
    stem: exercise.stem,
    options: exercise.options.map(({ label, text, rationale }) => ({ label, text, rationale })),
    key: key.label,
    learning_objective_id: exercise.learning_objective_id,
    bloom_level: exercise.bloom_level,
    difficulty: exercise.difficulty,
    quote,
    reference,
  };
}

async function draftByModel(
  context: StepContext<CreatorServices>,
  { brief, transcript }: ExerciseTask,
): Promise<DraftedExercises> {
  const answer = await context.services.gateway.object({
    ...callOf(context),
    ...template.render({
      unit_title: asLine(brief.unit_title),
      lesson_title: asLine(brief.lesson.title),
      learner_level: brief.learner_level,
      objective_ids: brief.objectives.map(({ id }) => id).join(", "),
      comprehension_count: exerciseTargets.comprehension,
      transfer_count: exerciseTargets.transfer,
      objectives: asObjectives(brief.objectives.map(({ text }) => text)),
      guidance: asGuidance(brief.guidance),
      transcript: asData("transcript", transcript),
    }),
    max_output_tokens: 8_000,
    schema: exercisesAnswerSchema,
    schema_name: "exercise_drafts",
  });
  return {
    drafts: cleanAnswer(answer.object).exercises.map((draft) => ({ ...draft, reference: null })),
    dropped: [],
    note: "",
    llm_request_id: answer.request_id,
  };
}
