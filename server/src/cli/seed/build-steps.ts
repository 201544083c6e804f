import { hashInput, hashRecipe, memoKey } from "../../modules/flow-engine/memo.ts";
import { encodePayload } from "../../modules/llm/payload.ts";
import { canonicalJson } from "../../platform/canonical-json.ts";
import { addRequest, type CallOwner } from "./build-requests.ts";
import { cancelled, doubtful, good, rateLimited } from "./call-ends.ts";
import { at, type FlowRunRow, type RequestRow, type SeedRows, type StepRow, variation } from "./rows.ts";
import type { StepPlan } from "./step-plans.ts";
import type { Mishap, TaskStory } from "./story.ts";

/** A result that a later task of the lineage takes over. */
export interface RecordedStep {
  readonly step_run_id: string;
  readonly request_id: string;
}

/** Everything that the steps of one task share. */
export interface TaskScene {
  readonly rows: SeedRows;
  readonly newId: (moment_ms: number) => string;
  readonly story: TaskStory;
  readonly slug: string;
  readonly task_id: string;
  readonly lineage_id: string;
  readonly unit_id: string;
  readonly unit_title: string;
  readonly user_id: string;
  /** When it was claimed. */
  readonly start_ms: number;
  /** Fence and worker that hold the task at a moment. */
  ownerAt(moment_ms: number): { readonly fence: number; readonly worker_id: string | null };
  /** Results of the lineage by memo key; earlier tasks filled it, this one adds to it. */
  readonly recorded: Map<string, RecordedStep>;
  /** Those that earlier tasks recorded. */
  readonly reusable: ReadonlySet<string>;
}

export interface OpenRun {
  readonly row: FlowRunRow & { id: string };
  readonly flow_key: string;
  steps: number;
}

/** How a step ended; `stopped`: the task's course ended in it or before it. */
export interface StepOutcome {
  readonly kind: "completed" | "failed" | "stopped";
  readonly at_ms: number;
  readonly request_id: string;
  readonly error_code: string | null;
  readonly error_message: string | null;
}

const takeoverMs = 1_900;
const detectionMs = 1_200;
const rateLimitPauseMs = 2_100;

/** Adds the rows of one step of a run that starts at the moment. */
export function runStep(scene: TaskScene, run: OpenRun, plan: StepPlan, from_ms: number): StepOutcome {
  const address = `${run.flow_key}/${plan.name}`;
  run.row.current_step = plan.name;
  const { cut } = scene.story;
  const cutAt = cut === null ? Number.POSITIVE_INFINITY : scene.start_ms + cut.at_ms;
  if (from_ms >= cutAt) return stopped(from_ms);
  run.steps += 1;
  const { memo_key } = keysOf(run, plan);
  if (scene.reusable.has(memo_key)) return reuseStep(scene, run, plan, memo_key, from_ms);

  const mishap = scene.story.mishaps[address] ?? null;
  const [shortest, longest] = plan.duration;
  const length = Math.round(shortest + (longest - shortest) * variation(`${scene.slug} ${address}`));
  const died = scene.start_ms + (scene.story.worker_died_at_ms ?? Number.NEGATIVE_INFINITY);
  if (from_ms < died && died < from_ms + length) {
    const lost = addStep(scene, run, plan, from_ms, 1);
    endStep(
      lost,
      "failed",
      died + detectionMs,
      "worker_lost",
      "The worker was lost while this step ran; the step runs again.",
    );
    addRequest(callOwner(scene, lost), plan.call, doubtful(from_ms, died + detectionMs));
    return performStep(scene, run, plan, died + takeoverMs, {
      length,
      mishap,
      cutAt,
      address,
      retried: lost,
    });
  }
  return performStep(scene, run, plan, from_ms, { length, mishap, cutAt, address, retried: null });
}

interface Performance {
  readonly length: number;
  readonly mishap: Mishap | null;
  readonly cutAt: number;
  readonly address: string;
  readonly retried: (StepRow & { id: string }) | null;
}

