import type { DashboardMetrics } from "../../../api/monitor-rows.ts";
import { formatMeasure } from "../../../ui/chart/measure.ts";
import { type NumberColumn, NumberTable } from "../../../ui/chart/NumberTable.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { EmptyState } from "../../../ui/page/EmptyState.tsx";
import { formatCount, formatDuration } from "../../../ui/value/format.ts";
import { rateOf } from "./metric-series.ts";

type StepNumbers = DashboardMetrics["steps"][number];

function modelOf({ provider, model }: StepNumbers): string {
  if (provider === null) return "no model";
  return model === null ? provider : `${provider}/${model}`;
}

const none = <span className="text-3">none</span>;

function durationColumn(key: "p50_ms" | "p95_ms" | "p99_ms", header: string): NumberColumn<StepNumbers> {
  return {
    key,
    header,
    value: (step) => step[key],
    cell: (step) => {
      const ms = step[key];
      return ms === null ? none : formatDuration(ms, ms < 10_000);
    },
  };
}

const failureRate = ({ failed, completed }: StepNumbers) => rateOf(failed, failed + completed);

const columns: NumberColumn<StepNumbers>[] = [
  {
    key: "step",
    header: "Step",
    isWords: true,
    value: ({ step_name }) => step_name,
    cell: ({ step_name }) => step_name,
  },
  {
    key: "model",
    header: "Model",
    isWords: true,
    value: modelOf,
    cell: (step) => <span className="text-2">{modelOf(step)}</span>,
  },
  {
    key: "runs",
    header: "Runs",
    value: ({ completed, failed }) => completed + failed,
    cell: ({ completed, failed }) => formatCount(completed + failed),
  },
  {
    key: "failed",
    header: "Failed",
    value: failureRate,
    cell: (step) => {
      const rate = failureRate(step);
      return rate === null || step.failed === 0 ? (
        <span className="text-3">0 %</span>
      ) : (
        <span className="is-bad toned">{formatMeasure("percent", rate)}</span>
      );
    },
  },
  durationColumn("p50_ms", "p50"),
  durationColumn("p95_ms", "p95"),
  durationColumn("p99_ms", "p99"),
];

/** How long each step took by each model, in the order of any column. */
export function StepsCard({ metrics }: { metrics: DashboardMetrics }) {
  return (
    <div className="metrics-steps">
      <Card title="Steps by model" note="slowest first">
        {metrics.steps.length === 0 ? (
          <EmptyState icon="flow" title="No step ended in this range">
            Each step and model appears here with how long it takes.
          </EmptyState>
        ) : (
          <NumberTable
            label="Steps by model"
            columns={columns}
            rows={metrics.steps}
            rowKey={(step) => `${step.step_name} ${modelOf(step)}`}
            sortable
          />
        )}
      </Card>
    </div>
  );
}
