import { createTransport } from "nodemailer";
import { loadedSecrets } from "./redaction.ts";

export interface MailSettings {
  /** `smtp://` or `smtps://`; undefined: nothing can be sent. */
  readonly smtpUrl: string | undefined;
  /** An address, or a name with an address in angle brackets. */
  readonly from: string;
}

/** One mail: plain text, nothing that is loaded from elsewhere. */
export interface Mail {
  /** One address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same in each attempt, so that a mail program shows one mail. */
  readonly messageId?: string;
}

export interface Mailer {
  readonly isConfigured: boolean;
  /**
   * One attempt of at most 10 s. Null when the server took the mail, else a sentence that says why not.
   * @throws the signal's reason when it is aborted
   */
  send(mail: Mail, signal?: AbortSignal): Promise<string | null>;
}

/** What to do when no mail can be sent. */
export const mailIsNotConfigured =
  "No mail server is set. Set COURSEWRIGHT_SMTP_URL (smtp://user:password@host:port) and start the server again.";

const attemptMs = 10_000;

/** Sends through the configured server; nothing is connected before the first mail. */
export function createMailer({ smtpUrl, from }: MailSettings): Mailer {
  return {
    isConfigured: smtpUrl !== undefined,
    async send(mail, signal) {
      if (smtpUrl === undefined) return mailIsNotConfigured;
      const timeout = AbortSignal.timeout(attemptMs);
      const transport = createTransport({ url: smtpUrl });
      try {
        await transport.sendMail({
          from,
          // Apart from its name, so that no text of ours is read as a list of addresses.
          to: { name: "", address: mail.to },
          subject: mail.subject,
          text: mail.text,
          ...(mail.messageId === undefined ? {} : { messageId: mail.messageId }),
          headers: { "Auto-Submitted": "auto-generated" },
          signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
          ...{ disableFileAccess: true, disableUrlAccess: true },
        });
        return null;
      } catch (error) {
        if (signal?.aborted) throw error;
        return timeout.aborted
          ? "The mail server took longer than 10 s."
          : `The mail server did not take it: ${firstLine(error)}`;
      } finally {
        transport.close();
      }
    },
  };
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = loadedSecrets.text(text.split("\n")[0] ?? "").slice(0, 300);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
