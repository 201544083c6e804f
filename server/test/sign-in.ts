import { programAt } from "./program.ts";

/** A cookie of a session as Playwright takes it. Ports share it: it belongs to the host. */
export interface SessionCookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  readonly expires: number;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: "Strict" | "Lax" | "None";
}

/** Whom `signIn` makes of a first-administrator link, with the name that a local one has; that one has neither of the others. */
export const administrator = {
  name: "Local administrator",
  email: "ada@example.org",
  password: "tides-rise-twice-a-day",
};

/**
 * Signs the first administrator in and answers the cookies of the session: with the one-time link that the server at this
 * address printed, which works once for each start; on data where an earlier call gave them a password, with that.
 */
export async function signIn(url: string): Promise<SessionCookie[]> {
  const state = await fetch(`${url}/api/v1/auth/session`);
  // The documented answer.
  const { needs_set_up } = (await state.json()) as { needs_set_up: boolean };
  const { email, password } = administrator;
  const answer = needs_set_up ? await openLink(url) : await send(url, "/auth/sign-in", { email, password });
  return answer.headers.getSetCookie().map((line) => parseCookie(line, new URL(url).hostname));
}

async function openLink(url: string): Promise<Response> {
  const link = await programAt(url).signInLink();
  const token = link.slice(link.lastIndexOf("/") + 1);
  const looked = await send(url, "/auth/links/look", { token });
  // The documented answer.
  const { asks_for } = (await looked.json()) as { asks_for: readonly (keyof typeof administrator)[] };
  const asked = Object.fromEntries(asks_for.map((field) => [field, administrator[field]]));
  return send(url, "/auth/links/use", { token, ...asked });
}

/** As the server's own page sends it. */
async function send(
  url: string,
  route: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const answer = await fetch(`${url}/api/v1${route}`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json", origin: new URL(url).origin },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST ${route}: ${answer.status} ${await answer.text()}`);
  return answer;
}

function parseCookie(line: string, domain: string): SessionCookie {
  const [pair = "", ...attributes] = line.split(/; */);
  const cut = pair.indexOf("=");
  const has = (name: string) => attributes.some((attribute) => attribute.toLowerCase() === name);
  const sameSite = /samesite=(strict|lax|none)/i.exec(line)?.[1]?.toLowerCase();
  return {
    name: pair.slice(0, cut),
    value: pair.slice(cut + 1),
    domain,
    path: "/",
    expires: -1,
    httpOnly: has("httponly"),
    secure: has("secure"),
    sameSite: sameSite === "strict" ? "Strict" : sameSite === "none" ? "None" : "Lax",
  };
}

/** Makes a token with these scopes as the person of the session does in the dashboard. */
export async function makeToken(
  url: string,
  session: readonly SessionCookie[],
  ...scopes: readonly string[]
): Promise<string> {
  const cookie = session.map(({ name, value }) => `${name}=${value}`).join("; ");
  const body = { name: `For ${scopes.join(" and ")}`, scopes, expires_in_days: 1 };
  const made = await send(url, "/admin/tokens", body, { cookie });
  // The documented answer.
  return ((await made.json()) as { token: string }).token;
}
