import type { FlowRunDetail, StepDetail } from "../../api/detail-rows.ts";
import type { StepSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { ErrorBlock } from "../../ui/page/ErrorBlock.tsx";
import { LongText } from "../../ui/value/LongText.tsx";
import { visibleText } from "../../ui/value/visible-text.ts";
import { useStep } from "./flow-run-api.ts";
import { childNameOf } from "./run-timeline.ts";

const longestCause = 20_000;

/** The causes of a failure from the outermost to the first, one a line. */
export function causeChainOf(step: Pick<StepDetail, "error_code" | "error_causes">): string {
  const chain = step.error_causes.map((cause) => `caused by ${cause.code ?? cause.name}: ${cause.message}`);
  return [step.error_code ?? "", ...chain]
    .filter((line) => line !== "")
    .map((line) => visibleText(line.slice(0, longestCause)))
    .join("\n");
}

/** Why a run failed, in words; the failed step's causes are folded beneath, its last request is one click away. */
export function FlowRunFailure({ run }: { run: FlowRunDetail }) {
  const failed = run.steps.findLast((step) => step.status === "failed");
  if (failed !== undefined) return <FailedStep run={run} step={failed} />;
  const child = run.children.find((candidate) => candidate.status === "failed");
  return (
    <ErrorBlock
      title={<LongText text={run.error_message ?? "The run failed without a reason"} />}
      raw={run.error_code}
      actions={
        child !== undefined && (
          <AppLink className="button" href={paths.flowRun(child.id)}>
            Open the failed flow
          </AppLink>
        )
      }
    >
      {child !== undefined && (
        <p>
          It stopped in {childNameOf(child)}.{run.connection_id === null && " Finished steps are kept."}
        </p>
      )}
    </ErrorBlock>
  );
}

function FailedStep({ run, step }: { run: FlowRunDetail; step: StepSummary }) {
  const detail = useStep(run.id, step.id);
  const request = step.llm_request_ids.at(-1);
  return (
    <ErrorBlock
      title={<LongText text={run.error_message ?? step.error_message ?? "The run failed without a reason"} />}
      raw={detail.data === undefined ? run.error_code : causeChainOf(detail.data)}
      actions={
        <>
          {request !== undefined && (
            <AppLink className="button" href={paths.llmRequest(request)}>
              Read the last request
            </AppLink>
          )}
          {run.unit_id !== null && run.connection_id === null && (
            <AppLink className="button" href={paths.unit(run.unit_id, { retry: "1" })}>
              Open the unit to retry
            </AppLink>
          )}
        </>
      }
    >
      <p>
        It stopped in {step.step_name}.{" "}
        {run.connection_id === null
          ? "Finished steps are kept and are not paid again."
          : "It ran on Prefect, which decides what another attempt repeats."}
      </p>
    </ErrorBlock>
  );
}
