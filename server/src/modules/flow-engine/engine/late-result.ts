import * as steps from "../repo/steps.ts";
import type { StoredValue } from "../stored-value.ts";
import { isUniqueViolation } from "./memo-race.ts";
import { commitThroughOutage } from "./persist.ts";
import type { TaskRun } from "./task-run.ts";

export interface LateResult {
  readonly step_run_id: string;
  readonly flow_run_id: string;
  readonly output: StoredValue;
  readonly mayHaveCalls: boolean;
  readonly waiting_ms: number;
  readonly working_ms: number;
}

/**
 * Offers a result whose task was lost meanwhile: it becomes the step's result when the key has none yet, otherwise its cost is
 * booked as a duplicate. Touches memo, ledger and payloads only; what was paid for is never dropped.
 */
export async function offerLateResult(run: TaskRun, late: LateResult): Promise<"adopted" | "duplicate"> {
  const { dependencies, task, control } = run;
  const outcome = await commitThroughOutage(control, async () => {
    try {
      return await adoptOrBook(run, late);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return await adoptOrBook(run, late); // The other result is visible now.
    }
  });
  dependencies.releaseCalls(late.step_run_id);
  dependencies.changed();
  dependencies.logger.info(
    { task_id: task.id, step_run_id: late.step_run_id, outcome },
    "A late result came in",
  );
  return outcome;
}

function adoptOrBook(run: TaskRun, late: LateResult): Promise<"adopted" | "duplicate"> {
  const { database, settleCalls } = run.dependencies;
  return database.transaction().execute(async (transaction) => {
    await steps.lockStepTask(transaction, run.task.id);
    const isAdopted = await steps.adoptStep(transaction, late);
    const isNew = isAdopted || (await steps.markDuplicate(transaction, late.step_run_id));
    if (isNew && late.mayHaveCalls) {
      const calls = await settleCalls(transaction, late.step_run_id, { duplicate: !isAdopted });
      await steps.addCost(transaction, late, calls);
    }
    return isAdopted ? "adopted" : "duplicate";
  });
}

/** Books what the calls of a step cost whose task was lost and which brought no result. */
export async function bookLostCalls(
  run: TaskRun,
  step: { readonly step_run_id: string; readonly flow_run_id: string },
): Promise<void> {
  const { database, settleCalls, releaseCalls } = run.dependencies;
  await commitThroughOutage(run.control, () =>
    database.transaction().execute(async (transaction) => {
      await steps.lockStepTask(transaction, run.task.id);
      if (!(await steps.isStepLost(transaction, step.step_run_id))) return;
      const calls = await settleCalls(transaction, step.step_run_id, { duplicate: true });
      await steps.addCost(transaction, step, calls);
    }),
  );
  releaseCalls(step.step_run_id);
}
