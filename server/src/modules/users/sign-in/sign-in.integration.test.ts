import { hashPassword as hashOfLibrary } from "better-auth/crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { createBrowser } from "../../../../test/browser.ts";
import { type Account, goodPassword, makeAccount } from "../../../../test/builders/account.ts";
import type { SessionState } from "./models.ts";
import { findPasswordHash, putPassword } from "./repo.ts";

// Every sign-in costs a slow hash, which a busy machine makes slower.
vi.setConfig({ testTimeout: 90_000 });

let app: TestApp;
let person: Account;
beforeAll(async () => {
  app = await createTestApp();
  person = await makeAccount(app);
});
afterAll(() => app.close());

const state = async (browser: ReturnType<typeof createBrowser>) =>
  (await browser.ask<SessionState>("GET", "/auth/session")).body;

describe("signing in", () => {
  it("gives a browser a session, by an address in any case, and takes it away again", async () => {
    const browser = createBrowser(app, { "user-agent": "A browser" });
    expect(await state(browser)).toMatchObject({ user: null, session_id: null, sign_in: { password: true } });
    const answer = await browser.ask("POST", "/auth/sign-in", {
      email: ` ${person.email.toUpperCase()}`,
      password: person.password,
    });
    expect(answer).toMatchObject({ status: 200, body: { status: "signed_in" } });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await state(browser)).toMatchObject({
      user: { id: person.id, email: person.email, role: "viewer" },
      ...{ proof: "session", has_password: true },
    });
    expect((await browser.ask("GET", "/task-queue/status")).status).toBe(200);
    const [cookie] = [...browser.cookies];
    expect((await browser.ask("POST", "/auth/sign-out")).status).toBe(204);
    expect(browser.cookies.size).toBe(0);
    // Whoever copied the cookie has nothing any longer.
    const copied = createBrowser(app, {}, new Map(cookie === undefined ? [] : [cookie]));
    expect((await copied.ask("GET", "/task-queue/status")).status).toBe(401);
  });

  it("keeps the cookie from scripts and other sites, and with https to this very host", async () => {
    const plain = await signIn(app);
    expect(plain).toMatch(
      /^coursewright-0\.session_token=[^;]+; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const secure = await createTestApp({ COURSEWRIGHT_PUBLIC_URL: "https://courses.example.org" });
    const owner = await makeAccount(secure);
    const line = await signIn(secure, owner);
    expect(line).toMatch(
      /^__Host-coursewright\.session_token=[^;]+; Max-Age=1209600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect((await owner.browser.ask("GET", "/task-queue/status")).status).toBe(200);
    await secure.close();
  });

  it("keeps its cookie apart from that of another server on the same machine", async () => {
    const browser = createBrowser(app);
    const others = [];
    for (const address of ["http://127.0.0.1:4401", "http://localhost:4402", "http://localhost"]) {
      const other = await createTestApp({ COURSEWRIGHT_PUBLIC_URL: address });
      others.push(other);
      const { email, password } = await makeAccount(other);
      await browser.through(other).ask("POST", "/auth/sign-in", { email, password });
    }
    await browser.ask("POST", "/auth/sign-in", { email: person.email, password: person.password });
    expect([...browser.cookies.keys()].sort()).toEqual(
      ["0", "4401", "4402", "80"].map((port) => `coursewright-${port}.session_token`),
    );
    // Signing out of one leaves the others alone.
    const [first, ...rest] = [app, ...others].map((server) => browser.through(server));
    expect((await first?.ask("POST", "/auth/sign-out"))?.status).toBe(204);
    for (const one of rest) expect((await one.ask("GET", "/task-queue/status")).status).toBe(200);
    for (const other of others) await other.close();
  });

  it("hashes a password anew that an earlier version hashed with less work, once", async () => {
    const { database } = app.database;
    const { id, email, password } = await makeAccount(app);
    const stored = () => findPasswordHash(database, id);
    const former = await hashOfLibrary(password);
    await putPassword(database, id, former);
    const refused = await createBrowser(app).ask("POST", "/auth/sign-in", {
      email,
      password: `${password}!`,
    });
    expect([refused.status, await stored()]).toEqual([401, former]);
    const signedIn = () => createBrowser(app).ask("POST", "/auth/sign-in", { email, password });
    expect((await signedIn()).status).toBe(200);
    const renewed = await stored();
    expect(renewed).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
    expect((await signedIn()).status).toBe(200);
    expect(await stored()).toBe(renewed);
  });

  it("begins a new session each time and ends the browser's former one, whatever cookie it brought", async () => {
    const { email, password } = await makeAccount(app);
    const browser = createBrowser(
      app,
      {},
      new Map([["coursewright-0.session_token", "chosen.by-a-stranger"]]),
    );
    const tokens = new Set<string>();
    for (let count = 0; count < 3; count += 1) {
      await browser.ask("POST", "/auth/sign-in", { email, password });
      tokens.add(browser.cookies.get("coursewright-0.session_token") ?? "");
    }
    expect(tokens.size).toBe(3);
    // The one by their link, and the newest: the ones before ended with it.
    expect((await browser.ask<unknown[]>("GET", "/admin/sessions")).body).toHaveLength(2);
  });

  it("says the same of an unknown, a passwordless, an inactive account and a wrong password", async () => {
    const { database } = app.database;
    const inactive = await makeAccount(app);
    await database.updateTable("users").set({ is_active: false }).where("id", "=", inactive.id).execute();
    await database
      .insertInto("users")
      .values({ name: "Invited", email: "invited@example.org", role: "viewer" })
      .execute();
    const tries = [
      { email: "nobody@example.org", password: goodPassword },
      { email: "invited@example.org", password: goodPassword },
      { email: inactive.email, password: inactive.password },
      { email: person.email, password: `${person.password}!` },
    ];
    const answers = [];
    for (const body of tries) {
      const browser = createBrowser(app);
      const { status, body: problem } = await browser.ask("POST", "/auth/sign-in", body);
      const { request_id: _different, ...words } = problem;
      answers.push({ status, words, cookies: browser.cookies.size });
    }
    expect(answers[0]).toMatchObject({ status: 401, words: { code: "sign_in_refused" }, cookies: 0 });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it("is refused to other sites' pages", async () => {
    const answer = await app.askAnonymously("/api/v1/auth/sign-in", {
      method: "POST",
      headers: { "content-type": "application/json", origin: "https://elsewhere.example" },
      body: JSON.stringify({ email: person.email, password: person.password }),
    });
    expect(answer.status).toBe(403);
  });

  it("does not mount the library's own router", async () => {
    for (const route of [
      "/auth/sign-up/email",
      "/auth/sign-in/email",
      "/auth/get-session",
      "/auth/ok",
      "/auth/callback/oidc",
    ])
      expect([route, (await createBrowser(app).ask("POST", route, {})).status]).toEqual([route, 404]);
  });
});

async function signIn(at: TestApp, { email, password }: Account = person): Promise<string> {
  const answer = await createBrowser(at).ask("POST", "/auth/sign-in", { email, password });
  return answer.headers.getSetCookie()[0] ?? "";
}

describe("one's own account", () => {
  it("changes its name and password, which ends all other sessions and renews the current one", async () => {
    const { browser, email, password } = await makeAccount(app);
    const other = createBrowser(app);
    await other.ask("POST", "/auth/sign-in", { email, password });
    expect((await browser.ask("PATCH", "/auth/profile", { name: "Mina O." })).status).toBe(204);
    const former = browser.cookies.get("coursewright-0.session_token");
    const new_password = "a-river-under-the-ice";
    const changed = await browser.ask("PUT", "/auth/password", { current_password: password, new_password });
    expect(changed.status).toBe(204);
    expect(browser.cookies.get("coursewright-0.session_token")).not.toBe(former);
    expect(await state(browser)).toMatchObject({ user: { name: "Mina O.", email } });
    expect(await state(other)).toMatchObject({ user: null });
    expect((await other.ask("POST", "/auth/sign-in", { email, password })).status).toBe(401);
    expect((await other.ask("POST", "/auth/sign-in", { email, password: new_password })).status).toBe(200);
  });

  it("asks for the current password, also to change the e-mail address", async () => {
    const { browser, email } = await makeAccount(app);
    const change = { new_password: "a-river-under-the-ice", email: "moved@example.org" };
    for (const proof of [{}, { current_password: "not-the-right-one" }]) {
      const refused = await browser.ask("PUT", "/auth/password", { ...change, ...proof });
      expect(refused).toMatchObject({ status: 403, body: { code: "password_wrong" } });
    }
    expect(await state(browser)).toMatchObject({ user: { email } });
    expect(
      (await browser.ask("PUT", "/auth/password", { ...change, current_password: goodPassword })).status,
    ).toBe(204);
    expect(await state(browser)).toMatchObject({ user: { email: "moved@example.org" } });
    const taken = { new_password: "moss-on-every-stone", email: person.email };
    const refused = await browser.ask("PUT", "/auth/password", {
      ...taken,
      current_password: change.new_password,
    });
    expect(refused).toMatchObject({ status: 409, body: { code: "email_taken" } });
    expect(await state(browser)).toMatchObject({ user: { email: "moved@example.org" } });
  });

  it("moves an account to another address alone, with the password as it is", async () => {
    const { browser } = await makeAccount(app);
    const email = "alone@example.org";
    expect((await browser.ask("PUT", "/auth/password", { email })).status).toBe(403);
    const moved = await browser.ask("PUT", "/auth/password", { email, current_password: goodPassword });
    expect(moved.status).toBe(204);
    const again = await createBrowser(app).ask("POST", "/auth/sign-in", { email, password: goodPassword });
    expect(again).toMatchObject({ status: 200, body: { status: "signed_in" } });
    expect((await browser.ask("PUT", "/auth/password", { current_password: goodPassword })).status).toBe(422);
  });

  it("takes no password that is easy to guess", async () => {
    const { browser, email } = await makeAccount(app, "viewer", "zebulon.quartz@example.org");
    const weak = [
      "123456789012",
      "qwertyuiop123",
      "PASSWORDpassword",
      "aaaaaaaaaaaaa",
      "ababababababab",
      email,
      "Quartz-Zebulon-1",
      "mina okafor!",
    ];
    for (const new_password of weak) {
      const refused = await browser.ask("PUT", "/auth/password", {
        current_password: goodPassword,
        new_password,
      });
      expect([new_password, refused.status, refused.body.code]).toEqual([new_password, 422, "password_weak"]);
    }
    const short = await browser.ask("PUT", "/auth/password", {
      current_password: goodPassword,
      new_password: "x".repeat(11),
    });
    expect(short).toMatchObject({ status: 422, body: { code: "request_invalid" } });
    const spaces = { current_password: goodPassword, new_password: "vier kleine Wörter 夕" };
    expect((await browser.ask("PUT", "/auth/password", spaces)).status).toBe(204);
  });
});
