import type { Database } from "../../../platform/database.ts";
import type { Redactor } from "../../../platform/redaction.ts";
import { type Fence, PauseTask, TaskCancelled } from "../../task-queue/public.ts";
import { type BudgetKeeper, LeaseTooSmall, type Reservation } from "../budget/budget-keeper.ts";
import { budgetReason, priceUnknownReason } from "../budget/pause-reasons.ts";
import { storable } from "../payload.ts";
import { expectedTokens, findPrice, type Price, type Usage, worstUsage } from "../pricing/prices.ts";
import type { CallCorrelation, LlmRequestKind } from "../public.ts";
import type { Budget } from "../repo/budgets.ts";
import type { PriceRepo } from "../repo/prices.ts";
import type { RequestEnd, RequestRepo } from "../repo/requests.ts";
import { type CallFailure, classifyExchange } from "./classify.ts";
import {
  type AttemptScope,
  type Exchange,
  type ExchangeLimits,
  type OutgoingRequest,
  withinScope,
} from "./exchange.ts";
import type { Ledger, Settlement } from "./ledger.ts";
import type { ModelRoute } from "./providers.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import { responseIdOf, storedRequest, storedResponse } from "./stored-exchange.ts";

/** What a client library made of an answer. */
export interface ProviderReply {
  /** Null for media. */
  readonly text: string | null;
  readonly finish_reason: string | null;
  readonly media: { readonly bytes: Uint8Array; readonly mime: string } | null;
  readonly usage: Usage;
}

/** Whether a reply can be used. `stored` is kept beside the response. */
export type Judgement<Value> =
  | { readonly kind: "usable"; readonly value: Value; readonly stored: Readonly<Record<string, unknown>> }
  | {
      readonly kind: "unusable";
      readonly failure: CallFailure;
      /** What the model wrote, for a repair. */
      readonly text: string | null;
      readonly stored: Readonly<Record<string, unknown>>;
    };

/** One HTTP attempt to make. */
export interface AttemptPlan<Value> {
  readonly kind: LlmRequestKind;
  readonly route: ModelRoute;
  readonly correlation: CallCorrelation;
  readonly signal: AbortSignal;
  readonly prompt_name: string;
  readonly prompt_hash: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly max_output_tokens: number;
  /** Of the text to speak; 0 otherwise. */
  readonly characters: number;
  readonly attempt: number;
  /** The request that this one repeats, and the body to send instead of what the client library writes. */
  readonly replay?: { readonly of_request_id: string; readonly body: string } | undefined;
  readonly reportWaiting?: ((ms: number) => void) | undefined;
  /** Calls the client library, which makes exactly one HTTP call. */
  send(): Promise<ProviderReply>;
  /** `reply` is null when the library could not read the answer. */
  judge(reply: ProviderReply | null, exchange: Exchange): Judgement<Value>;
}

export type AttemptResult<Value> =
  | { readonly kind: "answered"; readonly request_id: string; readonly value: Value }
  | {
      readonly kind: "failed";
      readonly request_id: string;
      readonly failure: CallFailure;
      readonly text: string | null;
      readonly cause: unknown;
    };

export interface AttemptDependencies {
  readonly database: Database;
  readonly fence: Fence;
  readonly requests: RequestRepo;
  readonly prices: PriceRepo;
  readonly budgets: BudgetKeeper;
  readonly limiter: RateLimiter;
  readonly ledger: Ledger;
  readonly redactor: Redactor;
  readonly limitsFor: (kind: LlmRequestKind) => ExchangeLimits;
  /** Wakes the change feeds after a commit. */
  readonly changed: () => void;
  /** Wall clock in ms, for dates that providers send. */
  readonly nowMs: () => number;
}

/** The attempt's row once it is committed. */
interface OpenedAttempt {
  readonly request_id: string;
  readonly openedMs: number;
  readonly reservation: Reservation | null;
  readonly price: Price | null;
}

const noUsage: Usage = {
  tokens_input: null,
  tokens_cached: null,
  tokens_reasoning: null,
  tokens_output: null,
  units: null,
};

/**
 * Makes one attempt: row and reservation committed, call sent, answer held for the step's transaction, or its
 * failure committed.
 *
 * @throws PauseTask at a budget's cap, TaskFenced, TaskCancelled, and the database's errors, all before anything is sent
 */
export async function makeAttempt<Value>(
  dependencies: AttemptDependencies,
  plan: AttemptPlan<Value>,
): Promise<AttemptResult<Value>> {
  plan.signal.throwIfAborted();
  let opened: OpenedAttempt | undefined;
  const scope: AttemptScope = {
    limits: dependencies.limitsFor(plan.kind),
    body: plan.replay?.body,
    refusal: null,
    exchange: null,
    async open(request) {
      opened = await openAttempt(dependencies, plan, request);
      return opened.request_id;
    },
  };
  const outcome = await withinScope(scope, plan.send).then(
    (reply) => ({ reply, error: undefined }),
    (error: unknown) => ({ reply: null, error }),
  );
  if (scope.refusal !== null) throw scope.refusal.error;
  // Without an exchange the library threw before it called fetch: a bug, not a provider's answer.
  if (scope.exchange === null || opened === undefined) throw outcome.error;
  return await closeAttempt(dependencies, plan, opened, scope.exchange, outcome);
}

