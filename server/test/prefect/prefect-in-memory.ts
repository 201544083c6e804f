import { randomUUID } from "node:crypto";
import type { Launch, PrefectClient, ProposedState } from "../../src/modules/prefect/client/client.ts";
import type { FlowRunQuery } from "../../src/modules/prefect/client/queries.ts";
import type {
  PrefectDeployment,
  PrefectFlowRun,
  PrefectOrchestration,
  StateType,
} from "../../src/modules/prefect/client/wire.ts";
import { prefectErrors } from "../../src/modules/prefect/errors.ts";
import { isTerminalType } from "../../src/modules/prefect/states.ts";

type Call = "createFlowRun" | "setState" | "resume" | "findFlowRun" | "getDeployment";

/** What Prefect decides about runs, as docs/reference/prefect.md measured it, without a server: for what a test has to interrupt. */
export class PrefectInMemory {
  readonly runs = new Map<string, PrefectFlowRun>();
  readonly calls: Call[] = [];
  /** Runs before a call is carried out, or after it and before its answer arrives; may throw. */
  before: (call: Call) => void | Promise<void> = () => undefined;
  after: (call: Call) => void | Promise<void> = () => undefined;
  readonly deployment: PrefectDeployment = {
    id: randomUUID(),
    name: "course-generation",
    flow_id: randomUUID(),
    tags: [],
    paused: false,
    parameter_openapi_schema: {
      properties: { unit_id: {}, title: {}, target_lesson_count: {}, source_text: {}, return_to: {} },
    },
  };
  launches: Omit<Launch, "deployment_id">[] = [];
  #clock = Date.now();

  /** Puts a run into a state, as its process or a worker would. */
  move(id: string, type: StateType, name: string = type): void {
    const run = this.run(id);
    this.#clock += 1_000;
    const timestamp = new Date(this.#clock).toISOString();
    const state = { id: randomUUID(), type, name, timestamp };
    this.runs.set(id, {
      ...run,
      state,
      state_id: state.id,
      state_type: type,
      state_name: name,
      run_count: run.run_count + (type === "RUNNING" ? 1 : 0),
      start_time: run.start_time ?? (type === "RUNNING" ? timestamp : null),
      end_time: isTerminalType(type) ? timestamp : null,
    });
  }

  run(id: string): PrefectFlowRun {
    const run = this.runs.get(id);
    if (run === undefined) throw prefectErrors.create("prefect_not_found", "Flow run not found");
    return run;
  }

  /** A run that somebody launched elsewhere. */
  insert(given: Partial<PrefectFlowRun> = {}): string {
    const id = given.id ?? randomUUID();
    const created = new Date(this.#clock).toISOString();
    this.runs.set(id, {
      ...{ id, name: "merry-otter", tags: [], run_count: 0, flow_id: this.deployment.flow_id, created },
      ...{ deployment_id: this.deployment.id, expected_start_time: created },
      ...given,
    });
    this.move(id, "SCHEDULED", "Scheduled");
    return id;
  }

  #launch({ deployment_id, ...launch }: Launch): { run: PrefectFlowRun; is_new: boolean } {
    const known = [...this.runs.values()].find(
      ({ idempotency_key }) => idempotency_key === launch.idempotency_key,
    );
    if (known !== undefined) return { run: known, is_new: false };
    this.launches.push(launch);
    const { parameters, idempotency_key } = launch;
    const id = this.insert({
      deployment_id,
      parameters: { ...parameters },
      idempotency_key,
      tags: [...(launch.tags ?? [])],
    });
    return { run: this.run(id), is_new: true };
  }

  #propose(id: string, { type, name }: ProposedState): PrefectOrchestration {
    const before = this.run(id).state_type;
    if (type === "CANCELLING") {
      if (isTerminalType(before)) {
        return { status: "ABORT", details: { reason: "Run is already in terminal state." } };
      }
      if (before === "SCHEDULED") {
        this.move(id, "CANCELLED", "Cancelled");
        return { status: "REJECT", state: this.run(id).state ?? null };
      }
    }
    this.move(id, type, name ?? type);
    return { status: "ACCEPT", state: this.run(id).state ?? null };
  }

  #resume(id: string): PrefectOrchestration {
    if (this.run(id).state_type !== "PAUSED") {
      return {
        status: "ABORT",
        details: { reason: "Cannot resume a flow run that is not paused." },
      };
    }
    this.move(id, "RUNNING");
    return { status: "ACCEPT", state: this.run(id).state ?? null };
  }

  #list(query: FlowRunQuery): PrefectFlowRun[] {
    return [...this.runs.values()].filter(
      (run) =>
        (query.ids?.includes(run.id) ?? true) &&
        (query.idempotency_keys?.includes(run.idempotency_key ?? "") ?? true) &&
        // No run here has begun another one.
        query.parent_flow_run_ids === undefined,
    );
  }

  readonly client: PrefectClient = {
    getVersion: async () => "3.8.8",
    listFlowRuns: async (query) => this.#list(query),
    countFlowRuns: async (query) => this.#list(query).length,
    findFlowRun: (id) => this.#called("findFlowRun", () => this.runs.get(id) ?? null),
    listTaskRuns: async () => [],
    countTaskRuns: async () => 0,
    listLogs: async () => [],
    listProgress: async () => [],
    listFlowRunStates: async (id) => {
      const { state } = this.run(id);
      return state ? [state] : [];
    },
    listEvents: async () => [],
    listFlows: async (ids) => ids.map((id) => ({ id, name: "write-course" })),
    listDeployments: async ({ offset = 0 }) => (offset === 0 ? [this.deployment] : []),
    getDeployment: (id) =>
      this.#called("getDeployment", () => {
        if (id === this.deployment.id) return this.deployment;
        throw prefectErrors.create("prefect_not_found", "Deployment not found");
      }),
    findDeployment: async () => this.deployment,
    createFlowRun: (launch) => this.#called("createFlowRun", () => this.#launch(launch)),
    setState: (id, state) => this.#called("setState", () => this.#propose(id, state)),
    resume: (id) => this.#called("resume", () => this.#resume(id)),
    close: async () => undefined,
  };

  async #called<Answer>(call: Call, carryOut: () => Answer): Promise<Answer> {
    this.calls.push(call);
    await this.before(call);
    const answer = carryOut();
    await this.after(call);
    return answer;
  }

  /** How often it was asked this. */
  count(call: Call): number {
    return this.calls.filter((each) => each === call).length;
  }
}
