import { createHmac } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";

/** A message as it arrived. */
export interface ReceivedWebhook {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface WebhookReceiver {
  readonly url: string;
  /** `host:port`, for COURSEWRIGHT_WEBHOOK_PRIVATE_HOSTS. */
  readonly host: string;
  readonly received: ReceivedWebhook[];
  /** What it does with the next messages, in turn; without one it answers 204. */
  readonly answers: ((response: ServerResponse) => void)[];
  close(): Promise<void>;
}

/** A server on this machine that keeps what is posted to it. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const answers: ((response: ServerResponse) => void)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      received.push({ headers, body: Buffer.concat(chunks).toString("utf8") });
      const answer = answers.shift() ?? ((free: ServerResponse) => free.writeHead(204).end());
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    url: `http://${host}/hook`,
    host,
    received,
    answers,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether the message was signed with the secret, worked out from the specification alone. */
export function isSignedWith(secret: string, { headers, body }: ReceivedWebhook): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const wanted = createHmac("sha256", key).update(signed).digest("base64");
  return key.length === 32 && (headers["webhook-signature"] ?? "").split(" ").includes(`v1,${wanted}`);
}
