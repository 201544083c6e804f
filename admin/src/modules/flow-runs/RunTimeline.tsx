import { useMemo, useState } from "react";
import type { FlowRunDetail } from "../../api/detail-rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { useOpenKeys } from "../../ui/link/search-params.ts";
import { Card } from "../../ui/page/Card.tsx";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { DataTable } from "../../ui/table/DataTable.tsx";
import { Timeline, TimelineKey, type TimelineRow } from "../../ui/timeline/Timeline.tsx";
import { formatCount, formatDuration } from "../../ui/value/format.ts";
import { Elapsed } from "../../ui/value/Moment.tsx";
import { FlowRunSteps } from "./FlowRunSteps.tsx";
import { useFlowRunsById } from "./flow-run-api.ts";
import { innerRunColumns, innerRunColumnsOnPrefect } from "./flow-run-columns.tsx";
import { type RunLine, runLinesOf } from "./run-timeline.ts";
import { StepTable } from "./StepTable.tsx";

function rowOf(line: RunLine): TimelineRow {
  return {
    ...line,
    end: line.status === "reused" ? "reused" : <Elapsed from={line.startedAt} to={line.completedAt} />,
  };
}

function lengthOf(run: FlowRunDetail): string | undefined {
  if (run.started_at === null || run.completed_at === null) return undefined;
  return formatDuration(Date.parse(run.completed_at) - Date.parse(run.started_at));
}

/** A run twice: its steps and child flows as bars on a common clock, and as rows; pointing at one lights up the other. */
export function RunTimeline({ run }: { run: FlowRunDetail }) {
  const [highlighted, setHighlighted] = useState<string | null>(null);
  const [openSteps, toggleStep] = useOpenKeys("step");
  const [openChildren, toggleChild] = useOpenKeys("open");
  const childIds = useMemo(() => new Set(run.children.map((child) => child.id)), [run.children]);
  const read = useFlowRunsById([...openChildren].filter((id) => childIds.has(id)));
  const opened = new Map([...read].map(([id, child]) => [id, child.steps]));
  const lines = runLinesOf(run, opened);
  if (lines.length === 0) {
    return (
      <Card>
        <EmptyState icon="flow" title="Steps appear here as they begin" />
      </Card>
    );
  }
  return (
    <>
      <Card title="Timeline" note={lengthOf(run)} actions={<TimelineKey />}>
        <Timeline
          rows={lines.map(rowOf)}
          label="Timeline of steps and child flows"
          highlighted={highlighted}
          onHighlight={setHighlighted}
          onOpen={(key) => (childIds.has(key) ? toggleChild(key) : toggleStep(key))}
        />
      </Card>
      {run.steps.length > 0 && (
        <Card title="Steps" count={run.steps_total}>
          <StepTable
            label="Steps"
            steps={run.steps}
            openKeys={openSteps}
            onToggle={toggleStep}
            highlighted={highlighted}
            onHighlight={setHighlighted}
          />
          {run.steps_total > run.steps.length && (
            <div className="card-foot">
              <span className="text-2">Only the first {formatCount(run.steps.length)} steps are shown.</span>
              <span className="spacer" />
              {run.connection_id === null && (
                <AppLink className="button" href={paths.llmRequests({ flow_run_id: run.id })}>
                  LLM requests of all steps
                </AppLink>
              )}
            </div>
          )}
        </Card>
      )}
      {run.children.length > 0 && (
        <Card title="Child flows" count={run.children_total}>
          <DataTable
            label="Child flows"
            columns={run.connection_id === null ? innerRunColumns : innerRunColumnsOnPrefect}
            rows={run.children}
            rowKey={(child) => child.id}
            statusWord={(child) => lookOfStatus(child.status).word}
            highlightedKey={highlighted}
            onHighlight={setHighlighted}
            expansion={{
              openKeys: openChildren,
              onToggle: toggleChild,
              label: (child) => `Steps of ${child.flow_key}`,
              render: (child) => <FlowRunSteps run={child} />,
            }}
          />
          {run.children_total > run.children.length && (
            <div className="card-foot">
              <span className="text-2">
                Only the first {formatCount(run.children.length)} child flows are shown.
              </span>
              <span className="spacer" />
              <AppLink className="button" href={paths.flowRuns({ parent_flow_run_id: run.id })}>
                All {formatCount(run.children_total)} in the list
              </AppLink>
            </div>
          )}
        </Card>
      )}
    </>
  );
}
