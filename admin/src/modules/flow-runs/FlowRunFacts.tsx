import type { FlowRunDetail } from "../../api/detail-rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card, type Fact, Facts } from "../../ui/page/Card.tsx";
import { Meter } from "../../ui/status/ProgressBar.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { formatCount, formatDuration } from "../../ui/value/format.ts";
import { Elapsed, Moment, RelativeTime } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { PersonLink } from "../session/public.ts";

type FlowRunFactsProps = { run: FlowRunDetail };

/** Where a run belongs, when it ran, and what it used. */
export function FlowRunFacts({ run }: FlowRunFactsProps) {
  return (
    <Card padded>
      <Facts
        facts={[
          { name: "Flow", value: run.flow_name },
          {
            name: "Unit",
            value: run.unit_id !== null && (
              <AppLink className="link" href={paths.unit(run.unit_id)}>
                {shortName(run.unit_title ?? "")}
              </AppLink>
            ),
          },
          {
            name: "Lesson",
            value: run.unit_id !== null && run.lesson_id !== null && (
              <AppLink className="link" href={paths.lesson(run.unit_id, run.lesson_id)}>
                lesson {run.lesson_position}
              </AppLink>
            ),
          },
          {
            name: "Part of",
            value: run.parent_flow_run_id !== null && (
              <AppLink className="link" href={paths.flowRun(run.parent_flow_run_id)}>
                <ShortId id={run.parent_flow_run_id} />
              </AppLink>
            ),
          },
          {
            name: "Task",
            value: run.task_id !== null && (
              <AppLink className="link" href={paths.task(run.task_id)}>
                <ShortId id={run.task_id} />
              </AppLink>
            ),
          },
          {
            name: "Asked by",
            value: run.user_id !== null && (
              <PersonLink id={run.user_id}>{shortName(run.user_name ?? "")}</PersonLink>
            ),
          },
          {
            name: "LLM requests",
            value: run.connection_id === null && (
              <AppLink className="link" href={paths.llmRequests({ flow_run_id: run.id })}>
                all of this run
              </AppLink>
            ),
          },
        ]}
      />
      <hr className="card-rule" />
      <Times run={run} />
      <hr className="card-rule" />
      {run.connection_id === null ? (
        <Spending run={run} />
      ) : (
        <p className="text-3 small">Prefect does not tell tokens and costs: they are unknown here.</p>
      )}
    </Card>
  );
}

function Spending({ run }: FlowRunFactsProps) {
  return (
    <>
      <Facts wide facts={spendingOf(run)} />
      {run.children_total > 0 && (
        <>
          <hr className="card-rule" />
          <h3 className="facts-title">With its child flows</h3>
          <Facts
            wide
            facts={spendingOf({
              tokens_input: run.tree_tokens_input,
              tokens_cached: run.tree_tokens_cached,
              tokens_output: run.tree_tokens_output,
              cost_usd: run.tree_cost_usd,
            })}
          />
        </>
      )}
    </>
  );
}

type Spent = Pick<FlowRunDetail, "tokens_input" | "tokens_cached" | "tokens_output" | "cost_usd">;

function spendingOf({ tokens_input, tokens_cached, tokens_output, cost_usd }: Spent): Fact[] {
  return [
    { name: "Input tokens", value: formatCount(tokens_input) },
    { name: "of which cached", value: formatCount(tokens_cached) },
    { name: "Output tokens", value: formatCount(tokens_output) },
    { name: "Cost", value: <Money cost_usd={cost_usd} />, strong: true },
  ];
}

function Times({ run }: FlowRunFactsProps) {
  const waitingMs = run.steps.reduce((sum, step) => sum + (step.waiting_ms ?? 0), 0);
  const workingMs = run.steps.reduce((sum, step) => sum + (step.working_ms ?? 0), 0);
  return (
    <div className="stack">
      <Facts
        facts={[
          {
            name: "Started",
            value: run.started_at !== null && (
              <>
                <Moment at={run.started_at} />, <RelativeTime at={run.started_at} />
              </>
            ),
          },
          { name: "Duration", value: <Elapsed from={run.started_at} to={run.completed_at} /> },
          { name: "Waiting", value: waitingMs + workingMs > 0 && formatDuration(waitingMs) },
          {
            name: "Working",
            value: waitingMs + workingMs > 0 && `${formatDuration(workingMs)} in own steps`,
          },
        ]}
      />
      {waitingMs + workingMs > 0 && (
        <Meter
          label={`${formatDuration(waitingMs)} waiting, ${formatDuration(workingMs)} working`}
          parts={[
            { label: "waiting", share: waitingMs, color: "var(--hatch)" },
            { label: "working", share: workingMs, color: "var(--ok-mark)" },
          ]}
        />
      )}
    </div>
  );
}
