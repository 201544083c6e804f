import type { Budget } from "../repo/budgets.ts";

/**
 * Why a task waits for money, as people read it. The text is the same for every task that waits for the same thing:
 * when the setting or the day changes, the text does, and tasks that wait under another text go on.
 */
export function budgetReason(budget: Pick<Budget, "scope" | "key" | "cap_usd">): string {
  const cap = `$${budget.cap_usd}`;
  return budget.scope === "day"
    ? `budget_day: the cap of ${cap} for all calls of ${budget.key} (UTC) is reached. ` +
        "It goes on by itself on the next day, or when COURSEWRIGHT_BUDGET_USD_PER_DAY is raised."
    : `budget_unit: the unit's cap of ${cap} is reached. ` +
        "It goes on when COURSEWRIGHT_BUDGET_USD_PER_UNIT is raised.";
}

/** A cap is set, but what the call would cost is not known. */
export function priceUnknownReason(provider: string, model: string): string {
  return (
    `price_unknown: a budget cap is set, but no price of ${model} at ${provider} is known. ` +
    "It goes on when a price is entered, another model is chosen or the cap is removed."
  );
}

/** Whether the gateway paused the task, as against a person. */
export function isMoneyReason(reason: string): boolean {
  return /^(budget_day|budget_unit|price_unknown): /.test(reason);
}
