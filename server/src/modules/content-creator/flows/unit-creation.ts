import type { FinishedLesson } from "../../content/public.ts";
import type { FlowContext } from "../../flow-engine/public.ts";
import { type CreatorServices, defineFlow } from "../definitions.ts";
import { creatorErrors } from "../errors.ts";
import {
  type CreatedUnit,
  type CreationRequest,
  createdUnitSchema,
  creationRequestSchema,
  type UnitPlan,
} from "../models.ts";
import { failedLesson, readFailure, statusOf, warningsOf } from "../outcome.ts";
import { unitFindings, withPlanFindings } from "../text-checks/unit-findings.ts";
import { lessonCreation } from "./lesson-creation.ts";
import { briefOf, type PreparedUnit, placeOf, prepareUnit } from "./prepare-unit.ts";
import { unitArtCreation } from "./unit-art-creation.ts";
import { unitPodcast } from "./unit-podcast.ts";

type Context = FlowContext<CreatorServices>;

/** The whole unit: source, plan, all lessons at once, the cover beside them, the podcast after them. */
export const unitCreation = defineFlow({
  name: "unit_creation",
  version: 1,
  input: creationRequestSchema,
  output: createdUnitSchema,
  async run(context, request): Promise<CreatedUnit> {
    const prepared = await prepareUnit(context, request, { below: stepsBelow(request) });
    const { plan } = prepared;
    const outcomes = await context.all<unknown>([
      () => writeLessonsThenPodcast(context, request, prepared),
      () => drawArt(context, request, plan),
    ]);
    // `all` reports one outcome per thunk, in order.
    const [written, art] = outcomes as [
      PromiseSettledResult<Awaited<ReturnType<typeof writeLessonsThenPodcast>>>,
      PromiseSettledResult<Awaited<ReturnType<typeof drawArt>>>,
    ];
    if (written.status === "rejected") throw written.reason;
    const { lessons, podcast, podcastFailure } = written.value;
    const cover = art.status === "rejected" ? null : art.value;
    const media = {
      podcast: podcastFailure,
      art: art.status === "rejected" ? readFailure(art.reason) : null,
    };
    return {
      ...statusOf(lessons, media),
      title: request.title ?? plan.title,
      description: plan.description,
      learning_objectives: plan.learning_objectives,
      sources: [...prepared.written],
      lessons,
      podcast:
        podcast === null
          ? null
          : { media_id: podcast.media_id, seconds: podcast.seconds, transcript: podcast.transcript },
      cover: cover === null ? null : { media_id: cover.media_id, alt: cover.alt, palette: cover.palette },
      warnings: [
        ...unitFindings({ plan, lessons, podcast, cover }),
        ...warningsOf(plan, lessons, media, request.authors.text),
      ],
      author: plan.provider,
      written_by: {
        ...prepared.written_by,
        ...podcast?.written_by,
        ...cover?.written_by,
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

async function writeLessonsThenPodcast(context: Context, request: CreationRequest, prepared: PreparedUnit) {
  const { plan } = prepared;
  const outcomes = await context.all(
    plan.lessons.map((lesson) => () => {
      const brief = briefOf(request, prepared, lesson);
      return context.flow(lessonCreation, { brief, speech: request.authors.speech }, placeOf(lesson));
    }),
  );
  const lessons = plan.lessons.map((lesson, place): FinishedLesson => {
    const outcome = outcomes[place];
    if (outcome?.status !== "fulfilled") return failedLesson(lesson, outcome?.reason);
    return withPlanFindings(outcome.value, plan);
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