function performStep(
  scene: TaskScene,
  run: OpenRun,
  plan: StepPlan,
  from_ms: number,
  how: Performance,
): StepOutcome {
  const step = addStep(scene, run, plan, from_ms, how.retried === null ? 1 : 2);
  if (how.retried !== null) step.retry_of_step_run_id = how.retried.id;
  const owner = callOwner(scene, step);
  const end_ms = from_ms + how.length;
  const kind = scene.story.cut?.kind;
  if (end_ms > how.cutAt && kind === "running") {
    addRequest(owner, plan.call, {
      ...good(from_ms, from_ms + 5),
      status: "pending",
      http_status: null,
      is_charged: false,
    });
    return stopped(end_ms);
  }
  if (end_ms > how.cutAt && kind === "cancelled") {
    const ended = how.cutAt + 240;
    endStep(step, "cancelled", ended, "task_cancelled", "The task was cancelled while this step ran.");
    addRequest(owner, plan.call, cancelled(from_ms, ended));
    return stopped(ended);
  }
  if (how.mishap === "invalid_json_twice" || how.mishap === "provider_down") {
    return failStep(scene, run, plan, step, from_ms, how.mishap);
  }
  const waiting_ms = how.mishap === "rate_limited" ? rateLimitPauseMs + 400 : 0;
  if (how.mishap === "rate_limited") {
    addRequest(owner, plan.call, rateLimited(from_ms));
    log(scene, step, from_ms + 400, "warn", "The provider limits the rate; trying again in 2.1 s", {
      http_status: 429,
    });
  }
  const attempt = how.mishap === "rate_limited" ? 2 : 1;
  const done_ms = end_ms + waiting_ms;
  const request = addRequest(owner, plan.call, { ...good(from_ms + waiting_ms + 4, done_ms - 6), attempt });
  completeStep(scene, run, plan, step, { from_ms, done_ms, waiting_ms, request_id: idOf(request) });
  scene.recorded.set(keysOf(run, plan).memo_key, { step_run_id: step.id, request_id: idOf(request) });
  return {
    kind: "completed",
    at_ms: done_ms,
    request_id: idOf(request),
    error_code: null,
    error_message: null,
  };
}

function completeStep(
  scene: TaskScene,
  run: OpenRun,
  plan: StepPlan,
  step: StepRow & { id: string },
  end: {
    readonly from_ms: number;
    readonly done_ms: number;
    readonly waiting_ms: number;
    readonly request_id: string;
  },
): void {
  setOutput(step, plan, end.request_id);
  step.waiting_ms = end.waiting_ms;
  step.working_ms = Math.round(end.done_ms - end.from_ms - end.waiting_ms);
  endStep(step, "completed", end.done_ms, null, null);
  bookCosts(scene, run, step);
  run.row.steps_done = (run.row.steps_done ?? 0) + 1;
  log(scene, step, end.done_ms, "info", plan.log, {});
}

function failStep(
  scene: TaskScene,
  run: OpenRun,
  plan: StepPlan,
  step: StepRow & { id: string },
  from_ms: number,
  mishap: "invalid_json_twice" | "provider_down",
): StepOutcome {
  const owner = callOwner(scene, step);
  const failure =
    mishap === "invalid_json_twice"
      ? {
          code: "answer_invalid",
          message: "The model's answer is not JSON.",
          status: 200,
          calls: 2,
          lastsMs: 8_400,
        }
      : {
          code: "provider_unavailable",
          message: "The provider answered 503. The server is overloaded",
          status: 503,
          calls: 4,
          lastsMs: 900,
        };
  let moment = from_ms;
  let working_ms = 0;
  let request_id = "";
  for (let attempt = 1; attempt <= failure.calls; attempt += 1) {
    const to_ms = moment + failure.lastsMs;
    const row = addRequest(owner, plan.call, {
      ...good(moment + 4, to_ms),
      status: "failed",
      attempt,
      http_status: failure.status,
      error_code: failure.code,
      error_message: failure.message,
      is_charged: failure.status === 200,
      answered: "Here are the exercises you asked for:\n\n1. What is the main idea of this lesson?",
    });
    request_id = idOf(row);
    const pauseMs = failure.status === 200 ? 20 : 1_000 * 2 ** (attempt - 1);
    moment = attempt === failure.calls ? to_ms + 6 : to_ms + pauseMs;
    working_ms += failure.lastsMs;
  }
  const error_message =
    failure.status === 200
      ? "The model's answer is not JSON, and neither was the one after it was asked to correct it."
      : "The provider answered 503 four times: it is overloaded. Retry the unit when it is well again.";
  step.working_ms = working_ms;
  step.waiting_ms = moment - from_ms - working_ms;
  step.error_causes = JSON.stringify([{ name: "AppError", message: failure.message, code: failure.code }]);
  endStep(step, "failed", moment, failure.code, error_message);
  bookCosts(scene, run, step);
  log(scene, step, moment, "error", error_message, { calls: failure.calls });
  return { kind: "failed", at_ms: moment, request_id, error_code: failure.code, error_message };
}

function reuseStep(
  scene: TaskScene,
  run: OpenRun,
  plan: StepPlan,
  memo_key: string,
  from_ms: number,
): StepOutcome {
  const recorded = scene.recorded.get(memo_key);
  if (recorded === undefined) throw new Error(`Nothing is recorded for ${plan.name}`);
  const step = addStep(scene, run, plan, from_ms, 1);
  setOutput(step, plan, recorded.request_id);
  step.reused_from_step_run_id = recorded.step_run_id;
  step.cost_usd = 0;
  endStep(step, "completed", from_ms + 2, null, null);
  run.row.steps_done = (run.row.steps_done ?? 0) + 1;
  return {
    kind: "completed",
    at_ms: from_ms + 4,
    request_id: recorded.request_id,
    error_code: null,
    error_message: null,
  };
}

