import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import type { Database } from "../../platform/database.ts";
import { listMatchingIds, listPage } from "../../platform/listing.ts";
import type { Page, PageQuery } from "../../platform/page.ts";
import { flowEngineErrors } from "./errors.ts";
import type { FlowRunFilter } from "./filter.ts";
import type { FlowRunDetails, FlowRunSummary, LogLine, StepDetails, StepSummary } from "./models.ts";
import { mostInlineCharacters } from "./models.ts";
import type { PayloadPart } from "./repo/payloads.ts";
import * as payloads from "./repo/payloads.ts";
import * as reading from "./repo/reading.ts";
import { flowRunListing } from "./repo/run-lists.ts";
import { listMatchingStepIds } from "./repo/step-search.ts";
import { decodeStored } from "./stored-value.ts";

const decompress = promisify(zstdDecompress);

/** Most log lines of one answer. */
const mostLogLines = 10_000;

export interface FlowRunService {
  /** @throws AppError `cursor_invalid` */
  listFlowRuns(filter: FlowRunFilter, page: PageQuery): Promise<Page<FlowRunSummary>>;
  /** Ids of the flow runs that fit, newest first, at most `limit`. */
  listMatchingIds(filter: FlowRunFilter, limit: number): Promise<string[]>;
  /** Ids of steps whose id begins with the words or whose error holds them, newest first, at most `limit`. */
  listMatchingStepIds(words: string, limit: number): Promise<string[]>;
  /** With steps, children, input and output. @throws AppError `flow_run_not_found` */
  getFlowRun(id: string): Promise<FlowRunDetails>;
  /** @throws AppError `step_run_not_found` when the flow run has no such step */
  getStep(flow_run_id: string, step_run_id: string): Promise<StepDetails>;
  /** The JSON text of a flow run's input or output, whatever its length. @throws AppError `payload_not_found` */
  readFlowPayload(id: string, part: PayloadPart): Promise<string>;
  /** The same of a step. @throws AppError `payload_not_found` */
  readStepPayload(flow_run_id: string, step_run_id: string, part: PayloadPart): Promise<string>;
  /** What the flow and its steps logged, oldest first: the newest 10,000 lines. @throws AppError `flow_run_not_found` */
  listLogs(id: string): Promise<LogLine[]>;
  /** Current rows for the change stream; ids without a row are left out. */
  listFlowRunSummaries(ids: readonly string[]): Promise<FlowRunSummary[]>;
  listStepSummaries(ids: readonly string[]): Promise<StepSummary[]>;
  listLogLines(ids: readonly string[]): Promise<LogLine[]>;
  /** The runs whose progress is that of these tasks. */
  listRootRunIds(task_ids: readonly string[]): Promise<string[]>;
}

/** Flow runs and steps as the API shows them. */
export function createFlowRunService(database: Database): FlowRunService {
  async function getSummary(id: string): Promise<FlowRunSummary> {
    const [run] = await reading.listFlowRunSummaries(database, [id]);
    if (run === undefined) throw flowEngineErrors.create("flow_run_not_found", `There is no flow run ${id}.`);
    return run;
  }

  return {
    listFlowRuns: (filter, page) => listPage(database, flowRunListing, filter, page),
    listMatchingIds: (filter, limit) => listMatchingIds(database, flowRunListing, filter, limit),
    listMatchingStepIds: (words, limit) => listMatchingStepIds(database, words, limit),
    async getFlowRun(id) {
      const run = await getSummary(id);
      const [steps, children, totals, stored] = await Promise.all([
        reading.listSteps(database, id),
        reading.listChildren(database, id),
        reading.readTotals(database, id),
        payloads.listFlowPayloads(database, id, mostInlineCharacters),
      ]);
      return {
        ...run,
        ...totals,
        steps,
        children,
        ...readParts(
          stored.find(({ part }) => part === "input"),
          stored.find(({ part }) => part === "output"),
        ),
      };
    },
    async getStep(flow_run_id, step_run_id) {
      const [step] = await reading.listStepSummaries(database, [step_run_id]);
      const bodies = await payloads.findStepBodies(database, step_run_id, mostInlineCharacters);
      if (step === undefined || bodies === null || step.flow_run_id !== flow_run_id) {
        throw flowEngineErrors.create(
          "step_run_not_found",
          `Flow run ${flow_run_id} has no step ${step_run_id}.`,
        );
      }
      const { input, input_zstd, input_characters, output, output_zstd, output_characters } = bodies;
      return {
        ...step,
        ...readParts(
          input_characters === null
            ? undefined
            : { content: input, content_zstd: input_zstd, characters: input_characters },
          bodies.has_output
            ? { content: output, content_zstd: output_zstd, characters: output_characters }
            : undefined,
        ),
        error_causes: bodies.error_causes ?? [],
        reused_from_flow_run_id: bodies.reused_from_flow_run_id,
      };
    },
    async readFlowPayload(id, part) {
      return readText(await payloads.findFlowPayloadText(database, id, part));
    },
    async readStepPayload(flow_run_id, step_run_id, part) {
      return readText(await payloads.findStepPayloadText(database, { flow_run_id, step_run_id }, part));
    },
    async listLogs(id) {
      await getSummary(id);
      return reading.listLogs(database, id, mostLogLines);
    },
    listFlowRunSummaries: (ids) => reading.listFlowRunSummaries(database, ids),
    listLogLines: (ids) => reading.listLogLines(database, ids),
    listRootRunIds: (task_ids) => reading.listRootRunIds(database, task_ids),
    listStepSummaries: (ids) => reading.listStepSummaries(database, ids),
  };
}

/** Both values as far as they are short enough to come along, and how long they are. */
function readParts(input: payloads.StoredPayload | undefined, output: payloads.StoredPayload | undefined) {
  const read = (stored: payloads.StoredPayload | undefined) => {
    if (stored === undefined) return { value: null, characters: null };
    if (stored.characters !== null && stored.characters > mostInlineCharacters) {
      return { value: null, characters: stored.characters };
    }
    const value = decodeStored(stored.content, stored.content_zstd);
    const characters = stored.characters ?? JSON.stringify(value).length;
    return { value: characters > mostInlineCharacters ? null : value, characters };
  };
  const [given, made] = [read(input), read(output)];
  return {
    input: given.value,
    input_characters: given.characters,
    output: made.value,
    output_characters: made.characters,
  };
}

async function readText(stored: payloads.PayloadText | null): Promise<string> {
  if (stored?.text_zstd) return (await decompress(stored.text_zstd)).toString("utf8");
  if (stored?.text) return stored.text;
  throw flowEngineErrors.create("payload_not_found", "There is no such value, or it has expired.");
}
