import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import net from "node:net";

export interface SentRequest {
  /** By `performance.now()`. */
  readonly at: number;
  /** Without ids and query. */
  readonly route: string;
}

/** The only way from the product to the peer: counts, and lets events through or not. */
export interface CountingProxy {
  readonly api: string;
  /** All requests so far, WebSocket handshakes left out. */
  readonly requests: readonly SentRequest[];
  /** Ends the open WebSockets and takes no more of them. */
  refuseSockets(): void;
  allowSockets(): void;
  close(): Promise<void>;
}

export async function startCountingProxy(api: string): Promise<CountingProxy> {
  const target = new URL(api);
  const to = { host: target.hostname, port: Number(target.port) };
  const agent = new Agent({ keepAlive: true });
  const requests: SentRequest[] = [];
  const sockets = new Set<net.Socket>();
  let takesSockets = true;
  const server = createServer((incoming, answer) => {
    const { url: path = "/", method, headers } = incoming;
    requests.push({
      at: performance.now(),
      route: `${method} ${routeOf(path.slice(target.pathname.length))}`,
    });
    const outgoing = request({ ...to, agent, path, method, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    outgoing.on("error", () => answer.destroy());
    incoming.pipe(outgoing);
  });
  server.on("upgrade", (incoming, inner: net.Socket, head) => {
    inner.on("error", () => inner.destroy());
    if (!takesSockets) return void inner.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n");
    const outer = net.connect(to.port, to.host);
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
    for (let place = 0; place < incoming.rawHeaders.length; place += 2)
      lines.push(`${incoming.rawHeaders[place]}: ${incoming.rawHeaders[place + 1]}`);
    outer.write(`${lines.join("\r\n")}\r\n\r\n`);
    outer.write(head);
    inner.pipe(outer).pipe(inner);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port");
  const breakSockets = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    api: `http://127.0.0.1:${address.port}${target.pathname}`,
    requests,
    refuseSockets() {
      takesSockets = false;
      breakSockets();
    },
    allowSockets() {
      takesSockets = true;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      breakSockets();
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}

const routeOf = (path: string) => path.replace(/\?.*$/, "").replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "{id}");

/** What was asked of the peer in a span of time. */
export interface RequestRate {
  readonly perSecond: number;
  /** The most within any one second. */
  readonly most: number;
  readonly ofRoutes: ReadonlyMap<string, number>;
}

export function rateOf(requests: readonly SentRequest[], from: number, to: number): RequestRate {
  const within = requests.filter(({ at }) => at >= from && at < to);
  const durationS = (to - from) / 1_000;
  let first = 0;
  let most = 0;
  for (const [index, { at }] of within.entries()) {
    while (at - (within[first]?.at ?? at) >= 1_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  const routes = [...Map.groupBy(within, ({ route }) => route)].sort(([, a], [, b]) => b.length - a.length);
  return {
    perSecond: within.length / durationS,
    most,
    ofRoutes: new Map(routes.map(([route, sent]) => [route, sent.length / durationS])),
  };
}
