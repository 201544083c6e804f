import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { type Browser, createBrowser } from "../../../../test/browser.ts";
import { makeAccount } from "../../../../test/builders/account.ts";
import { type IdentityProvider, startIdentityProvider } from "../../../../test/identity-provider.ts";
import type { SessionState } from "./models.ts";

const origin = "http://127.0.0.1:4499";
let provider: IdentityProvider;
let app: TestApp;
beforeAll(async () => {
  provider = await startIdentityProvider(`${origin}/api/v1/auth/oauth2/callback/oidc`);
  app = await createTestApp({
    COURSEWRIGHT_PUBLIC_URL: origin,
    COURSEWRIGHT_OIDC_ISSUER: provider.issuer,
    COURSEWRIGHT_OIDC_CLIENT_ID: provider.client_id,
    COURSEWRIGHT_OIDC_CLIENT_SECRET: provider.client_secret,
    COURSEWRIGHT_OIDC_NAME: "Example ID",
    COURSEWRIGHT_REQUIRE_SECOND_FACTOR: "staff",
  });
});
afterAll(async () => {
  await app.close();
  await provider.close();
});
beforeEach(() => sql`DELETE FROM throttles`.execute(app.database.database));

const state = async (browser: Browser) => (await browser.ask<SessionState>("GET", "/auth/session")).body;
const someone = () => `s${randomBytes(6).toString("hex")}`;

async function invite(role = "operator"): Promise<{ id: string; email: string }> {
  const email = `${someone()}@example.org`;
  const made = await sql<{ id: string }>`
    INSERT INTO users (name, email, role) VALUES ('Noor Haddad', ${email}, ${role}) RETURNING id`.execute(
    app.database.database,
  );
  return { id: made.rows[0]?.id ?? "", email };
}

/** Goes to the provider and comes back; answers where the dashboard is opened. */
async function pass(browser: Browser, return_to = "/tasks?q=water"): Promise<string> {
  const begun = await browser.ask<{ url: string }>("POST", "/auth/sign-in/single-sign-on", { return_to });
  expect(begun.status).toBe(200);
  const back = await provider.visit(begun.body.url);
  expect(back.origin).toBe(origin);
  return comeBack(browser, back);
}

async function comeBack(browser: Browser, { pathname, search }: URL): Promise<string> {
  const answer = await browser.ask("GET", `${pathname.replace("/api/v1", "")}${search}`);
  expect(answer.status).toBe(302);
  return answer.headers.get("location") ?? "";
}

