import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { createBrowser } from "../../../../test/browser.ts";
import { makeAccount } from "../../../../test/builders/account.ts";
import { createSibling } from "../../../../test/sibling.ts";
import { rotateKeyRing } from "../../../platform/crypto.ts";
import type { Session } from "./models.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const someRead = "/task-queue/status";

async function signInTwice() {
  const account = await makeAccount(app);
  const other = createBrowser(app, { "user-agent": "Another browser" });
  await other.ask("POST", "/auth/sign-in", { email: account.email, password: account.password });
  return { account, browser: account.browser, other };
}

describe("sessions", () => {
  it("are listed with where they are from, and end at once", async () => {
    const { browser, other } = await signInTwice();
    const { body: listed } = await browser.ask<Session[]>("GET", "/admin/sessions");
    expect(listed).toHaveLength(2);
    expect(listed[0]).toMatchObject({
      is_current: false,
      user_agent: "Another browser",
      address: "127.0.0.1",
    });
    expect(listed[1]).toMatchObject({ is_current: true });
    expect((await other.ask("GET", someRead)).status).toBe(200);
    expect((await browser.ask("DELETE", `/admin/sessions/${listed[0]?.id}`)).status).toBe(204);
    expect((await other.ask("GET", someRead)).status).toBe(401);
    expect((await browser.ask("GET", someRead)).status).toBe(200);
  });

  it("of somebody else are not there", async () => {
    const { browser } = await signInTwice();
    const stranger = await makeAccount(app);
    const [own] = (await browser.ask<Session[]>("GET", "/admin/sessions")).body;
    const refused = await stranger.browser.ask("DELETE", `/admin/sessions/${own?.id}`);
    expect(refused).toMatchObject({ status: 404, body: { code: "session_not_found" } });
    expect((await browser.ask<Session[]>("GET", "/admin/sessions")).body).toHaveLength(2);
  });

  it("end all but one by their owner, and all by an administrator", async () => {
    const { account, browser, other } = await signInTwice();
    expect((await browser.ask("DELETE", "/admin/sessions")).body).toEqual({ ended: 1 });
    expect((await other.ask("GET", someRead)).status).toBe(401);
    const route = `/api/v1/admin/users/${account.id}/sessions`;
    expect((await browser.ask("DELETE", `/admin/users/${account.id}/sessions`)).status).toBe(403);
    expect(await (await app.send("DELETE", route)).json()).toEqual({ ended: 1 });
    expect((await browser.ask("GET", someRead)).status).toBe(401);
  });

  it("end with the account's activity and do not come back with it", async () => {
    const { account, browser } = await signInTwice();
    const users = () => app.database.database.updateTable("users").where("id", "=", account.id);
    await users().set({ is_active: false }).execute();
    expect((await browser.ask("GET", someRead)).status).toBe(401);
    await users().set({ is_active: true }).execute();
    expect((await browser.ask("GET", someRead)).status).toBe(401);
  });

  it("that begin in the moment of a deactivation are nobody's while it lasts", async () => {
    const { account, browser } = await signInTwice();
    const { database } = app.database;
    const { rows } = await sql<{ kept: string }>`
      SELECT json_agg(s)::text AS kept FROM auth.session s WHERE "userId" = ${account.id}::uuid`.execute(
      database,
    );
    const users = () => database.updateTable("users").where("id", "=", account.id);
    await users().set({ is_active: false }).execute();
    // As a sign-in that looked before and wrote after.
    await sql`INSERT INTO auth.session SELECT * FROM json_populate_recordset(null::auth.session, ${rows[0]?.kept ?? ""}::json)`.execute(
      database,
    );
    expect((await browser.ask("GET", someRead)).status).toBe(401);
    await users().set({ is_active: true }).execute();
    expect((await browser.ask("GET", someRead)).status).toBe(200);
  });

  it("end after a day without a request, and after two weeks in any case", async () => {
    const { account, browser } = await signInTwice();
    const move = (column: "updatedAt" | "createdAt" | "expiresAt", time: string) =>
      sql`UPDATE auth.session SET ${sql.ref(column)} = clock_timestamp() - ${time}::interval WHERE "userId" = ${account.id}::uuid`.execute(
        app.database.database,
      );
    await move("updatedAt", "23 hours");
    expect((await browser.ask("GET", someRead)).status).toBe(200);
    // That request was the last use; now a day without one.
    await move("updatedAt", "24 hours 1 second");
    expect((await browser.ask("GET", someRead)).status).toBe(401);
    await move("updatedAt", "0 seconds");
    expect((await browser.ask("GET", someRead)).status).toBe(200);
    await move("createdAt", "14 days 1 second");
    expect((await browser.ask("GET", someRead)).status).toBe(401);
    await move("createdAt", "0 seconds");
    expect((await browser.ask("GET", someRead)).status).toBe(200);
    // Its row says an end of its own, which a longer policy of a later version does not move.
    await move("expiresAt", "1 second");
    expect((await browser.ask("GET", someRead)).status).toBe(401);
  });

  it("are a hundred of one person at most: a further sign-in ends the oldest", async () => {
    const { account, browser, other } = await signInTwice();
    const { database } = app.database;
    await sql`UPDATE auth.session SET "createdAt" = clock_timestamp() - interval '1 hour' WHERE "userId" = ${account.id}::uuid
      AND "userAgent" <> 'Another browser'`.execute(database);
    await sql`
      INSERT INTO auth.session ("id", "token", "userId", "expiresAt", "updatedAt", "createdAt")
      SELECT 'filled-' || n, 'filled-' || n, ${account.id}::uuid, clock_timestamp() + interval '1 day', clock_timestamp(),
        clock_timestamp() - interval '1 minute' FROM generate_series(1, 98) n`.execute(database);
    expect((await browser.ask("GET", someRead)).status).toBe(200);
    const further = createBrowser(app);
    await further.ask("POST", "/auth/sign-in", { email: account.email, password: account.password });
    const statuses = [browser, other, further].map(async (one) => (await one.ask("GET", someRead)).status);
    expect(await Promise.all(statuses)).toEqual([401, 200, 200]);
    const { rows } = await sql`SELECT 1 FROM auth.session WHERE "userId" = ${account.id}::uuid`.execute(
      database,
    );
    expect(rows).toHaveLength(100);
  });

  it("note their use once a minute, however many requests there are", async () => {
    const { account, browser } = await signInTwice();
    const { database } = app.database;
    await sql`UPDATE auth.session SET "updatedAt" = clock_timestamp() - interval '2 minutes' WHERE "userId" = ${account.id}::uuid`.execute(
      database,
    );
    await sql`UPDATE users SET last_seen_at = NULL WHERE id = ${account.id}::uuid`.execute(database);
    const version = async () =>
      database
        .selectFrom("users")
        .select(["version", "last_seen_at"])
        .where("id", "=", account.id)
        .executeTakeFirstOrThrow();
    const former = await version();
    await Promise.all(Array.from({ length: 20 }, () => browser.ask("GET", someRead)));
    await browser.ask("GET", someRead);
    const later = await version();
    expect(Number(later.version) - Number(former.version)).toBe(1);
    expect(later.last_seen_at).not.toBeNull();
  });

  it("go on after the keys were changed, at every server", async () => {
    const { browser, account } = await signInTwice();
    rotateKeyRing(app.config.keyFile);
    expect((await browser.ask("GET", someRead)).status).toBe(200);
    const sibling = await createSibling(app);
    expect((await browser.through(sibling).ask("GET", someRead)).status).toBe(200);
    await sibling.close();
    // A way through the library, which is shown the cookie signed anew.
    const begun = await browser.ask("POST", "/auth/second-factor", { password: account.password });
    expect(begun.status).toBe(200);
    const fresh = createBrowser(app);
    await fresh.ask("POST", "/auth/sign-in", { email: account.email, password: account.password });
    expect((await fresh.ask("GET", someRead)).status).toBe(200);
  });

  it("are nobody's with a cookie that was changed", async () => {
    const { browser } = await signInTwice();
    const cookie = decodeURIComponent(browser.cookies.get("coursewright-0.session_token") ?? "");
    const [token = "", signature = ""] = cookie.split(".");
    const forged = [
      token,
      `${token}.`,
      `${token}.${"A".repeat(43)}=`,
      `x${cookie}`,
      `${token.slice(1)}.${signature}`,
      "%zz",
      ".",
    ];
    for (const value of forged) {
      const stranger = createBrowser(app, {}, new Map([["coursewright-0.session_token", value]]));
      expect([value, (await stranger.ask("GET", someRead)).status]).toEqual([value, 401]);
    }
  });
});
