import type { KeyRing } from "../../../platform/crypto.ts";
import type { Database } from "../../../platform/database.ts";
import { createSafeFetch } from "../../../platform/safe-fetch.ts";
import type { Duty } from "../keeper.ts";
import { createAlertDelivering } from "./delivery.ts";
import { evaluateAlerts } from "./evaluation.ts";
import type { DueDelivery } from "./repo/deliveries.ts";
import { createMailSender, createWebhookSender, type MailSettings } from "./senders.ts";
import { type AlertService, createAlertService, secretContext } from "./service.ts";

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
  /** Breaks off what is being sent; before the keeper is stopped, which waits for its duties. */
  stop(): Promise<void>;
}

const lookEveryMs = 2_000;
const sendEveryMs = 1_000;

/** Alerts with the work behind them. */
export function createAlerts(database: Database, settings: AlertSettings): Alerts {
  const { keyRing, mail, webhookPrivateHosts, publicUrl } = settings;
  const safeFetch = createSafeFetch({ allowedPrivateHosts: webhookPrivateHosts });
  const secretOf = ({ alert_id, webhook_secret }: DueDelivery) =>
    keyRing().decrypt(webhook_secret ?? "", secretContext(alert_id));
  const delivering = createAlertDelivering({
    database,
    sendWebhook: createWebhookSender({ safeFetch, publicUrl, secretOf }),
    sendMail: createMailSender(mail, publicUrl),
  });
  const hasMail = mail.smtpUrl !== undefined;
  return {
    service: createAlertService({ database, keyRing, delivering, hasMail }),
    duties: [
      { name: "The look at alerts", everyMs: lookEveryMs, run: () => evaluateAlerts(database) },
      { name: "The delivery of alerts", everyMs: sendEveryMs, run: () => delivering.sendDue() },
    ],
    async stop() {
      delivering.stop();
      await safeFetch.close();
    },
  };
}
