import { z } from "zod";
import { AppError } from "../../../platform/errors.ts";
import { prefectErrors } from "../errors.ts";
import { isNewerState } from "../states.ts";
import {
  type EventQuery,
  eventFilter,
  type FlowRunQuery,
  flowRunFilter,
  type LogQuery,
  largestPage,
  logFilter,
  progressFilter,
  type TaskRunQuery,
  taskRunCount,
  taskRunFilter,
} from "./queries.ts";
import { createTransport, type PrefectAnswer, type TransportOptions } from "./transport.ts";
import { isCompatibleVersion, oldestVersion } from "./versions.ts";
import {
  type PrefectArtifact,
  type PrefectDeployment,
  type PrefectEvent,
  type PrefectFlow,
  type PrefectFlowRun,
  type PrefectLog,
  type PrefectOrchestration,
  type PrefectState,
  type PrefectTaskRun,
  prefectArtifactSchema,
  prefectDeploymentSchema,
  prefectEventSchema,
  prefectFlowRunSchema,
  prefectFlowSchema,
  prefectLogSchema,
  prefectOrchestrationSchema,
  prefectStateSchema,
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
  countTaskRuns(query: Omit<TaskRunQuery, "limit" | "offset">, signal?: AbortSignal): Promise<number>;
  /**
   * Oldest first, unless asked otherwise. An answer that would be too large comes as a shorter page, down to one line:
   * `isLastLogPage` tells it from the end.
   */
  listLogs(query: LogQuery, signal?: AbortSignal): Promise<PrefectLog[]>;
  /** The progress artifacts of these runs, the last changed first, at most 200. */
  listProgress(flow_run_ids: readonly string[], signal?: AbortSignal): Promise<PrefectArtifact[]>;
  /** The states that a run went through, oldest first. */
  listFlowRunStates(flow_run_id: string, signal?: AbortSignal): Promise<PrefectState[]>;
  /** Stored events, newest first, at most 50; up to 5 s later than the socket has them. */
  listEvents(query: EventQuery, signal?: AbortSignal): Promise<PrefectEvent[]>;
  listFlows(ids: readonly string[], signal?: AbortSignal): Promise<PrefectFlow[]>;
  listDeployments(
    page: { limit?: number; offset?: number },
    signal?: AbortSignal,
  ): Promise<PrefectDeployment[]>;
  /** @throws AppError `prefect_not_found` */
  getDeployment(id: string, signal?: AbortSignal): Promise<PrefectDeployment>;
  /** Null when the flow has no deployment of this name. */
  findDeployment(flow_name: string, name: string, signal?: AbortSignal): Promise<PrefectDeployment | null>;
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
      return listLogs({ ...query, limit: smallerLogPage(limit) }, signal);
    }
  }

  /** In two halves when all of it would be too large: parameters may be. */
  async function listFlowRuns(query: FlowRunQuery, signal?: AbortSignal): Promise<PrefectFlowRun[]> {
    const { limit = largestPage, offset = 0 } = query;
    try {
      return await post("/flow_runs/filter", flowRunFilter(query), z.array(prefectFlowRunSchema), signal);
    } catch (error) {
      if (limit === 1 || !isTooLarge(error)) throw error;
      const half = Math.ceil(limit / 2);
      const first = await listFlowRuns({ ...query, limit: half }, signal);
      if (first.length < half) return first;
      const rest = { ...query, limit: limit - half, offset: offset + half };
      return [...first, ...(await listFlowRuns(rest, signal))];
    }
  }

  return {
    getVersion: (signal) => readVersion(transport, signal),
    listFlowRuns,
    countFlowRuns: (query, signal) => post("/flow_runs/count", flowRunFilter(query), z.int(), signal),
    findFlowRun: (id, signal) =>
      orNull(
        transport.send({ method: "GET", path: `/flow_runs/${id}`, answer: prefectFlowRunSchema, signal }),
      ),
    listTaskRuns: (query, signal) =>
      post("/task_runs/filter", taskRunFilter(query), z.array(prefectTaskRunSchema), signal),
    countTaskRuns: (query, signal) => post("/task_runs/count", taskRunCount(query), z.int(), signal),
    listLogs,
    listProgress: (ids, signal) =>
      post("/artifacts/filter", progressFilter(ids, largestPage), z.array(prefectArtifactSchema), signal),
    async listFlowRunStates(flow_run_id, signal) {
      const path = `/flow_run_states/?flow_run_id=${encodeURIComponent(flow_run_id)}`;
      const answer = z.array(prefectStateSchema);
      const { body: states } = await transport.send({ method: "GET", path, answer, signal });
      return states.sort((a, b) => (isNewerState(a, b) ? -1 : 1));
    },
    listEvents: (query, signal) =>
      post("/events/filter", eventFilter(query), eventPageSchema, signal).then(({ events }) => events),
    listFlows: (ids, signal) =>
      post("/flows/filter", { flows: { id: { any_: ids } } }, z.array(prefectFlowSchema), signal),
    listDeployments: (page, signal) =>
      post("/deployments/filter", { sort: "NAME_ASC", ...page }, z.array(prefectDeploymentSchema), signal),
    getDeployment: (id, signal) =>
      transport
        .send({ method: "GET", path: `/deployments/${id}`, answer: prefectDeploymentSchema, signal })
        .then(({ body }) => body),
    findDeployment: (flow_name, name, signal) => {
      const path = `/deployments/name/${encodeURIComponent(flow_name)}/${encodeURIComponent(name)}`;
      return orNull(transport.send({ method: "GET", path, answer: prefectDeploymentSchema, signal }));
    },
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

async function orNull<Body>(answer: Promise<PrefectAnswer<Body>>): Promise<Body | null> {
  try {
    return (await answer).body;
  } catch (error) {
    if (error instanceof AppError && error.code === "prefect_not_found") return null;
    throw error;
  }
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

const eventPageSchema = z.object({ events: z.array(prefectEventSchema) });

const smallerLogPage = (limit: number) => Math.max(1, Math.floor(limit / 8));

/** Whether a page of this many lines was the last: neither as long as was asked for nor made shorter for its size. */
export function isLastLogPage(lines: number, limit: number = largestPage): boolean {
  for (let asked = limit; ; asked = smallerLogPage(asked)) {
    if (lines === asked) return false;
    if (asked === 1) return true;
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof AppError && error.code === "prefect_answer_too_large";
}
