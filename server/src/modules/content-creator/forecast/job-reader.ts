import type { FlowEngine } from "../../flow-engine/public.ts";
import { creationRequestSchema, regenerationRequestSchema, unitPlanSchema } from "../models.ts";
import { stepKey } from "../retry-options/remaining-steps.ts";
import { extractUnitMetadata } from "../steps/extract-unit-metadata.ts";
import { unitCreationTask } from "../task-names.ts";
import { rootKey } from "../unit-creation-task.ts";
import type { JobPlan } from "./forecast.ts";
import { type Job, type OwnStep, shapeOfJob } from "./job-steps.ts";
import type { ForecastRepo, PlanStep, RequestedTask } from "./repo.ts";

/** What a plan says of the steps and names of its unit's lessons. */
export interface KnownPlan {
  readonly learning_objectives: readonly { readonly covered_by_source: boolean }[];
  readonly lessons: readonly { readonly position: number; readonly title: string }[];
}

export interface JobReader {
  /** Jobs that write a unit or a part of it and whose request can be read. */
  readJobs(task_ids: readonly string[]): Promise<ReadonlyMap<string, Job>>;
  /** The plan that the job has, or will keep; null: not planned yet. */
  readPlan(job: Job, own: ReadonlyMap<string, OwnStep>): Promise<KnownPlan | null>;
  readPlans(task_ids: readonly string[]): Promise<ReadonlyMap<string, JobPlan>>;
}

const keptEntries = 5_000;
const planKey = stepKey({ flow_path: rootKey, step_name: extractUnitMetadata.name });

/** Reads what never changes of jobs, each thing once. */
export function createJobReader(
  repo: Pick<ForecastRepo, "listTasks" | "listPlanSteps">,
  engine: Pick<FlowEngine, "listLineageSteps" | "readRecordedOutput">,
): JobReader {
  const jobs = new Map<string, Job | null>();
  const plans = new Map<string, KnownPlan | null>();
  const planSteps = new Map<string, PlanStep>();
  const jobPlans = new Map<string, JobPlan>();

  async function readJobs(task_ids: readonly string[]): Promise<ReadonlyMap<string, Job>> {
    const missing = task_ids.filter((id) => !jobs.has(id));
    if (missing.length > 0) {
      for (const task of await repo.listTasks(missing)) remember(jobs, task.id, await readJob(engine, task));
    }
    return new Map(task_ids.flatMap((id) => present(id, jobs.get(id))));
  }

  async function readPlanOutput(step_run_id: string): Promise<KnownPlan | null> {
    const known = plans.get(step_run_id);
    if (known !== undefined) return known;
    const parsed = unitPlanSchema.safeParse(await engine.readRecordedOutput(step_run_id));
    // Without the texts, which may be long.
    const plan = parsed.success
      ? {
          learning_objectives: parsed.data.learning_objectives.map(({ covered_by_source }) => ({
            covered_by_source,
          })),
          lessons: parsed.data.lessons.map(({ position, title }) => ({ position, title })),
        }
      : null;
    remember(plans, step_run_id, plan);
    return plan;
  }

  async function readPlanSteps(task_ids: readonly string[]): Promise<void> {
    const missing = task_ids.filter((id) => !planSteps.has(id));
    if (missing.length === 0) return;
    for (const step of await repo.listPlanSteps(missing)) remember(planSteps, step.task_id, step);
  }

  return {
    readJobs,

    async readPlan(job, own) {
      const state = own.get(planKey)?.state;
      if (state === "done" || state === "reused") {
        await readPlanSteps([job.task_id]);
        const step = planSteps.get(job.task_id);
        return step === undefined ? null : readPlanOutput(step.result_step_run_id);
      }
      const former = job.former.find((step) => stepKey(step) === planKey && step.status === "completed");
      return former === undefined ? null : readPlanOutput(former.result_step_run_id);
    },

    async readPlans(task_ids) {
      const open = task_ids.filter((id) => !jobPlans.has(id));
      if (open.length > 0) {
        await readPlanSteps(open);
        const planned = open.filter((id) => planSteps.has(id));
        const known = await readJobs(planned);
        for (const [task_id, job] of known) {
          const step = planSteps.get(task_id);
          const plan = step === undefined ? null : await readPlanOutput(step.result_step_run_id);
          if (step === undefined || plan === null) continue;
          remember(jobPlans, task_id, {
            task_id,
            planned_at: step.planned_at,
            steps_known: shapeOfJob(job, plan).length,
            lesson_titles: new Map(plan.lessons.map(({ position, title }) => [position, title])),
          });
        }
      }
      return new Map(task_ids.flatMap((id) => present(id, jobPlans.get(id))));
    },
  };
}

async function readJob(
  engine: Pick<FlowEngine, "listLineageSteps">,
  task: RequestedTask,
): Promise<Job | null> {
  const asked = readInputs(task);
  if (asked === null) return null;
  const mayReuse = task.mode !== "from_scratch" && task.unit_id !== null;
  const recorded =
    mayReuse && task.unit_id !== null ? await engine.listLineageSteps(task.unit_id, task.lineage_id) : [];
  return { task_id: task.id, ...asked, former: recorded };
}

function readInputs({ task_name, inputs }: RequestedTask): Pick<Job, "request" | "lesson_position"> | null {
  if (task_name === unitCreationTask) {
    const request = creationRequestSchema.safeParse(inputs);
    return request.success ? { request: request.data, lesson_position: null } : null;
  }
  const asked = regenerationRequestSchema.safeParse(inputs);
  if (!asked.success) return null;
  return { request: asked.data.request, lesson_position: asked.data.lesson_position };
}

function present<Value>(id: string, value: Value | null | undefined): [string, Value][] {
  return value === null || value === undefined ? [] : [[id, value]];
}

/** The oldest entries go. */
function remember<Value>(entries: Map<string, Value>, id: string, value: Value): void {
  entries.set(id, value);
  if (entries.size <= keptEntries) return;
  const [oldest] = entries.keys();
  if (oldest !== undefined) entries.delete(oldest);
}
