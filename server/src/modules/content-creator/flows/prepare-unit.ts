import { createHash } from "node:crypto";
import type { FlowContext } from "../../flow-engine/public.ts";
import type { CreatorServices } from "../definitions.ts";
import { creatorErrors } from "../errors.ts";
import type {
  CreatedUnit,
  CreationRequest,
  LessonBrief,
  LessonPlan,
  SourceReference,
  UnitPlan,
} from "../models.ts";
import { extractUnitMetadata } from "../steps/extract-unit-metadata.ts";
import { generateSourceMaterial } from "../steps/generate-source-material.ts";
import { generateSupplementalSourceMaterial } from "../steps/generate-supplemental-source-material.ts";

type Context = FlowContext<CreatorServices>;
type WrittenSource = CreatedUnit["sources"][number];

export interface PreparedUnit {
  readonly plan: UnitPlan;
  /** What lessons are written from: given and written sources, in the order in which they are referred to. */
  readonly texts: readonly SourceReference[];
  /** Those among them that a step wrote. */
  readonly written: readonly WrittenSource[];
  readonly written_by: Readonly<Record<string, string>>;
}

export interface PrepareOptions {
  /** Steps of the flows that follow the plan. */
  readonly below: number;
  /** Nothing may run: a step without a recorded result fails. */
  readonly onlyRecorded?: boolean;
}

/** Source, plan and supplement: the steps that everything else of a unit follows from. */
export async function prepareUnit(
  context: Context,
  request: CreationRequest,
  options: PrepareOptions,
): Promise<PreparedUnit> {
  const written_by: Record<string, string> = {};
  const sources = await gatherSources(context, request, options, written_by);
  const plan = await planUnit(context, request, options, sources, written_by);
  const supplement = await supplementSources(context, request, options, { plan, sources }, written_by);
  const generated = sources.flatMap(({ text, title }): WrittenSource[] =>
    text === null ? [] : [{ kind: "generated", title, text }],
  );
  return {
    plan,
    texts: [...sources, ...supplement.map(referenceTo)],
    written: [...generated, ...supplement],
    written_by,
  };
}

/** What every step of a lesson is told. */
export function briefOf(request: CreationRequest, prepared: PreparedUnit, lesson: LessonPlan): LessonBrief {
  const { plan, texts } = prepared;
  const guidance = request.lesson_guidance?.[lesson.position];
  return {
    author: request.authors.text,
    unit_title: plan.title,
    learner_level: request.learner_level,
    lesson,
    objectives: plan.learning_objectives.filter(({ id }) => lesson.learning_objective_ids.includes(id)),
    sources: [...texts],
    quotes: plan.quotes,
    ...(guidance === undefined ? {} : { guidance }),
  };
}

/** Key and place of a lesson's flow run. */
export function placeOf(lesson: Pick<LessonPlan, "position">) {
  return { key: `lesson:${lesson.position}`, lesson_position: lesson.position };
}

async function gatherSources(
  context: Context,
  request: CreationRequest,
  { below, onlyRecorded }: PrepareOptions,
  written_by: Record<string, string>,
): Promise<SourceReference[]> {
  context.expectSteps(request.sources.length > 0 ? 1 : 2, below);
  if (request.sources.length > 0) return request.sources.map((source) => ({ ...source, text: null }));
  const { topic } = request;
  if (topic === null || request.authors.text === "offline") {
    throw creatorErrors.create(
      "source_required",
      "There is neither a source nor a model that could write one.",
    );
  }
  const { text, llm_request_id } = await context.step(
    generateSourceMaterial,
    {
      topic,
      learner_level: request.learner_level,
      learning_objectives: request.learning_objectives,
      target_lesson_count: request.target_lesson_count,
    },
    { onlyRecorded },
  );
  written_by.source = llm_request_id;
  return [referenceTo({ title: topic, text })];
}

function referenceTo({
  title,
  text,
}: {
  readonly title: string | null;
  readonly text: string;
}): SourceReference {
  return { title, text, sha256: createHash("sha256").update(text, "utf8").digest("hex") };
}

async function planUnit(
  context: Context,
  request: CreationRequest,
  { onlyRecorded }: PrepareOptions,
  sources: SourceReference[],
  written_by: Record<string, string>,
): Promise<UnitPlan> {
  const plan = await context.step(extractUnitMetadata, planInput(request, sources), { onlyRecorded });
  written_by.metadata = plan.llm_request_id;
  return plan;
}

/** Input of the step that plans the unit. */
export function planInput(request: CreationRequest, sources: SourceReference[]) {
  return {
    author: request.authors.text,
    title: request.title,
    topic: request.topic,
    learner_level: request.learner_level,
    learning_objectives: request.learning_objectives,
    target_lesson_count: request.target_lesson_count,
    sources,
  };
}

/** A model writes what the source lacks; offline nothing is invented and the unit says what is not covered. */
async function supplementSources(
  context: Context,
  request: CreationRequest,
  { below, onlyRecorded }: PrepareOptions,
  { plan, sources }: { readonly plan: UnitPlan; readonly sources: SourceReference[] },
  written_by: Record<string, string>,
): Promise<WrittenSource[]> {
  const objectives = plan.learning_objectives.filter(({ covered_by_source }) => !covered_by_source);
  if (objectives.length === 0 || request.authors.text === "offline") return [];
  context.expectSteps(request.sources.length > 0 ? 2 : 3, below);
  const { text, llm_request_id } = await context.step(
    generateSupplementalSourceMaterial,
    { unit_title: plan.title, learner_level: request.learner_level, objectives, sources },
    { onlyRecorded },
  );
  written_by.supplement = llm_request_id;
  return [{ kind: "supplemental", title: `Supplement to ${plan.title}`, text }];
}
