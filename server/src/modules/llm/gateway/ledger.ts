import { setTimeout as sleep } from "node:timers/promises";
import { type Database, isInfrastructureError, type Transaction } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { BudgetKeeper, Reservation } from "../budget/budget-keeper.ts";
import type { RequestEnd, RequestRepo, StepTotals } from "../repo/requests.ts";

/** How an attempt ended and what it costs its budgets. */
export interface Settlement {
  readonly end: RequestEnd;
  readonly reservation: Reservation | null;
  /** What the budgets are charged. An unknown cost is charged as reserved: it may have been spent. */
  readonly charged_usd: number;
}

/** Results of calls, from the answer until a transaction has them. */
export interface Ledger {
  /** Keeps an answered call until the step's transaction settles it. */
  hold(step_run_id: string, settlement: Settlement): void;
  /** Commits an attempt that ended without a usable answer; repeats through outages of the database. */
  commit(settlement: Settlement): Promise<void>;
  /** Writes what the step's calls brought into the open transaction. May be called again when it was rolled back. */
  settle(transaction: Transaction, step_run_id: string, duplicate: boolean): Promise<StepTotals>;
  /** Forgets the step's calls, once the transaction that settled them is committed. */
  release(step_run_id: string): void;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;

export function createLedger(dependencies: {
  readonly database: Database;
  readonly logger: Logger;
  readonly requests: RequestRepo;
  readonly budgets: BudgetKeeper;
  /** Wakes the change feeds after a commit. */
  readonly changed: () => void;
}): Ledger {
  const { database, logger, requests, budgets } = dependencies;
  const held = new Map<string, Settlement[]>();

  async function write(transaction: Transaction, settlement: Settlement, duplicate: boolean): Promise<void> {
    const isNews = await requests.end(transaction, { ...settlement.end, is_duplicate: duplicate });
    if (isNews && settlement.reservation !== null) {
      await budgets.settle(transaction, settlement.reservation, settlement.charged_usd);
    }
  }

  return {
    hold(step_run_id, settlement) {
      held.set(step_run_id, [...(held.get(step_run_id) ?? []), settlement]);
    },
    async commit(settlement) {
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
        try {
          await database.transaction().execute((transaction) => write(transaction, settlement, false));
          return dependencies.changed();
        } catch (error) {
          if (!isInfrastructureError(error)) throw error;
          logger.warn(
            { error, llm_request_id: settlement.end.request_id },
            "The end of an LLM request waits for the database",
          );
          await sleep(pauseMs);
        }
      }
    },
    async settle(transaction, step_run_id, duplicate) {
      for (const settlement of held.get(step_run_id) ?? []) await write(transaction, settlement, duplicate);
      return await requests.sumStep(transaction, step_run_id);
    },
    release(step_run_id) {
      held.delete(step_run_id);
    },
  };
}
