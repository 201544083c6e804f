import { once } from "node:events";
import net from "node:net";

/** A way to a server that a test can cut. */
export interface TcpProxy {
  /** The server's URL, by way of the proxy. */
  readonly url: string;
  /** How many connections were let through so far. */
  accepted(): number;
  /** Breaks every connection; new ones are let through. */
  breakAll(): void;
  /** Nothing goes through the connections of now any more, and none is told so; new ones are let through. */
  freeze(): void;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  restore(): void;
  close(): Promise<void>;
}

/** Forwards TCP connections to the host and port of a URL, of a database or of the product. */
export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const target = new URL(targetUrl);
  const open = new Set<net.Socket>();
  let isCut = false;
  let accepted = 0;
  const server = net.createServer((inner) => {
    if (isCut) return void inner.destroy();
    accepted += 1;
    const outer = net.connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      open.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port");
  const url = new URL(targetUrl);
  url.host = `127.0.0.1:${address.port}`;
  const breakAll = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: url.href,
    accepted: () => accepted,
    breakAll,
    freeze() {
      for (const socket of open) socket.unpipe().pause();
    },
    cut() {
      isCut = true;
      breakAll();
    },
    restore() {
      isCut = false;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      breakAll();
      await closed;
    },
  };
}