describe("single sign-on", () => {
  it("lets an invited person in, at the page they wanted, as themselves each time", async () => {
    const { id, email } = await invite();
    provider.sit(someone(), {
      email: email.toUpperCase(),
      email_verified: true,
      name: "Called otherwise there",
    });
    const browser = createBrowser(app);
    expect(await state(browser)).toMatchObject({ sign_in: { single_sign_on: { name: "Example ID" } } });
    for (let times = 0; times < 2; times += 1) {
      expect(await pass(browser)).toBe("/tasks?q=water");
      expect(await state(browser)).toMatchObject({
        user: { id, email, name: "Noor Haddad", role: "operator" },
        // The provider asks for its own.
        second_factor: { is_required: false },
        has_password: false,
      });
      expect((await browser.ask("GET", "/task-queue/status")).status).toBe(200);
    }
    const { rows } = await sql<{
      row: string;
    }>`SELECT a::text AS row FROM auth.account a WHERE "userId" = ${id}::uuid`.execute(app.database.database);
    expect(rows).toHaveLength(1);
    // Nothing of the provider's that could be used elsewhere is kept.
    expect(rows[0]?.row).not.toMatch(/eyJ/);
    const password = await browser.ask("PUT", "/auth/password", { new_password: "a-river-under-the-ice" });
    expect(password).toMatchObject({ status: 403, body: { code: "password_wrong" } });
  });

  it("asks the provider for a code with PKCE, state and nonce", async () => {
    const begun = await createBrowser(app).ask<{ url: string }>("POST", "/auth/sign-in/single-sign-on", {});
    const asked = new URL(begun.body.url);
    expect(asked.origin).toBe(provider.issuer);
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      ...{
        response_type: "code",
        code_challenge_method: "S256",
        redirect_uri: `${origin}/api/v1/auth/oauth2/callback/oidc`,
      },
      ...{ state: expect.stringMatching(/.{20}/), nonce: expect.stringMatching(/.{16}/) },
    });
  });

  it("makes no account: strangers, unverified addresses and deactivated people stay outside", async () => {
    const count = async () => (await sql`SELECT 1 FROM users`.execute(app.database.database)).rows.length;
    const invited = await invite();
    const inactive = await invite();
    await app.database.database
      .updateTable("users")
      .set({ is_active: false })
      .where("id", "=", inactive.id)
      .execute();
    const former = await count();
    const refused = [
      { email: "stranger@example.org", email_verified: true },
      { email: invited.email, email_verified: false },
      { email: invited.email },
      { email: inactive.email, email_verified: true },
      { email_verified: true },
    ];
    for (const person of refused) {
      provider.sit(someone(), person);
      const browser = createBrowser(app);
      const page = await pass(browser);
      expect([person, page]).toEqual([
        person,
        person.email === undefined
          ? expect.stringMatching(/^\/sign-in\?reason=(not_invited|single_sign_on_failed)$/)
          : "/sign-in?reason=not_invited",
      ]);
      expect(await state(browser)).toMatchObject({ user: null });
    }
    expect(await count()).toBe(former);
  });

  it("ends with the account: whoever came before is refused once they are deactivated", async () => {
    const { id, email } = await invite();
    provider.sit(someone(), { email, email_verified: true });
    const browser = createBrowser(app);
    expect(await pass(browser)).toBe("/tasks?q=water");
    await app.database.database.updateTable("users").set({ is_active: false }).where("id", "=", id).execute();
    expect((await browser.ask("GET", "/task-queue/status")).status).toBe(401);
    expect(await pass(browser)).toMatch(/^\/sign-in\?reason=/);
    expect(await state(browser)).toMatchObject({ user: null });
  });

  it("cannot be finished in another browser, twice, or without its state", async () => {
    const { email } = await invite();
    provider.sit(someone(), { email, email_verified: true });
    const browser = createBrowser(app);
    const begun = await browser.ask<{ url: string }>("POST", "/auth/sign-in/single-sign-on", {});
    const back = await provider.visit(begun.body.url);
    const other = createBrowser(app);
    expect(await comeBack(other, back)).toMatch(/^\/sign-in\?reason=/);
    expect(await state(other)).toMatchObject({ user: null });
    const again = await browser.ask<{ url: string }>("POST", "/auth/sign-in/single-sign-on", {});
    const once = await provider.visit(again.body.url);
    expect(await comeBack(browser, once)).toBe("/");
    const third = createBrowser(app, {}, new Map(browser.cookies));
    third.cookies.delete("coursewright-4499.session_token");
    expect(await comeBack(third, once)).toMatch(/^\/sign-in\?reason=/);
    const stateless = new URL(once);
    stateless.searchParams.delete("state");
    expect(await comeBack(createBrowser(app), stateless)).toMatch(/^\/sign-in\?reason=/);
    const denied = new URL(`${origin}/api/v1/auth/oauth2/callback/oidc?error=access_denied`);
    expect(await comeBack(createBrowser(app), denied)).toBe("/sign-in?reason=single_sign_on_failed");
  });

  it("comes back to pages of ours only", async () => {
    const { email } = await invite();
    provider.sit(someone(), { email, email_verified: true });
    const elsewhere = [
      "https://elsewhere.example/",
      "//elsewhere.example",
      "/\\elsewhere.example",
      "javascript:alert(1)",
      "tasks",
      "/\t/elsewhere.example",
      "/%5celsewhere.example/..",
    ];
    for (const return_to of elsewhere) {
      const page = await pass(createBrowser(app), return_to);
      expect([
        return_to,
        new URL(page, origin).origin,
        page.startsWith("/") && !page.startsWith("//"),
      ]).toEqual([return_to, origin, true]);
    }
  });

  it("is refused where it is not set up, and while the provider does not answer", async () => {
    const without = await createTestApp();
    const refused = await createBrowser(without).ask("POST", "/auth/sign-in/single-sign-on", {});
    expect(refused).toMatchObject({ status: 409, body: { code: "single_sign_on_unavailable" } });
    const callback = await createBrowser(without).ask("GET", "/auth/oauth2/callback/oidc?code=x&state=y");
    expect(callback.status).toBe(409);
    await without.close();
    const dead = await createTestApp({
      ...{
        COURSEWRIGHT_PUBLIC_URL: origin,
        COURSEWRIGHT_OIDC_ISSUER: "http://127.0.0.1:9",
        COURSEWRIGHT_OIDC_CLIENT_ID: "x",
      },
    });
    const unanswered = await createBrowser(dead).ask("POST", "/auth/sign-in/single-sign-on", {});
    expect(unanswered).toMatchObject({
      status: 409,
      body: { code: "single_sign_on_unavailable", retryable: true },
    });
    // Passwords work meanwhile.
    expect((await (await makeAccount(dead)).browser.ask("GET", "/task-queue/status")).status).toBe(200);
    await dead.close();
  });
});
