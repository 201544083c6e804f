import type { Database, Transaction } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import { findPrice } from "../pricing/prices.ts";
import type { ContinuePaused, LlmRequestKind } from "../public.ts";
import type { Budget, BudgetRepo } from "../repo/budgets.ts";
import type { PriceRepo } from "../repo/prices.ts";
import type { RequestRepo } from "../repo/requests.ts";
import { budgetReason, isMoneyReason, priceUnknownReason } from "./pause-reasons.ts";

/** Caps in US dollars; `undefined`: none. */
export interface BudgetCaps {
  readonly usdPerDay: number | undefined;
  readonly usdPerUnit: number | undefined;
}

/** What a call holds of the budgets until it is settled. */
export interface Reservation {
  readonly worker_id: string;
  readonly budget_ids: readonly string[];
  readonly usd: number;
}

export interface ConfiguredModel {
  readonly kind: LlmRequestKind;
  readonly provider: string;
  readonly model: string;
}

export interface BudgetKeeper {
  /** The budgets that a call of the unit is paid from; none when no cap is set. */
  budgetsFor(unit_id: string | null): Promise<readonly Budget[]>;
  /**
   * Takes the worst cost from the worker's leases, all or none.
   * @throws LeaseTooSmall naming the first budget whose lease does not hold it; fill it and start over
   */
  reserve(transaction: Transaction, budgets: readonly Budget[], reservation: Reservation): Promise<void>;
  /** Gets the worker more of a budget; false at its cap. */
  fill(budget: Budget, worker_id: string, usd: number): Promise<boolean>;
  /** Books `charged_usd` and gives the rest of the reservation back. */
  settle(transaction: Transaction, reservation: Reservation, charged_usd: number): Promise<void>;
  /**
   * Applies changed caps to the budgets that exist, takes back what ended workers hold, and continues every task that
   * waits for a reason that is gone.
   */
  sync(): Promise<void>;
}

/** Thrown inside the opening transaction to roll it back. */
export class LeaseTooSmall extends Error {
  override readonly name = "LeaseTooSmall";
  readonly budget: Budget;
  constructor(budget: Budget) {
    super(`The lease of budget ${budget.id} is too small`);
    this.budget = budget;
  }
}

/** A lease is filled for this many calls of the same worst cost, but never with more than a part of the cap. */
const callsPerSlice = 8;
const largestSliceOfCap = 0.05;

interface BudgetKeeperDependencies {
  readonly database: Database;
  readonly logger: Logger;
  readonly caps: BudgetCaps;
  readonly budgets: BudgetRepo;
  readonly prices: PriceRepo;
  readonly requests: Pick<RequestRepo, "listPauseReasons">;
  readonly models: readonly ConfiguredModel[];
  readonly continuePaused: ContinuePaused;
  /** Rings for the workers, after tasks were continued. */
  readonly notifyTasks: () => void;
}

export function createBudgetKeeper(dependencies: BudgetKeeperDependencies): BudgetKeeper {
  const { caps, budgets } = dependencies;
  return {
    async budgetsFor(unit_id) {
      const wanted = [
        ...(caps.usdPerDay === undefined
          ? []
          : [{ scope: "day" as const, key: null, cap_usd: caps.usdPerDay }]),
        ...(caps.usdPerUnit === undefined || unit_id === null
          ? []
          : [{ scope: "unit" as const, key: unit_id, cap_usd: caps.usdPerUnit }]),
      ];
      return wanted.length === 0 ? [] : await budgets.ensure(wanted);
    },
    async reserve(transaction, charged, { worker_id, usd }) {
      for (const budget of charged) {
        if (!(await budgets.takeFromLease(transaction, worker_id, budget.id, usd)))
          throw new LeaseTooSmall(budget);
      }
    },
    fill(budget, worker_id, usd) {
      const slice = Math.min(usd * callsPerSlice, budget.cap_usd * largestSliceOfCap);
      return budgets.fillLease(worker_id, budget.id, usd, slice);
    },
    async settle(transaction, { worker_id, budget_ids, usd }, charged_usd) {
      if (charged_usd === usd) return;
      for (const budget_id of budget_ids) {
        await budgets.settleLease(transaction, worker_id, budget_id, usd - charged_usd);
      }
    },
    sync: () => syncBudgets(dependencies),
  };
}

async function syncBudgets(dependencies: BudgetKeeperDependencies): Promise<void> {
  const { database, logger, caps, budgets, requests, continuePaused } = dependencies;
  await budgets.returnLeasesOfEndedWorkers();
  const day = await budgets.today();
  const current = await currentReasons(dependencies, day);
  const outdated = (await requests.listPauseReasons()).filter(
    (reason) => isMoneyReason(reason) && !current.has(reason),
  );
  const changed = [
    ...(await changedCaps(budgets, "day", day, caps.usdPerDay)),
    ...(await changedCaps(budgets, "unit", null, caps.usdPerUnit)),
  ];
  if (outdated.length + changed.length === 0) return;
  const continued = await database.transaction().execute(async (transaction) => {
    const ids: string[] = [];
    // Tasks before budgets: the order in which every transaction locks them.
    for (const reason of outdated) ids.push(...(await continuePaused(transaction, reason)));
    for (const { id, cap_usd } of changed) await budgets.changeCap(transaction, id, cap_usd);
    return ids;
  });
  logger.info(
    { tasks: continued, budgets: changed.length },
    "Budget caps or prices changed; waiting tasks go on",
  );
  if (continued.length > 0) dependencies.notifyTasks();
}

async function changedCaps(
  budgets: BudgetRepo,
  scope: Budget["scope"],
  key: string | null,
  cap: number | undefined,
) {
  if (cap === undefined) return [];
  return (await budgets.listWithOtherCap(scope, key, cap)).map((id) => ({ id, cap_usd: cap }));
}

/** Every reason that still holds a task back under today's settings and prices. */
async function currentReasons(
  dependencies: BudgetKeeperDependencies,
  day: string,
): Promise<ReadonlySet<string>> {
  const { usdPerDay, usdPerUnit } = dependencies.caps;
  const reasons = new Set<string>();
  if (usdPerDay !== undefined) reasons.add(budgetReason({ scope: "day", key: day, cap_usd: usdPerDay }));
  if (usdPerUnit !== undefined) reasons.add(budgetReason({ scope: "unit", key: "", cap_usd: usdPerUnit }));
  if (reasons.size === 0) return reasons;
  for (const { kind, provider, model } of dependencies.models) {
    const booked = await dependencies.prices.listInForce(provider, model);
    if (findPrice(kind, provider, model, booked) === null) reasons.add(priceUnknownReason(provider, model));
  }
  return reasons;
}
