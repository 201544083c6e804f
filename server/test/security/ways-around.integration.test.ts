import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { makeLinkFor } from "../../src/modules/users/links/make-links.ts";
import type { SessionState } from "../../src/modules/users/sign-in/models.ts";
import { createTestApp, type TestApp } from "../app.ts";
import { type Browser, createBrowser } from "../browser.ts";
import { makeAccount, secretOf } from "../builders/account.ts";
import { type IdentityProvider, startIdentityProvider } from "../identity-provider.ts";
import { createSibling } from "../sibling.ts";
import { startTcpProxy } from "../tcp-proxy.ts";

// Every sign-in costs a slow hash, which a busy machine makes slower.
vi.setConfig({ testTimeout: 90_000 });

const origin = "http://127.0.0.1:4498";
const callback = `${origin}/api/v1/auth/oauth2/callback/oidc`;
let provider: IdentityProvider;
let app: TestApp;
beforeAll(async () => {
  provider = await startIdentityProvider(callback);
  app = await createTestApp(settingsFor(provider.issuer));
});
afterAll(async () => {
  await app.close();
  await provider.close();
});
beforeEach(() => sql`DELETE FROM throttles`.execute(app.database.database));

function settingsFor(issuer: string): Record<string, string> {
  return {
    COURSEWRIGHT_PUBLIC_URL: origin,
    COURSEWRIGHT_OIDC_ISSUER: issuer,
    COURSEWRIGHT_OIDC_CLIENT_ID: "coursewright",
    COURSEWRIGHT_OIDC_CLIENT_SECRET: "a-secret-of-the-client-0123456789",
  };
}

const someone = () => `w${randomBytes(6).toString("hex")}`;
const newPassword = "a-river-under-the-ice";

async function invite(email = `${someone()}@example.org`): Promise<{ id: string; email: string }> {
  const answer = await app.send("POST", "/api/v1/admin/users", {
    email,
    name: "Noor Haddad",
    role: "viewer",
  });
  expect(answer.status).toBe(201);
  // The documented answer.
  const { user } = (await answer.json()) as { user: { id: string } };
  return { id: user.id, email };
}

function begin(browser: Browser, return_to = "/") {
  return browser.ask<{ url: string }>("POST", "/auth/sign-in/single-sign-on", { return_to });
}

/** Goes to the provider and comes back; answers where the dashboard is opened. */
async function pass(browser: Browser, return_to = "/"): Promise<string> {
  const begun = await begin(browser, return_to);
  expect(begun.status).toBe(200);
  const { pathname, search } = await provider.visit(begun.body.url);
  const answer = await browser.ask("GET", `${pathname.replace("/api/v1", "")}${search}`);
  return answer.headers.get("location") ?? "";
}

async function whoIs(browser: Browser): Promise<string | null> {
  return (await browser.ask<SessionState>("GET", "/auth/session")).body.user?.id ?? null;
}

describe("single sign-on", () => {
  it.each([
    "/.//elsewhere.example",
    "/tasks/..//elsewhere.example",
    "/%2e//elsewhere.example",
    "/./\\elsewhere.example",
  ])("comes back to no other place by %s", async (return_to) => {
    const { id, email } = await invite();
    provider.sit(someone(), { email, email_verified: true });
    const browser = createBrowser(app);
    const page = await pass(browser, return_to);
    expect(await whoIs(browser)).toBe(id);
    expect(new URL(page, origin).origin).toBe(origin);
  });

  it("lets nobody into an account that has the address of somebody else by now", async () => {
    const former = await invite();
    const subject = someone();
    provider.sit(subject, { email: former.email, email_verified: true });
    const browser = createBrowser(app);
    await pass(browser);
    expect(await whoIs(browser)).toBe(former.id);
    const handedOver = await app.send("PUT", `/api/v1/admin/users/${former.id}`, {
      email: `${someone()}@example.org`,
    });
    expect(handedOver.status).toBe(200);
    await invite(former.email);
    const later = createBrowser(app);
    expect(await pass(later)).toBe("/sign-in?reason=not_invited");
    expect(await whoIs(later)).toBeNull();
  });

  it("takes no account for an invitation whose person chose that address, until an administrator says so", async () => {
    const { id, browser, password } = await makeAccount(app);
    const email = `${someone()}@example.org`;
    const changed = await browser.ask("PUT", "/auth/password", {
      ...{ current_password: password, new_password: newPassword, email },
    });
    expect(changed.status).toBe(204);
    provider.sit(someone(), { email, email_verified: true });
    const owner = createBrowser(app);
    expect(await pass(owner)).toBe("/sign-in?reason=not_invited");
    expect(await whoIs(owner)).toBeNull();
    expect((await app.send("PUT", `/api/v1/admin/users/${id}`, { email })).status).toBe(200);
    await pass(owner);
    expect(await whoIs(owner)).toBe(id);
  });

  it("makes nobody wait because many of a house have signed in", async () => {
    const { id, email } = await invite();
    provider.sit(someone(), { email, email_verified: true });
    await sql`
      INSERT INTO throttles (key, count, window_start) VALUES ('single-sign-on:127.0.0.1', 70, clock_timestamp())`.execute(
      app.database.database,
    );
    const browser = createBrowser(app);
    await pass(browser);
    expect(await whoIs(browser)).toBe(id);
    expect((await begin(createBrowser(app))).status).toBe(200);
  });

  it("works as soon as a provider answers that was away before", async () => {
    const gone = await startIdentityProvider(callback);
    await gone.close();
    const late = await createTestApp(settingsFor(gone.issuer));
    expect((await begin(createBrowser(late))).status).toBe(409);
    const back = await startIdentityProvider(callback, Number(new URL(gone.issuer).port));
    const begun = await begin(createBrowser(late));
    await back.close();
    await late.close();
    expect(begun.status).toBe(200);
  });
});

