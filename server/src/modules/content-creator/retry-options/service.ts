import { AppError } from "../../../platform/errors.ts";
import { noSuchUnit } from "../../content/public.ts";
import type { FlowEngine } from "../../flow-engine/public.ts";
import { lessonCreation } from "../flows/lesson-creation.ts";
import { lessonPodcast } from "../flows/lesson-podcast.ts";
import { unitArtCreation } from "../flows/unit-art-creation.ts";
import { unitCreation } from "../flows/unit-creation.ts";
import { unitPodcast } from "../flows/unit-podcast.ts";
import { authorsSchema, type CreationRequest, unitPlanSchema } from "../models.ts";
import { readRequest, retryOf } from "../retry/retry-unit.ts";
import { extractUnitMetadata } from "../steps/extract-unit-metadata.ts";
import { type Course, courseOf, positionsUpTo, type ShapeStep, shapeOf } from "./course-shape.ts";
import { estimateSteps, nothingToDo, type RouteFor } from "./estimate.ts";
import type { Estimate, RetryOptions } from "./models.ts";
import { type Remaining, remainingOf } from "./remaining-steps.ts";
import type { RetriedUnit, RetryOptionsRepo, StepHistory } from "./repo.ts";

export interface RetryOptionsServiceOptions {
  readonly repo: RetryOptionsRepo;
  readonly engine: Pick<FlowEngine, "listLineageSteps" | "readRecordedOutput">;
  readonly routeFor: RouteFor;
}

/** Units that would be written alike: the parts of their requests as they are stored. */
export interface RequestGroup {
  readonly authors: unknown;
  readonly target_lesson_count: unknown;
  readonly has_sources: boolean;
  readonly count: number;
}

/** Says what a retry of a unit would do, before anybody decides. */
export interface RetryOptionsService {
  /** @throws AppError `unit_not_found` */
  getOptions(unit_id: string): Promise<RetryOptions>;
  /** What writing these units from scratch costs. */
  estimateFromScratch(groups: readonly RequestGroup[]): Promise<Estimate>;
  /** What resuming these units costs, one by one. */
  estimateResumes(unit_ids: readonly string[]): Promise<Estimate>;
}

const flowNames = [unitCreation, lessonCreation, lessonPodcast, unitPodcast, unitArtCreation].map(
  ({ name }) => name,
);
const unfinished = new Set(["pending", "in_progress", "retry", "paused"]);

export function createRetryOptionsService(options: RetryOptionsServiceOptions): RetryOptionsService {
  const { repo, routeFor } = options;

  async function getOptions(unit_id: string, known?: readonly StepHistory[]): Promise<RetryOptions> {
    const unit = await repo.findUnit(unit_id);
    if (unit === null) throw noSuchUnit();
    const history = known ?? (await repo.listHistory(flowNames));
    const request = readable(unit);
    const whole = request === null ? [] : shapeOf(courseOf(request));
    const remaining = request === null ? nothing : await remainingOfUnit(options, unit, request);
    const estimate = (steps: readonly ShapeStep[]) => estimateSteps(steps, history, routeFor);
    return {
      unit_id,
      status: unit.status,
      resume: {
        ...permission(unit, "resume"),
        kept_steps: remaining.kept_steps,
        steps: remaining.steps.map(({ step, why }) => ({
          flow_name: step.flow_name,
          flow_key: step.flow_key,
          lesson_position: step.lesson_position,
          step_name: step.step_name,
          why,
        })),
        estimate: estimate(remaining.steps.map(({ step }) => step)),
      },
      from_scratch: {
        ...permission(unit, "from_scratch"),
        step_count: whole.length,
        estimate: estimate(whole),
      },
    };
  }

  return {
    getOptions: (unit_id) => getOptions(unit_id),
    async estimateFromScratch(groups) {
      const history = await repo.listHistory(flowNames);
      const estimates = groups.map((group) => {
        const course = courseOfGroup(group);
        const one = course === null ? unreadable : estimateSteps(shapeOf(course), history, routeFor);
        return { ...one, cost_usd: one.cost_usd === null ? null : one.cost_usd * group.count };
      });
      return sumOf(estimates);
    },
    async estimateResumes(unit_ids) {
      const history = await repo.listHistory(flowNames);
      const estimates: Estimate[] = [];
      for (const unit_id of unit_ids) estimates.push((await getOptions(unit_id, history)).resume.estimate);
      return sumOf(estimates);
    },
  };
}

const nothing: Remaining = { steps: [], kept_steps: 0 };

const unreadable: Estimate = {
  cost_usd: null,
  duration_ms: null,
  based_on_runs: 0,
  unknown_because: "It is not recorded what some of the units were made from.",
};

/** Sums the costs. How long many units take depends on the queue and its workers: that is not told. */
function sumOf(estimates: readonly Estimate[]): Estimate {
  if (estimates.length === 0) return nothingToDo;
  const unknown = estimates.find(({ cost_usd }) => cost_usd === null);
  const cost = estimates.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0);
  return {
    cost_usd: unknown === undefined ? Math.round(cost * 1e8) / 1e8 : null,
    duration_ms: null,
    based_on_runs: Math.min(...estimates.map(({ based_on_runs }) => based_on_runs)),
    unknown_because:
      unknown?.unknown_because ??
      estimates.find((one) => one.unknown_because !== null)?.unknown_because ??
      null,
  };
}

/** Whether `POST …/retry` would take it, in its own words. */
function permission(
  unit: RetriedUnit,
  mode: "from_scratch" | "resume",
): { readonly allowed: boolean; readonly reason: string | null } {
  try {
    retryOf(unit, mode);
    readRequest(unit);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { allowed: false, reason: error.message };
  }
  if (unit.task_status !== null && unfinished.has(unit.task_status)) {
    return {
      allowed: false,
      reason: "A task of this unit is still running. Wait for its end or cancel it first.",
    };
  }
  return { allowed: true, reason: null };
}

function readable(unit: RetriedUnit): CreationRequest | null {
  try {
    return readRequest(unit);
  } catch (error) {
    if (error instanceof AppError) return null; // `permission` says why.
    throw error;
  }
}

function courseOfGroup(group: RequestGroup): Course | null {
  const authors = authorsSchema.safeParse(group.authors);
  const lessons = Number(group.target_lesson_count);
  if (!authors.success || !Number.isSafeInteger(lessons) || lessons < 1 || lessons > 20) return null;
  return {
    authors: authors.data,
    has_sources: group.has_sources,
    needs_supplement: false,
    lesson_positions: positionsUpTo(lessons),
  };
}

async function remainingOfUnit(
  { engine }: RetryOptionsServiceOptions,
  unit: RetriedUnit,
  request: CreationRequest,
): Promise<Remaining> {
  if (unit.lineage_id === null) return remainingOf(shapeOf(courseOf(request)), []);
  const recorded = await engine.listLineageSteps(unit.id, unit.lineage_id);
  const planned = recorded.find(
    ({ flow_path, step_name, status }) =>
      flow_path === "unit" && step_name === extractUnitMetadata.name && status === "completed",
  );
  const plan = unitPlanSchema.safeParse(
    planned === undefined ? undefined : await engine.readRecordedOutput(planned.result_step_run_id),
  );
  // Without a plan, or with one in a form that would be made again, the request says how much there is to do.
  return remainingOf(shapeOf(courseOf(request, plan.success ? plan.data : null)), recorded);
}
