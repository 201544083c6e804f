import type { MiddlewareHandler } from "hono";
import type { HttpEnvironment } from "./environment.ts";
import { type IsTrusted, plainAddress, senderAddress } from "./trusted-proxies.ts";

/** The other end of a request's connection; a request without a socket comes from this process itself. */
function socketAddress(environment: unknown): string {
  // What the adapter of node:http hands to every handler.
  const { incoming } = (environment ?? {}) as { incoming?: { socket: { remoteAddress?: string } } };
  return incoming?.socket.remoteAddress ?? "127.0.0.1";
}

/**
 * Notes who sent the request: the other end of the socket, behind trusted proxies whoever they name. What a trusted proxy says about
 * host and scheme is noted too, for the guards; from anybody else it is ignored.
 */
export function clientAddress(isTrusted: IsTrusted): MiddlewareHandler<HttpEnvironment> {
  return async (context, next) => {
    const address = socketAddress(context.env);
    const sender = senderAddress(address, context.req.header("x-forwarded-for"), isTrusted);
    context.set("client_address", sender);
    const proxy = plainAddress(address);
    const isFromProxy = proxy !== null && isTrusted(proxy);
    context.set("forwarded", isFromProxy ? readForwarded(context.req.raw.headers) : null);
    await next();
  };
}

function readForwarded(headers: Headers): { scheme: string; host: string } | null {
  // The proxy next to us wrote the last entry; the ones before it are what it was told.
  const last = (name: string) => headers.get(name)?.split(",").at(-1)?.trim().toLowerCase() ?? "";
  const host = last("x-forwarded-host");
  return host === "" ? null : { scheme: last("x-forwarded-proto"), host };
}
