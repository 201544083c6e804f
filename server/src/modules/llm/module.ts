import type { Database, Transaction } from "../../platform/database.ts";
import type { Logger } from "../../platform/logger.ts";
import { createPeriodic } from "../../platform/periodic.ts";
import { loadedSecrets } from "../../platform/redaction.ts";
import type { Fence, SettleTask } from "../task-queue/public.ts";
import { type BudgetCaps, type ConfiguredModel, createBudgetKeeper } from "./budget/budget-keeper.ts";
import type { ExchangeLimits } from "./gateway/exchange.ts";
import { createLlmGateway, type GatewayDependencies } from "./gateway/gateway.ts";
import { createLedger } from "./gateway/ledger.ts";
import { createProviderModels, type ProviderModels, type ProviderSettings } from "./gateway/providers.ts";
import { createRateLimiter } from "./gateway/rate-limiter.ts";
import type { ContinuePaused, LlmGateway, LlmReplayer, LlmRequestKind } from "./public.ts";
import { llmRequestKinds } from "./public.ts";
import { createReplaySources } from "./replay/replay-source.ts";
import { createReplayer } from "./replay/replayer.ts";
import { createBudgetRepo } from "./repo/budgets.ts";
import { createPriceRepo, type PriceRepo } from "./repo/prices.ts";
import { createRateLimitRepo } from "./repo/rate-limits.ts";
import { createReplayRepo } from "./repo/replays.ts";
import { createRequestListRepo } from "./repo/request-lists.ts";
import { createRequestRepo, type StepTotals } from "./repo/requests.ts";
import { createLlmRoutes } from "./routes.ts";
import { createLlmRequestService, type LlmRequestService } from "./service.ts";

/** How long the gateway waits; tests set shorter times. */
export interface GatewayTiming {
  readonly firstByteMs: number;
  readonly idleMs: number;
  /** First back-off between attempts. */
  readonly backoffBaseMs: number;
}

const defaultTiming: GatewayTiming = { firstByteMs: 120_000, idleMs: 60_000, backoffBaseMs: 1_000 };

const largestTextBytes = 8 * 1024 * 1024;
const largestMediaBytes = 64 * 1024 * 1024;
const budgetLookMs = 30_000;

export interface LlmModuleDependencies {
  readonly database: Database;
  /** The parts of `Config` that are meant for this module. */
  readonly config: { readonly llm: ProviderSettings; readonly budget: BudgetCaps };
  readonly logger: Logger;
  readonly fence: Fence;
  readonly continuePaused: ContinuePaused;
  /** Rings for the workers after tasks were continued; without it they notice within a second. */
  readonly notifyTasks?: () => void;
  /** Wakes the change feeds after a commit; without it they notice within two seconds. */
  readonly changed?: () => void;
  readonly timing?: Partial<GatewayTiming>;
}

export interface LlmModule {
  readonly gateway: LlmGateway;
  readonly replayer: LlmReplayer;
  /** Which model does a kind of call now; null when none is configured. */
  readonly routeFor: ProviderModels["routeFor"];
  readonly service: LlmRequestService;
  readonly routes: ReturnType<typeof createLlmRoutes>;
  /** Port for flow-engine, inside the transaction that ends a step (completed, failed or late). May be repeated. */
  settleCalls(
    transaction: Transaction,
    step_run_id: string,
    options: { readonly duplicate: boolean },
  ): Promise<StepTotals>;
  /** To be called once the transaction with `settleCalls` is committed. */
  releaseCalls(step_run_id: string): void;
  /** Port for task-queue: what lost its owner becomes in doubt. */
  readonly settleTask: SettleTask;
  /** Applies changed caps and prices: tasks that wait for a reason that is gone go on. */
  syncBudgets(): Promise<void>;
  /** Calls `syncBudgets` now and every 30 s, until the returned function is called and awaited. */
  startBudgetWatch(): () => Promise<void>;
  readonly listSummaries: LlmRequestService["listSummaries"];
  /** Enters a price by hand; it wins over the embedded list from now on. */
  readonly addPrice: PriceRepo["add"];
}

/** Builds the llm module. */
export function createLlmModule(dependencies: LlmModuleDependencies): LlmModule {
  const { database, config, fence, continuePaused } = dependencies;
  const logger = dependencies.logger.child({ module: "llm" });
  const timing = { ...defaultTiming, ...dependencies.timing };
  const changed = dependencies.changed ?? (() => undefined);
  loadedSecrets.add(config.llm.apiKey);
  const models = createProviderModels(config.llm);
  const requests = createRequestRepo(database);
  const prices = createPriceRepo(database);
  const budgets = createBudgetKeeper({
    database,
    logger,
    caps: config.budget,
    budgets: createBudgetRepo(database),
    prices,
    requests,
    models: configuredModels(models),
    continuePaused,
    notifyTasks: dependencies.notifyTasks ?? (() => undefined),
  });
  const ledger = createLedger({ database, logger, requests, budgets, changed });
  const turns: GatewayDependencies = {
    ...{ database, fence, requests, prices, budgets, ledger, models, changed },
    limiter: createRateLimiter(createRateLimitRepo(database), Math.random),
    redactor: loadedSecrets,
    limitsFor: (kind) => limitsFor(kind, timing),
    nowMs: Date.now,
    random: Math.random,
    backoffBaseMs: timing.backoffBaseMs,
  };
  const budgetWatch = createPeriodic(budgetLookMs, logger, "Budget watch", budgets.sync);
  const lists = createRequestListRepo(database);
  const sources = createReplaySources(lists, requests, models, turns.redactor);
  const replays = createReplayRepo(database);
  const service = createLlmRequestService({ lists, requests, replays, sources, models });
  return {
    gateway: createLlmGateway(turns),
    replayer: createReplayer({ ...turns, sources }),
    routeFor: models.routeFor,
    service,
    routes: createLlmRoutes(service),
    settleCalls: (transaction, step_run_id, { duplicate }) =>
      ledger.settle(transaction, step_run_id, duplicate),
    releaseCalls: ledger.release,
    settleTask: (transaction, task) => requests.endOrphans(transaction, task),
    syncBudgets: budgets.sync,
    startBudgetWatch() {
      budgetWatch.start();
      return budgetWatch.stop;
    },
    listSummaries: service.listSummaries,
    addPrice: prices.add,
  };
}

function configuredModels(models: ProviderModels): ConfiguredModel[] {
  return llmRequestKinds.flatMap((kind) => {
    const route = models.routeFor(kind);
    return route === null ? [] : [{ kind, provider: route.provider, model: route.model }];
  });
}

function limitsFor(kind: LlmRequestKind, timing: GatewayTiming): ExchangeLimits {
  const bytes = kind === "speech" || kind === "image" ? largestMediaBytes : largestTextBytes;
  return { first_byte_ms: timing.firstByteMs, idle_ms: timing.idleMs, bytes };
}
