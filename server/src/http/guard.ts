import type { MiddlewareHandler } from "hono";
import type { HttpEnvironment } from "./environment.ts";
import { requestErrors } from "./router.ts";

const safeMethods = new Set(["GET", "HEAD"]);
const knownMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const loopbackNames = ["localhost", "127.0.0.1", "[::1]"];

/** Refuses methods that no route has. No page elsewhere gets an answer to OPTIONS that would let it in (CORS). */
export function methodGuard(): MiddlewareHandler<HttpEnvironment> {
  return async (context, next) => {
    if (!knownMethods.includes(context.req.method)) {
      throw requestErrors.create(
        "method_not_allowed",
        `This server knows no ${context.req.method.slice(0, 20)}. /docs lists what there is.`,
        { details: { allow: knownMethods.join(", ") } },
      );
    }
    await next();
    // Nobody reads the body of an answer to HEAD: a stream that was opened for it would stay open.
    if (context.req.method === "HEAD") await context.res.body?.cancel();
  };
}

/**
 * Answers only to names that are ours. A page elsewhere that points its own name at 127.0.0.1 (DNS rebinding)
 * sends that name as `Host` and is refused; so is the name that a trusted proxy was asked for.
 */
export function hostGuard(
  allowedHosts: readonly string[],
  publicUrl: string | undefined,
): MiddlewareHandler<HttpEnvironment> {
  const ours = publicUrl === undefined ? [] : [new URL(publicUrl).hostname];
  const allowed = new Set([...loopbackNames, ...ours, ...allowedHosts.map((host) => host.toLowerCase())]);
  return async (context, next) => {
    const hosts = [context.req.header("host") ?? ""];
    const forwarded = context.get("forwarded");
    if (forwarded !== null) hosts.push(forwarded.host);
    const strange = hosts.find((host) => !allowed.has(hostName(host)));
    if (strange !== undefined) {
      throw requestErrors.create(
        "host_not_allowed",
        `This server does not answer for "${strange.slice(0, 100)}". Use http://127.0.0.1, or name the host in COURSEWRIGHT_ALLOWED_HOSTS.`,
      );
    }
    await next();
  };
}

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, "");
}

/**
 * Unsafe methods need, from a browser, the same origin: no page elsewhere can spend the user's money with a form or a script.
 * Programs without a browser send neither `Origin` nor `Sec-Fetch-Site`; one that sends a cookie must send either, because
 * cookies are what browsers add by themselves. A token nobody adds by themselves.
 */
export function crossSiteGuard(publicUrl: string | undefined): MiddlewareHandler<HttpEnvironment> {
  const publicAddress = publicUrl === undefined ? undefined : new URL(publicUrl);
  return async (context, next) => {
    if (safeMethods.has(context.req.method)) return next();
    const fetchSite = context.req.header("sec-fetch-site");
    const origin = context.req.header("origin");
    const host = context.req.header("host");
    const forwarded = context.get("forwarded");
    const isOwn =
      origin === undefined ||
      isOwnOrigin(origin, host, publicAddress) ||
      (forwarded !== null && origin === `${forwarded.scheme}://${forwarded.host}`);
    const isSameSite = fetchSite === undefined || fetchSite === "same-origin" || fetchSite === "none";
    if (!isOwn || !isSameSite) throw refuseCrossSite();
    const cookieAlone =
      context.req.header("cookie") !== undefined && context.req.header("authorization") === undefined;
    if (cookieAlone && origin === undefined && fetchSite === undefined) throw refuseUnknownOrigin();
    await next();
  };
}

function isOwnOrigin(origin: string, host: string | undefined, publicAddress: URL | undefined): boolean {
  if (origin === publicAddress?.origin) return true;
  // Under the public name the scheme counts too: what was fetched in the clear may be anybody's page.
  if (host === publicAddress?.host || !URL.canParse(origin)) return false;
  return new URL(origin).host === host;
}

function refuseCrossSite() {
  return requestErrors.create(
    "cross_site_refused",
    "Requests that change something are taken from this server's own pages and from programs only.",
  );
}

function refuseUnknownOrigin() {
  return requestErrors.create(
    "cross_site_refused",
    "A request with a cookie that changes something must say where it comes from (Origin). A program uses a token instead.",
  );
}
