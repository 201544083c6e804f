import { createHash } from "node:crypto";
import type { FinishedLesson } from "../../content/public.ts";
import type { FlowContext } from "../../flow-engine/public.ts";
import { type CreatorServices, defineFlow } from "../definitions.ts";
import { creatorErrors } from "../errors.ts";
import {
  type CreatedUnit,
  type CreationRequest,
  createdUnitSchema,
  creationRequestSchema,
  type SourceReference,
  type UnitPlan,
} from "../models.ts";
import { failedLesson, readFailure, statusOf, warningsOf } from "../outcome.ts";
import { extractUnitMetadata } from "../steps/extract-unit-metadata.ts";
import { generateSourceMaterial } from "../steps/generate-source-material.ts";
import { generateSupplementalSourceMaterial } from "../steps/generate-supplemental-source-material.ts";
import { lessonCreation } from "./lesson-creation.ts";
import { unitArtCreation } from "./unit-art-creation.ts";
import { unitPodcast } from "./unit-podcast.ts";

type Context = FlowContext<CreatorServices>;
type WrittenSource = CreatedUnit["sources"][number];

/** The whole unit: source, plan, all lessons at once, the cover beside them, the podcast after them. */
export const unitCreation = defineFlow({
  name: "unit_creation",
  version: 1,
  input: creationRequestSchema,
  output: createdUnitSchema,
  async run(context, request): Promise<CreatedUnit> {
    const written_by: Record<string, string> = {};
    const sources = await gatherSources(context, request, written_by);
    const plan = await planUnit(context, request, sources, written_by);
    const supplement = await supplementSources(context, request, plan, sources, written_by);
    const texts = [...sources, ...supplement.map(referenceTo)];

    const outcomes = await context.all<unknown>([
      () => writeLessonsThenPodcast(context, request, plan, texts),
      () => drawArt(context, request, plan),
    ]);
    // `all` reports one outcome per thunk, in order.
    const [written, art] = outcomes as [
      PromiseSettledResult<Awaited<ReturnType<typeof writeLessonsThenPodcast>>>,
      PromiseSettledResult<Awaited<ReturnType<typeof drawArt>>>,
    ];
    if (written.status === "rejected") throw written.reason;
    const { lessons, podcast, podcastFailure } = written.value;
    const media = {
      podcast: podcastFailure,
      art: art.status === "rejected" ? readFailure(art.reason) : null,
    };
    const generated = sources.flatMap(({ text, title }): WrittenSource[] =>
      text === null ? [] : [{ kind: "generated", title, text }],
    );
    return {
      ...statusOf(lessons, media),
      title: request.title ?? plan.title,
      description: plan.description,
      learning_objectives: plan.learning_objectives,
      sources: [...generated, ...supplement],
      lessons,
      podcast:
        podcast === null
          ? null
          : { media_id: podcast.media_id, seconds: podcast.seconds, transcript: podcast.transcript },
      cover:
        art.status === "rejected"
          ? null
          : { media_id: art.value.media_id, alt: art.value.alt, palette: art.value.palette },
      warnings: warningsOf(plan, lessons, media, request.authors.text),
      author: plan.provider,
      written_by: {
        ...written_by,
        ...podcast?.written_by,
        ...(art.status === "fulfilled" ? art.value.written_by : {}),
      },
    };
  },
});

/** Steps of the flows that follow the plan: writing and speaking of each lesson, then the podcast and the cover. */
function stepsBelow(request: CreationRequest): number {
  const perLesson = 4;
  const podcastAndCover = 4;
  return request.target_lesson_count * perLesson + podcastAndCover;
}

