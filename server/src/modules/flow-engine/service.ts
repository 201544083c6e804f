import type { Database } from "../../platform/database.ts";
import type { Page } from "../../platform/page.ts";
import { flowEngineErrors } from "./errors.ts";
import type {
  FlowRunDetails,
  FlowRunFilter,
  FlowRunSummary,
  LogLine,
  StepDetails,
  StepSummary,
} from "./models.ts";
import * as reading from "./repo/reading.ts";
import { decodeStored } from "./stored-value.ts";

/** Most log lines of one answer. */
const mostLogLines = 10_000;

export interface FlowRunService {
  listFlowRuns(
    filter: FlowRunFilter,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<Page<FlowRunSummary>>;
  /** With steps, children, input and output. @throws AppError `flow_run_not_found` */
  getFlowRun(id: string): Promise<FlowRunDetails>;
  /** @throws AppError `step_run_not_found` when the flow run has no such step */
  getStep(flow_run_id: string, step_run_id: string): Promise<StepDetails>;
  /** What the flow and its steps logged, oldest first, at most 10,000 lines. @throws AppError `flow_run_not_found` */
  listLogs(id: string): Promise<LogLine[]>;
  /** Current rows for the change stream; ids without a row are left out. */
  listFlowRunSummaries(ids: readonly string[]): Promise<FlowRunSummary[]>;
  listStepSummaries(ids: readonly string[]): Promise<StepSummary[]>;
}

/** Flow runs and steps as the API shows them. */
export function createFlowRunService(database: Database): FlowRunService {
  async function getSummary(id: string): Promise<FlowRunSummary> {
    const [run] = await reading.listFlowRunSummaries(database, [id]);
    if (run === undefined) throw flowEngineErrors.create("flow_run_not_found", `There is no flow run ${id}.`);
    return run;
  }

  return {
    listFlowRuns: (filter, page) => reading.listFlowRuns(database, filter, page),
    async getFlowRun(id) {
      const run = await getSummary(id);
      const [steps, children, payloads] = await Promise.all([
        reading.listSteps(database, id),
        reading.listChildren(database, id),
        reading.listFlowPayloads(database, id),
      ]);
      return {
        ...run,
        steps,
        children,
        input: readPart(payloads, "input"),
        output: readPart(payloads, "output"),
      };
    },
    async getStep(flow_run_id, step_run_id) {
      const [step] = await reading.listStepSummaries(database, [step_run_id]);
      const bodies = await reading.findStepBodies(database, step_run_id);
      if (step === undefined || bodies === null || step.flow_run_id !== flow_run_id) {
        throw flowEngineErrors.create(
          "step_run_not_found",
          `Flow run ${flow_run_id} has no step ${step_run_id}.`,
        );
      }
      return {
        ...step,
        input: decodeStored(bodies.input, bodies.input_zstd),
        output: decodeStored(bodies.output, bodies.output_zstd),
        error_causes: bodies.error_causes ?? [],
      };
    },
    async listLogs(id) {
      await getSummary(id);
      return reading.listLogs(database, id, mostLogLines);
    },
    listFlowRunSummaries: (ids) => reading.listFlowRunSummaries(database, ids),
    listStepSummaries: (ids) => reading.listStepSummaries(database, ids),
  };
}

function readPart(payloads: readonly reading.StoredPayload[], part: "input" | "output"): unknown {
  const payload = payloads.find((candidate) => candidate.part === part);
  return payload === undefined ? null : decodeStored(payload.content, payload.content_zstd);
}
