import { useMemo, useState } from "react";
import type { FlowRunDetail, LogLine } from "../../api/detail-rows.ts";
import { describeError } from "../../api/problem.ts";
import { FilterSearch, FilterSelect } from "../../ui/filter/Filters.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { formatCount } from "../../ui/value/format.ts";
import "./flow-run-logs.css";
import { logFileAddress, mostLogLines, useFlowRunLogs } from "./flow-run-api.ts";
import { LogLines } from "./LogLines.tsx";
import { filterLog, type LogFilter, loggingSteps, logLevels } from "./log-filter.ts";

const levelOptions = logLevels.map((level) => ({
  value: level,
  word: level === "" ? "all" : `${level} and worse`,
}));

/** What a run and its steps logged, oldest first, growing while the run goes on; to filter and to download. */
export function FlowRunLogs({ run }: { run: FlowRunDetail }) {
  const logs = useFlowRunLogs(run.id);
  const download = (
    <a className="button" href={logFileAddress(run.id)} download={`${run.flow_name}-${run.id}.log`}>
      Download
    </a>
  );
  return (
    <Card
      title="Log"
      count={logs.data?.length ?? 0}
      note={logs.data?.length === mostLogLines ? "the newest lines; older ones are not shown" : undefined}
      actions={download}
    >
      <DataStates
        data={logs.data}
        failure={logs.error === null ? null : describeError(logs.error)}
        skeleton={<SkeletonRows rows={3} label="Loading the log" />}
        onReload={logs.reload}
        reloading={logs.reloading}
      >
        {(lines) =>
          lines.length === 0 ? (
            <p className="card-pad text-3">
              {run.completed_at === null ? "Lines appear here as the run logs them." : "Nothing was logged."}
            </p>
          ) : (
            <FilteredLog lines={lines} />
          )
        }
      </DataStates>
    </Card>
  );
}

function FilteredLog({ lines }: { lines: LogLine[] }) {
  const [filter, setFilter] = useState<LogFilter>({ level: "", step: "", text: "" });
  const fitting = useMemo(() => filterLog(lines, filter), [lines, filter]);
  const stepOptions = useMemo(
    () => [{ value: "", word: "all" }, ...loggingSteps(lines).map((step) => ({ value: step, word: step }))],
    [lines],
  );
  const change = (patch: Partial<LogFilter>) => setFilter((before) => ({ ...before, ...patch }));
  return (
    <>
      <div className="log-filters">
        <FilterSelect
          name="Level"
          value={filter.level}
          options={levelOptions}
          onChange={(level) => change({ level })}
        />
        <FilterSelect
          name="Step"
          value={filter.step}
          options={stepOptions}
          onChange={(step) => change({ step })}
        />
        <FilterSearch
          value={filter.text}
          placeholder="Part of a line"
          onChange={(text) => change({ text })}
        />
        <span className="text-3 small" role="status">
          {fitting.length < lines.length &&
            `${formatCount(fitting.length)} of ${formatCount(lines.length)} lines`}
        </span>
      </div>
      {fitting.length === 0 ? (
        <EmptyState icon="search" title="No line fits these filters" />
      ) : (
        <LogLines lines={fitting} />
      )}
    </>
  );
}
