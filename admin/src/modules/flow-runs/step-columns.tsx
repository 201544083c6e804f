import type { StepSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { StatusBadge } from "../../ui/status/StatusBadge.tsx";
import type { Column } from "../../ui/table/DataTable.tsx";
import { Spark } from "../../ui/timeline/Timeline.tsx";
import type { TimelineBar } from "../../ui/timeline/timeline-scale.ts";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { Elapsed } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { RunState } from "../engines/public.ts";
import { barsOf, shownStatusOf } from "./step-bars.ts";

/** The requests of a step as links; a step without any shows nothing. */
export function RequestLinks({ ids }: { ids: string[] }) {
  const last = ids.at(-1);
  if (last === undefined) return null;
  return (
    <span className="inline-row">
      <AppLink className="link" href={paths.llmRequest(last)}>
        <ShortId id={last} />
      </AppLink>
      {ids.length > 1 && <span className="text-3 small">of {ids.length}</span>}
    </span>
  );
}

/** Prefect's own word for a step's state; whether it is current is said of its run. */
function OwnState({ step }: { step: StepSummary }) {
  const { connection_id, status, external_state } = step;
  return <RunState row={{ connection_id, status, external_state, completed_at: step.updated_at }} />;
}

/** Columns of the steps inside an opened run; `within` is the span that their bars share. */
export function stepColumns(within: TimelineBar[]): Column<StepSummary>[] {
  return [
    {
      key: "status",
      header: "Status",
      minWidth: 112,
      phone: "mark",
      cell: (step) => <StatusBadge status={shownStatusOf(step)} />,
    },
    {
      key: "step",
      header: "Step",
      phone: "title",
      slack: true,
      cell: (step) => (
        <>
          {step.step_name} <OwnState step={step} />
          {step.error_message !== null && (
            <span className="is-bad step-error"> {shortName(step.error_message)}</span>
          )}
        </>
      ),
    },
    {
      key: "attempt",
      header: "Attempt",
      align: "end",
      wideOnly: true,
      cell: (step) => <span className="text-2">{step.attempt}</span>,
    },
    {
      key: "request",
      header: "LLM request",
      phone: "detail",
      cell: (step) => <RequestLinks ids={step.llm_request_ids} />,
    },
    {
      key: "when",
      header: "When",
      wideOnly: true,
      cell: (step) => <Spark bars={barsOf(step)} within={within} />,
    },
    {
      key: "duration",
      header: "Duration",
      minWidth: 96,
      align: "end",
      phone: "aside",
      cell: (step) => (
        <Elapsed from={step.started_at} to={step.status === "running" ? null : step.completed_at} />
      ),
    },
    {
      key: "tokens",
      header: "Tokens",
      minWidth: 84,
      align: "end",
      wideOnly: true,
      cell: (step) => (
        <span className="text-2">{step.tokens_used === null ? "" : formatCount(step.tokens_used)}</span>
      ),
    },
    {
      key: "cost",
      header: "Cost",
      minWidth: 92,
      align: "end",
      phone: "aside-detail",
      cell: (step) => <Money cost_usd={step.cost_usd} />,
    },
  ];
}

/** Columns of the steps on a run's own page, whose timeline says when each step ran. */
export const detailedStepColumns: Column<StepSummary>[] = stepColumns([]).filter(({ key }) => key !== "when");

const notOfPrefect = new Set(["request", "tokens", "cost"]);

/** Columns of steps on Prefect, which names no model's requests and tells neither tokens nor costs. */
export function withoutSpending(columns: Column<StepSummary>[]): Column<StepSummary>[] {
  return columns.filter(({ key }) => !notOfPrefect.has(key));
}
