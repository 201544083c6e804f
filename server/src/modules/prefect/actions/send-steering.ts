import type { Database } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import type { OutsideTasks } from "../../task-queue/public.ts";
import { type ActionOutcome, actionOutcome, type SteeringAction, whyNot } from "../action-outcome.ts";
import type { PrefectFlowRun, PrefectOrchestration } from "../client/wire.ts";
import { findOutsideTask } from "../runs/repo.ts";
import type { WatchContext } from "../watching/watch-duty.ts";
import { decideUnknown, type StateBefore, stateBeforeOf } from "./decide-unknown.ts";
import { endOutsideTask } from "./end-task.ts";
import { type CallFailure, failureOf, isAboutConnection } from "./lost-answers.ts";
import { type DueAction, markUnknown, noteStateBefore, releaseAction, settleAction } from "./repo/outbox.ts";
import { waitAfter } from "./waits.ts";

type Decided = Exclude<ActionOutcome, { readonly status: "unknown" }>;

export interface SteeringSenderOptions {
  readonly database: Database;
  readonly tasks: Pick<OutsideTasks, "moveOutsideTask" | "observeTasks" | "withdrawCancel">;
}

interface Steering extends SteeringSenderOptions {
  readonly context: WatchContext;
  readonly action: DueAction;
  readonly kind: SteeringAction;
  readonly external_run_id: string;
}

const goneThere = { status: "refused", reason: "Prefect does not know the run any more." } as const;

/**
 * Sends what changes a run that exists, or reads what came of it, and settles it as far as that is known. What may have arrived is
 * never sent again. Answers the run to read now, if there is one.
 * @throws what says something of the connection, after the action was put back
 */
export async function sendSteering(
  { database, tasks }: SteeringSenderOptions,
  context: WatchContext,
  action: DueAction,
): Promise<string | null> {
  const { kind, external_run_id, state_before } = action;
  if (kind === "launch" || external_run_id === null) throw new Error(`Action ${action.id} steers no run`);
  const steering = { database, tasks, context, action, kind, external_run_id };
  if (action.status === "unknown" && state_before !== null) {
    return (await readAfter(steering, state_before)) ? external_run_id : null;
  }
  const found = await readBefore(steering);
  if (found === "failed") return null;
  if (found === "open") await ask(steering);
  return external_run_id;
}

/** Calls Prefect; when that fails, `puts` says what becomes of the action. Undefined: it failed. */
async function call<Answer>(
  attempt: () => Promise<Answer>,
  puts: (failure: CallFailure, error: AppError) => Promise<void>,
): Promise<Answer | undefined> {
  try {
    return await attempt();
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null || !(error instanceof AppError)) throw error;
    await puts(failure, error);
    if (isAboutConnection(error)) throw error;
    return undefined;
  }
}

/** Reads the run right before it is asked, and settles what needs no asking. `failed`: nothing was read. */
async function readBefore(steering: Steering): Promise<"open" | "settled" | "failed"> {
  const { database, context, action, kind, external_run_id } = steering;
  const run = await call(
    () => context.client.findFlowRun(external_run_id, context.signal),
    (_failure, error) => releaseAction(database, action.id, error.message, waitAfter(action.attempts)),
  );
  if (run === undefined) return "failed";
  if (run === null) {
    await settleGone(steering);
    return "settled";
  }
  const outcome = decidedAlready(kind, run);
  if (outcome !== null) {
    await settle(steering, outcome);
    return "settled";
  }
  await noteStateBefore(database, action.id, stateBeforeOf(run));
  return "open";
}

async function ask(steering: Steering): Promise<void> {
  const { database, context, action, kind, external_run_id } = steering;
  const answer = await call(
    () => propose(context, kind, external_run_id),
    async (failure, error) => {
      if (failure === "refused") {
        await settle(steering, { status: "refused", reason: error.message });
      } else if (failure === "lost") await markUnknown(database, action.id, lost(error), waitAfter(1));
      else await releaseAction(database, action.id, error.message, waitAfter(action.attempts));
    },
  );
  if (answer === undefined) return;
  const outcome = actionOutcome(kind, answer);
  if (outcome.status === "unknown") await markUnknown(database, action.id, outcome.reason, waitAfter(1));
  else await settle(steering, outcome);
}

async function readAfter(steering: Steering, before: StateBefore): Promise<boolean> {
  const { database, context, action, kind, external_run_id } = steering;
  const run = await call(
    () => context.client.findFlowRun(external_run_id, context.signal),
    (_failure, error) => markUnknown(database, action.id, lost(error), waitAfter(action.attempts)),
  );
  if (run === undefined) return false;
  if (run === null) {
    await settleGone(steering);
    return true;
  }
  const outcome = decideUnknown(kind, before, run);
  if (outcome !== null) await settle(steering, outcome);
  else {
    const reason = "Prefect's answer was lost, and the run has not changed since.";
    await markUnknown(database, action.id, reason, waitAfter(action.attempts));
  }
  return true;
}

/** Nobody is left to cancel: a task that this run carried out ends here, as was asked for. */
async function settleGone({ database, tasks, action, kind, external_run_id }: Steering): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    if (!(await settleAction(transaction, action.id, goneThere)) || kind !== "cancel") return;
    const task = action.task_id === null ? null : await findOutsideTask(transaction, action.task_id);
    if (task === null || task.external_id !== external_run_id) return;
    await endOutsideTask(transaction, tasks, task.id, { status: "cancelled" });
  });
}

async function settle({ database, tasks, action, kind }: Steering, outcome: Decided): Promise<void> {
  const isRefused = outcome.status === "refused";
  await database.transaction().execute(async (transaction) => {
    const reason = isRefused ? outcome.reason : null;
    if (!(await settleAction(transaction, action.id, { status: outcome.status, reason }))) return;
    // It goes on, and can be cancelled again.
    if (isRefused && kind === "cancel" && action.task_id !== null) {
      await tasks.withdrawCancel(transaction, action.task_id);
    }
  });
}

/** What can be said without asking: it is as wanted already, or it is not possible any more. */
function decidedAlready(kind: SteeringAction, run: PrefectFlowRun): Decided | null {
  const state_type = run.state_type ?? null;
  if (kind === "cancel" && (state_type === "CANCELLING" || state_type === "CANCELLED")) {
    return { status: "accepted" };
  }
  const reason = whyNot(kind, { state_type, deployment_id: run.deployment_id ?? null });
  return reason === null ? null : { status: "refused", reason };
}

function propose(
  { client, signal }: WatchContext,
  kind: SteeringAction,
  id: string,
): Promise<PrefectOrchestration> {
  switch (kind) {
    case "cancel":
      return client.setState(id, { type: "CANCELLING" }, signal);
    case "retry": {
      const scheduled_time = new Date().toISOString();
      return client.setState(id, { type: "SCHEDULED", name: "AwaitingRetry", scheduled_time }, signal);
    }
    case "resume":
      return client.resume(id, signal);
  }
}

function lost(error: AppError): string {
  return `Prefect's answer was lost: ${error.message}`;
}
