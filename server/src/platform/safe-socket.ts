import type { Socket } from "node:net";
import { Agent, buildConnector, ping, WebSocket } from "undici";
import { addressRules, lookupAllowed, lookupPublic } from "./safe-address.ts";

export interface SafeSocketOptions {
  /** `host` or `host:port` that may be private. */
  readonly allowedPrivateHosts?: readonly string[];
  readonly protocol: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Largest message in bytes; a larger one ends the connection. Default 4 MiB. */
  readonly maxMessageBytes?: number;
}

export interface SafeSocket {
  readonly webSocket: WebSocket;
  /** Asks for a sign of life; the answer comes from the other side's protocol layer. */
  ping(): void;
  /** Why no connection could be made, which the socket's own events do not tell; null when it was made. */
  connectError(): Error | null;
  /** Ends the connection at once, whether the other side answers or not. Harmless when it has ended. */
  destroy(): void;
}

const defaultMaxMessageBytes = 4 * 1024 * 1024;

/**
 * Begins a WebSocket connection to a URL (http or https) that a user gave, under the rules of `createSafeFetch`: the
 * address is checked at the moment of connecting, and redirects are not followed.
 *
 * @throws AppError `address_refused`
 */
export function openSafeSocket(address: URL, options: SafeSocketOptions): SafeSocket {
  const isPrivate = addressRules(options.allowedPrivateHosts).isAllowedPrivate(address);
  // HTTP/2 would make the connection a stream among others, which cannot be ended alone.
  const connect = buildConnector({ allowH2: false, lookup: isPrivate ? lookupAllowed : lookupPublic });
  const opened = new Set<Socket>();
  let isDestroyed = false;
  let connectError: Error | null = null;
  const agent = new Agent({
    allowH2: false,
    webSocket: { maxPayloadSize: options.maxMessageBytes ?? defaultMaxMessageBytes },
    connect(connectOptions, callback) {
      connect(connectOptions, (...[error, socket]) => {
        if (error !== null) {
          connectError = error;
          return callback(error, null);
        }
        if (isDestroyed) socket.destroy();
        opened.add(socket);
        callback(null, socket);
      });
    },
  });
  const url = new URL(address);
  url.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const webSocket = new WebSocket(url, {
    protocols: options.protocol,
    dispatcher: agent,
    headers: { ...options.headers },
  });
  return {
    webSocket,
    ping: () => ping(webSocket),
    connectError: () => connectError,
    destroy() {
      if (isDestroyed) return;
      isDestroyed = true;
      for (const socket of opened) socket.destroy();
      void agent.destroy();
    },
  };
}
