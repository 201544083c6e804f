import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { type Browser, createBrowser } from "../../../../test/browser.ts";
import { type Account, makeAccount, secretOf } from "../../../../test/builders/account.ts";
import type { Role } from "../../../platform/caller.ts";
import { makeLinkFor } from "../links/make-links.ts";
import type { SecondFactorSetUp, SessionState } from "./models.ts";
import { codeOfStep } from "./totp.ts";

// Every sign-in costs a slow hash, which a busy machine makes slower.
vi.setConfig({ testTimeout: 90_000 });

const stepMs = 30_000;
let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
// In the middle of a step, so that none ends while a test runs; only what the clock says is played, not its timers.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Math.floor(Date.now() / stepMs) * stepMs + stepMs / 2 });
});
afterEach(() => {
  vi.useRealTimers();
});

const state = async (browser: Browser) => (await browser.ask<SessionState>("GET", "/auth/session")).body;

/** What an app shows that was set up with the secret, `steps` of 30 seconds from now. */
function codeNow(secret: string, steps = 0): string {
  return codeOfStep(decodeBase32(secret), Math.floor(Date.now() / stepMs) + steps);
}

function decodeBase32(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))).toString("utf8");
}

async function withSecondFactor(at: TestApp = app, role: Role = "viewer") {
  const account = await makeAccount(at, role);
  const { browser, password } = account;
  const begun = await browser.ask<SecondFactorSetUp>("POST", "/auth/second-factor", { password });
  expect(begun.status).toBe(200);
  const confirmed = await browser.ask("POST", "/auth/second-factor/confirm", {
    code: codeNow(begun.body.secret, -1),
  });
  expect(confirmed.status).toBe(204);
  return { ...account, ...begun.body };
}

async function passPassword({ email, password }: Account): Promise<Browser> {
  const browser = createBrowser(app);
  const answer = await browser.ask("POST", "/auth/sign-in", { email, password });
  expect(answer).toMatchObject({ status: 200, body: { status: "second_factor_needed" } });
  expect(await state(browser)).toMatchObject({ user: null });
  return browser;
}

const enter = (browser: Browser, code: string) =>
  browser.ask("POST", "/auth/sign-in/second-factor", { code });

