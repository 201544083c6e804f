import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeAdministratorLink } from "../../src/modules/users/links/make-links.ts";
import { lockPerson } from "../../src/modules/users/links/repo.ts";
import { deleteSessions } from "../../src/modules/users/sessions/repo.ts";
import type { SessionState } from "../../src/modules/users/sign-in/models.ts";
import { hashPassword } from "../../src/modules/users/sign-in/passwords.ts";
import { putPassword } from "../../src/modules/users/sign-in/repo.ts";
import { createTestApp, type TestApp } from "../app.ts";
import { type Browser, createBrowser } from "../browser.ts";
import { makeAccount, secretOf } from "../builders/account.ts";
import { type IdentityProvider, startIdentityProvider } from "../identity-provider.ts";

const origin = "http://127.0.0.1:4497";
let provider: IdentityProvider;
let app: TestApp;
beforeAll(async () => {
  provider = await startIdentityProvider(`${origin}/api/v1/auth/oauth2/callback/oidc`);
  app = await createTestApp({
    COURSEWRIGHT_PUBLIC_URL: origin,
    COURSEWRIGHT_OIDC_ISSUER: provider.issuer,
    COURSEWRIGHT_OIDC_CLIENT_ID: provider.client_id,
    COURSEWRIGHT_OIDC_CLIENT_SECRET: provider.client_secret,
  });
});
afterAll(async () => {
  await app.close();
  await provider.close();
});
beforeEach(() => sql`DELETE FROM throttles`.execute(app.database.database));

const newPassword = "a-river-under-the-ice";
const someone = () => `u${randomBytes(6).toString("hex")}@example.org`;

async function whoIs(browser: Browser) {
  return (await browser.ask<SessionState>("GET", "/auth/session")).body.user;
}

/** A change of password, address or both under way, and what came of it. */
function change(browser: Browser, current_password: string, given: object = { new_password: newPassword }) {
  return browser.ask("PUT", "/auth/password", { current_password, ...given });
}

describe("a sign-in", () => {
  it("by single sign-on is written down, whatever the page that was wanted has in its address", async () => {
    const email = someone();
    const invited = await app.send("POST", "/api/v1/admin/users", {
      email,
      name: "Noor Haddad",
      role: "viewer",
    });
    // The documented answer.
    const { user } = (await invited.json()) as { user: { id: string } };
    provider.sit(someone(), { email, email_verified: true });
    const browser = createBrowser(app);
    const return_to = "/tasks?error=model_refused";
    const begun = await browser.ask<{ url: string }>("POST", "/auth/sign-in/single-sign-on", { return_to });
    const { pathname, search } = await provider.visit(begun.body.url);
    const back = await browser.ask("GET", `${pathname.replace("/api/v1", "")}${search}`);
    expect(back.headers.get("location")).toBe(return_to);
    expect((await whoIs(browser))?.id).toBe(user.id);
    const { rows } = await sql`
      SELECT 1 FROM audit_log WHERE action = 'session.single_sign_on' AND actor_id = ${user.id}::uuid AND result = 'done'`.execute(
      app.database.database,
    );
    expect(rows).toHaveLength(1);
  });

  it("with the former password that is under way ends with the change of the password", async () => {
    const { id, email, password } = await makeAccount(app, "operator");
    const { database } = app.database;
    const countSessions = async () =>
      (await sql`SELECT 1 FROM auth."session" WHERE "userId" = ${id}::uuid`.execute(database)).rows.length;
    expect(await countSessions()).toBe(1);
    const hash = await hashPassword(newPassword);
    const thief = createBrowser(app);
    let signingIn: Promise<{ status: number }> | undefined;
    // What a change of the password does, held open until the sign-in has passed its check.
    await database.transaction().execute(async (transaction) => {
      await lockPerson(transaction, id);
      await putPassword(transaction, id, hash);
      await deleteSessions(transaction, id, null);
      signingIn = thief.ask("POST", "/auth/sign-in", { email, password });
      await expect.poll(countSessions, { timeout: 10_000 }).toBe(2);
    });
    expect((await signingIn)?.status).toBe(401);
    expect(await whoIs(thief)).toBeNull();
    expect(await countSessions()).toBe(0);
  });
});

