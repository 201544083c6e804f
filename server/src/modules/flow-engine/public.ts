import type { ZodType } from "zod";
import type { Transaction } from "../../platform/database.ts";
import type { ClaimedTask, TaskControl, TaskOutcome } from "../task-queue/public.ts";

export { noSuchFlowRun, repeatableStepCodes } from "./errors.ts";
export { type FlowRunFilter, flowRunFilterSchema } from "./filter.ts";
export { flowRunStatuses } from "./statuses.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Whose work a paid call is: passed on to the gateway, stored with every request row. */
export interface StepCorrelation {
  readonly task_id: string;
  readonly fence: number;
  readonly worker_id: string;
  readonly flow_run_id: string;
  readonly step_run_id: string;
  readonly unit_id: string | null;
  readonly user_id: string | null;
}

export interface StepContext<Services> {
  readonly services: Services;
  readonly correlation: StepCorrelation;
  /** Aborted on cancel, at the step's deadline and at the end of the shutdown grace. */
  readonly signal: AbortSignal;
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Adds time spent waiting for a rate limit or a budget; the rest of the step's time counts as work. */
  reportWaiting(ms: number): void;
}

/** What decides a step's result besides its input; stored beside the memo key, compared only by explicit rebuilds. */
export interface StepRecipe {
  readonly prompt_hash?: string;
  readonly model?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface StepDefinition<Input, Output, Services> {
  readonly name: string;
  readonly version: number;
  readonly input: ZodType<Input>;
  readonly output: ZodType<Output>;
  /** From start to end, all attempts of its calls included. Default 600,000 ms. */
  readonly deadlineMs?: number;
  readonly recipe?: (services: Services) => StepRecipe;
  /** Brings an output recorded by an older version into today's shape; null means "run again". */
  readonly upgrade?: (output: unknown, version: number) => Output | null;
  run(context: StepContext<Services>, input: Input): Promise<Output>;
}

export interface RunStepOptions {
  /** The step fails with `step_not_recorded` rather than run. */
  readonly onlyRecorded?: boolean | undefined;
}

export interface FlowContext<Services> {
  readonly services: Services;
  readonly task: ClaimedTask;
  readonly signal: AbortSignal;
  /**
   * Runs the step, or returns its recorded result when this lineage or, unless the flow's path starts anew, one of its ancestors
   * has one. Always the JSON-parsed output.
   */
  step<Input, Output>(
    step: StepDefinition<Input, Output, Services>,
    input: Input,
    options?: RunStepOptions,
  ): Promise<Output>;
  /** Runs a child flow run. `key` is stable and unique within the task, such as `lesson:3`. */
  flow<Input, Output>(
    flow: FlowDefinition<Input, Output, Services>,
    input: Input,
    options: { readonly key: string; readonly lesson_position?: number },
  ): Promise<Output>;
  /**
   * Runs all thunks (bounded by the task's limit, default 32), waits for every one and reports each outcome in order.
   * A pause, a cancel, a lost fence or a shutdown is thrown after all have ended, never reported as an outcome.
   */
  all<Result>(thunks: readonly (() => Promise<Result>)[]): Promise<PromiseSettledResult<Result>[]>;
  /**
   * Says how many steps this flow run will have, once that is known; progress stays honest until then. `below` are the
   * steps of child flows that are sure to come: the task's progress counts them before those flows begin.
   */
  expectSteps(total: number, below?: number): void;
  /** The database's time, the same on every replay. ISO 8601. */
  now(): Promise<string>;
  /** A UUIDv7 that is the same on every replay for the same name. */
  id(name: string): Promise<string>;
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface FlowDefinition<Input, Output, Services> {
  readonly name: string;
  readonly version: number;
  readonly input: ZodType<Input>;
  readonly output: ZodType<Output>;
  run(context: FlowContext<Services>, input: Input): Promise<Output>;
}

/** `defineStep` and `defineFlow` bound to the services that their `run` receives. */
export function definitionsFor<Services>() {
  return {
    /** Declares a step. Its `run` may call paid services; its result is recorded once per lineage and input. */
    defineStep: <Input, Output>(definition: StepDefinition<Input, Output, Services>) => definition,
    /** Declares a flow. Its `run` must be repeatable: everything costly or random goes through `context`. */
    defineFlow: <Input, Output>(definition: FlowDefinition<Input, Output, Services>) => definition,
  };
}

/** Sums of the calls that a step made, returned by `SettleCalls`. `cost_usd` null means unknown. */
export interface SettledCalls {
  readonly tokens_input: number;
  readonly tokens_cached: number;
  readonly tokens_output: number;
  readonly cost_usd: number | null;
  readonly request_ids: readonly string[];
}

/**
 * Commits what the step's calls brought (response, usage, settled cost) inside the step's own transaction.
 * `duplicate` books them as spent although another result of the same key was first.
 */
export type SettleCalls = (
  transaction: Transaction,
  step_run_id: string,
  options: { readonly duplicate: boolean },
) => Promise<SettledCalls>;

/** How a root flow ended. Every kind but `completed` is the outcome that the task's handler returns. */
export type FlowOutcome<Output> =
  | { readonly kind: "completed"; readonly output: Output; readonly flow_run_id: string }
  | Exclude<TaskOutcome, { readonly kind: "completed" }>;

/** The newest row of one step of a lineage. The result is that of the row itself or of the one that it was reused from. */
export interface LineageStep {
  readonly flow_path: string;
  readonly step_name: string;
  readonly status: string;
  readonly result_step_run_id: string;
  readonly result_started_at: string | null;
  readonly result_completed_at: string | null;
}

export interface FlowEngine {
  /** The newest row of each step that was made for the unit in this lineage, or in an ancestor as far as it counts. */
  listLineageSteps(unit_id: string, lineage_id: string): Promise<readonly LineageStep[]>;
  /** What a completed step recorded; undefined when there is no such step. */
  readRecordedOutput(step_run_id: string): Promise<unknown>;
  /** Names the services that this flow, its children and their steps receive. @throws Error for a second flow of the same name */
  registerFlow<Input, Output, Services>(
    flow: FlowDefinition<Input, Output, Services>,
    services: Services,
  ): void;
  /**
   * Runs a registered flow as the root of the task, from recorded results where the lineage has them.
   * `key` is stable, such as `unit`. Never throws: every error becomes an outcome.
   */
  runFlow<Input, Output, Services>(
    task: ClaimedTask,
    control: TaskControl,
    flow: FlowDefinition<Input, Output, Services>,
    input: Input,
    options: { readonly key: string },
  ): Promise<FlowOutcome<Output>>;
  /** Names of the steps of one flow path whose results a task of this lineage would use. */
  listRecordedSteps(
    transaction: Transaction,
    lineage_id: string,
    flow_path: string,
  ): Promise<readonly string[]>;
  /** Marks what the lineage made anew as replaced in its ancestors; in the transaction that puts its results to use. */
  promoteLineage(transaction: Transaction, lineage_id: string): Promise<void>;
}

/** A run of an outside engine as it was read last. Times are ISO 8601. */
export interface MirroredRun {
  readonly connection_id: string;
  readonly external_id: string;
  readonly flow_name: string;
  readonly status: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
  readonly task_id: string | null;
  /** Of the run that it was begun by; null for a root, or while that one is not mirrored yet. */
  readonly parent_external_id: string | null;
  readonly unit_id: string | null;
  readonly unit_title: string | null;
  readonly external_run_name: string | null;
  readonly external_url: string | null;
  readonly external_state: string | null;
  readonly external_state_type: string | null;
  readonly external_state_id: string | null;
  readonly external_state_at: string | null;
  readonly external_deployment_id: string | null;
  readonly external_deployment_name: string | null;
  readonly external_work_pool: string | null;
  readonly external_parent_task_run_id: string | null;
  readonly attempt: number;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly recheck_until: string | null;
}

/** How far a mirrored run is; see `nextProgress`. */
export interface MirroredProgress {
  readonly flow_run_id: string;
  readonly source: "artifact" | "label" | "counts";
  readonly percentage: number | null;
  readonly steps_done: number;
  readonly total_steps: number | null;
  readonly current_step: string | null;
}

/** A task run of an outside engine as it was read last. */
export interface MirroredStep {
  readonly connection_id: string;
  readonly external_id: string;
  readonly flow_run_id: string;
  readonly task_id: string | null;
  readonly step_name: string;
  readonly step_order: number;
  readonly status: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
  readonly attempt: number;
  readonly external_state: string | null;
  readonly external_state_type: string | null;
  readonly external_state_id: string | null;
  readonly external_state_at: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
}

export interface MirroredLogLine {
  readonly external_id: string;
  readonly flow_run_id: string;
  readonly step_run_id: string | null;
  readonly at: string;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
}

/** What the mirror knows of a run that it has written before. */
export interface KnownRun {
  readonly id: string;
  readonly external_id: string;
  readonly status: string;
  readonly task_id: string | null;
  readonly unit_id: string | null;
  readonly parent_flow_run_id: string | null;
  readonly external_state_type: string | null;
  readonly external_state_id: string | null;
  readonly external_state_at: string | null;
  readonly attempt: number;
  readonly progress_source: string | null;
  readonly progress_percentage: number;
  readonly steps_done: number;
  readonly total_steps: number | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly suspect_since: string | null;
  readonly suspect_reason: string | null;
  readonly last_heartbeat_at: string | null;
  readonly recheck_until: string | null;
  readonly missing_upstream_at: string | null;
}

export interface RunNote {
  /** Of our row. */
  readonly id: string;
  readonly observed_at?: string;
  readonly is_missing?: boolean;
  /** A sentence; null: it is not suspected (any more). */
  readonly suspect_reason?: string | null;
  /** Earlier ones than the stored one change nothing. */
  readonly last_heartbeat_at?: string;
}

/** Log lines of mirrored runs. Implemented by `createLogMirror`. */
export interface LogMirror {
  /** Lines that are there already are left as they are. In the order of time. Answers how many are new. */
  writeLogs(transaction: Transaction, lines: readonly MirroredLogLine[]): Promise<number>;
  /** Keeps the newest lines of the run; the note takes the place of those before, when there were any. */
  trimLogs(transaction: Transaction, flow_run_id: string, keep: number, note: string): Promise<void>;
  /** The time of the newest line that came from outside; null while there is none. Answers the latest of all. */
  findNewestLogTime(flow_run_id: string): Promise<string | null>;
  /** Our ids of mirrored steps by their external ids. */
  findStepIds(connection_id: string, external_ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Writes and reads rows that stand for runs of an outside engine. Every change happens in the caller's transaction. */
export interface FlowMirror extends LogMirror {
  /** Inserts or updates; a row whose state is newer than the given one stays. Answers the ids by external id. */
  writeRuns(transaction: Transaction, runs: readonly MirroredRun[]): Promise<ReadonlyMap<string, string>>;
  writeProgress(transaction: Transaction, progress: readonly MirroredProgress[]): Promise<void>;
  writeSteps(transaction: Transaction, steps: readonly MirroredStep[]): Promise<void>;
  /**
   * Says when the run was read, that it is gone upstream or there again, and whether it is suspected to be dead. Absent
   * fields stay as they are: a sweep that read a run knows nothing of its heartbeats.
   */
  noteRuns(transaction: Transaction, notes: readonly RunNote[]): Promise<void>;
  /** Within the transaction when one is given: it takes no second connection to the database then. */
  findRuns(
    connection_id: string,
    external_ids: readonly string[],
    transaction?: Transaction,
  ): Promise<readonly KnownRun[]>;
  /** Runs that have not ended or are to be read again, those first that were not read for the longest time. Index: `flow_runs_external_live`, `flow_runs_recheck`. */
  listOpenRuns(connection_id: string, limit: number): Promise<readonly KnownRun[]>;
}
