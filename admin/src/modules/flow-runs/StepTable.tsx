import type { StepDetail } from "../../api/detail-rows.ts";
import { loadPayloadText } from "../../api/payload-text.ts";
import { describeError } from "../../api/problem.ts";
import type { StepSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { PayloadView } from "../../ui/content/PayloadView.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Facts } from "../../ui/page/Card.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { SkeletonBlock } from "../../ui/page/Skeleton.tsx";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { type Column, DataTable } from "../../ui/table/DataTable.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { formatDuration } from "../../ui/value/format.ts";
import { LongText } from "../../ui/value/LongText.tsx";
import { stepPayloadPath, useStep } from "./flow-run-api.ts";
import "./step-table.css";
import { shownStatusOf } from "./step-bars.ts";
import { detailedStepColumns, withoutSpending } from "./step-columns.tsx";

type StepTableProps = {
  steps: StepSummary[];
  label: string;
  columns?: Column<StepSummary>[];
  openKeys: ReadonlySet<string>;
  onToggle: (key: string) => void;
  highlighted?: string | null;
  onHighlight?: (key: string | null) => void;
};

/** The steps of a run as rows that open to their input, output, requests and the causes of a failure. */
export function StepTable(props: StepTableProps) {
  const { steps, label, columns = detailedStepColumns, openKeys, onToggle } = props;
  const isOnPrefect = steps.some(({ connection_id }) => connection_id !== null);
  return (
    <DataTable
      label={label}
      columns={isOnPrefect ? withoutSpending(columns) : columns}
      rows={steps}
      rowKey={(step) => step.id}
      statusWord={(step) => lookOfStatus(shownStatusOf(step)).word}
      highlightedKey={props.highlighted ?? null}
      onHighlight={props.onHighlight}
      expansion={{
        openKeys,
        onToggle,
        label: (step) => `Input, output and requests of ${step.step_name}`,
        render: (step) => <OpenedStep step={step} />,
      }}
    />
  );
}

function OpenedStep({ step }: { step: StepSummary }) {
  const detail = useStep(step.flow_run_id, step.id);
  return (
    <DataStates
      data={detail.data}
      failure={detail.error === null ? null : describeError(detail.error)}
      skeleton={<SkeletonBlock lines={4} label={`Loading ${step.step_name}`} />}
      onReload={detail.reload}
      reloading={detail.reloading}
    >
      {(shown) => <StepContent step={shown} />}
    </DataStates>
  );
}

function lengthOf(ms: number | null): string | null {
  return ms === null ? null : formatDuration(ms, true);
}

function StepContent({ step }: { step: StepDetail }) {
  return (
    <div className="opened-step">
      {step.error_message !== null && <Causes step={step} />}
      <Facts
        facts={[
          {
            name: "Requests",
            value: step.llm_request_ids.length > 0 && <Requests step={step} />,
          },
          { name: "Attempt", value: step.attempt > 1 && `number ${step.attempt} of this step` },
          { name: "Waiting", value: lengthOf(step.waiting_ms) },
          { name: "Working", value: lengthOf(step.working_ms) },
          {
            name: "Reused",
            value: step.reused_from_flow_run_id !== null && (
              <>
                from the{" "}
                <AppLink
                  className="link"
                  href={paths.flowRun(step.reused_from_flow_run_id, {
                    step: step.reused_from_step_run_id ?? "",
                  })}
                >
                  run <ShortId id={step.reused_from_flow_run_id} />
                </AppLink>{" "}
                that recorded it; not run and not paid again
              </>
            ),
          },
        ]}
      />
      <section aria-label={`Input of ${step.step_name}`}>
        <h3 className="text-3">Input</h3>
        <PayloadView
          value={step.input}
          characters={step.input_characters}
          load={(onProgress) => loadPayloadText(stepPayloadPath(step, "input"), onProgress)}
          label="input"
          missing={step.connection_id === null ? "not kept any more" : keptByPrefect}
        />
      </section>
      <section aria-label={`Output of ${step.step_name}`}>
        <h3 className="text-3">Output</h3>
        <PayloadView
          value={step.output}
          characters={step.output_characters}
          load={(onProgress) => loadPayloadText(stepPayloadPath(step, "output"), onProgress)}
          label="output"
          missing={missingOutputOf(step)}
        />
      </section>
    </div>
  );
}

const keptByPrefect = "not read: Prefect keeps it";

function missingOutputOf(step: StepDetail): string {
  if (step.connection_id !== null) return keptByPrefect;
  return step.status === "completed" ? "not kept any more" : "none yet";
}

function Causes({ step }: { step: StepDetail }) {
  const causes = step.error_causes.map((cause, depth) => ({ ...cause, key: `cause-${depth}` }));
  return (
    <div>
      <p>
        <LongText text={step.error_message ?? ""} />
      </p>
      {causes.length > 0 && (
        <ol className="causes text-2">
          {causes.map((cause) => (
            <li key={cause.key}>
              caused by <span className="mono">{cause.code ?? cause.name}</span>:{" "}
              <LongText text={cause.message} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Requests({ step }: { step: StepDetail }) {
  return (
    <span className="row wraps">
      {step.llm_request_ids.map((id, position) => (
        <AppLink key={id} className="link" href={paths.llmRequest(id)}>
          {step.llm_request_ids.length > 1 && `${position + 1}. `}
          <ShortId id={id} />
        </AppLink>
      ))}
    </span>
  );
}
