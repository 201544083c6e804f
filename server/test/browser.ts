import type { TestApp } from "./app.ts";

/** An answer with its JSON body; null without one. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Somebody's browser: it keeps the cookies that it is given, and sends them to any server of the same name. */
export interface Browser {
  /** Requests of a page of ours, below `/api/v1`. */
  ask<Body = Record<string, unknown>>(method: string, route: string, body?: unknown): Promise<Answer<Body>>;
  /** The same through another server. */
  through(app: Asked): Browser;
  readonly cookies: Map<string, string>;
}

/** A server, as a browser needs it. */
export type Asked = Pick<TestApp, "askAnonymously">;

/** A browser without any cookie. `headers`: what it sends with every request. */
export function createBrowser(
  app: Asked,
  headers: Readonly<Record<string, string>> = {},
  cookies: Map<string, string> = new Map(),
): Browser {
  return {
    cookies,
    through: (other) => createBrowser(other, headers, cookies),
    async ask<Body>(method: string, route: string, body?: unknown): Promise<Answer<Body>> {
      const sent = new Headers({ "sec-fetch-site": "same-origin", ...headers });
      if (body !== undefined) sent.set("content-type", "application/json");
      if (cookies.size > 0)
        sent.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
      const answer = await app.askAnonymously(`/api/v1${route}`, {
        method,
        headers: sent,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      keep(cookies, answer.headers.getSetCookie());
      const text = await answer.text();
      const isJson = answer.headers.get("content-type")?.includes("json") === true;
      // The caller names the documented answer.
      return {
        status: answer.status,
        headers: answer.headers,
        body: (isJson ? JSON.parse(text) : null) as Body,
      };
    },
  };
}

function keep(cookies: Map<string, string>, lines: readonly string[]): void {
  for (const line of lines) {
    const [pair = ""] = line.split(";");
    const name = pair.slice(0, pair.indexOf("="));
    if (/Max-Age=0(;|$)/i.test(line)) cookies.delete(name);
    else cookies.set(name, pair.slice(name.length + 1));
  }
}
