import { z } from "zod";
import { type LearningObjective, learnerLevels } from "../../content/public.ts";
import type { StepContext } from "../../flow-engine/public.ts";
import { type CreatorServices, defineStep } from "../definitions.ts";
import {
  authorSchema,
  type LessonPlan,
  type MetadataAnswer,
  metadataAnswerSchema,
  sourceReferenceSchema,
  type UnitPlan,
  unitPlanSchema,
} from "../models.ts";
import { asLine, asObjectives, asSources, loadPrompt } from "../prompt.ts";
import { cleanAnswer } from "../source-cleaning/clean-source.ts";
import { givenSources, type ReadSource, readSources, selectPassages, titledTexts } from "../sources.ts";
import { checkText } from "../text-checks/check-text.ts";
import { askOfflineAuthor, callOf, recipeOf } from "./step-calls.ts";

const template = loadPrompt(new URL("./extract-unit-metadata.md", import.meta.url));

/** About 45,000 tokens: fits the context of every model in use, with room for the answer. */
const maxSourceCharacters = 180_000;

const metadataInput = z.strictObject({
  author: authorSchema,
  title: z.string().nullable(),
  topic: z.string().nullable(),
  learner_level: z.enum(learnerLevels),
  learning_objectives: z.array(z.string()),
  target_lesson_count: z.int(),
  sources: z.array(sourceReferenceSchema),
});
type MetadataInput = z.infer<typeof metadataInput>;

/** Plans the unit: title, objectives with Bloom level and evidence of mastery, ordered lessons. */
export const extractUnitMetadata = defineStep({
  name: "extract_unit_metadata",
  version: 1,
  input: metadataInput,
  output: unitPlanSchema,
  recipe: recipeOf(template, "object"),
  async run(context, input) {
    const sources = await readSources(context.services, context.correlation.unit_id, input.sources);
    const makePlan = input.author === "offline" ? planOffline : planByModel;
    const made = await makePlan(context, input, sources);
    const plan = { ...made, findings: findingsOf(input, made, sources) };
    context.log("info", `Lessons planned: ${plan.lessons.length}`, {
      lessons: plan.lessons.map(({ title }) => title),
      findings: plan.findings.map(({ message }) => message),
      objectives: plan.learning_objectives.length,
      not_covered_by_source: plan.learning_objectives.filter((objective) => !objective.covered_by_source)
        .length,
    });
    return plan;
  },
});

/** The second look at what learners see of a unit besides its lessons, and at what every lesson follows. */
function findingsOf(input: MetadataInput, plan: UnitPlan, sources: readonly ReadSource[]) {
  const objectives = plan.learning_objectives.flatMap(({ text, evidence_of_mastery }) => [
    text,
    evidence_of_mastery,
  ]);
  const given = givenSources(input.sources, sources);
  const lessons = plan.lessons.flatMap(({ title, objective }) => [title, objective]);
  return checkText({
    text: [plan.title, plan.description, ...objectives, ...lessons].join("\n\n"),
    known: [...titledTexts(given), ...[input.title ?? "", input.topic ?? ""], ...input.learning_objectives],
    read: titledTexts(selectPassages(given, subjectOf(input), maxSourceCharacters).sources),
    outline: null,
  });
}

function subjectOf({ title, topic, learning_objectives }: MetadataInput): string {
  return [title, topic, ...learning_objectives].join(" ");
}

async function planOffline(
  context: StepContext<CreatorServices>,
  input: MetadataInput,
  sources: readonly ReadSource[],
): Promise<UnitPlan> {
  const answer = await askOfflineAuthor(
    context,
    "planUnit",
    {
      ...(input.title === null ? {} : { title: input.title }),
      sources: sources.map(({ title, text }) => ({ ...(title === null ? {} : { title }), text })),
      target_lesson_count: input.target_lesson_count,
      learning_objectives: input.learning_objectives,
      learner_level: input.learner_level,
    },
    "object",
  );
  const plan = answer.result;
  return {
    title: plan.title,
    description: plan.description,
    learning_objectives: plan.learning_objectives.map(
      ({ references: _references, ...objective }) => objective,
    ),
    lessons: plan.lessons.map(({ passages: _passages, ...lesson }) => lesson),
    warnings: plan.warnings,
    quotes: plan,
    provider: answer.provider,
    llm_request_id: answer.request_id,
  };
}