describe("a second factor", () => {
  it("is on after the first code, with a new session and no others", async () => {
    const account = await makeAccount(app);
    const other = createBrowser(app);
    await other.ask("POST", "/auth/sign-in", account);
    const { browser, password } = account;
    expect(await browser.ask("POST", "/auth/second-factor", { password: "not-the-right-one" })).toMatchObject(
      {
        ...{ status: 403, body: { code: "password_wrong" } },
      },
    );
    const begun = (await browser.ask<SecondFactorSetUp>("POST", "/auth/second-factor", { password })).body;
    expect(begun.uri).toMatch(/^otpauth:\/\/totp\/Coursewright:.*issuer=Coursewright/);
    expect(new Set(begun.backup_codes).size).toBe(10);
    expect(await state(browser)).toMatchObject({ second_factor: { is_on: false } });
    expect((await browser.ask("POST", "/auth/second-factor/confirm", { code: "000000" })).status).toBe(401);
    const former = browser.cookies.get("coursewright-0.session_token");
    expect(
      (await browser.ask("POST", "/auth/second-factor/confirm", { code: codeNow(begun.secret) })).status,
    ).toBe(204);
    expect(browser.cookies.get("coursewright-0.session_token")).not.toBe(former);
    expect(await state(browser)).toMatchObject({ second_factor: { is_on: true, backup_codes_left: 10 } });
    expect((await other.ask("GET", "/task-queue/status")).status).toBe(401);
    expect((await browser.ask("POST", "/auth/second-factor", { password })).body.code).toBe(
      "second_factor_on",
    );
  });

  it("is asked for at the next sign-in, and each code works once", async () => {
    const account = await withSecondFactor();
    const first = await passPassword(account);
    // The code of the set-up would still be in time.
    expect(await enter(first, codeNow(account.secret, -1))).toMatchObject({
      ...{ status: 401, body: { code: "second_factor_refused" } },
    });
    const code = codeNow(account.secret);
    expect((await enter(first, code)).body).toEqual({ status: "signed_in" });
    expect((await first.ask("GET", "/task-queue/status")).status).toBe(200);
    expect((await enter(await passPassword(account), code)).status).toBe(401);
    expect((await enter(await passPassword(account), codeNow(account.secret, 1))).status).toBe(200);
  });

  it("takes one code once, however many browsers send it at the same moment", async () => {
    const account = await withSecondFactor();
    const browsers = [await passPassword(account), await passPassword(account), await passPassword(account)];
    const code = codeNow(account.secret);
    const answers = await Promise.all(browsers.map((browser) => enter(browser, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  });

  it("takes each backup code once, until new ones are made", async () => {
    const account = await withSecondFactor();
    const [one = "", another = ""] = account.backup_codes;
    expect((await enter(await passPassword(account), one)).status).toBe(200);
    expect((await enter(await passPassword(account), one)).status).toBe(401);
    expect(await state(account.browser)).toMatchObject({ second_factor: { backup_codes_left: 9 } });
    const made = await account.browser.ask<{ backup_codes: string[] }>(
      "POST",
      "/auth/second-factor/backup-codes",
      {
        password: account.password,
      },
    );
    expect((await enter(await passPassword(account), another)).status).toBe(401);
    expect((await enter(await passPassword(account), made.body.backup_codes[0] ?? "")).status).toBe(200);
  });

  it("cannot be guessed: after five wrong codes each further one waits, through new sign-ins too", async () => {
    const account = await withSecondFactor();
    const browser = await passPassword(account);
    for (let number = 0; number < 5; number += 1)
      expect((await enter(browser, `00000${number}`)).status).toBe(401);
    // A second long by now; longer, as if the guesses had gone on.
    await sql`UPDATE throttles SET blocked_until = blocked_until + interval '1 minute' WHERE blocked_until IS NOT NULL`.execute(
      app.database.database,
    );
    const waits = await enter(browser, "000006");
    expect(waits).toMatchObject({ status: 429, body: { code: "too_many_sign_ins" } });
    expect(Number(waits.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await enter(await passPassword(account), codeNow(account.secret))).status).toBe(429);
  });

  it("is not begun by a code alone, nor by a challenge of somebody who was deactivated", async () => {
    const account = await withSecondFactor();
    expect((await enter(createBrowser(app), codeNow(account.secret))).status).toBe(401);
    const browser = await passPassword(account);
    await app.database.database
      .updateTable("users")
      .set({ is_active: false })
      .where("id", "=", account.id)
      .execute();
    expect((await enter(browser, codeNow(account.secret))).status).toBe(401);
  });

  it("is asked for after a new password by link, too", async () => {
    const account = await withSecondFactor();
    const token = secretOf(await makeLinkFor(app.database.database, "password_reset", account.id, null));
    const browser = createBrowser(app);
    const password = "three-owls-and-a-half";
    expect((await browser.ask("POST", "/auth/links/use", { token, password })).body).toEqual({
      status: "second_factor_needed",
    });
    expect(await state(browser)).toMatchObject({ user: null });
    expect((await enter(browser, codeNow(account.secret))).status).toBe(200);
  });

  it("works by https, with cookies for this very host alone", async () => {
    const secure = await createTestApp({
      ...{
        COURSEWRIGHT_PUBLIC_URL: "https://courses.example.org",
        COURSEWRIGHT_REQUIRE_SECOND_FACTOR: "nobody",
      },
    });
    const { email, password, secret } = await withSecondFactor(secure);
    const browser = createBrowser(secure);
    expect((await browser.ask("POST", "/auth/sign-in", { email, password })).body.status).toBe(
      "second_factor_needed",
    );
    expect([...browser.cookies.keys()]).toEqual(["__Host-coursewright.two_factor"]);
    expect((await enter(browser, codeNow(secret))).status).toBe(200);
    expect([...browser.cookies.keys()]).toEqual(["__Host-coursewright.session_token"]);
    await secure.close();
  });

  it("is removed with the password, by whoever does not need it", async () => {
    const { browser, password, email } = await withSecondFactor();
    expect(
      (await browser.ask("DELETE", "/auth/second-factor", { password: "not-the-right-one" })).status,
    ).toBe(403);
    expect((await browser.ask("DELETE", "/auth/second-factor", { password })).status).toBe(204);
    expect(await state(browser)).toMatchObject({ second_factor: { is_on: false } });
    const answer = await createBrowser(app).ask("POST", "/auth/sign-in", { email, password });
    expect(answer.body).toEqual({ status: "signed_in" });
  });
});

describe("roles that need a second factor", () => {
  it("may set one up and nothing else until they have", async () => {
    const strict = await createTestApp({ COURSEWRIGHT_REQUIRE_SECOND_FACTOR: "staff" });
    const account = await makeAccount(strict, "operator");
    const { browser, password } = account;
    expect(await state(browser)).toMatchObject({ second_factor: { is_on: false, is_required: true } });
    const refused = await browser.ask("GET", "/task-queue/status");
    expect(refused).toMatchObject({ status: 403, body: { code: "second_factor_required" } });
    const begun = (await browser.ask<SecondFactorSetUp>("POST", "/auth/second-factor", { password })).body;
    await browser.ask("POST", "/auth/second-factor/confirm", { code: codeNow(begun.secret) });
    expect((await browser.ask("GET", "/task-queue/status")).status).toBe(200);
    const kept = await browser.ask("DELETE", "/auth/second-factor", { password });
    expect(kept).toMatchObject({ status: 409, body: { code: "second_factor_needed_by_role" } });
    const viewer = await makeAccount(strict, "viewer");
    expect((await viewer.browser.ask("GET", "/task-queue/status")).status).toBe(200);
    await strict.close();
  });

  it("are administrators and operators once other machines can reach the server, unless the settings say nobody", async () => {
    const open = { COURSEWRIGHT_PUBLIC_URL: "https://courses.example.org" };
    for (const [environment, status] of [
      [open, 403],
      [{ ...open, COURSEWRIGHT_REQUIRE_SECOND_FACTOR: "nobody" }, 200],
      [{}, 200],
    ] as const) {
      const at = await createTestApp(environment);
      const { browser } = await makeAccount(at, "admin");
      expect((await browser.ask("GET", "/task-queue/status")).status).toBe(status);
      await at.close();
    }
  });
});
