import type { LlmRequestKind } from "../../llm/public.ts";
import { lessonCreation } from "../flows/lesson-creation.ts";
import { lessonPodcast } from "../flows/lesson-podcast.ts";
import { unitArtCreation } from "../flows/unit-art-creation.ts";
import { unitCreation } from "../flows/unit-creation.ts";
import { unitPodcast } from "../flows/unit-podcast.ts";
import type { Author, Authors, CreationRequest, UnitPlan } from "../models.ts";
import { describeCover } from "../steps/describe-cover.ts";
import { draftExercises } from "../steps/draft-exercises.ts";
import { drawCover } from "../steps/draw-cover.ts";
import { extractUnitMetadata } from "../steps/extract-unit-metadata.ts";
import { generateLessonTranscript } from "../steps/generate-lesson-transcript.ts";
import { generateSourceMaterial } from "../steps/generate-source-material.ts";
import { generateSupplementalSourceMaterial } from "../steps/generate-supplemental-source-material.ts";
import { generateUnitPodcastTranscript } from "../steps/generate-unit-podcast-transcript.ts";
import { synthesizeAudio } from "../steps/synthesize-audio.ts";
import { synthesizeUnitAudio } from "../steps/synthesize-unit-audio.ts";
import { validateAndStructureExercises } from "../steps/validate-and-structure-exercises.ts";

/** What decides which steps a unit is made of. */
export interface Course {
  readonly authors: Authors;
  /** Sources were given; otherwise a model writes one. */
  readonly has_sources: boolean;
  /** The plan has objectives that the source does not cover, which a model supplements. Known once there is a plan. */
  readonly needs_supplement: boolean;
  readonly lesson_positions: readonly number[];
}

/** One step that a whole run of `unit_creation` executes. */
export interface ShapeStep {
  readonly flow_name: string;
  readonly flow_key: string;
  readonly flow_path: string;
  readonly lesson_position: number | null;
  readonly step_name: string;
  /** Who does it, and by which kind of call. */
  readonly author: Author;
  readonly kind: LlmRequestKind;
  /** The steps whose results it is made from. */
  readonly needs: readonly ShapeStep[];
}

/** The unit of this request: as its plan says, or, while it has none, as far as the request says it. */
export function courseOf(request: CreationRequest, plan: PlannedCourse | null = null): Course {
  return {
    authors: request.authors,
    has_sources: request.sources.length > 0,
    needs_supplement: plan?.learning_objectives.some(({ covered_by_source }) => !covered_by_source) ?? false,
    lesson_positions:
      plan?.lessons.map(({ position }) => position) ?? positionsUpTo(request.target_lesson_count),
  };
}

/** What a plan says of the steps that follow it. */
export interface PlannedCourse {
  readonly learning_objectives: readonly Pick<UnitPlan["learning_objectives"][number], "covered_by_source">[];
  readonly lessons: readonly Pick<UnitPlan["lessons"][number], "position">[];
}

/** 1, 2, 3 … */
export function positionsUpTo(count: number): number[] {
  return Array.from({ length: count }, (_none, index) => index + 1);
}

type Place = Pick<ShapeStep, "flow_name" | "flow_key" | "flow_path" | "lesson_position">;

/**
 * The steps of `unit_creation` and its child flows in the order in which they can begin. A test runs units and compares: a
 * change of the flows has to be made here too.
 */
export function shapeOf(course: Course): ShapeStep[] {
  const { authors } = course;
  const steps: ShapeStep[] = [];
  const add = (
    place: Place,
    step: { readonly name: string },
    kind: LlmRequestKind,
    needs: readonly ShapeStep[],
  ): ShapeStep => {
    const author = kind === "speech" ? authors.speech : kind === "image" ? authors.image : authors.text;
    const made = { ...place, step_name: step.name, author, kind, needs };
    steps.push(made);
    return made;
  };
  const root = placeOf(null, unitCreation.name, "unit");
  const source = course.has_sources ? [] : [add(root, generateSourceMaterial, "text", [])];
  const plan = add(root, extractUnitMetadata, "object", source);
  const supplement =
    course.needs_supplement && authors.text === "model"
      ? [add(root, generateSupplementalSourceMaterial, "text", [...source, plan])]
      : [];
  const texts = [...source, plan, ...supplement];
  const lessons = course.lesson_positions.map((position) => addLesson(add, root, position, texts));
  const podcast = placeOf(root, unitPodcast.name, "podcast");
  const script = add(podcast, generateUnitPodcastTranscript, "text", lessons.flat());
  add(podcast, synthesizeUnitAudio, "speech", [script]);
  const art = placeOf(root, unitArtCreation.name, "art");
  const cover = add(art, describeCover, "object", [plan]);
  add(art, drawCover, "image", [cover]);
  return steps;
}

/** Adds a lesson's steps; answers those that make it a part of the podcast. */
function addLesson(
  add: (
    place: Place,
    step: { readonly name: string },
    kind: LlmRequestKind,
    needs: readonly ShapeStep[],
  ) => ShapeStep,
  root: Place,
  position: number,
  texts: readonly ShapeStep[],
): ShapeStep[] {
  const lesson = placeOf(root, lessonCreation.name, `lesson:${position}`, position);
  const transcript = add(lesson, generateLessonTranscript, "object", texts);
  const drafted = add(lesson, draftExercises, "object", [transcript]);
  const checked = add(lesson, validateAndStructureExercises, "object", [transcript, drafted]);
  const audio = placeOf(lesson, lessonPodcast.name, `lesson_podcast:${position}`, position);
  add(audio, synthesizeAudio, "speech", [transcript]);
  return [transcript, checked];
}

function placeOf(parent: Place | null, flow_name: string, flow_key: string, lesson_position?: number): Place {
  const flow_path = parent === null ? flow_key : `${parent.flow_path}/${flow_key}`;
  return { flow_name, flow_key, flow_path, lesson_position: lesson_position ?? null };
}
