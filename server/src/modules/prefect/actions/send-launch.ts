import type { Database, Transaction } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import type { ContentPort } from "../../content/public.ts";
import type { OutsideTasks } from "../../task-queue/public.ts";
import { findOutsideTask } from "../runs/repo.ts";
import type { WatchContext } from "../watching/watch-duty.ts";
import { endOutsideTask, hasEnded, progressOf } from "./end-task.ts";
import { type LaunchBody, launchBodySchema, launchParameters } from "./launch-body.ts";
import { failureOf, isAboutConnection } from "./lost-answers.ts";
import { type DueAction, insertAction, releaseAction, settleAction } from "./repo/outbox.ts";
import { waitAfter } from "./waits.ts";

export interface LaunchSenderOptions {
  readonly database: Database;
  readonly tasks: Pick<OutsideTasks, "moveOutsideTask" | "observeTasks" | "withdrawCancel">;
  readonly units: Pick<ContentPort, "readSource">;
  /** Where lessons are returned to; null while this process does not listen. */
  readonly returnTo: () => string | null;
  readonly lifeMs: number;
}

/**
 * Sends one launch and settles it. It carries its task's id as its key, so that sending it again finds the run that was made
 * first. Answers the run to read now, if there is one.
 * @throws what says something of the connection, after the launch was put back
 */
export async function sendLaunch(
  options: LaunchSenderOptions,
  context: WatchContext,
  action: DueAction,
): Promise<string | null> {
  const { task_id } = action;
  const task = task_id === null ? null : await findOutsideTask(options.database, task_id);
  if (task_id === null || task === null) {
    await settleRefused(options, action, "The job is gone.");
    return null;
  }
  try {
    if (hasEnded(task) || task.cancel_requested_at !== null) {
      return await withdraw(options, context, action, task_id);
    }
    const made = await createRun(options, context, action, task_id);
    await settleMade(options, action, task_id, made);
    return made;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== null) {
      await settleRefused(options, action, refusal);
      return null;
    }
    if (failureOf(error) === null || !(error instanceof AppError)) throw error;
    // Whether or not it arrived: with its key it makes one run.
    await releaseAction(options.database, action.id, error.message, waitAfter(action.attempts));
    if (isAboutConnection(error)) throw error;
    return null;
  }
}

function refusalOf(error: unknown): string | null {
  if (!(error instanceof AppError)) return null;
  if (error.code === "unit_not_found") return "The unit was deleted before Prefect was asked.";
  return failureOf(error) === "refused" ? error.message : null;
}

async function createRun(
  options: LaunchSenderOptions,
  { client, connection, signal }: WatchContext,
  action: DueAction,
  task_id: string,
): Promise<string> {
  const body = launchBodySchema.parse(action.body);
  const deployment = await client.getDeployment(body.deployment_id, signal);
  const source_text = await readSources(options, body);
  const parameters = launchParameters(body, deployment, { source_text, return_to: options.returnTo() });
  // With the tags that the connection wants, so that it watches what it launched.
  const tags = [...new Set([...connection.filter_tags, "coursewright", `unit:${body.unit_id}`])];
  const labels = { coursewright_task_id: task_id };
  const { deployment_id } = body;
  const launch = { deployment_id, parameters, tags, labels, idempotency_key: task_id };
  return (await client.createFlowRun(launch, signal)).run.id;
}

async function readSources({ units }: LaunchSenderOptions, body: LaunchBody): Promise<string | null> {
  const texts = [];
  for (const sha256 of body.source_sha256s) texts.push(await units.readSource(body.unit_id, sha256));
  return texts.length === 0 ? null : texts.join("\n\n");
}

/** A launch that nobody wants any more is not sent; one that may have arrived is looked for, and answered. */
async function withdraw(
  options: LaunchSenderOptions,
  { client, signal }: WatchContext,
  action: DueAction,
  task_id: string,
): Promise<string | null> {
  if (action.attempts > 1) {
    const [run] = await client.listFlowRuns({ idempotency_keys: [task_id], limit: 1 }, signal);
    if (run !== undefined) {
      await settleMade(options, action, task_id, run.id);
      return run.id;
    }
  }
  await options.database.transaction().execute(async (transaction) => {
    const reason = "Withdrawn: the job was cancelled before Prefect was asked.";
    if (!(await settleAction(transaction, action.id, { status: "expired", reason }))) return;
    await endOutsideTask(transaction, options.tasks, task_id, { status: "cancelled" });
  });
  return null;
}

async function settleRefused(
  { database, tasks }: LaunchSenderOptions,
  action: DueAction,
  reason: string,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const isFirst = await settleAction(transaction, action.id, { status: "refused", reason });
    if (!isFirst || action.task_id === null) return;
    const end = { status: "failed", error_code: "prefect_refused", error_message: reason } as const;
    await endOutsideTask(transaction, tasks, action.task_id, end);
  });
}

async function settleMade(
  { database, tasks, lifeMs }: LaunchSenderOptions,
  action: DueAction,
  task_id: string,
  external_run_id: string,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const settled = { status: "accepted", reason: null, external_run_id } as const;
    if (!(await settleAction(transaction, action.id, settled))) return;
    const task = await findOutsideTask(transaction, task_id);
    if (task === null) return;
    if (task.external_id === null && !hasEnded(task)) {
      await tasks.moveOutsideTask(
        transaction,
        { id: task_id, external_id: external_run_id },
        progressOf(task),
      );
    }
    if (task.cancel_requested_at !== null) {
      await askToCancel(transaction, action.connection_id, task_id, external_run_id, lifeMs);
    }
  });
}

/** The task was cancelled while its launch was under way. */
async function askToCancel(
  transaction: Transaction,
  connection_id: string,
  task_id: string,
  external_run_id: string,
  life_ms: number,
): Promise<void> {
  const key = `cancel:${task_id}:launched:${external_run_id}`;
  const asked = { connection_id, key, kind: "cancel", task_id, external_run_id, life_ms } as const;
  await insertAction(transaction, { ...asked, flow_run_id: null, body: {}, requested_by: null });
}
