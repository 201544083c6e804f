import { z } from "zod";
import { AppError } from "../../../platform/errors.ts";
import { prefectErrors } from "../errors.ts";
import {
  type FlowRunQuery,
  flowRunFilter,
  type LogQuery,
  largestPage,
  logFilter,
  progressFilter,
  type TaskRunQuery,
  taskRunFilter,
} from "./queries.ts";
import { createTransport, type TransportOptions } from "./transport.ts";
import { isCompatibleVersion, oldestVersion } from "./versions.ts";
import {
  type PrefectArtifact,
  type PrefectDeployment,
  type PrefectFlow,
  type PrefectFlowRun,
  type PrefectLog,
  type PrefectOrchestration,
  type PrefectTaskRun,
  prefectArtifactSchema,
  prefectDeploymentSchema,
  prefectFlowRunSchema,
  prefectFlowSchema,
  prefectLogSchema,
  prefectOrchestrationSchema,
  prefectTaskRunSchema,
  type StateType,
} from "./wire.ts";

export interface ProposedState {
  readonly type: StateType;
  readonly name?: string;
  readonly message?: string;
  /** When a SCHEDULED state is due, ISO 8601. */
  readonly scheduled_time?: string;
}

export interface Launch {
  readonly deployment_id: string;
  readonly name?: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Prefect adds those of the deployment. */
  readonly tags?: readonly string[];
  readonly labels?: Readonly<Record<string, string | number | boolean>>;
  /** With the same key Prefect answers the run that it made first. */
  readonly idempotency_key: string;
  readonly job_variables?: Readonly<Record<string, unknown>>;
}

/**
 * Prefect's HTTP API, as far as it is used. Each call is one request within the connection's budget.
 *
 * @throws AppError with a code of `prefectErrors`; the signal's reason when the caller aborts.
 */
export interface PrefectClient {
  /**
   * The package version of the server, such as `3.8.8`. Proves that the address, the credentials and the version
   * are right: `prefect_not_an_api`, `prefect_auth_failed`, `prefect_version_incompatible`.
   */
  getVersion(signal?: AbortSignal): Promise<string>;
  listFlowRuns(query: FlowRunQuery, signal?: AbortSignal): Promise<PrefectFlowRun[]>;
  countFlowRuns(query: FlowRunQuery, signal?: AbortSignal): Promise<number>;
  /** Null when Prefect does not know the run (any more). */
  findFlowRun(id: string, signal?: AbortSignal): Promise<PrefectFlowRun | null>;
  /** Newest ids first. The stand-ins of subflows are among them (`state_details.child_flow_run_id`). */
  listTaskRuns(query: TaskRunQuery, signal?: AbortSignal): Promise<PrefectTaskRun[]>;
  /** Oldest first. An answer that would be too large comes as a shorter page, down to one line. */
  listLogs(query: LogQuery, signal?: AbortSignal): Promise<PrefectLog[]>;
  /** The progress artifacts of these runs, the last changed first, at most 200. */
  listProgress(flow_run_ids: readonly string[], signal?: AbortSignal): Promise<PrefectArtifact[]>;
  listFlows(ids: readonly string[], signal?: AbortSignal): Promise<PrefectFlow[]>;
  listDeployments(
    page: { limit?: number; offset?: number },
    signal?: AbortSignal,
  ): Promise<PrefectDeployment[]>;
  /** `is_new` is false when the idempotency key was used before. */
  createFlowRun(launch: Launch, signal?: AbortSignal): Promise<{ run: PrefectFlowRun; is_new: boolean }>;
  /** Proposes a state without force; read `status`, for a refusal is an answer too. */
  setState(flow_run_id: string, state: ProposedState, signal?: AbortSignal): Promise<PrefectOrchestration>;
  resume(flow_run_id: string, signal?: AbortSignal): Promise<PrefectOrchestration>;
  close(): Promise<void>;
}

