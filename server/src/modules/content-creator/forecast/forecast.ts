/** What is to be expected of an unfinished job. */
export interface JobOutlook {
  readonly task_id: string;
  /** From now to its end: of ten jobs one ends before `earliest_ms` and one after `latest_ms`. Null: unknown. */
  readonly remaining: {
    readonly earliest_ms: number;
    readonly likely_ms: number;
    readonly latest_ms: number;
  } | null;
  /** What the steps that are still to be done will cost; null: unknown. */
  readonly cost_usd_remaining: number | null;
  /** The fewest recorded runs of any of those steps. */
  readonly based_on_runs: number;
  readonly unknown_because: string | null;
}

/** The plan of a job, from the moment on at which it had one. */
export interface JobPlan {
  readonly task_id: string;
  /** ISO 8601. */
  readonly planned_at: string;
  /** Steps of the whole job, reused ones included. */
  readonly steps_known: number;
  readonly lesson_titles: ReadonlyMap<number, string>;
}

/** What a step took by one model, from its newest completed runs. */
export interface UsualDuration {
  readonly step_name: string;
  readonly provider: string;
  readonly model: string;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly runs: number;
}

/** Looks ahead: how long unfinished jobs still take and what they will cost. */
export interface Forecaster {
  /** Of unfinished jobs that write a unit or a part of it; others are missing in the answer. */
  outlookOf(task_ids: readonly string[]): Promise<ReadonlyMap<string, JobOutlook>>;
  /** Of jobs that have a plan, however long ago. */
  plansOf(task_ids: readonly string[]): Promise<ReadonlyMap<string, JobPlan>>;
  usualDurations(): Promise<readonly UsualDuration[]>;
}
