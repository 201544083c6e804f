import type { LineageStep } from "../../flow-engine/public.ts";
import { lessonCreation } from "../flows/lesson-creation.ts";
import { unitCreation } from "../flows/unit-creation.ts";
import { unitPodcast } from "../flows/unit-podcast.ts";
import type { CreationRequest } from "../models.ts";
import { courseOf, type PlannedCourse, type ShapeStep, shapeOf } from "../retry-options/course-shape.ts";
import { remainingOf, stepKey } from "../retry-options/remaining-steps.ts";
import { validateAndStructureExercises } from "../steps/validate-and-structure-exercises.ts";

/** A job that writes a unit, or one lesson of it. */
export interface Job {
  readonly task_id: string;
  readonly request: CreationRequest;
  /** The only lesson that is written; null: the whole unit. */
  readonly lesson_position: number | null;
  /** What other tasks of its lineage, and the lineage's ancestors, had recorded before. */
  readonly former: readonly LineageStep[];
}

/** How far a step of the job's own task is. `dead`: it failed for good. */
export type OwnStep =
  | { readonly state: "reused" | "dead" | "open" }
  | { readonly state: "done"; readonly took_ms: number }
  | { readonly state: "running"; readonly started_ms: number };

/** A step that is still to be done, or being done. */
export interface RemainingJobStep {
  readonly step: ShapeStep;
  /** Milliseconds since 1970 by the database's clock; null: not begun. */
  readonly started_ms: number | null;
  /** Places in the list of those which it waits for. */
  readonly needs: readonly number[];
  /** Place in the whole job. */
  readonly place: number;
}

export interface JobSteps {
  /** Steps of the whole job, reused ones included. */
  readonly known: number;
  readonly done: number;
  /** Those which its own task did. */
  readonly worked: readonly { readonly step: ShapeStep; readonly took_ms: number }[];
  /** In an order in which each comes after those that it needs. */
  readonly remaining: readonly RemainingJobStep[];
}

/** Every step of the job; without a plan as far as the request says it. */
export function shapeOfJob(
  job: Pick<Job, "request" | "lesson_position">,
  plan: PlannedCourse | null,
): ShapeStep[] {
  const shape = shapeOf(courseOf(job.request, plan));
  const { lesson_position } = job;
  if (lesson_position === null) return shape;
  return shape.filter(
    (step) => step.flow_name === unitCreation.name || step.lesson_position === lesson_position,
  );
}

/** What of the job is done and what is left. Steps that a failed one leaves without their input never run. */
export function stepsOfJob(
  job: Job,
  plan: PlannedCourse | null,
  own: ReadonlyMap<string, OwnStep>,
): JobSteps {
  const shape = shapeOfJob(job, plan);
  const kept = keptOf(job, shape, own);
  const dead = new Set<ShapeStep>();
  const places = new Map<ShapeStep, number>();
  const remaining: RemainingJobStep[] = [];
  const worked: { step: ShapeStep; took_ms: number }[] = [];
  let done = 0;
  for (const [place, step] of shape.entries()) {
    const state = own.get(stepKey(step));
    if (state?.state === "done" || state?.state === "reused" || kept.has(step)) {
      done += 1;
      if (state?.state === "done") worked.push({ step, took_ms: state.took_ms });
    } else if (state?.state === "dead" || hasDeadNeed(step, dead)) {
      dead.add(step);
    } else {
      const needs = step.needs.flatMap((needed) => places.get(needed) ?? []);
      places.set(step, remaining.length);
      remaining.push({
        step,
        started_ms: state?.state === "running" ? state.started_ms : null,
        needs,
        place,
      });
    }
  }
  return { known: shape.length, done, worked, remaining };
}

/** Recorded steps that the job will come to and keep: what they were made from is kept as well. */
function keptOf(
  job: Job,
  shape: readonly ShapeStep[],
  own: ReadonlyMap<string, OwnStep>,
): ReadonlySet<ShapeStep> {
  const kept = new Set<ShapeStep>();
  if (job.former.length === 0) return kept;
  const open = new Set(remainingOf(shape, job.former).steps.map(({ step }) => step));
  for (const step of shape) {
    const state = own.get(stepKey(step))?.state ?? "open";
    if (state === "reused") kept.add(step);
    else if (state === "open" && !open.has(step) && step.needs.every((needed) => kept.has(needed)))
      kept.add(step);
  }
  return kept;
}

/** The podcast is made of the lessons that were written; every other step needs all that it is made from. */
function hasDeadNeed(step: ShapeStep, dead: ReadonlySet<ShapeStep>): boolean {
  if (step.flow_name !== unitPodcast.name) return step.needs.some((needed) => dead.has(needed));
  const lessons = step.needs.filter(
    ({ flow_name, step_name }) =>
      flow_name === lessonCreation.name && step_name === validateAndStructureExercises.name,
  );
  return lessons.length > 0
    ? lessons.every((needed) => dead.has(needed))
    : step.needs.some((needed) => dead.has(needed));
}
