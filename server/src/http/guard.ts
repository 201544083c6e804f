import type { MiddlewareHandler } from "hono";
import type { HttpEnvironment } from "./environment.ts";
import { requestErrors } from "./router.ts";

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);
const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Answers only to names that are ours. A page elsewhere that points its own name at 127.0.0.1 (DNS rebinding)
 * sends that name as `Host` and is refused.
 */
export function hostGuard(allowedHosts: readonly string[]): MiddlewareHandler<HttpEnvironment> {
  const allowed = new Set([...loopbackNames, ...allowedHosts.map((host) => host.toLowerCase())]);
  return async (context, next) => {
    const host = context.req.header("host") ?? "";
    if (!allowed.has(hostName(host))) {
      throw requestErrors.create(
        "host_not_allowed",
        `This server does not answer for "${host.slice(0, 100)}". Use http://127.0.0.1, or name the host in COURSEWRIGHT_ALLOWED_HOSTS.`,
      );
    }
    await next();
  };
}

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, "");
}

/**
 * Unsafe methods need JSON and, from a browser, the same origin: no page elsewhere can spend the user's money
 * with a form or a script. Programs without a browser send neither `Origin` nor `Sec-Fetch-Site`.
 */
export function crossSiteGuard(publicUrl: string | undefined): MiddlewareHandler<HttpEnvironment> {
  const publicOrigin = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
  return async (context, next) => {
    if (!safeMethods.has(context.req.method)) {
      refuseCrossSite(
        context.req.header("sec-fetch-site"),
        context.req.header("origin"),
        context.req.header("host"),
        publicOrigin,
      );
      refuseOtherTypes(context.req.header("content-type"), context.req.header("content-length"));
    }
    await next();
  };
}

function refuseCrossSite(
  fetchSite: string | undefined,
  origin: string | undefined,
  host: string | undefined,
  publicOrigin: string | undefined,
): void {
  const sameSite = fetchSite === undefined || fetchSite === "same-origin" || fetchSite === "none";
  const sameOrigin = origin === undefined || origin === publicOrigin || originHost(origin) === host;
  if (sameSite && sameOrigin) return;
  throw requestErrors.create(
    "cross_site_refused",
    "Requests that change something are taken from this server's own pages and from programs only.",
  );
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function refuseOtherTypes(contentType: string | undefined, contentLength: string | undefined): void {
  const hasNoBody = contentType === undefined && (contentLength === undefined || contentLength === "0");
  if (hasNoBody || contentType?.split(";")[0]?.trim().toLowerCase() === "application/json") return;
  throw requestErrors.create(
    "media_type_unsupported",
    "Send the body as JSON with the header Content-Type: application/json.",
  );
}
