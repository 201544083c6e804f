import type { Logger } from "../../../platform/logger.ts";
import { createPeriodic } from "../../../platform/periodic.ts";
import type { WatchContext, WatchDuty } from "../watching/watch-duty.ts";
import { endOutsideTask } from "./end-task.ts";
import {
  adoptCancels,
  claimAction,
  type DueAction,
  explainWaiting,
  listForsakenTasks,
  listOverdueActions,
  type OverdueAction,
  settleAction,
} from "./repo/outbox.ts";
import { type LaunchSenderOptions, sendLaunch } from "./send-launch.ts";
import { sendSteering } from "./send-steering.ts";
import { actionLifeMs, sendLeaseMs } from "./waits.ts";

export interface OutboxOptions extends Omit<LaunchSenderOptions, "lifeMs"> {
  readonly logger: Logger;
  /** Tells the change feeds that rows changed; after a commit. */
  readonly changed: () => void;
  /** Lets a duty take its turn now, if this process watches the connection. */
  readonly wakeDuty: (connection_id: string, name: string) => void;
  /** Defaults: those of `waits.ts`. */
  readonly lifeMs?: number;
  readonly leaseMs?: number;
}

export interface Outbox {
  /** Sends what is due, on the server that watches the connection. */
  readonly duty: WatchDuty;
  /** Sends soon when this process watches the connection; another one looks within half a second. */
  wake(connection_id: string): void;
  /** Gives up what waited too long and says why the rest waits; in every server, watched connections or not. */
  readonly housekeeping: { start(): void; stop(): Promise<void> };
}

const dutyName = "The outbox";
const lookEveryMs = 500;
const tidyEveryMs = 2_000;
const mostAtOnce = 10;

/** What is asked of Prefect on its way: stored first, sent one after the other, settled by the answer or by reading. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { database, changed } = options;
  const lifeMs = options.lifeMs ?? actionLifeMs;
  const leaseMs = options.leaseMs ?? sendLeaseMs;

  async function send(context: WatchContext, action: DueAction): Promise<void> {
    try {
      const external_id = await (action.kind === "launch"
        ? sendLaunch({ ...options, lifeMs }, context, action)
        : sendSteering(options, context, action));
      if (external_id !== null) await context.refresh([external_id]);
    } finally {
      changed();
    }
  }

  /** One write at a time, as Prefect on SQLite wants it, each taken only when its turn has come. */
  async function turn(context: WatchContext): Promise<void> {
    const { id } = context.connection;
    if ((await adoptCancels(database, id, lifeMs)).length > 0) changed();
    for (let count = 0; count < mostAtOnce; count += 1) {
      context.signal.throwIfAborted();
      const action = await claimAction(database, id, leaseMs);
      if (action === null) return;
      changed();
      await send(context, action);
    }
  }

  async function expire(): Promise<void> {
    for (const action of await listOverdueActions(database)) {
      const { status, reason } = endOfOverdue(action);
      await database.transaction().execute(async (transaction) => {
        if (!(await settleAction(transaction, action.id, { status, reason })) || action.task_id === null)
          return;
        if (action.kind === "cancel") await options.tasks.withdrawCancel(transaction, action.task_id);
        if (action.kind !== "launch") return;
        const end = { status: "failed", error_code: "prefect_unreachable", error_message: reason } as const;
        await endOutsideTask(transaction, options.tasks, action.task_id, end);
      });
      changed();
    }
  }

  /** What was cancelled ends here where nobody can ask Prefect any more. */
  async function endForsaken(): Promise<void> {
    for (const task_id of await listForsakenTasks(database)) {
      await database
        .transaction()
        .execute((transaction) =>
          endOutsideTask(transaction, options.tasks, task_id, { status: "cancelled" }),
        );
      changed();
    }
  }

  const housekeeping = createPeriodic(tidyEveryMs, options.logger, "The outbox of Prefect", async () => {
    await endForsaken();
    await expire();
    const adopted = await adoptCancels(database, null, lifeMs);
    const explained = await explainWaiting(database);
    if (adopted.length + explained > 0) changed();
  });

  return {
    duty: { name: dutyName, everyMs: () => lookEveryMs, run: turn },
    wake: (connection_id) => options.wakeDuty(connection_id, dutyName),
    housekeeping,
  };
}

function endOfOverdue({ status, is_connection_removed }: OverdueAction) {
  if (status === "unknown" && !is_connection_removed) {
    return { status: "refused", reason: "Prefect's answer was lost, and the run did not change." } as const;
  }
  const reason = is_connection_removed ? "The connection was removed." : "Prefect was not reached in time.";
  return { status: "expired", reason } as const;
}
