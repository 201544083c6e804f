import { plainAddress } from "./trusted-proxies.ts";

/**
 * This end of a request's connection as address and port, such as `127.0.0.1 4400`; null when it is not on loopback.
 * @param environment what the adapter of node:http hands to every handler; a request without a socket has none
 */
export function loopbackPlace(environment: unknown): string | null {
  // The adapter's own type does not reach the handlers.
  const { incoming } = (environment ?? {}) as {
    incoming?: { socket: { localAddress?: string; localPort?: number } };
  };
  const { localAddress = "", localPort } = incoming?.socket ?? {};
  const address = plainAddress(localAddress);
  if (address === null || localPort === undefined || !/^(127\.|::1$)/.test(address)) return null;
  return `${address} ${localPort}`;
}
