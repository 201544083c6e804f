import { randomUUID } from "node:crypto";
import type { Role, TokenScope } from "../../src/platform/caller.ts";
import type { TestApp } from "../app.ts";

/** Somebody who signed in as people do, by an invitation link and a password of their own. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly role: Role;
  /** Headers of a request that their browser makes. */
  readonly session: Readonly<Record<string, string>>;
}

/** Headers that a browser sends from the server's own pages. */
export const sameOrigin = { origin: "http://127.0.0.1", "sec-fetch-site": "same-origin" } as const;

/** Invites somebody and lets them sign in with the link. */
export async function createPerson(test: TestApp, role: Role): Promise<Person> {
  const email = `${role}-${randomUUID()}@example.org`;
  const invited = await read<{ user: { id: string }; link: { url: string } }>(
    await test.send("POST", "/api/v1/admin/users", { email, name: `A ${role}`, role }),
  );
  const password = `correct ${randomUUID()} staple`;
  const used = await test.askAnonymously("/api/v1/auth/links/use", {
    method: "POST",
    headers: { "content-type": "application/json", ...sameOrigin },
    body: JSON.stringify({
      token: new URL(invited.link.url, "http://127.0.0.1").pathname.split("/").at(-1),
      password,
    }),
  });
  if (!used.ok) throw new Error(`The invitation was refused: ${await used.text()}`);
  return { id: invited.user.id, email, password, role, session: { cookie: cookiesOf(used), ...sameOrigin } };
}

/** Makes an API token in somebody's session; answers the headers that carry it. */
export async function createToken(
  test: TestApp,
  { session }: Person,
  scopes: readonly TokenScope[],
): Promise<Readonly<Record<string, string>>> {
  const body = { name: `For ${scopes.join(" and ")}`, scopes, expires_in_days: 1 };
  const { token } = await read<{ token: string }>(
    await test.send("POST", "/api/v1/admin/tokens", body, session),
  );
  return { authorization: `Bearer ${token}` };
}

/** What a browser sends back of the cookies that it was given. */
export function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0] ?? "")
    .filter((pair) => !pair.endsWith("="))
    .join("; ");
}

async function read<Answer>(answer: Response): Promise<Answer> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${text}`);
  // The documented answer of the route that the caller asked.
  return JSON.parse(text) as Answer;
}
