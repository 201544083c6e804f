import type { FlowRunSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { RowLink } from "../../ui/link/list-trail.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import type { Column } from "../../ui/table/DataTable.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { Elapsed, Moment } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { RunOrigin, RunProgress, RunState } from "../engines/public.ts";
import { activityOf, nameOfRun, partOf, tokensOf } from "./flow-run-words.ts";

function Tokens({ run }: { run: FlowRunSummary }) {
  const tokens = tokensOf(run);
  return tokens === null ? null : <span className="text-2">{formatCount(tokens)}</span>;
}

function Activity({ run }: { run: FlowRunSummary }) {
  const words = activityOf(run);
  return (
    <>
      <RunState row={run} />{" "}
      <span className="text-2" title={words}>
        {words}
      </span>
    </>
  );
}

/** Columns of every list of flow runs. */
export const flowRunColumns: Column<FlowRunSummary>[] = [
  {
    key: "status",
    header: "Status",
    minWidth: 112,
    phone: "mark",
    cell: (run) => <StatusBadge status={run.status} />,
  },
  {
    key: "unit",
    header: "Unit and part",
    phone: "title",
    cell: (run) => (
      <span className="name-and-part">
        <RowLink className="strong" href={paths.flowRun(run.id)}>
          {shortName(nameOfRun(run) ?? "no unit")}
        </RowLink>{" "}
        <span className="text-2 hide-phone">{partOf(run)}</span>
        <RunOrigin row={run} what={run.flow_name} />
      </span>
    ),
  },
  {
    key: "flow",
    header: "Flow",
    above: 920,
    phone: "detail",
    cell: (run) => (
      <span className="text-2">
        {run.flow_name}
        <span className="only-phone">
          {" "}
          {partOf(run)} <RunState row={run} />
        </span>
      </span>
    ),
  },
  {
    key: "task",
    header: "Task",
    above: 1280,
    cell: (run) =>
      run.task_id !== null && (
        <AppLink className="link id" href={paths.task(run.task_id)} title={`Task ${run.task_id}`}>
          …{run.task_id.slice(-6)}
        </AppLink>
      ),
  },
  {
    key: "activity",
    header: "Step, or error",
    slack: true,
    cell: (run) => <Activity run={run} />,
  },
  {
    key: "progress",
    header: "Progress",
    wideOnly: true,
    cell: (run) =>
      run.status === "completed" || run.status === "pending" ? null : (
        <RunProgress run={run} label={`Progress of ${run.flow_name}`} />
      ),
  },
  {
    key: "started",
    header: "Started",
    align: "end",
    above: 920,
    cell: (run) => (
      <span className="text-2">
        <Moment at={run.started_at} />
      </span>
    ),
  },
  {
    key: "duration",
    header: "Duration",
    minWidth: 96,
    align: "end",
    phone: "aside-detail",
    cell: (run) => <Elapsed from={run.started_at} to={run.status === "running" ? null : run.completed_at} />,
  },
  {
    key: "tokens",
    header: "Tokens",
    minWidth: 84,
    align: "end",
    above: 1280,
    cell: (run) => <Tokens run={run} />,
  },
  {
    key: "cost",
    header: "Cost",
    minWidth: 92,
    align: "end",
    phone: "aside",
    cell: (run) => <Money cost_usd={run.cost_usd} />,
  },
];

function NamedRun({ run }: { run: FlowRunSummary }) {
  return (
    <span className="name-and-part">
      <AppLink className="strong" href={paths.flowRun(run.id)}>
        {run.flow_name}
        {run.lesson_position !== null && <span className="text-2"> lesson {run.lesson_position}</span>}
      </AppLink>
      <RunOrigin row={run} what={run.flow_name} />
    </span>
  );
}

const namedInside = new Set(["status", "flow", "activity", "duration", "tokens", "cost"]);

/** Columns where the unit is known already: the flow's name leads and links to the run. */
export const innerRunColumns: Column<FlowRunSummary>[] = flowRunColumns
  .filter((column) => namedInside.has(column.key))
  .map((column) => {
    if (column.key === "activity") return { ...column, phone: "detail" };
    if (column.key !== "flow") return column;
    return { ...column, above: undefined, phone: "title", cell: (run) => <NamedRun run={run} /> };
  });

const spending = new Set(["tokens", "cost"]);

/** The same for runs of Prefect, which tells neither tokens nor costs. */
export const innerRunColumnsOnPrefect: Column<FlowRunSummary>[] = innerRunColumns.filter(
  (column) => !spending.has(column.key),
);

const leftOutOfUnit = new Set(["unit", "task", "tokens", "cost"]);

/** Columns of a unit's own runs, with progress and times. */
export const unitRunColumns: Column<FlowRunSummary>[] = flowRunColumns
  .filter((column) => !leftOutOfUnit.has(column.key))
  .map((column) => {
    if (column.key === "activity") return { ...column, phone: "detail" };
    if (column.key !== "flow") return column;
    return { ...column, above: undefined, phone: "title", cell: (run) => <NamedRun run={run} /> };
  });
