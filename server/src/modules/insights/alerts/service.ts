import type { KeyRing } from "../../../platform/crypto.ts";
import type { Database, Transaction } from "../../../platform/database.ts";
import type { Page } from "../../../platform/page.ts";
import { insightErrors } from "../errors.ts";
import type { AlertDelivering } from "./delivery.ts";
import type {
  Alert,
  AlertDelivery,
  AlertEdit,
  AlertTestResult,
  CreatedAlert,
  FiringAlert,
  MailSetup,
  NewAlert,
} from "./models.ts";
import {
  countAlerts,
  deleteAlert,
  findStoredAlert,
  insertAlert,
  listAlerts,
  listAlertsById,
  listFiringAlerts,
  type StoredAlert,
  updateAlert,
} from "./repo/alerts.ts";
import { dropRemovedReceivers, listDeliveries } from "./repo/deliveries.ts";
import { mailIsNotConfigured } from "./senders.ts";
import { newWebhookSecret } from "./webhook-signature.ts";

/** Most alerts of one installation: each is looked at every two seconds. */
const mostAlerts = 100;

export interface AlertService {
  /** By name. */
  list(): Promise<Alert[]>;
  /** Those of the ids that exist. */
  listSummaries(ids: readonly string[]): Promise<Alert[]>;
  mailSetup(): MailSetup;
  /** @throws AppError `alert_name_taken`, `alert_limit`, `mail_not_configured` */
  create(alert: NewAlert): Promise<CreatedAlert>;
  /** @throws AppError `alert_not_found`, `alert_name_taken`, `alert_without_receiver`, `mail_not_configured` */
  update(id: string, edit: AlertEdit): Promise<CreatedAlert>;
  /** @throws AppError `alert_not_found` */
  remove(id: string): Promise<void>;
  /** @throws AppError `alert_not_found`, `alert_without_receiver` */
  test(id: string): Promise<AlertTestResult>;
  /** @throws AppError `alert_not_found`, `cursor_invalid` */
  listDeliveries(
    id: string,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<AlertDelivery>>;
  /** What fires now, or fired at a past moment, oldest first, at most 50. */
  listFiring(at: string | null): Promise<FiringAlert[]>;
}

/** The rows that the secret of an alert belongs to. */
export function secretContext(alert_id: string): string {
  return `alerts:${alert_id}:webhook_secret`;
}

/** Rules, receivers and what was sent to them. `keyRing` is opened when the first secret is needed. */
export function createAlertService(options: {
  readonly database: Database;
  readonly keyRing: () => KeyRing;
  readonly delivering: AlertDelivering;
  readonly hasMail: boolean;
}): AlertService {
  const { database, keyRing, delivering, hasMail } = options;

  /** A new secret with its encrypted form. */
  function makeSecret(alert_id: string): { readonly secret: string; readonly encrypted: string } {
    const secret = newWebhookSecret();
    return { secret, encrypted: keyRing().encrypt(secret, secretContext(alert_id)) };
  }

  return {
    list: () => listAlerts(database),
    listSummaries: (ids) => listAlertsById(database, ids),
    mailSetup: () => ({ is_configured: hasMail }),
    create(alert) {
      if (alert.emails.length > 0) requireMail(hasMail);
      return writeNamed(database, alert.name, async (transaction) => {
        const { count, next_id } = await countAlerts(transaction);
        if (count >= mostAlerts) {
          const words = `There are ${mostAlerts} alerts. Delete one that you no longer need.`;
          throw insightErrors.create("alert_limit", words);
        }
        const made = alert.webhook_url === null ? null : makeSecret(next_id);
        await insertAlert(transaction, { ...alert, id: next_id, webhook_secret: made?.encrypted ?? null });
        return answer(transaction, next_id, made?.secret ?? null);
      });
    },
    update(id, { renew_webhook_secret, ...edit }) {
      if (edit.emails !== undefined && edit.emails.length > 0) requireMail(hasMail);
      return writeNamed(database, edit.name ?? "", async (transaction) => {
        const stored = await findStoredAlert(transaction, id, true);
        if (stored === null) throw notFound(id);
        const changed: StoredAlert = { ...stored, ...edit };
        const { webhook_url } = changed;
        if (renew_webhook_secret && webhook_url === null) throw withoutReceiver("has no webhook to sign for");
        const needsSecret = webhook_url !== null && (renew_webhook_secret || stored.webhook_secret === null);
        const made = needsSecret ? makeSecret(id) : null;
        const kept = webhook_url === null ? null : stored.webhook_secret;
        await updateAlert(transaction, { ...changed, webhook_secret: made?.encrypted ?? kept });
        await dropRemovedReceivers(transaction, id);
        return answer(transaction, id, made?.secret ?? null);
      });
    },
    async remove(id) {
      if (!(await deleteAlert(database, id))) throw notFound(id);
    },
    async test(id) {
      const alert = await findStoredAlert(database, id);
      if (alert === null) throw notFound(id);
      if (alert.webhook_url === null && alert.emails.length === 0) {
        throw withoutReceiver("has neither a webhook nor an e-mail address");
      }
      return { deliveries: await delivering.sendTests(id) };
    },
    async listDeliveries(id, page) {
      if ((await findStoredAlert(database, id)) === null) throw notFound(id);
      return listDeliveries(database, id, page);
    },
    listFiring: (at) => listFiringAlerts(database, at),
  };
}

async function answer(
  transaction: Transaction,
  id: string,
  webhook_secret: string | null,
): Promise<CreatedAlert> {
  const [alert] = await listAlertsById(transaction, [id]);
  if (alert === undefined) throw notFound(id);
  return { alert, webhook_secret };
}

async function writeNamed<Result>(
  database: Database,
  name: string,
  write: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  try {
    return await database.transaction().execute(write);
  } catch (error) {
    if (!isTakenName(error)) throw error;
    const words = `There is an alert named "${name}" already. Choose another name.`;
    throw insightErrors.create("alert_name_taken", words, { cause: error });
  }
}

function isTakenName(error: unknown): boolean {
  return error instanceof Error && "constraint" in error && error.constraint === "alerts_name";
}

function requireMail(hasMail: boolean): void {
  if (!hasMail) throw insightErrors.create("mail_not_configured", mailIsNotConfigured);
}

function notFound(id: string) {
  return insightErrors.create("alert_not_found", `There is no alert ${id}; it may have been deleted.`);
}

function withoutReceiver(reason: string) {
  return insightErrors.create("alert_without_receiver", `This alert ${reason}. Add one first.`);
}