async function gatherSources(
  context: Context,
  request: CreationRequest,
  written_by: Record<string, string>,
): Promise<SourceReference[]> {
  context.expectSteps(request.sources.length > 0 ? 1 : 2, stepsBelow(request));
  if (request.sources.length > 0) return request.sources.map((source) => ({ ...source, text: null }));
  const { topic } = request;
  if (topic === null || request.authors.text === "offline") {
    throw creatorErrors.create(
      "source_required",
      "There is neither a source nor a model that could write one.",
    );
  }
  const { text, llm_request_id } = await context.step(generateSourceMaterial, {
    topic,
    learner_level: request.learner_level,
    learning_objectives: request.learning_objectives,
    target_lesson_count: request.target_lesson_count,
  });
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
  sources: SourceReference[],
  written_by: Record<string, string>,
): Promise<UnitPlan> {
  const plan = await context.step(extractUnitMetadata, {
    author: request.authors.text,
    title: request.title,
    topic: request.topic,
    learner_level: request.learner_level,
    learning_objectives: request.learning_objectives,
    target_lesson_count: request.target_lesson_count,
    sources,
  });
  written_by.metadata = plan.llm_request_id;
  return plan;
}

/** A model writes what the source lacks; offline nothing is invented and the unit says what is not covered. */
async function supplementSources(
  context: Context,
  request: CreationRequest,
  plan: UnitPlan,
  sources: SourceReference[],
  written_by: Record<string, string>,
): Promise<WrittenSource[]> {
  const objectives = plan.learning_objectives.filter(({ covered_by_source }) => !covered_by_source);
  if (objectives.length === 0 || request.authors.text === "offline") return [];
  context.expectSteps(request.sources.length > 0 ? 2 : 3, stepsBelow(request));
  const { text, llm_request_id } = await context.step(generateSupplementalSourceMaterial, {
    unit_title: plan.title,
    learner_level: request.learner_level,
    objectives,
    sources,
  });
  written_by.supplement = llm_request_id;
  return [{ kind: "supplemental", title: `Supplement to ${plan.title}`, text }];
}

async function writeLessonsThenPodcast(
  context: Context,
  request: CreationRequest,
  plan: UnitPlan,
  sources: SourceReference[],
) {
  const outcomes = await context.all(
    plan.lessons.map((lesson) => () => {
      const objectives = plan.learning_objectives.filter(({ id }) =>
        lesson.learning_objective_ids.includes(id),
      );
      const brief = {
        author: request.authors.text,
        unit_title: plan.title,
        learner_level: request.learner_level,
        lesson,
        objectives,
        sources,
        quotes: plan.quotes,
      };
      const place = { key: `lesson:${lesson.position}`, lesson_position: lesson.position };
      return context.flow(lessonCreation, { brief, speech: request.authors.speech }, place);
    }),
  );
  const lessons = plan.lessons.map((lesson, place): FinishedLesson => {
    const outcome = outcomes[place];
    return outcome?.status === "fulfilled" ? outcome.value : failedLesson(lesson, outcome?.reason);
  });
  const completed = lessons.filter(({ status }) => status === "completed");
  if (completed.length === 0) throw allLessonsFailed(lessons);
  const [podcast] = await context.all([
    () =>
      context.flow(
        unitPodcast,
        {
          authors: request.authors,
          unit_title: request.title ?? plan.title,
          learner_level: request.learner_level,
          lessons: completed.map(({ title, transcript, body }) => ({ title, transcript, body })),
        },
        { key: "podcast" },
      ),
  ]);
  return {
    lessons,
    podcast: podcast?.status === "fulfilled" ? podcast.value : null,
    podcastFailure: podcast?.status === "rejected" ? readFailure(podcast.reason) : null,
  };
}

function allLessonsFailed(lessons: readonly FinishedLesson[]) {
  const reasons = lessons.map(
    ({ position, error_message }) => `lesson ${position}: ${error_message ?? "unknown"}`,
  );
  return creatorErrors.create("all_lessons_failed", `Every lesson failed. ${reasons.join(" ")}`);
}

function drawArt(context: Context, request: CreationRequest, plan: UnitPlan) {
  return context.flow(
    unitArtCreation,
    {
      authors: request.authors,
      unit_title: request.title ?? plan.title,
      unit_description: plan.description,
      lesson_titles: plan.lessons.map(({ title }) => title),
    },
    { key: "art" },
  );
}
