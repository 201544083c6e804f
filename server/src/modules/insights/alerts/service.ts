import type { KeyRing } from "../../../platform/crypto.ts";
import type { Database, Transaction } from "../../../platform/database.ts";
import { mailIsNotConfigured } from "../../../platform/mail.ts";
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
  type StoredWebhook,
  updateAlert,
} from "./repo/alerts.ts";
import { dropRemovedReceivers, listDeliveries } from "./repo/deliveries.ts";
import { isSameWebhook, makeWebhook, renewSecret } from "./webhook-secrets.ts";

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

/** Rules, receivers and what was sent to them. `keyRing` is opened when the first secret is needed. */
export function createAlertService(options: {
  readonly database: Database;
  readonly keyRing: () => KeyRing;
  readonly delivering: AlertDelivering;
  readonly hasMail: boolean;
}): AlertService {
  const { database, keyRing, delivering, hasMail } = options;

  /** The webhook after an edit, with the signing secret when that is a new one. */
  function changeWebhook(
    stored: StoredAlert,
    { webhook_url, renew_webhook_secret }: AlertEdit,
  ): ChangedWebhook {
    const former = stored.webhook;
    const isOther =
      webhook_url !== undefined &&
      (webhook_url === null
        ? former !== null
        : former === null || !isSameWebhook(keyRing(), stored.id, former, webhook_url));
    const isNone = webhook_url === null || (webhook_url === undefined && former === null);
    if (isNone && renew_webhook_secret) throw withoutReceiver("has no webhook to sign for");
    if (isNone) return { webhook: null, secret: null, isOther };
    if (former === null) return { ...makeWebhook(keyRing(), stored.id, webhook_url ?? ""), isOther };
    const moved = isOther ? makeWebhook(keyRing(), stored.id, webhook_url ?? "").webhook : former;
    const webhook = { ...moved, secret: former.secret };
    return renew_webhook_secret
      ? { ...renewSecret(keyRing(), stored.id, webhook), isOther }
      : { webhook, secret: null, isOther };
  }

  return {
    list: () => listAlerts(database),
    listSummaries: (ids) => listAlertsById(database, ids),
    mailSetup: () => ({ is_configured: hasMail }),
    create({ webhook_url, ...alert }) {
      if (alert.emails.length > 0) requireMail(hasMail);
      return writeNamed(database, alert.name, async (transaction) => {
        const { count, next_id } = await countAlerts(transaction);
        if (count >= mostAlerts) {
          const words = `There are ${mostAlerts} alerts. Delete one that you no longer need.`;
          throw insightErrors.create("alert_limit", words);
        }
        const made = webhook_url === null ? null : makeWebhook(keyRing(), next_id, webhook_url);
        await insertAlert(transaction, { ...alert, id: next_id, webhook: made?.webhook ?? null });
        return answer(transaction, next_id, made?.secret ?? null);
      });
    },
    update(id, edit) {
      if (edit.emails !== undefined && edit.emails.length > 0) requireMail(hasMail);
      return writeNamed(database, edit.name ?? "", async (transaction) => {
        const stored = await findStoredAlert(transaction, id, true);
        if (stored === null) throw notFound(id);
        const { webhook_url: _webhook_url, renew_webhook_secret: _renews, ...plain } = edit;
        const { webhook, secret, isOther } = changeWebhook(stored, edit);
        await updateAlert(transaction, { ...stored, ...plain, webhook });
        await dropRemovedReceivers(transaction, id, isOther);
        return answer(transaction, id, secret);
      });
    },
    async remove(id) {
      if (!(await deleteAlert(database, id))) throw notFound(id);
    },
    async test(id) {
      const alert = await findStoredAlert(database, id);
      if (alert === null) throw notFound(id);
      if (alert.webhook === null && alert.emails.length === 0) {
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

interface ChangedWebhook {
  readonly webhook: StoredWebhook | null;
  readonly secret: string | null;
  /** What waits for the former one is given up. */
  readonly isOther: boolean;
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
