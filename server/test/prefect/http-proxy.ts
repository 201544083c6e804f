import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

/** What the proxy does with a request: nothing (it forwards), or answers itself, maybe later, maybe never. */
export type Intercept = (incoming: IncomingMessage, answer: ServerResponse) => "forward" | "answered";

export interface HttpProxy {
  /** The API's URL, by way of the proxy. */
  readonly apiUrl: string;
  /** Authorization headers in the order in which they came. */
  readonly authorizations: (string | undefined)[];
  close(): Promise<void>;
}

/** Stands in front of a Prefect API and lets a test change or withhold what it answers. */
export async function startHttpProxy(targetUrl: string, intercept: Intercept): Promise<HttpProxy> {
  const target = new URL(targetUrl);
  const authorizations: (string | undefined)[] = [];
  const server = createServer((incoming, answer) => {
    authorizations.push(incoming.headers.authorization);
    if (intercept(incoming, answer) === "answered") return;
    const outgoing = request(
      {
        host: target.hostname,
        port: target.port,
        path: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
      },
      (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers);
        answered.pipe(answer);
      },
    );
    outgoing.on("error", () => answer.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port");
  return {
    apiUrl: `http://127.0.0.1:${address.port}${target.pathname}`,
    authorizations,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
