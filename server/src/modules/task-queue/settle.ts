import type { Transaction } from "../../platform/database.ts";
import type { LockUnit, SettledTask, SettleTask } from "./public.ts";

/** The other modules' part in a change of a task's state, in the lock order unit, task, flow run, step, request. */
export interface SettlePorts {
  /** Called in order: flow-engine, llm, content. */
  readonly settleTask: readonly SettleTask[];
  readonly lockUnit: LockUnit;
}

/** Brings the rows of all modules in line with the task. */
export async function settle(transaction: Transaction, ports: SettlePorts, task: SettledTask): Promise<void> {
  for (const settleTask of ports.settleTask) await settleTask(transaction, task);
}

/** True when the task has no unit or the unit is locked and still the task's. */
export async function lockTaskUnit(
  transaction: Transaction,
  ports: SettlePorts,
  task: { readonly id: string; readonly unit_id: string | null },
): Promise<boolean> {
  return task.unit_id === null || (await ports.lockUnit(transaction, task.unit_id, task.id));
}