export function createPrefectClient(options: TransportOptions): PrefectClient {
  const transport = createTransport(options);

  async function post<Schema extends z.ZodType>(
    path: string,
    body: unknown,
    answer: Schema,
    signal?: AbortSignal,
  ): Promise<z.output<Schema>> {
    return (await transport.send({ method: "POST", path, body, answer, signal })).body;
  }

  async function listLogs(query: LogQuery, signal?: AbortSignal): Promise<PrefectLog[]> {
    const limit = query.limit ?? largestPage;
    try {
      return await post("/logs/filter", logFilter({ ...query, limit }), z.array(prefectLogSchema), signal);
    } catch (error) {
      if (limit === 1 || !isTooLarge(error)) throw error;
      return listLogs({ ...query, limit: Math.max(1, Math.floor(limit / 8)) }, signal);
    }
  }

  return {
    getVersion: (signal) => readVersion(transport, signal),
    listFlowRuns: (query, signal) =>
      post("/flow_runs/filter", flowRunFilter(query), z.array(prefectFlowRunSchema), signal),
    countFlowRuns: (query, signal) => post("/flow_runs/count", flowRunFilter(query), z.int(), signal),
    findFlowRun: (id, signal) =>
      transport.send({ method: "GET", path: `/flow_runs/${id}`, answer: prefectFlowRunSchema, signal }).then(
        ({ body }) => body,
        (error: unknown) => {
          if (error instanceof AppError && error.code === "prefect_not_found") return null;
          throw error;
        },
      ),
    listTaskRuns: (query, signal) =>
      post("/task_runs/filter", taskRunFilter(query), z.array(prefectTaskRunSchema), signal),
    listLogs,
    listProgress: (ids, signal) =>
      post("/artifacts/filter", progressFilter(ids, largestPage), z.array(prefectArtifactSchema), signal),
    listFlows: (ids, signal) =>
      post("/flows/filter", { flows: { id: { any_: ids } } }, z.array(prefectFlowSchema), signal),
    listDeployments: (page, signal) =>
      post("/deployments/filter", { sort: "NAME_ASC", ...page }, z.array(prefectDeploymentSchema), signal),
    async createFlowRun({ deployment_id, ...body }, signal) {
      const path = `/deployments/${deployment_id}/create_flow_run`;
      const answer = prefectFlowRunSchema;
      const { status, body: run } = await transport.send({ method: "POST", path, body, answer, signal });
      return { run, is_new: status === 201 };
    },
    setState(flow_run_id, { scheduled_time, ...state }, signal) {
      const details = scheduled_time === undefined ? {} : { state_details: { scheduled_time } };
      const body = { state: { ...state, ...details }, force: false };
      return post(`/flow_runs/${flow_run_id}/set_state`, body, prefectOrchestrationSchema, signal);
    },
    resume: (flow_run_id, signal) =>
      post(`/flow_runs/${flow_run_id}/resume`, {}, prefectOrchestrationSchema, signal),
    close: () => transport.close(),
  };
}

async function readVersion(
  transport: ReturnType<typeof createTransport>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const path = "/admin/version";
  const answer = await transport
    .send({ method: "GET", path, answer: z.unknown(), signal })
    .catch(explainProbe);
  const version = z
    .string()
    .regex(/^\d+[.+]/)
    .safeParse(answer.body);
  if (!version.success) {
    throw prefectErrors.create(
      "prefect_not_an_api",
      "The server at this address answers, but not like Prefect.",
    );
  }
  if (!isCompatibleVersion(version.data)) {
    throw prefectErrors.create(
      "prefect_version_incompatible",
      `This is Prefect ${version.data}. Supported is Prefect 3 from ${oldestVersion} on.`,
      { details: { version: version.data } },
    );
  }
  return version.data;
}

// A server that knows nothing of the version, or wants it asked for in another way, is some other program.
function explainProbe(error: unknown): never {
  const isOther =
    error instanceof AppError && (error.code === "prefect_not_found" || error.code === "prefect_refused");
  if (!isOther) throw error;
  throw prefectErrors.create(
    "prefect_not_an_api",
    "The server at this address answers, but not like Prefect. Prefect's API usually ends in /api.",
    { cause: error },
  );
}

function isTooLarge(error: unknown): boolean {
  return error instanceof AppError && error.code === "prefect_answer_too_large";
}
