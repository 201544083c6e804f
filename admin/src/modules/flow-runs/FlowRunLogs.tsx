import { useMemo, useState } from "react";
import type { FlowRunDetail, LogLine } from "../../api/detail-rows.ts";
import { describeError } from "../../api/problem.ts";
import { FilterSearch, FilterSelect } from "../../ui/filter/Filters.tsx";
import { Button } from "../../ui/page/Button.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { formatClock } from "../../ui/value/format.ts";
import "./flow-run-logs.css";
import { logFileAddress, useFlowRunLogs } from "./flow-run-api.ts";
import { filterLog, type LogFilter, logLevels } from "./log-filter.ts";

const levelOptions = logLevels.map((level) => ({
  value: level,
  word: level === "" ? "all" : `${level} and worse`,
}));
const pageLines = 500;

/** What a run and its steps logged, oldest first, to filter and to download. */
export function FlowRunLogs({ run }: { run: FlowRunDetail }) {
  const logs = useFlowRunLogs(run.id);
  const [filter, setFilter] = useState<LogFilter>({ level: "", text: "" });
  const download = (
    <a className="button" href={logFileAddress(run.id)} download={`${run.flow_name}-${run.id}.log`}>
      Download
    </a>
  );
  return (
    <Card title="Log" count={logs.data?.length ?? 0} actions={download}>
      <DataStates
        data={logs.data}
        failure={logs.error === null ? null : describeError(logs.error)}
        skeleton={<SkeletonRows rows={3} label="Loading the log" />}
        onReload={logs.reload}
        reloading={logs.reloading}
      >
        {(lines) =>
          lines.length === 0 ? (
            <p className="card-pad text-3">Nothing was logged.</p>
          ) : (
            <>
              <div className="log-filters">
                <FilterSelect
                  name="Level"
                  value={filter.level}
                  options={levelOptions}
                  onChange={(level) => setFilter((before) => ({ ...before, level }))}
                />
                <FilterSearch
                  value={filter.text}
                  placeholder="Text or step"
                  onChange={(text) => setFilter((before) => ({ ...before, text }))}
                />
              </div>
              <LogLines lines={lines} filter={filter} />
            </>
          )
        }
      </DataStates>
    </Card>
  );
}

function LogLines({ lines, filter }: { lines: LogLine[]; filter: LogFilter }) {
  const [pages, setPages] = useState(1);
  const fitting = useMemo(() => filterLog(lines, filter), [lines, filter]);
  const shown = fitting.slice(0, pages * pageLines);
  if (fitting.length === 0) return <EmptyState icon="search" title="No line fits these filters" />;
  return (
    <>
      <ol className="log" aria-label="Log lines">
        {shown.map((line) => (
          <li key={line.id} className={`log-${line.level}`}>
            <time dateTime={line.at}>{formatClock(new Date(line.at))}</time>
            <span className="log-level">{line.level}</span>
            <span className="text-3 cut">{line.step_name ?? "run"}</span>
            <span>
              {line.message}
              {Object.keys(line.fields).length > 0 && (
                <span className="text-3"> {JSON.stringify(line.fields)}</span>
              )}
            </span>
          </li>
        ))}
      </ol>
      {shown.length < fitting.length && (
        <div className="card-foot">
          {shown.length} of {fitting.length} lines shown
          <span className="spacer" />
          <Button onClick={() => setPages(pages + 1)}>More</Button>
        </div>
      )}
    </>
  );
}
