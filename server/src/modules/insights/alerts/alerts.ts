import type { KeyRing } from "../../../platform/crypto.ts";
import type { Database } from "../../../platform/database.ts";
import { createMailer, type MailSettings } from "../../../platform/mail.ts";
import { createSafeFetch } from "../../../platform/safe-fetch.ts";
import { createColumnStore, type SecretStore } from "../../../platform/secret-store.ts";
import type { Duty } from "../keeper.ts";
import { createAlertDelivering } from "./delivery.ts";
import { evaluateAlerts } from "./evaluation.ts";
import { createMailSender, createWebhookSender } from "./senders.ts";
import { type AlertService, createAlertService } from "./service.ts";
import { addressContext, openWebhook, sealFormerAddresses, secretContext } from "./webhook-secrets.ts";

/** What alerts need to tell somebody. */
export interface AlertSettings {
  readonly keyRing: () => KeyRing;
  readonly mail: MailSettings;
  /** `host` or `host:port` that webhooks may reach although they are private. */
  readonly webhookPrivateHosts: readonly string[];
  readonly publicUrl: string | undefined;
}

export interface Alerts {
  readonly service: AlertService;
  readonly duties: readonly Duty[];
  readonly secretStores: readonly SecretStore[];
  /** Encrypts the addresses that an earlier version stored as they are; before the first look. May be repeated. */
  sealAddresses(): Promise<void>;
  /** Breaks off what is being sent; before the keeper is stopped, which waits for its duties. */
  stop(): Promise<void>;
}

const lookEveryMs = 2_000;
const sendEveryMs = 1_000;

/** Alerts with the work behind them. */
export function createAlerts(database: Database, settings: AlertSettings): Alerts {
  const { keyRing, mail, webhookPrivateHosts, publicUrl } = settings;
  const safeFetch = createSafeFetch({ allowedPrivateHosts: webhookPrivateHosts });
  const delivering = createAlertDelivering({
    database,
    sendWebhook: createWebhookSender({
      ...{ safeFetch, publicUrl },
      targetOf: (delivery) => openWebhook(keyRing(), delivery),
    }),
    sendMail: createMailSender(createMailer(mail), publicUrl),
  });
  const hasMail = mail.smtpUrl !== undefined;
  return {
    service: createAlertService({ database, keyRing, delivering, hasMail }),
    duties: [
      { name: "The look at alerts", everyMs: lookEveryMs, run: () => evaluateAlerts(database) },
      { name: "The delivery of alerts", everyMs: sendEveryMs, run: () => delivering.sendDue() },
    ],
    secretStores: [
      createColumnStore(database, keyRing, {
        ...{ table: "alerts", name: "webhook_encrypted", contextOf: addressContext },
      }),
      createColumnStore(database, keyRing, {
        ...{ table: "alerts", name: "webhook_secret", contextOf: secretContext },
      }),
    ],
    sealAddresses: () => sealFormerAddresses(database, keyRing),
    async stop() {
      delivering.stop();
      await safeFetch.close();
    },
  };
}
