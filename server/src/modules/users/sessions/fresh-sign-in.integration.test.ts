import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { type Browser, createBrowser } from "../../../../test/browser.ts";
import { makeAccount } from "../../../../test/builders/account.ts";
import { freshSignInRoutes } from "../../../http/access.ts";
import { localSessions } from "../sign-in/session-policy.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const stale = "16 minutes";

/** Moves the moment at which somebody last showed who they are into the past. */
function moveProof(user_id: string, age: string) {
  return sql`UPDATE auth.session SET "verifiedAt" = clock_timestamp() - ${age}::interval WHERE "userId" = ${user_id}::uuid`.execute(
    app.database.database,
  );
}

async function makeStaleAdministrator() {
  const account = await makeAccount(app, "admin");
  await moveProof(account.id, stale);
  return account;
}

const token = { name: "Export", scopes: ["read"], expires_in_days: 1 };
const makeToken = (browser: Browser) => browser.ask("POST", "/admin/tokens", token);
const refused = { status: 403, body: { code: "fresh_sign_in_required" } };

/** A body that gives a field; what it says is looked at only by the handler, behind the question who asks. */
const bodies: Readonly<Record<string, unknown>> = {
  email: "new@example.org",
  role: "admin",
  is_active: true,
  base_url: "http://127.0.0.1:4200/api",
  credentials: { kind: "bearer", api_key: "k" },
  webhook_url: "https://hooks.example.org/a",
  renew_webhook_secret: true,
  emails: ["ops@example.org"],
};

describe("a session whose person showed long ago who they are", () => {
  it("hands out no access and takes no secret, at any of the routes that do", async () => {
    const { browser, id } = await makeStaleAdministrator();
    let asked = 0;
    for (const [route, fields] of Object.entries(freshSignInRoutes)) {
      const [method = "", path = ""] = route.replace("/api/v1", "").replace(":id", id).split(" ");
      const sent = fields === "always" ? [{}] : fields.map((field) => ({ [field]: bodies[field] }));
      for (const body of sent) {
        expect([route, body, await browser.ask(method, path, body)]).toMatchObject([route, body, refused]);
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThanOrEqual(Object.keys(freshSignInRoutes).length);
    const { rows } = await sql`
      SELECT 1 FROM api_tokens WHERE user_id = ${id}::uuid UNION ALL SELECT 1 FROM alerts UNION ALL SELECT 1 FROM connections`.execute(
      app.database.database,
    );
    expect(rows).toEqual([]);
  });

  it("does everything else, on the same routes too", async () => {
    const { browser } = await makeStaleAdministrator();
    const other = await makeAccount(app);
    expect((await browser.ask("PUT", `/admin/users/${other.id}`, { name: "Mina" })).status).toBe(200);
    const alert = { name: "Stuck", rule: { kind: "stuck_job" } };
    expect((await browser.ask("POST", "/admin/alerts", alert)).status).toBe(201);
    expect((await browser.ask("GET", "/admin/tokens")).status).toBe(200);
  });

  it("is fresh again by the password, for a quarter of an hour, and no other session with it", async () => {
    const { browser, id, email, password } = await makeStaleAdministrator();
    const other = createBrowser(app);
    await other.ask("POST", "/auth/sign-in", { email, password });
    await moveProof(id, stale);
    expect((await browser.ask("POST", "/auth/session/renew", { password })).status).toBe(204);
    expect((await makeToken(browser)).status).toBe(201);
    expect(await makeToken(other)).toMatchObject(refused);
    await moveProof(id, "14 minutes");
    expect((await makeToken(browser)).status).toBe(201);
    await moveProof(id, "15 minutes 1 second");
    expect(await makeToken(browser)).toMatchObject(refused);
  });

  it("is fresh again by another sign-in", async () => {
    const { browser, email, password } = await makeStaleAdministrator();
    expect(await makeToken(browser)).toMatchObject(refused);
    await browser.ask("POST", "/auth/sign-in", { email, password });
    expect((await makeToken(browser)).status).toBe(201);
  });

  it("stays as it is with a wrong password, which cannot be guessed", async () => {
    const { browser } = await makeStaleAdministrator();
    const guess = () => browser.ask("POST", "/auth/session/renew", { password: "not-this-one-either" });
    const codes: unknown[] = [];
    // The first waits are short: on a busy machine they may be over before the next guess is heard.
    while (!codes.includes("too_many_sign_ins") && codes.length < 12) codes.push((await guess()).body.code);
    expect(codes.slice(0, 5)).toEqual(Array(5).fill("password_wrong"));
    expect(codes.at(-1)).toBe("too_many_sign_ins");
    expect(await makeToken(browser)).toMatchObject(refused);
  });

  it("of somebody without a password needs another sign-in, and a first password is no way around", async () => {
    const { browser, id } = await makeStaleAdministrator();
    await sql`DELETE FROM auth.account WHERE "userId" = ${id}::uuid`.execute(app.database.database);
    expect(await browser.ask("POST", "/auth/session/renew", { password: "anything" })).toMatchObject({
      status: 403,
      body: { code: "password_wrong" },
    });
    const first = { new_password: "three-owls-and-a-half" };
    expect((await browser.ask("PUT", "/auth/password", first)).status).toBe(204);
    expect(await makeToken(browser)).toMatchObject(refused);
    const { new_password: password } = first;
    expect((await browser.ask("POST", "/auth/session/renew", { password })).status).toBe(204);
    expect((await makeToken(browser)).status).toBe(201);
  });
});

describe("nobody is asked again", () => {
  it("who works with a token: it was made in a fresh session", async () => {
    const { id } = await makeAccount(app);
    const authorization = `Bearer ${await app.makeToken("admin")}`;
    const given = await app.send(
      "POST",
      `/api/v1/admin/users/${id}/link`,
      { kind: "password_reset" },
      { authorization },
    );
    expect(given.status).toBe(201);
  });

  it("on their own machine, as long as the session lives", () => {
    expect(localSessions.fresh_seconds).toBeGreaterThanOrEqual(localSessions.absolute_seconds);
  });
});
