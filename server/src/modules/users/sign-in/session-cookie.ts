import { createHmac, timingSafeEqual } from "node:crypto";

/** The cookies of a server: with `__Host-` and Secure when people reach it by https, else with the port in their names. */
export interface CookieStyle {
  readonly is_secure: boolean;
  /** Where people reach the server; known after listening when the port is any free one. */
  readonly origin: () => string;
}

const plainPrefix = "coursewright";

/**
 * What all cookies of ours begin with. A `__Host-` cookie comes from this very host, over TLS, for all its paths. Without TLS the
 * name holds the port, because browsers send the cookies of a host to all its ports: two servers on one machine would overwrite
 * each other's.
 */
export function cookiePrefix({ is_secure, origin }: CookieStyle): string {
  return is_secure ? `__Host-${plainPrefix}` : `${plainPrefix}-${new URL(origin()).port || "80"}`;
}

/** Cookie that holds the session's token. */
export function sessionCookieName(style: CookieStyle): string {
  return `${cookiePrefix(style)}.session_token`;
}

/** Cookie between a right password and the code. */
export function challengeCookieName(style: CookieStyle): string {
  return `${cookiePrefix(style)}.two_factor`;
}

/** The `Set-Cookie` line that keeps a session in the browser for `seconds`, or removes it with 0 and no token. */
export function sessionCookie(
  style: CookieStyle,
  secret: string,
  token: string | null,
  seconds: number,
): string {
  const value = token === null ? "" : encodeURIComponent(`${token}.${sign(token, secret)}`);
  const secure = style.is_secure ? "; Secure" : "";
  return `${sessionCookieName(style)}=${value}; Max-Age=${seconds}; Path=/; HttpOnly${secure}; SameSite=Lax`;
}

/** The value of a signed cookie when one of the secrets signed it, else null. */
export function readSignedCookie(headers: Headers, name: string, secrets: readonly string[]): string | null {
  const text = findCookie(headers.get("cookie") ?? "", name);
  const dot = text?.lastIndexOf(".") ?? -1;
  if (text === null || dot < 1) return null;
  const value = text.slice(0, dot);
  const signature = Buffer.from(text.slice(dot + 1), "utf8");
  const isOurs = secrets.some((secret) => {
    const expected = Buffer.from(sign(value, secret), "utf8");
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  });
  return isOurs ? value : null;
}

/** A pair for a `Cookie` header, signed. */
export function signedPair(name: string, value: string, secret: string): string {
  return `${name}=${encodeURIComponent(`${value}.${sign(value, secret)}`)}`;
}

function findCookie(header: string, name: string): string | null {
  for (const part of header.split(";")) {
    const equals = part.indexOf("=");
    if (equals > 0 && part.slice(0, equals).trim() === name) return decode(part.slice(equals + 1).trim());
  }
  return null;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // Nothing that we wrote.
  }
}

/** HMAC-SHA256 in base64, the form that the sign-in library reads. */
function sign(value: string, secret: string): string {
  return createHmac("sha256", secret).update(value, "utf8").digest("base64");
}
