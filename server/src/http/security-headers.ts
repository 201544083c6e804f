import type { MiddlewareHandler } from "hono";
import type { HttpEnvironment } from "./environment.ts";

/**
 * The dashboard loads nothing from elsewhere and runs nothing inline. Text becomes markup, or the address of a script, only through the
 * two named policies: cleaned Markdown, and the shared worker that holds the event stream.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "connect-src 'self'",
  "font-src 'self'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types coursewright-markdown coursewright-worker",
].join("; ");

const yearSeconds = 31_536_000;
const always: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy":
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=()",
};

/**
 * Sets the headers on every answer; a route that set a stricter policy of its own keeps it. Answers of the API are kept by
 * nobody unless their route says otherwise. With an https address browsers are told to use no other scheme for a year.
 */
export function securityHeaders(publicUrl: string | undefined): MiddlewareHandler<HttpEnvironment> {
  const isSecure = publicUrl?.startsWith("https:") === true;
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    if (!headers.has("content-security-policy"))
      headers.set("content-security-policy", contentSecurityPolicy);
    for (const [name, value] of Object.entries(always)) headers.set(name, value);
    if (isSecure) headers.set("strict-transport-security", `max-age=${yearSeconds}`);
    if (context.req.path.startsWith("/api/") && !headers.has("cache-control"))
      headers.set("cache-control", "no-store");
  };
}
