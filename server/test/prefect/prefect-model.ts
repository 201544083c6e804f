import { randomUUID } from "node:crypto";
import type { PrefectClient } from "../../src/modules/prefect/client/client.ts";
import type { FlowRunQuery, LogQuery } from "../../src/modules/prefect/client/queries.ts";
import type {
  PrefectEvent,
  PrefectFlowRun,
  PrefectLog,
  PrefectState,
  PrefectTaskRun,
  StateType,
} from "../../src/modules/prefect/client/wire.ts";

/** What a Prefect server holds, as far as our reading sees it; a test changes it and reads it through `client`. */
export interface PrefectModel {
  readonly client: PrefectClient;
  readonly runs: Map<string, PrefectFlowRun>;
  readonly taskRuns: Map<string, PrefectTaskRun>;
  readonly states: Map<string, PrefectState[]>;
  readonly logs: PrefectLog[];
  readonly events: PrefectEvent[];
  /** How many calls were made, by name. */
  readonly calls: Map<string, number>;
  addRun(fields?: Partial<PrefectFlowRun>): PrefectFlowRun;
  addStep(flow_run_id: string, fields?: Partial<PrefectTaskRun>): PrefectTaskRun;
  /** Makes a subflow with its stand-in. */
  addSubflow(parent_id: string): PrefectFlowRun;
  setRunState(id: string, type: StateType, name?: string): void;
  setStepState(id: string, type: StateType): void;
}

const flow_id = "11111111-1111-4111-8111-111111111111";
const names: Partial<Record<StateType, string>> = { RUNNING: "Running", COMPLETED: "Completed" };
const ended: readonly string[] = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"];

/** `aheadMs`: how far its clock is before ours. */
export function createPrefectModel(options: { readonly aheadMs?: number } = {}): PrefectModel {
  const runs = new Map<string, PrefectFlowRun>();
  const taskRuns = new Map<string, PrefectTaskRun>();
  const states = new Map<string, PrefectState[]>();
  const logs: PrefectLog[] = [];
  const events: PrefectEvent[] = [];
  const calls = new Map<string, number>();
  // A clock of its own: each thing happens a little later than the one before.
  let clock = Date.now() - 60_000 + (options.aheadMs ?? 0);
  const tick = () => {
    clock += 7;
    return new Date(clock).toISOString().replace("Z", "123Z");
  };
  const stateOf = (type: StateType, name?: string): PrefectState => ({
    id: randomUUID(),
    type,
    name: name ?? names[type] ?? type,
    timestamp: tick(),
    message: null,
  });

  function enter(run: PrefectFlowRun | PrefectTaskRun, state: PrefectState) {
    const wasEnded = ended.includes(run.state_type ?? "");
    const isEnd = ended.includes(state.type);
    Object.assign(run, {
      state,
      state_id: state.id,
      state_type: state.type,
      state_name: state.name,
      updated: state.timestamp,
      run_count: run.run_count + (state.type === "RUNNING" ? 1 : 0),
      start_time: run.start_time ?? (state.type === "RUNNING" ? state.timestamp : null),
      // Prefect keeps the first end of a run that ends a second time.
      end_time: isEnd && !wasEnded ? state.timestamp : isEnd ? run.end_time : wasEnded ? null : run.end_time,
    });
  }

  const model: Omit<PrefectModel, "client"> = {
    ...{ runs, taskRuns, states, logs, events, calls },
    addRun(fields = {}) {
      const state = stateOf("PENDING", "Pending");
      const run: PrefectFlowRun = {
        ...{ id: randomUUID(), name: "brave-otter", tags: [], run_count: 0, flow_id },
        ...{ created: state.timestamp, expected_start_time: state.timestamp, parameters: {} },
        ...fields,
      };
      enter(run, state);
      runs.set(run.id, run);
      states.set(run.id, [state]);
      return run;
    },
    addStep(flow_run_id, fields = {}) {
      const step: PrefectTaskRun = {
        ...{ id: randomUUID(), name: `write-${taskRuns.size}`, tags: [], run_count: 0, flow_run_id },
        ...{ task_key: `write-${taskRuns.size}`, dynamic_key: "0", flow_run_run_count: 1 },
        ...fields,
      };
      enter(step, stateOf("RUNNING"));
      taskRuns.set(step.id, step);
      return step;
    },
    addSubflow(parent_id) {
      const standIn = model.addStep(parent_id);
      const run = model.addRun({ parent_task_run_id: standIn.id, name: "lesson" });
      if (standIn.state) standIn.state.state_details = { child_flow_run_id: run.id };
      return run;
    },
    setRunState(id, type, name) {
      const run = runs.get(id);
      if (run === undefined) throw new Error(`There is no run ${id}`);
      const state = stateOf(type, name);
      enter(run, state);
      states.get(id)?.push(state);
    },
    setStepState(id, type) {
      const step = taskRuns.get(id);
      if (step === undefined) throw new Error(`There is no step ${id}`);
      const details = step.state?.state_details;
      enter(step, { ...stateOf(type), state_details: details });
    },
  };
  return { ...model, client: createModelClient(model) };
}

