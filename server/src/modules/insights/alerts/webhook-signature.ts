import { createHmac, randomBytes } from "node:crypto";

const prefix = "whsec_";
const secretBytes = 32;

/** A new signing secret: `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(): string {
  return prefix + randomBytes(secretBytes).toString("base64");
}

/**
 * The headers by which a receiver knows that a message is ours and whether it had it before, in the manner of the Standard
 * Webhooks specification: HMAC-SHA256 over `id.timestamp.body` with the bytes behind the secret's prefix as key.
 */
export function signWebhook(
  secret: string,
  message: { readonly id: string; readonly sentAtMs: number; readonly body: string },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(message.sentAtMs / 1000));
  const key = Buffer.from(secret.slice(prefix.length), "base64");
  const signature = createHmac("sha256", key)
    .update(`${message.id}.${timestamp}.${message.body}`)
    .digest("base64");
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}
