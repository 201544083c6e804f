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

/**
 * A message without the address of its receiver, which mail servers repeat in what they answer: in letters of their own, and some
 * without its host.
 */
export function hideReceiver(delivery: AlertDelivery): AlertDelivery {
  if (delivery.channel !== "email") return delivery;
  const { target, error_message } = delivery;
  const whose = literally(target.slice(0, target.lastIndexOf("@")));
  const repeated = new RegExp(`${literally(target)}|(?<![\\p{L}\\p{N}])${whose}(?![\\p{L}\\p{N}])`, "giu");
  return {
    ...delivery,
    target: hideAddress(target),
    error_message:
      error_message?.replace(repeated, (found) => (found.includes("@") ? hideAddress(found) : "…")) ?? null,
  };
}

/** The text as a pattern that matches nothing else. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
