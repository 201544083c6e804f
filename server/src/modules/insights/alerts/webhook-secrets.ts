import type { KeyRing } from "../../../platform/crypto.ts";
import type { Database } from "../../../platform/database.ts";
import { AppError } from "../../../platform/errors.ts";
import { maskAddress } from "../../../platform/secret-address.ts";
import { listUnsealed, type StoredWebhook, sealAddress } from "./repo/alerts.ts";
import type { DueDelivery } from "./repo/deliveries.ts";
import type { WebhookTarget } from "./senders.ts";
import { newWebhookSecret } from "./webhook-signature.ts";

/** A webhook as it is stored, and its new signing secret, which is told once. */
export interface MadeWebhook {
  readonly webhook: StoredWebhook;
  readonly secret: string;
}

/** What the signing secret of an alert is bound to. */
export function secretContext(alert_id: string): string {
  return `alerts:${alert_id}:webhook_secret`;
}

/** What the address of an alert is bound to. */
export function addressContext(alert_id: string): string {
  return `alerts:${alert_id}:webhook_url`;
}

/** Encrypts an address and makes a signing secret for it. */
export function makeWebhook(keyRing: KeyRing, alert_id: string, address: string): MadeWebhook {
  const sealed = seal(keyRing, alert_id, address);
  return renewSecret(keyRing, alert_id, { ...sealed, secret: "" });
}

/** The same webhook with another signing secret. */
export function renewSecret(keyRing: KeyRing, alert_id: string, webhook: StoredWebhook): MadeWebhook {
  const secret = newWebhookSecret();
  return { secret, webhook: { ...webhook, secret: keyRing.encrypt(secret, secretContext(alert_id)) } };
}

/** Whether a stored webhook has this address; one that cannot be read any more has another one. */
export function isSameWebhook(
  keyRing: KeyRing,
  alert_id: string,
  webhook: StoredWebhook,
  address: string,
): boolean {
  try {
    return keyRing.decrypt(webhook.address, addressContext(alert_id)) === address;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** @throws AppError `secret_unreadable` */
export function openWebhook(
  keyRing: KeyRing,
  {
    alert_id,
    webhook_encrypted,
    webhook_secret,
  }: Pick<DueDelivery, "alert_id" | "webhook_encrypted" | "webhook_secret">,
): WebhookTarget {
  return {
    address: keyRing.decrypt(webhook_encrypted ?? "", addressContext(alert_id)),
    secret: keyRing.decrypt(webhook_secret ?? "", secretContext(alert_id)),
  };
}

/** Encrypts the addresses that an earlier version stored as they are. Any number of servers may do so at once. */
export async function sealFormerAddresses(database: Database, keyRing: () => KeyRing): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    for (const { id, webhook_url } of await listUnsealed(transaction)) {
      await sealAddress(transaction, id, seal(keyRing(), id, webhook_url));
    }
  });
}

function seal(keyRing: KeyRing, alert_id: string, address: string): Pick<StoredWebhook, "address" | "mask"> {
  return { address: keyRing.encrypt(address, addressContext(alert_id)), mask: maskAddress(address) };
}
