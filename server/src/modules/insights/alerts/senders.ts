import { createTransport } from "nodemailer";
import { AppError } from "../../../platform/errors.ts";
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

export interface MailSettings {
  readonly smtpUrl: string | undefined;
  readonly from: string;
}

const attemptMs = 10_000;
// What is answered is not kept: this only bounds what is read.
const mostAnswerBytes = 1024 * 1024;

/** Sends one message to one address. @throws the signal's reason when it is aborted */
export type Send = (delivery: DueDelivery, signal: AbortSignal) => Promise<Answer>;

/** Posts to webhooks; `secretOf` decrypts the alert's signing secret. */
export function createWebhookSender(options: {
  readonly safeFetch: SafeFetch;
  readonly publicUrl: string | undefined;
  readonly secretOf: (delivery: DueDelivery) => string;
}): Send {
  return async (delivery, signal) => {
    const body = webhookBody(delivery, options.publicUrl);
    try {
      const secret = options.secretOf(delivery);
      const answer = await options.safeFetch.fetch(delivery.address, {
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

/** Sends mail through the configured server: plain text, nothing that is loaded from elsewhere. */
export function createMailSender({ smtpUrl, from }: MailSettings, publicUrl: string | undefined): Send {
  return async (delivery, signal) => {
    if (smtpUrl === undefined) return refusal(mailIsNotConfigured, true);
    const timeout = AbortSignal.timeout(attemptMs);
    const transport = createTransport({ url: smtpUrl });
    try {
      await transport.sendMail({
        from,
        to: delivery.address,
        ...mailWords(delivery, publicUrl),
        // The same in each attempt, so that a mail program shows one mail.
        messageId: `<${delivery.id}@coursewright>`,
        headers: { "Auto-Submitted": "auto-generated" },
        signal: AbortSignal.any([signal, timeout]),
        ...{ disableFileAccess: true, disableUrlAccess: true },
      });
      return arrived;
    } catch (error) {
      if (signal.aborted) throw error;
      return refusal(
        timeout.aborted
          ? "The mail server took longer than 10 s."
          : `The mail server did not take it: ${firstLine(error)}`,
        true,
      );
    } finally {
      transport.close();
    }
  };
}

/** What to do when no mail can be sent. */
export const mailIsNotConfigured =
  "No mail server is set. Set COURSEWRIGHT_SMTP_URL (smtp://user:password@host:port) and start the server again.";

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

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = (text.split("\n")[0] ?? "").slice(0, 300);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
