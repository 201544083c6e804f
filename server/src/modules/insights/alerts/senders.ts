import { AppError } from "../../../platform/errors.ts";
import type { Mailer } from "../../../platform/mail.ts";
import type { SafeFetch } from "../../../platform/safe-fetch.ts";
import { mailWords, webhookBody } from "./message.ts";
import type { DueDelivery } from "./repo/deliveries.ts";
import { readRetryAfter } from "./retry.ts";
import { signWebhook } from "./webhook-signature.ts";

/** What a receiver answered to one attempt. */
export interface Answer {
  readonly arrived: boolean;
  readonly http_status: number | null;
  /** A sentence; null when it arrived. */
  readonly error_message: string | null;
  /** False: another attempt cannot help. */
  readonly is_retryable: boolean;
  /** What the receiver asks to wait, in ms. */
  readonly asked_ms: number | null;
}

const attemptMs = 10_000;
// What is answered is not kept: this only bounds what is read.
const mostAnswerBytes = 1024 * 1024;

/** Sends one message to one address. @throws the signal's reason when it is aborted */
export type Send = (delivery: DueDelivery, signal: AbortSignal) => Promise<Answer>;

/** Where a message goes and what it is signed with. */
export interface WebhookTarget {
  readonly address: string;
  readonly secret: string;
}

/** Posts to webhooks; `targetOf` decrypts what the alert has. */
export function createWebhookSender(options: {
  readonly safeFetch: SafeFetch;
  readonly publicUrl: string | undefined;
  readonly targetOf: (delivery: DueDelivery) => WebhookTarget;
}): Send {
  return async (delivery, signal) => {
    const body = webhookBody(delivery, options.publicUrl);
    try {
      const { address, secret } = options.targetOf(delivery);
      const answer = await options.safeFetch.fetch(address, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "user-agent": "Coursewright",
          ...signWebhook(secret, { id: delivery.id, sentAtMs: Date.now(), body }),
        },
        body,
        ...{ signal, timeoutMs: attemptMs, maxBytes: mostAnswerBytes, followsRedirects: false },
      });
      return readStatus(answer.status, answer.headers["retry-after"]);
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError)) throw error;
      if (error.code !== "address_refused") return refusal(error.message, true);
      return refusal(`${error.message} ${howToAllow}`, false);
    }
  };
}

const howToAllow =
  "If it is yours, name its host in COURSEWRIGHT_WEBHOOK_PRIVATE_HOSTS and start the server again.";

function readStatus(status: number, retryAfter: string | undefined): Answer {
  if (status >= 200 && status <= 299) return { ...arrived, http_status: status };
  const error_message =
    status >= 300 && status <= 399
      ? `The receiver redirects (${status}). Redirects are not followed: set the address that it names.`
      : `The receiver answered ${status}.`;
  return { ...refusal(error_message, true, readRetryAfter(retryAfter, Date.now())), http_status: status };
}

/** Sends the words of a message by mail. */
export function createMailSender(mailer: Mailer, publicUrl: string | undefined): Send {
  return async (delivery, signal) => {
    const problem = await mailer.send(
      {
        to: delivery.address,
        ...mailWords(delivery, publicUrl),
        messageId: `<${delivery.id}@coursewright>`,
      },
      signal,
    );
    return problem === null ? arrived : refusal(problem, true);
  };
}

const arrived: Answer = {
  arrived: true,
  http_status: null,
  error_message: null,
  is_retryable: false,
  asked_ms: null,
};

function refusal(error_message: string, is_retryable: boolean, asked_ms: number | null = null): Answer {
  return { arrived: false, http_status: null, error_message, is_retryable, asked_ms };
}
