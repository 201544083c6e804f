import type { StateType } from "./wire.ts";

/** The most that Prefect's lists answer with at once; a larger limit is refused. */
export const largestPage = 200;

/**
 * Which flow runs to read. Times are ISO 8601 and inclusive. An empty list of ids or states matches nothing; empty
 * `tags` match every run.
 */
export interface FlowRunQuery {
  readonly ids?: readonly string[];
  readonly parent_flow_run_ids?: readonly string[];
  readonly deployment_ids?: readonly string[];
  /** Runs that carry all of them. */
  readonly tags?: readonly string[];
  readonly state_types?: readonly StateType[];
  /** By the time the run began, or is expected to begin while it has not: Prefect compares whichever is set. */
  readonly started_after?: string;
  readonly started_before?: string;
  readonly ended_after?: string;
  readonly ended_before?: string;
  readonly scheduled_before?: string;
  readonly idempotency_keys?: readonly string[];
  readonly sort?: "START_TIME_ASC" | "START_TIME_DESC" | "END_TIME_DESC" | "NEXT_SCHEDULED_START_TIME_ASC";
  readonly limit?: number;
  readonly offset?: number;
}

/** The body of POST /flow_runs/filter and /flow_runs/count. Fields that are not asked for must be absent. */
export function flowRunFilter(query: FlowRunQuery): Readonly<Record<string, unknown>> {
  const flow_runs = withoutEmpty({
    id: anyOf(query.ids),
    parent_flow_run_id: anyOf(query.parent_flow_run_ids),
    deployment_id: anyOf(query.deployment_ids),
    idempotency_key: anyOf(query.idempotency_keys),
    tags: query.tags === undefined ? undefined : { all_: query.tags },
    state: query.state_types === undefined ? undefined : { type: { any_: query.state_types } },
    start_time: timeSpan(query.started_after, query.started_before),
    end_time: timeSpan(query.ended_after, query.ended_before),
    next_scheduled_start_time: timeSpan(undefined, query.scheduled_before),
  });
  return withoutEmpty({ flow_runs, sort: query.sort, limit: query.limit, offset: query.offset });
}

export interface TaskRunQuery {
  readonly ids?: readonly string[];
  readonly flow_run_ids?: readonly string[];
  /** Leaves out the stand-ins of subflows. */
  readonly is_without_stand_ins?: boolean;
  readonly limit?: number;
  readonly offset?: number;
}

export function taskRunFilter(query: TaskRunQuery): Readonly<Record<string, unknown>> {
  const task_runs = withoutEmpty({
    id: anyOf(query.ids),
    flow_run_id: anyOf(query.flow_run_ids),
    subflow_runs: query.is_without_stand_ins === true ? { exists_: false } : undefined,
  });
  return withoutEmpty({
    task_runs,
    sort: "ID_DESC",
    limit: query.limit,
    offset: query.offset,
  });
}

/** The body of POST /task_runs/count, which knows neither order nor page. */
export function taskRunCount(
  query: Omit<TaskRunQuery, "limit" | "offset">,
): Readonly<Record<string, unknown>> {
  const { task_runs } = taskRunFilter(query);
  return { task_runs };
}

export interface LogQuery {
  readonly flow_run_ids: readonly string[];
  /** Inclusive: the lines of that moment come again, the reader knows them by their ids. */
  readonly after?: string;
  /** Python's levels: 10 debug, 20 info, 30 warning, 40 error, 50 critical. */
  readonly lowest_level?: number;
  /** Default: oldest first. */
  readonly sort?: "TIMESTAMP_ASC" | "TIMESTAMP_DESC";
  readonly limit?: number;
  readonly offset?: number;
}

export function logFilter(query: LogQuery): Readonly<Record<string, unknown>> {
  const logs = withoutEmpty({
    flow_run_id: anyOf(query.flow_run_ids),
    timestamp: timeSpan(query.after, undefined),
    level: query.lowest_level === undefined ? undefined : { ge_: query.lowest_level },
  });
  return withoutEmpty({
    logs,
    sort: query.sort ?? "TIMESTAMP_ASC",
    limit: query.limit,
    offset: query.offset,
  });
}

/** The most events that Prefect answers with at once. */
export const largestEventPage = 50;

export interface EventQuery {
  /** Full names. */
  readonly names: readonly string[];
  /** Such as `prefect.flow-run.<id>`. */
  readonly resource_ids?: readonly string[];
  readonly since: string;
  readonly limit?: number;
}

/** The body of POST /events/filter, newest first. Prefect forgets events after a week. */
export function eventFilter(query: EventQuery): Readonly<Record<string, unknown>> {
  const filter = withoutEmpty({
    event: { name: query.names },
    resource: query.resource_ids === undefined ? undefined : { id: query.resource_ids },
    occurred: { since: query.since, until: farFuture },
    order: "DESC",
  });
  return { filter, limit: query.limit ?? largestEventPage };
}

/** Later than anything that happens: Prefect takes "now" for the end of a time span that has none. */
export const farFuture = "9000-01-01T00:00:00Z";

/** Newest change first, so that the first page holds what matters. */
export function progressFilter(
  flow_run_ids: readonly string[],
  limit: number,
): Readonly<Record<string, unknown>> {
  const artifacts = { flow_run_id: anyOf(flow_run_ids), type: { any_: ["progress"] } };
  return { artifacts, sort: "UPDATED_DESC", limit };
}

function anyOf(values: readonly string[] | undefined): { any_: readonly string[] } | undefined {
  return values === undefined ? undefined : { any_: values };
}

function timeSpan(after: string | undefined, before: string | undefined) {
  return after === undefined && before === undefined
    ? undefined
    : withoutEmpty({ after_: after, before_: before });
}

// Prefect refuses fields that it does not know and reads null as a filter of its own in some places.
function withoutEmpty(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