async function planByModel(
  context: StepContext<CreatorServices>,
  input: MetadataInput,
  sources: readonly ReadSource[],
): Promise<UnitPlan> {
  const selected = selectPassages(sources, subjectOf(input), maxSourceCharacters);
  const { learning_objectives, target_lesson_count } = input;
  const answer = await context.services.gateway.object({
    ...callOf(context),
    ...template.render({
      learner_level: input.learner_level,
      lesson_count: target_lesson_count,
      title: asLine(input.title ?? input.topic ?? sources[0]?.title ?? "Untitled"),
      title_rule:
        input.title === null
          ? "The title above is a working title. Choose a better one."
          : "The title above is final. Use it unchanged.",
      objectives: asObjectives(learning_objectives),
      sources: asSources(selected.sources),
    }),
    max_output_tokens: 4_000 + target_lesson_count * 600,
    schema: answerSchemaFor(target_lesson_count),
    schema_name: "unit_metadata",
  });
  const warnings = selected.is_whole
    ? []
    : [
        "The source is longer than the model reads at once; the plan was made from its headings and chosen passages.",
      ];
  const plan = planFrom(cleanAnswer(answer.object), input);
  return {
    ...plan,
    warnings: [...warnings, ...plan.warnings],
    quotes: null,
    provider: answer.provider,
    llm_request_id: answer.request_id,
  };
}

/** The JSON schema cannot ask for what depends on the request; a wrong count is sent back for repair. */
function answerSchemaFor(lessonCount: number) {
  return metadataAnswerSchema.superRefine((answer, issues) => {
    if (answer.lessons.length !== lessonCount) {
      issues.addIssue({
        code: "custom",
        path: ["lessons"],
        message: `must be exactly ${lessonCount} lessons`,
      });
    }
    const ids = answer.learning_objectives.map(({ id }) => id);
    if (new Set(ids).size !== ids.length) {
      issues.addIssue({ code: "custom", path: ["learning_objectives"], message: "must have different ids" });
    }
  });
}

/** Makes a plan of the answer whose ids all resolve; objectives that the person gave are never lost. */
export function planFrom(
  answer: MetadataAnswer,
  input: Pick<MetadataInput, "title" | "learning_objectives">,
): Pick<UnitPlan, "title" | "description" | "learning_objectives" | "lessons" | "warnings"> {
  const objectives: LearningObjective[] = [...answer.learning_objectives];
  const known = new Set(objectives.map(({ text }) => comparable(text)));
  for (const text of input.learning_objectives.filter((given) => !known.has(comparable(given)))) {
    objectives.push({
      id: `lo_given_${objectives.length + 1}`,
      text,
      bloom_level: "Comprehension",
      evidence_of_mastery: "",
      covered_by_source: false,
    });
  }
  const ids = new Set(objectives.map(({ id }) => id));
  const lessons = answer.lessons.map((lesson, place): LessonPlan => {
    const own = [...new Set(lesson.learning_objective_ids)].filter((id) => ids.has(id));
    const fallback = objectives[place % objectives.length]?.id;
    return {
      position: place + 1,
      title: lesson.title.trim(),
      objective: lesson.objective,
      learning_objective_ids: own.length > 0 || fallback === undefined ? own : [fallback],
    };
  });
  const served = new Set(lessons.flatMap(({ learning_objective_ids }) => learning_objective_ids));
  const warnings = objectives
    .filter(({ id }) => !served.has(id))
    .map(({ text }) => `No lesson serves the objective "${text}".`);
  return {
    title: input.title ?? answer.title.trim(),
    description: answer.description,
    learning_objectives: objectives,
    lessons,
    warnings,
  };
}

function comparable(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s.]+/g, " ")
    .trim();
}