async function openAttempt<Value>(
  dependencies: AttemptDependencies,
  plan: AttemptPlan<Value>,
  request: OutgoingRequest,
): Promise<OpenedAttempt> {
  const { database, budgets, limiter, prices, redactor } = dependencies;
  const { provider, model } = plan.route;
  const { worker_id, unit_id } = plan.correlation;
  const bodyBytes = Buffer.byteLength(request.body);
  const tokens = expectedTokens(plan.kind, bodyBytes, plan.max_output_tokens);
  const waitedMs = await limiter.acquire(provider, model, tokens, plan.signal);
  if (waitedMs > 0) plan.reportWaiting?.(waitedMs);
  const price = findPrice(plan.kind, provider, model, await prices.listInForce(provider, model));
  const reserved_usd =
    price?.costUsd(worstUsage(plan.kind, bodyBytes, plan.max_output_tokens, plan.characters)) ?? null;
  const charged = await budgets.budgetsFor(unit_id);
  if (charged.length > 0 && reserved_usd === null) throw new PauseTask(priceUnknownReason(provider, model));
  const reservation =
    charged.length === 0 || reserved_usd === null
      ? null
      : { worker_id, budget_ids: charged.map(({ id }) => id), usd: reserved_usd };
  const payload = redactor.json(storedRequest(request));
  for (;;) {
    plan.signal.throwIfAborted();
    try {
      const opened = await database.transaction().execute(async (transaction) => {
        await lockTask(dependencies.fence, transaction, plan.correlation);
        if (reservation !== null) await budgets.reserve(transaction, charged, reservation);
        const replay_of_request_id = plan.replay?.of_request_id ?? null;
        const row = { ...plan, ...plan.route, replay_of_request_id, reserved_usd, payload };
        const request_id = await dependencies.requests.insert(transaction, row);
        return { request_id, openedMs: performance.now(), reservation, price };
      });
      dependencies.changed();
      return opened;
    } catch (error) {
      if (!(error instanceof LeaseTooSmall)) throw error;
      await fillOrPause(budgets, error.budget, worker_id, reserved_usd ?? 0);
    }
  }
}

/** @throws TaskFenced, TaskCancelled */
export async function lockTask(
  fence: Fence,
  transaction: Parameters<Fence>[0],
  { task_id, fence: held }: CallCorrelation,
): Promise<void> {
  const { cancel_requested } = await fence(transaction, { id: task_id, fence: held });
  if (cancel_requested) throw new TaskCancelled("The task is being cancelled");
}

async function fillOrPause(
  budgets: BudgetKeeper,
  budget: Budget,
  worker_id: string,
  usd: number,
): Promise<void> {
  if (!(await budgets.fill(budget, worker_id, usd))) throw new PauseTask(budgetReason(budget));
}

async function closeAttempt<Value>(
  dependencies: AttemptDependencies,
  plan: AttemptPlan<Value>,
  opened: OpenedAttempt,
  exchange: Exchange,
  outcome: { readonly reply: ProviderReply | null; readonly error: unknown },
): Promise<AttemptResult<Value>> {
  const { ledger, redactor } = dependencies;
  const { request_id } = opened;
  const settle = (failure: CallFailure | null, usage: Usage, stored: Readonly<Record<string, unknown>>) =>
    settlementOf(opened, exchange, {
      failure,
      usage,
      payload: redactor.json({ ...storedResponse(exchange), ...stored }),
    });
  const broken = classifyExchange(exchange, dependencies.nowMs());
  if (broken !== null) {
    const failure = { ...broken, message: redactor.text(broken.message) };
    await ledger.commit(settle(failure, noUsage, {}));
    return { kind: "failed", request_id, failure, text: null, cause: outcome.error };
  }
  const usage = outcome.reply?.usage ?? noUsage;
  const judgement = plan.judge(outcome.reply, exchange);
  if (judgement.kind === "usable") {
    ledger.hold(plan.correlation.step_run_id, settle(null, usage, judgement.stored));
    return { kind: "answered", request_id, value: judgement.value };
  }
  const failure = { ...judgement.failure, message: redactor.text(judgement.failure.message) };
  await ledger.commit(settle(failure, usage, judgement.stored));
  return { kind: "failed", request_id, failure, text: judgement.text, cause: outcome.error };
}

function settlementOf(
  opened: OpenedAttempt,
  exchange: Exchange,
  ended: { readonly failure: CallFailure | null; readonly usage: Usage; readonly payload: unknown },
): Settlement {
  const { failure, usage } = ended;
  const billing = failure?.billing ?? "used";
  const cost = billing === "used" ? (opened.price?.costUsd(usage) ?? null) : billing === "none" ? 0 : null;
  const beforeSendMs = exchange.started_ms - opened.openedMs;
  const neverLeft = exchange.failure !== null && "sent" in exchange.failure && !exchange.failure.sent;
  const end: RequestEnd = {
    request_id: opened.request_id,
    status: failure === null ? "completed" : failure.category === "aborted" ? "cancelled" : "failed",
    was_sent: !neverLeft,
    first_byte_after_ms: exchange.first_byte_ms === null ? null : beforeSendMs + exchange.first_byte_ms,
    completed_after_ms: beforeSendMs + exchange.duration_ms,
    usage,
    cost_usd: cost,
    price_source:
      cost === null
        ? null
        : billing === "none"
          ? "not charged: no answer was made"
          : (opened.price?.source ?? null),
    provider_response_id: responseIdOf(exchange),
    http_status: exchange.status,
    error_code: failure?.code ?? null,
    error_message: failure === null ? null : storable(failure.message),
    is_duplicate: false,
    payload: exchange.status === null ? null : ended.payload,
  };
  return { end, reservation: opened.reservation, charged_usd: cost ?? opened.reservation?.usd ?? 0 };
}
