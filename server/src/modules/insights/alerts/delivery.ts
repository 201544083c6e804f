import type { Database } from "../../../platform/database.ts";
import type { AlertDelivery } from "./models.ts";
import {
  claimDeliveries,
  type DueDelivery,
  failLostTests,
  insertTests,
  listDeliveriesById,
  releaseDelivery,
  settleDelivery,
} from "./repo/deliveries.ts";
import { waitAfter } from "./retry.ts";
import type { Answer, Send } from "./senders.ts";

export interface AlertDelivering {
  /**
   * Sends everything that is due. Safe beside another one: a message that is being sent is nobody else's for a minute. A
   * server that ends in between leaves it to the next one, so a message arrives at least once and keeps its id.
   */
  sendDue(): Promise<void>;
  /** Sends a test to each receiver of the alert, one attempt each, and answers with what came of it. */
  sendTests(alert_id: string): Promise<AlertDelivery[]>;
  /** Breaks off what is being sent; it goes on after the next start. */
  stop(): void;
}

/** What is noted when an attempt broke in a way that nobody expected. */
const unexpected: Answer = {
  arrived: false,
  http_status: null,
  error_message: "It could not be sent: the log of the server says why.",
  is_retryable: true,
  asked_ms: null,
};

// Far above the time limit of one attempt.
const leaseMs = 60_000;
const mostAtOnce = 20;

/** Sends the messages of alerts by webhook and mail, and repeats those that did not arrive. */
export function createAlertDelivering(options: {
  readonly database: Database;
  readonly sendWebhook: Send;
  readonly sendMail: Send;
}): AlertDelivering {
  const { database } = options;
  const stopping = new AbortController();

  async function attempt(delivery: DueDelivery): Promise<void> {
    const begun = performance.now();
    const send = delivery.channel === "webhook" ? options.sendWebhook : options.sendMail;
    let answer = unexpected;
    let failure: unknown;
    try {
      answer = await send(delivery, stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) {
        if (delivery.kind !== "test") await releaseDelivery(database, delivery);
        return;
      }
      failure = error;
    }
    const duration_ms = Math.max(0, Math.round(performance.now() - begun));
    const repeats = !answer.arrived && answer.is_retryable && delivery.kind !== "test";
    await settleDelivery(database, delivery, {
      ...{ status: answer.arrived ? "sent" : "failed", duration_ms },
      ...{ http_status: answer.http_status, error_message: answer.error_message },
      retry_in_ms: repeats ? waitAfter(delivery.attempts, answer.asked_ms, Math.random()) : null,
    });
    if (failure !== undefined) throw failure;
  }

  /** Throws what broke only after every attempt is over. */
  async function attemptAll(deliveries: readonly DueDelivery[]): Promise<void> {
    const outcomes = await Promise.allSettled(deliveries.map(attempt));
    const broken = outcomes.find((outcome) => outcome.status === "rejected");
    if (broken !== undefined) throw broken.reason;
  }

  return {
    async sendDue() {
      await failLostTests(database);
      while (!stopping.signal.aborted) {
        const due = await claimDeliveries(database, mostAtOnce, leaseMs);
        await attemptAll(due);
        if (due.length < mostAtOnce) return;
      }
    },
    async sendTests(alert_id) {
      const tests = await insertTests(database, alert_id, leaseMs);
      await attemptAll(tests);
      return listDeliveriesById(
        database,
        tests.map(({ id }) => id),
      );
    },
    stop() {
      stopping.abort();
    },
  };
}
