import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestApp, type TestApp } from "../app.ts";
import { createBrowser } from "../browser.ts";
import { makeAccount } from "../builders/account.ts";
import { createPerson, createToken } from "./people.ts";

// Every sign-in costs a slow hash, which a busy machine makes slower.
vi.setConfig({ testTimeout: 90_000 });

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());

describe("a fresh installation", () => {
  it("lets nobody in with a name and a password that others have guessed before", async () => {
    const state = await (await test.askAnonymously("/api/v1/auth/session")).json();
    expect(state).toMatchObject({ user: null, needs_set_up: true, sign_in: { password: false } });
    const { rows } = await test.database.pool.query('SELECT count(*) AS count FROM auth."account"');
    expect(Number(rows[0]?.count)).toBe(0);
    for (const email of ["admin@localhost.local", "admin@example.com", "root@localhost.local"]) {
      for (const password of ["admin", "password", "coursewright", "changeme"]) {
        const answer = await createBrowser(test).ask("POST", "/auth/sign-in", { email, password });
        expect(answer.status).toBeOneOf([401, 429]);
      }
    }
  });
});

describe("the proof of a session", () => {
  it("is at least 128 random bits, never the same, however the session began", async () => {
    const tokens: string[] = [];
    const { email, password, browser } = await makeAccount(test);
    tokens.push(tokenOf(browser.cookies));
    for (let count = 0; count < 4; count += 1) {
      const other = createBrowser(test);
      await other.ask("POST", "/auth/sign-in", { email, password });
      tokens.push(tokenOf(other.cookies));
    }
    expect(new Set(tokens).size).toBe(tokens.length);
    // Letters and digits carry a little less than six bits each: 24 of them are 142 bits.
    for (const token of tokens) expect(token).toMatch(/^[\w-]{24,}$/);
    // Random texts share a character at a place here and there, and no beginning.
    expect(new Set(tokens.map((token) => token.slice(0, 6))).size).toBe(tokens.length);
  });
});

describe("a token", () => {
  it("counts in its header only, never in an address, a body or a cookie", async () => {
    const person = await createPerson(test, "viewer");
    const { authorization = "" } = await createToken(test, person, ["read"]);
    const token = authorization.replace("Bearer ", "");
    const route = "/api/v1/content/units";
    expect((await test.askAnonymously(route, { headers: { authorization } })).status).toBe(200);
    for (const name of ["token", "access_token", "api_key", "authorization", "key"]) {
      const answer = await test.askAnonymously(`${route}?${name}=${token}`);
      expect([name, answer.status]).toEqual([name, 401]);
    }
    for (const headers of [
      { cookie: `coursewright-0.session_token=${token}` },
      { "x-api-key": token },
      { authorization: `Basic ${Buffer.from(`x:${token}`).toString("base64")}` },
    ]) {
      expect((await test.askAnonymously(route, { headers: new Headers(headers) })).status).toBe(401);
    }
    const stream = await test.askAnonymously(`/api/v1/events?token=${token}`);
    expect(stream.status).toBe(401);
  });
});

/** The part of the cookie that is looked up; the other one is its signature. */
function tokenOf(cookies: ReadonlyMap<string, string>): string {
  return decodeURIComponent(cookies.get("coursewright-0.session_token") ?? "").split(".")[0] ?? "";
}