/** Reads are copies, as answers over the wire are: what happens afterwards does not change them. */
function createModelClient(model: Omit<PrefectModel, "client">): PrefectClient {
  const refuse = () => Promise.reject(new Error("The model is only read"));
  const counted = <Value>(name: string, value: Value): Promise<Value> => {
    model.calls.set(name, (model.calls.get(name) ?? 0) + 1);
    return Promise.resolve(structuredClone(value));
  };
  const find = (query: FlowRunQuery) => findRuns(model, query);
  const findSteps = (query: Parameters<PrefectClient["listTaskRuns"]>[0]) =>
    [...model.taskRuns.values()].filter(
      (step) =>
        (query.ids === undefined || query.ids.includes(step.id)) &&
        (query.flow_run_ids === undefined || query.flow_run_ids.includes(step.flow_run_id ?? "")) &&
        (query.is_without_stand_ins !== true || !step.state?.state_details?.child_flow_run_id),
    );
  return {
    getVersion: () => counted("version", "3.8.8"),
    listFlowRuns: (query) => counted("runs", pageOf(find(query), query)),
    countFlowRuns: (query) => counted("count", find(query).length),
    findFlowRun: (id) => counted("run", model.runs.get(id) ?? null),
    listTaskRuns: (query) => counted("steps", pageOf(findSteps(query), query)),
    countTaskRuns: (query) => counted("countSteps", findSteps(query).length),
    listLogs: (query) => counted("logs", pageOf(findLogs(model, query), query)),
    listProgress: () => counted("progress", []),
    listFlowRunStates: (id) => counted("states", model.states.get(id) ?? []),
    listEvents: ({ names: wanted, resource_ids, since, limit }) =>
      counted(
        "events",
        model.events
          .filter(
            ({ event, resource, occurred }) =>
              wanted.includes(event) &&
              (resource_ids === undefined ||
                resource_ids.includes(String(resource["prefect.resource.id"]))) &&
              occurred >= since,
          )
          .sort((a, b) => (a.occurred < b.occurred ? 1 : -1))
          .slice(0, limit ?? 50),
      ),
    listFlows: (ids) =>
      counted(
        "flows",
        ids.map((id) => ({ id, name: "write-course" })),
      ),
    listDeployments: () => counted("deployments", []),
    findDeployment: () => counted("deployment", null),
    ...{ getDeployment: refuse, createFlowRun: refuse, setState: refuse, resume: refuse },
    close: () => Promise.resolve(),
  };
}

function pageOf<Row>(rows: readonly Row[], { limit = 200, offset = 0 }: { limit?: number; offset?: number }) {
  return rows.slice(offset, offset + limit);
}

function findRuns({ runs, taskRuns }: Omit<PrefectModel, "client">, query: FlowRunQuery): PrefectFlowRun[] {
  const begins = (run: PrefectFlowRun) => run.start_time ?? run.expected_start_time ?? "";
  const moment = (text: string) => new Date(text).toISOString();
  const found = [...runs.values()].filter((run) => {
    const parent = taskRuns.get(run.parent_task_run_id ?? "")?.flow_run_id ?? "";
    return (
      (query.ids === undefined || query.ids.includes(run.id)) &&
      (query.parent_flow_run_ids === undefined || query.parent_flow_run_ids.includes(parent)) &&
      (query.tags ?? []).every((tag) => run.tags.includes(tag)) &&
      (query.state_types === undefined ||
        (query.state_types as readonly string[]).includes(run.state_type ?? "")) &&
      (query.started_after === undefined || begins(run) >= moment(query.started_after)) &&
      (query.started_before === undefined || begins(run) <= moment(query.started_before)) &&
      (query.ended_after === undefined || (run.end_time ?? "") >= moment(query.ended_after))
    );
  });
  const sort = query.sort ?? "";
  const key = sort.startsWith("END_TIME") ? (run: PrefectFlowRun) => run.end_time ?? "" : begins;
  const direction = sort.endsWith("DESC") ? -1 : 1;
  return found.sort((a, b) => (key(a) < key(b) ? -direction : direction));
}

function findLogs({ logs }: Omit<PrefectModel, "client">, query: LogQuery): PrefectLog[] {
  const after = query.after === undefined ? 0 : Date.parse(query.after);
  const found = logs.filter(
    ({ flow_run_id, timestamp }) =>
      query.flow_run_ids.includes(flow_run_id ?? "") && Date.parse(timestamp) >= after,
  );
  const direction = query.sort === "TIMESTAMP_DESC" ? -1 : 1;
  return found.sort((a, b) => direction * (Date.parse(a.timestamp) - Date.parse(b.timestamp)));
}
