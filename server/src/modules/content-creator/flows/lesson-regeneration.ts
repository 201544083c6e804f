import { type FinishedLesson, finishedLessonSchema } from "../../content/public.ts";
import { defineFlow } from "../definitions.ts";
import { creatorErrors } from "../errors.ts";
import { regenerationRequestSchema } from "../models.ts";
import { withPlanFindings } from "../text-checks/unit-findings.ts";
import { lessonCreation } from "./lesson-creation.ts";
import { briefOf, placeOf, prepareUnit } from "./prepare-unit.ts";

/** Steps of one lesson with its audio. */
const stepsOfLesson = 4;

/**
 * One lesson of a written unit anew. Its root has the key of the unit's own root, so that the plan is remembered; the lineage
 * says which flow paths start anew. The plan is never made again: without its record the flow fails before any work.
 */
export const lessonRegeneration = defineFlow({
  name: "lesson_regeneration",
  version: 1,
  input: regenerationRequestSchema,
  output: finishedLessonSchema,
  async run(context, { request, lesson_position }): Promise<FinishedLesson> {
    const prepared = await prepareUnit(context, request, { below: stepsOfLesson, onlyRecorded: true });
    const lesson = prepared.plan.lessons.find(({ position }) => position === lesson_position);
    if (lesson === undefined) {
      throw creatorErrors.create(
        "lesson_not_regenerable",
        `The unit's recorded plan has no lesson ${lesson_position}.`,
      );
    }
    const brief = briefOf(request, prepared, lesson);
    const written = await context.flow(
      lessonCreation,
      { brief, speech: request.authors.speech },
      placeOf(lesson),
    );
    return withPlanFindings(written, prepared.plan);
  },
});
