import type { AlertDelivery } from "./models.ts";

/** An e-mail address as those see it who may not see accounts: where it leads, not whose it is. */
function hideAddress(address: string): string {
  return `…${address.slice(address.lastIndexOf("@"))}`;
}

/** A row of an alert without the addresses of people. */
export function hideReceivers<Row extends object>(row: Row): Row {
  const emails: unknown = "emails" in row ? row.emails : undefined;
  if (!Array.isArray(emails)) return row;
  return { ...row, emails: emails.map((address: unknown) => hideAddress(String(address))) };
}

/** A message without the address of its receiver, which mail servers repeat in what they answer. */
export function hideReceiver(delivery: AlertDelivery): AlertDelivery {
  if (delivery.channel !== "email") return delivery;
  const { target, error_message } = delivery;
  const hidden = hideAddress(target);
  return { ...delivery, target: hidden, error_message: error_message?.replaceAll(target, hidden) ?? null };
}
