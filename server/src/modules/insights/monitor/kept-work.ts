import type { Database } from "../../../platform/database.ts";
import { type JobChange, readJobChanges, type Seen } from "./repo/changes.ts";
import {
  listRuns,
  listSpending,
  type RunFacts,
  type SpendingRow,
  type WantedRuns,
  type WorkRow,
  workOf,
} from "./repo/work.ts";

/** What was done of jobs and what it came to, by task. */
export interface JobWork {
  readonly work: ReadonlyMap<string, WorkRow>;
  readonly spending: ReadonlyMap<string, SpendingRow>;
}

/** Reads the work of jobs at a moment from the tables. */
export async function readWork(
  database: Database,
  as_of: string,
  task_ids: readonly string[],
): Promise<JobWork> {
  const [runs, spending] = await Promise.all([
    readShares(database, as_of, { task_ids, flow_run_ids: [] }),
    listSpending(database, as_of, task_ids),
  ]);
  const work = new Map([...runs].map(([task_id, facts]) => [task_id, workOf(facts)]));
  return { work, spending: new Map(spending.map((row) => [row.task_id, row])) };
}

/** The same for now, reading only what changed since it was read last. One reading at a time. */
export interface KeptWork {
  /** Takes note of what changed. Call it first, and choose the moment afterwards. */
  catchUp(): Promise<void>;
  /** Of the jobs that are executed at `as_of`; others are forgotten. */
  read(as_of: string, task_ids: readonly string[]): Promise<JobWork>;
}

interface Kept {
  readonly runs: Map<string, RunFacts>;
  work: WorkRow;
}

/** Without a reader for so long, reading all is cheaper than reading what changed. */
const keptForMs = 60_000;
/**
 * Times come from the database, so whatever is visible has happened. Should anything be stamped in the future all the same, it is
 * noticed as these come round.
 */
const anewAtATime = 1;

/**
 * Keeps runs and steps of running jobs. What the tables' triggers note in `live_changes` decides what is read again: a change is told
 * to the first reading that can see it, whenever it was committed, so nothing kept is older than the reading.
 */
export function createKeptWork(database: Database): KeptWork {
  const kept = new Map<string, Kept>();
  const spent = new Map<string, SpendingRow>();
  const changedRuns = new Map<string, string>();
  let seen: Seen | null = null;
  let seenAt = Number.NEGATIVE_INFINITY;

  function forgetAll(): void {
    for (const known of [kept, spent, changedRuns]) known.clear();
  }

  function note({ entity, task_id, flow_run_id }: JobChange): void {
    if (task_id === null) return;
    if (entity === "llm_request") spent.delete(task_id);
    if (flow_run_id === null) kept.delete(task_id);
    else if (kept.has(task_id)) changedRuns.set(flow_run_id, task_id);
  }

  /** What is to be read: jobs that are not known, the one that was read longest ago, and runs that changed of the others. */
  function findDue(task_ids: readonly string[]) {
    const anew = [...kept.keys()].slice(0, anewAtATime);
    const jobs = [...task_ids.filter((id) => !kept.has(id)), ...anew];
    const runs = [...changedRuns].filter(([, task_id]) => !jobs.includes(task_id) && kept.has(task_id));
    const spending = [...new Set([...anew, ...task_ids.filter((id) => !spent.has(id))])];
    return { jobs, runs, spending };
  }

  function keep(due: ReturnType<typeof findDue>, found: ReadonlyMap<string, readonly RunFacts[]>): void {
    for (const task_id of due.jobs) {
      const facts = found.get(task_id) ?? [];
      // The order of the map is that of the readings.
      kept.delete(task_id);
      kept.set(task_id, { runs: new Map(facts.map((one) => [one.run.id, one])), work: workOf(facts) });
    }
    for (const [id, task_id] of due.runs) kept.get(task_id)?.runs.delete(id);
    for (const task_id of new Set(due.runs.map(([, of]) => of))) {
      const entry = kept.get(task_id);
      if (entry === undefined) continue;
      for (const facts of found.get(task_id) ?? []) entry.runs.set(facts.run.id, facts);
      entry.work = workOf(entry.runs.values());
    }
    changedRuns.clear();
  }

  return {
    async catchUp() {
      const now = performance.now();
      const told = await readJobChanges(database, now - seenAt > keptForMs ? null : seen);
      if (told.changes === null) forgetAll();
      else for (const change of told.changes) note(change);
      seen = told.seen;
      seenAt = now;
    },

    async read(as_of, task_ids) {
      const wanted = new Set(task_ids);
      for (const known of [kept, spent]) {
        for (const id of known.keys()) if (!wanted.has(id)) known.delete(id);
      }
      const due = findDue(task_ids);
      const flow_run_ids = due.runs.map(([id]) => id);
      const [shares, spending] = await Promise.all([
        readShares(database, as_of, { task_ids: due.jobs, flow_run_ids }),
        listSpending(database, as_of, due.spending),
      ]);
      keep(due, shares);
      for (const row of spending) spent.set(row.task_id, row);
      const work = new Map([...kept].map(([id, entry]) => [id, entry.work]));
      return { work, spending: new Map(spent) };
    },
  };
}

const jobsOfShare = 25;

/** Many jobs are read side by side: each statement is the work of one processor. */
async function readShares(
  database: Database,
  as_of: string,
  { task_ids, flow_run_ids }: WantedRuns,
): Promise<Map<string, RunFacts[]>> {
  const count = Math.max(1, Math.ceil(task_ids.length / jobsOfShare));
  const shares = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      listRuns(database, as_of, {
        task_ids: task_ids.slice(index * jobsOfShare, (index + 1) * jobsOfShare),
        flow_run_ids: index === 0 ? flow_run_ids : [],
      }),
    ),
  );
  return new Map(shares.flatMap((share) => [...share]));
}
