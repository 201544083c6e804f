import type { FlowEngine } from "../../flow-engine/public.ts";
import type { RouteFor } from "../retry-options/estimate.ts";
import { corrected } from "./calibration.ts";
import type { Forecaster, JobOutlook, UsualDuration } from "./forecast.ts";
import { type Outline, outlineOf, readOwnSteps, timeLeftOf } from "./foresee.ts";
import { createHistoryCache, type History } from "./history.ts";
import { createJobReader } from "./job-reader.ts";
import { type Job, stepsOfJob } from "./job-steps.ts";
import type { ForecastRepo, TaskSteps } from "./repo.ts";
import type { TimeLeft } from "./simulate.ts";
import { quantileOf } from "./step-samples.ts";

export interface ForecasterOptions {
  readonly repo: ForecastRepo;
  readonly engine: Pick<FlowEngine, "listLineageSteps" | "readRecordedOutput">;
  readonly routeFor: RouteFor;
  /** How old the history of former jobs may be. Default 10,000 ms; 0: always read anew. */
  readonly historyMaxAgeMs?: number;
}

/** How far a job is and what was simulated of its rest, not corrected yet. */
export interface Foreseen {
  readonly task_id: string;
  readonly attempt: number;
  readonly now_ms: number;
  readonly outline: Outline;
  /** Null: unknown. */
  readonly left: TimeLeft | null;
  readonly history: History;
}

export interface ForecastService extends Forecaster {
  /** Of unfinished jobs that write a unit or a part of it. */
  foresee(task_ids: readonly string[]): Promise<readonly Foreseen[]>;
}

/** What was simulated for a state of a job: as long as nothing of it moves, the same for a moment. */
interface Simulated {
  readonly steps: string;
  readonly history: number;
  readonly now_ms: number;
  readonly outline: Outline;
  readonly left: TimeLeft | null;
}

const simulatedForMs = 1_000;
const keptJobs = 1_000;
const defaultMaxAgeMs = 10_000;

/** Looks ahead from what the same steps by the same models took before. */
export function createForecastService(options: ForecasterOptions): ForecastService {
  const { repo, engine, routeFor } = options;
  const histories = createHistoryCache(repo, options.historyMaxAgeMs ?? defaultMaxAgeMs);
  const reader = createJobReader(repo, engine);
  const simulated = new Map<string, Simulated>();

  async function simulateJob(job: Job, row: TaskSteps, history: History): Promise<Simulated> {
    const former = simulated.get(job.task_id);
    const isSame = former?.steps === row.steps && former.history === history.number;
    if (isSame && row.now_ms - former.now_ms < simulatedForMs) return former;
    const outline = isSame ? former.outline : await outlineNow(job, row, history);
    const { steps } = row;
    const { now_ms } = row;
    const fresh = { steps, history: history.number, now_ms, outline, left: timeLeftOf(outline, now_ms) };
    simulated.delete(job.task_id);
    simulated.set(job.task_id, fresh);
    const [oldest] = simulated.keys();
    if (simulated.size > keptJobs && oldest !== undefined) simulated.delete(oldest);
    return fresh;
  }

  async function outlineNow(job: Job, row: TaskSteps, history: History): Promise<Outline> {
    const own = readOwnSteps(row.steps);
    const plan = await reader.readPlan(job, own);
    return outlineOf(job, plan !== null, stepsOfJob(job, plan, own), history.samples, routeFor);
  }

  async function foresee(task_ids: readonly string[]): Promise<readonly Foreseen[]> {
    if (task_ids.length === 0) return [];
    const [history, rows, jobs] = await Promise.all([
      histories.get(),
      repo.listSteps(task_ids),
      reader.readJobs(task_ids),
    ]);
    const foreseen = await foreseeFrom(history, rows, jobs);
    if (foreseen.every(({ left }) => left !== null)) return foreseen;
    // The first job of its kind may have ended a moment ago, and nothing else calls for another look.
    const newest = await histories.getNewest();
    return newest === history ? foreseen : foreseeFrom(newest, rows, jobs);
  }

  async function foreseeFrom(
    history: History,
    rows: readonly TaskSteps[],
    jobs: ReadonlyMap<string, Job>,
  ): Promise<Foreseen[]> {
    const foreseen: Foreseen[] = [];
    for (const row of rows) {
      const job = jobs.get(row.task_id);
      if (job === undefined) continue;
      const { outline, left, now_ms } = await simulateJob(job, row, history);
      const passed = Math.max(0, row.now_ms - now_ms);
      foreseen.push({
        task_id: row.task_id,
        attempt: row.attempt,
        now_ms: row.now_ms,
        outline,
        left: left === null ? null : laterBy(left, passed),
        history,
      });
    }
    return foreseen;
  }

  return {
    foresee,
    async outlookOf(task_ids) {
      const foreseen = await foresee(task_ids);
      return new Map(foreseen.map((one) => [one.task_id, outlookOf(one)]));
    },
    plansOf: reader.readPlans,
    async usualDurations() {
      return (await histories.get()).samples.map(
        ({ step_name, provider, model, runs, durations_ms }): UsualDuration => ({
          step_name,
          provider,
          model,
          runs,
          p50_ms: quantileOf(durations_ms, 0.5),
          p99_ms: quantileOf(durations_ms, 0.99),
        }),
      );
    },
  };
}

function outlookOf({ task_id, outline, left, history }: Foreseen): JobOutlook {
  return {
    task_id,
    remaining: left === null ? null : corrected(left, history.calibrations[outline.author]),
    cost_usd_remaining: outline.cost_usd_remaining,
    based_on_runs: outline.based_on_runs,
    unknown_because: outline.unknown_because,
  };
}

function laterBy({ earliest_ms, likely_ms, latest_ms }: TimeLeft, passed: number): TimeLeft {
  return {
    earliest_ms: Math.max(0, earliest_ms - passed),
    likely_ms: Math.max(0, likely_ms - passed),
    latest_ms: Math.max(0, latest_ms - passed),
  };
}