describe("an erased person", () => {
  it("does not come back by a request of theirs that was under way", async () => {
    const chief = await makeAccount(app, "admin");
    const { id, password, browser } = await makeAccount(app, "learner");
    const changing = change(browser, password, { new_password: newPassword, email: someone() });
    const erased = await chief.browser.ask("POST", `/admin/users/${id}/erase`, { name: "Mina Okafor" });
    expect(erased.status).toBe(200);
    expect((await changing).status).toBe(403);
    const { rows } = await sql`
      SELECT u.name, u.email, (SELECT count(*)::int FROM auth."user" a WHERE a."id" = u.id) AS sign_in_users
      FROM users u WHERE u.id = ${id}::uuid`.execute(app.database.database);
    expect(rows).toEqual([{ name: "Erased person", email: null, sign_in_users: 0 }]);
  });
});

describe("an address that somebody chose for themselves", () => {
  it("makes no administrator of them when the machine's owner asks for one with it", async () => {
    const { browser, password } = await makeAccount(app, "learner");
    const email = someone();
    expect((await change(browser, password, { email })).status).toBe(204);
    await expect(makeAdministratorLink(app.database.database, { email })).rejects.toMatchObject({
      code: "email_taken",
    });
    expect((await whoIs(browser))?.role).toBe("learner");
  });
});

describe("an administrator who is deactivated", () => {
  it("keeps no way in: links that they made for others end too", async () => {
    const [chief, rogue, colleague] = [
      await makeAccount(app, "admin"),
      await makeAccount(app, "admin"),
      await makeAccount(app, "admin"),
    ];
    const given = await rogue.browser.ask<{ url: string }>("POST", `/admin/users/${colleague.id}/link`, {
      kind: "password_reset",
    });
    expect(given.status).toBe(201);
    const off = await chief.browser.ask("PUT", `/admin/users/${rogue.id}`, { is_active: false });
    expect(off.status).toBe(200);
    const used = await createBrowser(app).ask("POST", "/auth/links/use", {
      token: secretOf({ path: new URL(given.body.url).pathname }),
      password: newPassword,
    });
    expect(used).toMatchObject({ status: 404, body: { code: "link_invalid" } });
  });
});

describe("what is written down", () => {
  it("is found under the id of the thing, however the request wrote it", async () => {
    const chief = await makeAccount(app, "admin");
    const { id } = await makeAccount(app, "viewer");
    const edit = await chief.browser.ask("PUT", `/admin/users/${id.toUpperCase()}`, { role: "operator" });
    expect(edit.status).toBe(200);
    const found = await chief.browser.ask<{ action: string }[]>("GET", `/admin/audit-log?q=${id}`);
    expect(found.body.map(({ action }) => action)).toContain("user.edit");
  });
});

describe("the administrators' list of tokens", () => {
  it("shows what works before what has ended, however many ended since", async () => {
    const chief = await makeAccount(app, "admin");
    const { id, browser } = await makeAccount(app, "learner");
    const made = await browser.ask<{ api_token: { id: string } }>("POST", "/admin/tokens", {
      ...{ name: "Works", scopes: ["learn"], expires_in_days: null },
    });
    await sql`
      INSERT INTO api_tokens (user_id, name, prefix, secret_sha256, scopes, revoked_at)
      SELECT ${id}::uuid, 'Ended', 'cw_ended', sha256(n::text::bytea), '{learn}', clock_timestamp() FROM generate_series(1, 600) n`.execute(
      app.database.database,
    );
    const listed = await chief.browser.ask<{ id: string }[]>("GET", "/admin/tokens");
    expect(listed.body.map((token) => token.id)).toContain(made.body.api_token.id);
  });
});
