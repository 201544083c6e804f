import type { Database } from "../../../platform/database.ts";
import type { Forecaster, UsualDuration } from "../../content-creator/public.ts";
import { spanOf } from "../health/judge.ts";
import type { Duty } from "../keeper.ts";
import {
  endFlags,
  insertFlags,
  type LateJob,
  listLateJobs,
  listLongSteps,
  listOpenFlags,
  listSuspectJobs,
  type NewFlag,
  type OpenFlag,
  type RunningStep,
  readDatabaseAge,
  rewordFlag,
} from "./repo.ts";

const everyMs = 500;
/** Silence of a worker before its jobs are flagged: a second before others take them. */
const lateMs = 3_000;
/** A step that took no longer is never slow, whatever is usual. */
const leastSlowMs = 5_000;
/**
 * Past its p99 is one step of 100 in a healthy product, of which many run at once: only what lies far outside of all that was recorded
 * is worth a look.
 */
const timesP50 = 3;
const timesP99 = 1.5;
/** With fewer recorded runs nothing is said of what is usual. */
const leastRuns = 20;
/** After a gap of this process or a start of the database nobody has beaten lately, and that says nothing of the workers. */
const gapMs = 2_500;
const slowTurnMs = 1_000;
const settleMs = 6_000;

/**
 * Flags jobs that do not get on: their worker is silent, their run in an outside engine is suspect, or a step runs far longer than
 * 99 of 100 did. All times are the database's.
 * A flag ends as soon as it is not so any more.
 */
export function createStuckDuty(options: {
  readonly database: Database;
  readonly forecaster: Pick<Forecaster, "usualDurations">;
}): Duty {
  const { database, forecaster } = options;
  let lastBegan = Number.NEGATIVE_INFINITY;
  let gaplessSince = 0;

  return {
    name: "The watch for stuck jobs",
    everyMs,
    async run() {
      const began = performance.now();
      if (began - lastBegan > gapMs) gaplessSince = began;
      lastBegan = began;
      const database_age_ms = await readDatabaseAge(database);
      const [open, late, suspect, steps, usual] = await Promise.all([
        listOpenFlags(database),
        listLateJobs(database, lateMs),
        listSuspectJobs(database),
        listLongSteps(database, leastSlowMs),
        forecaster.usualDurations(),
      ]);
      const isSlow = performance.now() - began > slowTurnMs;
      const sees = !isSlow && began - gaplessSince >= gapMs && database_age_ms > settleMs;
      const told = suspect.map(suspectFlag);
      const sure = [...told, ...steps.flatMap((step) => slowFlag(step, usual))];
      const wanted = [...sure, ...late.map(lateFlag)];
      const isOpen = (flag: NewFlag) => open.some((known) => isSameFlag(known, flag));
      await insertFlags(
        database,
        (sees ? wanted : sure).filter((flag) => !isOpen(flag)),
      );
      for (const flag of open) {
        const now = told.find((one) => isSameFlag(flag, one));
        if (now !== undefined) await rewordFlag(database, flag.id, now.sentence);
      }
      const orphaned = open.filter(({ kind, is_orphaned }) => kind === "heartbeat_late" && is_orphaned);
      for (const flag of orphaned) await rewordFlag(database, flag.id, givenUp(flag.sentence));
      const over = open.filter(
        (flag) => !orphaned.includes(flag) && !wanted.some((still) => isSameFlag(flag, still)),
      );
      if (over.length > 0) {
        await endFlags(
          database,
          over.map(({ id }) => id),
        );
      }
    },
  };
}

function isSameFlag(flag: OpenFlag, other: NewFlag): boolean {
  return flag.task_id === other.task_id && flag.kind === other.kind && flag.step_run_id === other.step_run_id;
}

function lateFlag({ task_id, host, pid, heard_at, taken_over_at, has_other }: LateJob): NewFlag {
  const next = has_other
    ? `another worker takes over at about ${taken_over_at}.`
    : "no other worker runs that could take over.";
  const sentence = `Worker ${host}:${pid} was last heard at ${heard_at} UTC; ${next}`;
  return { task_id, kind: "heartbeat_late", step_run_id: null, sentence };
}

/** Whoever watches the engine found the run suspect and says why. */
function suspectFlag({
  task_id,
  sentence,
}: {
  readonly task_id: string;
  readonly sentence: string;
}): NewFlag {
  return { task_id, kind: "heartbeat_late", step_run_id: null, sentence };
}

/** The same worker, of which nothing is awaited any more. */
function givenUp(sentence: string): string {
  return `${sentence.split(";")[0]}; it was given up, and the job waits for another worker.`;
}

/** From when on a step is slow, of working time. */
export function slowAfterMs({ p50_ms, p99_ms }: Pick<UsualDuration, "p50_ms" | "p99_ms">): number {
  return Math.max(leastSlowMs, timesP50 * p50_ms, timesP99 * p99_ms);
}

function slowFlag(step: RunningStep, usual: readonly UsualDuration[]): NewFlag[] {
  const known = usual.find(
    ({ step_name, provider, model }) =>
      step_name === step.step_name && provider === step.provider && model === step.model,
  );
  if (known === undefined || known.runs < leastRuns) return [];
  const limitMs = slowAfterMs(known);
  if (step.working_ms <= limitMs) return [];
  const took = `99 of 100 took less than ${spanOf(known.p99_ms)}`;
  const sentence = `${step.step_name} by ${step.model} runs longer than ${spanOf(limitMs)}; ${took}, of ${known.runs} that are recorded.`;
  return [{ task_id: step.task_id, kind: "step_slow", step_run_id: step.step_run_id, sentence }];
}