/** What the engine would remember the step by. No flow asks twice for the same. */
function keysOf(run: OpenRun, plan: StepPlan): { readonly memo_key: string; readonly input_hash: string } {
  const input_hash = hashInput(canonicalJson(plan.input));
  const { flow_path } = run.row;
  return { input_hash, memo_key: memoKey({ flow_path, step_name: plan.name, input_hash, occurrence: 0 }) };
}

/** @throws ZodError when the product's own step could not have made it: a resume would not take it */
function setOutput(step: StepRow, plan: StepPlan, llm_request_id: string): void {
  const output = { ...plan.output, llm_request_id };
  plan.definition.output.parse(output);
  const stored = encodePayload(output);
  step.output = stored.content;
  step.output_zstd = stored.content_zstd;
  step.output_characters = stored.characters;
}

function addStep(
  scene: TaskScene,
  run: OpenRun,
  plan: StepPlan,
  from_ms: number,
  attempt: number,
): StepRow & { id: string } {
  const { fence } = scene.ownerAt(from_ms);
  const step: StepRow & { id: string } = {
    id: scene.newId(from_ms),
    flow_run_id: run.row.id,
    task_id: scene.task_id,
    lineage_id: scene.lineage_id,
    flow_path: run.row.flow_path,
    step_name: plan.name,
    step_version: plan.definition.version,
    step_order: run.steps,
    occurrence: 0,
    ...keysOf(run, plan),
    recipe_hash: hashRecipe(plan.definition.version, { model: plan.call.model }),
    output: null,
    output_zstd: null,
    status: "running",
    fence,
    attempt,
    created_at: at(from_ms),
    updated_at: at(from_ms),
    started_at: at(from_ms),
  };
  scene.rows.flow_step_runs.push(step);
  scene.rows.payloads_step_runs.push({ owner_id: step.id, part: "input", ...encodePayload(plan.input) });
  return step;
}

function endStep(
  step: StepRow,
  status: string,
  at_ms: number,
  error_code: string | null,
  error_message: string | null,
): void {
  step.status = status;
  step.completed_at = at(at_ms);
  step.updated_at = at(at_ms);
  step.error_code = error_code;
  step.error_message = error_message;
}

/** What its calls cost goes to the step and its flow run; one unknown cost makes the sums unknown. */
function bookCosts(scene: TaskScene, run: OpenRun, step: StepRow & { id: string }): void {
  const calls = scene.rows.llm_requests.filter(({ step_run_id }) => step_run_id === step.id);
  const sum = (read: (call: RequestRow) => number | null | undefined) =>
    calls.reduce((total, call) => total + (read(call) ?? 0), 0);
  step.cost_usd = calls.some(({ cost_usd }) => cost_usd === null)
    ? null
    : rounded(sum(({ cost_usd }) => cost_usd));
  step.tokens_used = sum(({ tokens_input }) => tokens_input) + sum(({ tokens_output }) => tokens_output);
  run.row.tokens_input = (run.row.tokens_input ?? 0) + sum(({ tokens_input }) => tokens_input);
  run.row.tokens_cached = (run.row.tokens_cached ?? 0) + sum(({ tokens_cached }) => tokens_cached);
  run.row.tokens_output = (run.row.tokens_output ?? 0) + sum(({ tokens_output }) => tokens_output);
  const spent = run.row.cost_usd;
  run.row.cost_usd = step.cost_usd === null || spent == null ? null : rounded(spent + step.cost_usd);
}

/** To the 8 decimals of the columns. */
function rounded(usd: number): number {
  return Number(usd.toFixed(8));
}

function callOwner(scene: TaskScene, step: StepRow & { id: string }): CallOwner {
  const { rows, newId, task_id, unit_id, user_id } = scene;
  const started_ms = Date.parse(String(step.started_at));
  const { fence, worker_id } = scene.ownerAt(started_ms);
  return {
    rows,
    newId,
    task_id,
    unit_id,
    user_id,
    fence,
    worker_id,
    step_run_id: step.id,
    flow_run_id: step.flow_run_id,
  };
}

function log(
  scene: TaskScene,
  step: StepRow & { id: string },
  at_ms: number,
  level: string,
  message: string,
  fields: Readonly<Record<string, unknown>>,
): void {
  scene.rows.step_logs.push({
    id: scene.newId(at_ms),
    flow_run_id: step.flow_run_id,
    step_run_id: step.id,
    at: at(at_ms),
    level,
    message,
    fields: JSON.stringify(fields),
  });
}

function idOf({ id }: RequestRow): string {
  if (id === undefined) throw new Error("A request row has no id");
  return id;
}

function stopped(at_ms: number): StepOutcome {
  return { kind: "stopped", at_ms, request_id: "", error_code: null, error_message: null };
}