describe("what was signed for one thing", () => {
  it("is worth nothing as another: the cookie on the way to the provider is no challenge of a second factor", async () => {
    const browser = createBrowser(app);
    await begin(browser);
    const signed = [...browser.cookies].find(([name]) => name.endsWith("state"))?.[1];
    expect(signed).toBeDefined();
    browser.cookies.set("coursewright-4498.two_factor", signed ?? "");
    const answer = await browser.ask("POST", "/auth/sign-in/second-factor", { code: "123456" });
    expect(answer).toMatchObject({ status: 401, body: { code: "second_factor_refused" } });
  });
});

describe("a new password", () => {
  it("ends every open link to the account, also its invitation", async () => {
    const { id, browser, password } = await makeAccount(app);
    const token = secretOf(await makeLinkFor(app.database.database, "invitation", id, null));
    const changed = await browser.ask("PUT", "/auth/password", {
      ...{ current_password: password, new_password: newPassword },
    });
    expect(changed.status).toBe(204);
    const used = await createBrowser(app).ask("POST", "/auth/links/use", { token, password: newPassword });
    expect(used).toMatchObject({ status: 404, body: { code: "link_invalid" } });
  });
});

describe("the change of one's own address", () => {
  it("does not tell who has an account, but for a few", async () => {
    const { browser, password } = await makeAccount(app);
    const taken = await Promise.all(Array.from({ length: 10 }, () => invite()));
    const codes: unknown[] = [];
    for (const { email } of taken) {
      const { body } = await browser.ask("PUT", "/auth/password", {
        ...{ current_password: password, email },
      });
      codes.push(body.code);
    }
    const told = codes.filter((code) => code === "email_taken").length;
    expect(told).toBeGreaterThanOrEqual(5);
    // A slow machine lets the first waits, of a second and two, end between requests.
    expect(told).toBeLessThanOrEqual(8);
    expect(codes).toContain("too_many_sign_ins");
    process.stdout.write(`${codes.length} addresses asked for by one person: ${told} were answered\n`);
  });
});

describe("one's own account", () => {
  it("is one's own however its id is written: nothing that another administrator should decide goes by capitals", async () => {
    const { id, email, password, browser } = await makeAccount(app, "admin");
    await makeAccount(app, "admin");
    const own = `/admin/users/${id.toUpperCase()}`;
    const asked: readonly (readonly [string, string, unknown?])[] = [
      ["POST", `${own}/reset-second-factor`],
      ["POST", `${own}/link`, { kind: "password_reset" }],
      ["POST", `${own}/erase`, { name: "Mina Okafor" }],
      ["PUT", own, { role: "viewer" }],
      ["PUT", own, { is_active: false }],
      ["PUT", own, { email: `${someone()}@example.org` }],
    ];
    for (const [method, route, body] of asked) {
      const answer = await browser.ask(method, route, body);
      expect([route, answer.status, answer.body.code]).toEqual([route, 409, "own_account"]);
    }
    expect((await createBrowser(app).ask("POST", "/auth/sign-in", { email, password })).status).toBe(200);
  });
});

describe("while the database is away", () => {
  it("nobody gets in, nobody is signed out, and every refusal says that it is an outage", async () => {
    const proxy = await startTcpProxy(app.database.url);
    const server = await createSibling({ ...app, database: { ...app.database, url: proxy.url } });
    const account = await makeAccount(app);
    const browser = account.browser.through(server);
    expect((await browser.ask("GET", "/content/units")).status).toBe(200);
    const cookies = new Map(browser.cookies);
    proxy.cut();
    const { email, password } = account;
    const asked: readonly (readonly [string, string, unknown?])[] = [
      ["GET", "/auth/session"],
      ["GET", "/content/units"],
      ["GET", "/admin/users"],
      ["GET", "/admin/tokens"],
      ["GET", "/learner/units"],
      ["GET", "/events"],
      ["POST", "/auth/sign-in", { email, password }],
      ["POST", "/auth/sign-in/second-factor", { code: "123456" }],
      ["POST", "/auth/links/look", { token: "x".repeat(43) }],
      ["POST", "/auth/links/use", { token: "x".repeat(43) }],
      ["POST", "/auth/sign-in/single-sign-on", {}],
      ["POST", "/auth/sign-out"],
      ["PUT", "/auth/password", { current_password: password, new_password: newPassword }],
    ];
    const ask = async (who: Browser, [method, route, body]: (typeof asked)[number]) => {
      const { status, body: problem, headers } = await who.ask(method, route, body);
      expect([method, route, status, problem?.code]).toEqual([method, route, 503, "database_unavailable"]);
      expect(headers.getSetCookie()).toEqual([]);
    };
    for (const one of asked) await ask(browser, one);
    const ofStrangers = [
      "/auth/session",
      "/auth/sign-in",
      "/auth/links/look",
      "/auth/sign-in/single-sign-on",
    ];
    for (const one of asked) if (ofStrangers.includes(one[1])) await ask(createBrowser(server), one);
    proxy.restore();
    expect(browser.cookies).toEqual(cookies);
    expect((await browser.ask("GET", "/content/units")).status).toBe(200);
    await server.close();
    await proxy.close();
  });
});
