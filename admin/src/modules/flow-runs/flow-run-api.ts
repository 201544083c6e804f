import { useQueries } from "@tanstack/react-query";
import { getJson, getPage, type Page, type Query } from "../../api/client.ts";
import type { FlowRunDetail, LogLine, StepDetail } from "../../api/detail-rows.ts";
import { type ItemState, useResource } from "../../api/item-query.ts";
import { useLiveRefresh } from "../../api/live/use-live.ts";
import type { FlowRunSummary } from "../../api/rows.ts";

const runsPath = "/flow-engine/runs";
const longestPage = 200;
/** As many runs of a unit are read for its page; its list of runs reads on. */
export const mostUnitRuns = longestPage;

/** Flow runs of one unit, newest first, all its tasks included; `filters` narrow them further. */
export function getFlowRunsByUnitId(
  unitId: string,
  filters: Query = {},
  signal?: AbortSignal,
): Promise<Page<FlowRunSummary>> {
  return getPage<FlowRunSummary>(runsPath, { limit: longestPage, ...filters, unit_id: unitId }, signal);
}

/** The flow runs that a unit's page shows, newest first, at most 200. @throws ApiError `unit_not_found`. */
export async function getUnitFlowRuns(unitId: string, signal?: AbortSignal): Promise<FlowRunSummary[]> {
  const path = `/content/units/${unitId}/flow-runs`;
  return (await getPage<FlowRunSummary>(path, { limit: longestPage }, signal)).rows;
}

function getFlowRun(id: string, signal: AbortSignal): Promise<FlowRunDetail> {
  return getJson<FlowRunDetail>(`${runsPath}/${id}`, signal);
}

/** The runs with these ids that have been read, by id; each is read when it is first asked for. */
export function useFlowRunsById(ids: string[]): ReadonlyMap<string, FlowRunDetail> {
  const queries = useQueries({
    queries: ids.map((id) => ({
      queryKey: ["item", "flow-run", id],
      queryFn: ({ signal }: { signal: AbortSignal }) => getFlowRun(id, signal),
    })),
  });
  return new Map(queries.flatMap(({ data }) => (data === undefined ? [] : [[data.id, data] as const])));
}

/** One run with its steps and children, read again whenever one of them changes. */
export function useFlowRun(id: string): ItemState<FlowRunDetail> {
  const run = useResource(["flow-run", id], (signal) => getFlowRun(id, signal));
  const childIds = run.data?.children.map((child) => child.id) ?? [];
  useLiveRefresh(
    (change) =>
      change.entity !== "step_log" &&
      (change.id === id || change.parents.flow_run_id === id || childIds.includes(change.id)),
    run.reload,
  );
  return run;
}

/** One step with its input and output, read when its row is opened. */
export function useStep(flowRunId: string, id: string): ItemState<StepDetail> {
  const step = useResource(["step", id], (signal) =>
    getJson<StepDetail>(`${runsPath}/${flowRunId}/steps/${id}`, signal),
  );
  useLiveRefresh((change) => change.id === id, step.reload);
  return step;
}

/** The server sends no more of one run's log: the newest lines. */
export const mostLogLines = 10_000;

/** What a run and its steps logged, oldest first. */
export function useFlowRunLogs(id: string): ItemState<LogLine[]> {
  const logs = useResource(["flow-run-logs", id], (signal) =>
    getJson<LogLine[]>(`${runsPath}/${id}/logs`, signal),
  );
  useLiveRefresh(
    (change) => change.id === id || (change.entity === "step_log" && change.parents.flow_run_id === id),
    logs.reload,
  );
  return logs;
}

/** Where the log can be downloaded as plain text. */
export function logFileAddress(id: string): string {
  return `/api/v1${runsPath}/${id}/logs?format=text`;
}

/** Where the input or output of a run is read when it is too big to come along. */
export function runPayloadPath(id: string, part: "input" | "output"): string {
  return `${runsPath}/${id}/payloads/${part}`;
}

/** Where the input or output of a step is read when it is too big to come along. */
export function stepPayloadPath(step: { id: string; flow_run_id: string }, part: "input" | "output"): string {
  return `${runsPath}/${step.flow_run_id}/steps/${step.id}/payloads/${part}`;
}
