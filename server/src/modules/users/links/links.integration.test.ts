import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { createBrowser } from "../../../../test/browser.ts";
import { goodPassword, makeAccount, secretOf } from "../../../../test/builders/account.ts";
import type { SessionState } from "../sign-in/models.ts";
import { makeAdministratorLink, makeLinkFor, makeLocalLink, makeSetUpLink } from "./make-links.ts";
import type { SignInLink } from "./models.ts";

let app: TestApp;
beforeEach(async () => {
  app = await createTestApp();
});
afterEach(() => app.close());

const first = { name: "Ada Keeper", email: "ada@example.org", password: goodPassword };

async function firstLink(): Promise<string> {
  const link = await makeSetUpLink(app.database.database, false);
  if (link === null) throw new Error("There is an administrator already.");
  return secretOf(link);
}

async function listAdministrators() {
  return app.database.database
    .selectFrom("users")
    .select(["id", "name", "email"])
    .where("role", "=", "admin")
    .execute();
}

describe("the first administrator's link", () => {
  it("makes exactly one of 50 requests at the same moment, with a password of their own each", async () => {
    const token = await firstLink();
    const [local] = await listAdministrators();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, number) =>
        createBrowser(app).ask("POST", "/auth/links/use", {
          ...{
            token,
            name: `Person ${number}`,
            email: `p${number}@example.org`,
            password: `${goodPassword} ${number}`,
          },
        }),
      ),
    );
    const used = answers.flatMap(({ status }, number) => (status === 200 ? [number] : []));
    expect(used).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === "link_invalid")).toHaveLength(49);
    const [winner] = used;
    // The row of the local administrator is theirs now, with all that was done before.
    expect(await listAdministrators()).toEqual([
      { id: local?.id, name: `Person ${winner}`, email: `p${winner}@example.org` },
    ]);
    const { rows } = await sql`SELECT 1 FROM auth.session`.execute(app.database.database);
    expect(rows).toHaveLength(1);
    process.stdout.write(`${answers.length} uses of one link at once: ${used.length} account\n`);
  });

  it("is one of several that servers printed, and the others end with it", async () => {
    const [one, other] = [await firstLink(), await firstLink()];
    const answers = await Promise.all(
      [one, other].map((token, number) =>
        createBrowser(app).ask("POST", "/auth/links/use", {
          ...first,
          email: `p${number}@example.org`,
          token,
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect(await makeSetUpLink(app.database.database, false)).toBeNull();
    const state = await createBrowser(app).ask<SessionState>("GET", "/auth/session");
    expect(state.body).toMatchObject({ needs_set_up: false, user: null });
  });

  it("tells what it asks for, is not used up by looking or by a mistake, and signs in", async () => {
    const token = await firstLink();
    const browser = createBrowser(app);
    const looked = await browser.ask<SignInLink>("POST", "/auth/links/look", { token });
    expect(looked.body).toMatchObject({
      ...{ kind: "first_administrator", role: "admin", email: null, asks_for: ["name", "email", "password"] },
    });
    const mistakes = [
      [{ token, name: first.name }, "link_incomplete"],
      [{ ...first, token, password: "123456789012" }, "password_weak"],
      [{ ...first, token, password: "short" }, "request_invalid"],
      [{ ...first, token, role: "admin" }, "request_invalid"],
    ] as const;
    for (const [body, code] of mistakes)
      expect(await browser.ask("POST", "/auth/links/use", body)).toMatchObject({
        status: 422,
        body: { code },
      });
    expect(browser.cookies.size).toBe(0);
    expect((await browser.ask("POST", "/auth/links/use", { ...first, token })).status).toBe(200);
    const state = await browser.ask<SessionState>("GET", "/auth/session");
    expect(state.body.user).toMatchObject({ name: first.name, email: first.email, role: "admin" });
  });
});

describe("a link", () => {
  it("answers the same when it is unknown, used, expired, ended, or its person was deactivated", async () => {
    const { database } = app.database;
    const { id } = await makeAccount(app);
    const reset = async () => secretOf(await makeLinkFor(database, "password_reset", id, null));
    const used = await reset();
    expect(
      (await createBrowser(app).ask("POST", "/auth/links/use", { token: used, password: goodPassword }))
        .status,
    ).toBe(200);
    // Of somebody else: a further link of the same kind would end it.
    const late = await makeAccount(app);
    const expired = secretOf(await makeLinkFor(database, "password_reset", late.id, null));
    await sql`UPDATE sign_in_links SET expires_at = clock_timestamp() WHERE user_id = ${late.id}::uuid`.execute(
      database,
    );
    const ended = await reset();
    const sleeping = await reset();
    await database.updateTable("users").set({ is_active: false }).where("id", "=", id).execute();
    const answers = [];
    for (const token of [used, expired, ended, sleeping, "x".repeat(43)]) {
      for (const route of ["/auth/links/look", "/auth/links/use"]) {
        const { status, body } = await createBrowser(app).ask("POST", route, { token });
        const { request_id: _different, ...words } = body;
        answers.push({ status, words });
      }
    }
    expect(answers[0]).toMatchObject({ status: 404, words: { code: "link_invalid" } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it("for a new password ends all sessions of the person", async () => {
    const { id, browser, email } = await makeAccount(app);
    const token = secretOf(await makeLinkFor(app.database.database, "password_reset", id, null));
    const other = createBrowser(app);
    const password = "three-owls-and-a-half";
    expect((await other.ask("POST", "/auth/links/use", { token, password })).body).toEqual({
      status: "signed_in",
    });
    expect((await browser.ask("GET", "/task-queue/status")).status).toBe(401);
    expect((await other.ask("GET", "/task-queue/status")).status).toBe(200);
    expect((await browser.ask("POST", "/auth/sign-in", { email, password: goodPassword })).status).toBe(401);
    expect((await browser.ask("POST", "/auth/sign-in", { email, password })).status).toBe(200);
  });

  it("for a new password ends when the person sets one themselves", async () => {
    const { id, browser } = await makeAccount(app);
    const token = secretOf(await makeLinkFor(app.database.database, "password_reset", id, null));
    const change = { current_password: goodPassword, new_password: "three-owls-and-a-half" };
    expect((await browser.ask("PUT", "/auth/password", change)).status).toBe(204);
    expect((await createBrowser(app).ask("POST", "/auth/links/look", { token })).status).toBe(404);
  });

  it("is stored as a hash only", async () => {
    const token = await firstLink();
    const { rows } = await sql<{ text: string }>`SELECT l::text AS text FROM sign_in_links l`.execute(
      app.database.database,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).not.toContain(token);
  });

  it("that signs in by itself works on a local product alone", async () => {
    const token = secretOf(await makeLocalLink(app.database.database));
    // This one has a database of somebody else's.
    expect((await createBrowser(app).ask("POST", "/auth/links/use", { token })).status).toBe(404);
  });
});

describe("whoever owns the machine", () => {
  it("makes an account an administrator again, and gives it a new password", async () => {
    const { id, email } = await makeAccount(app, "viewer");
    const link = await makeAdministratorLink(app.database.database, { email });
    expect(link).toMatchObject({ kind: "password_reset", user_id: id });
    const browser = createBrowser(app);
    await browser.ask("POST", "/auth/links/use", {
      token: secretOf(link),
      password: "three-owls-and-a-half",
    });
    expect((await browser.ask("GET", "/admin/users")).status).toBe(200);
  });

  it("invites a further administrator, with and without an address", async () => {
    await createBrowser(app).ask("POST", "/auth/links/use", { ...first, token: await firstLink() });
    const invited = await makeAdministratorLink(app.database.database, {
      email: "b@example.org",
      name: "Bo",
    });
    expect(invited.kind).toBe("invitation");
    const open = await makeAdministratorLink(app.database.database, {});
    expect(open.kind).toBe("first_administrator");
    const again = await makeAdministratorLink(app.database.database, {});
    expect(again.user_id).toBe(open.user_id);
    const used = await createBrowser(app).ask("POST", "/auth/links/use", {
      ...{ ...first, token: secretOf(open), email: "c@example.org" },
    });
    expect(used.status).toBe(200);
    expect(await listAdministrators()).toHaveLength(3);
  });
});
