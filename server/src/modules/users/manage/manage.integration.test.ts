import { sql } from "kysely";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { createPerson, createToken, type Person, sameOrigin } from "../../../../test/security/people.ts";
import type { Role } from "../../../platform/caller.ts";
import type { UserSummary } from "../models.ts";
import type { GivenLink, InvitedUser } from "./models.ts";

let test: TestApp;
let chief: Person;
let mailServer: SMTPServer;
let mails: { to: string[]; text: string }[] = [];
let refusesMail = false;

const route = "/api/v1/admin/users";

beforeAll(async () => {
  mailServer = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo: (_address, _session, done) => done(refusesMail ? new Error("no room here") : null),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        const text = Buffer.concat(chunks).toString("utf8").replaceAll("=\r\n", "").replaceAll("=3D", "=");
        mails.push({ to, text });
        done();
      });
    },
  });
  const port = await new Promise<number>((resolve) => {
    const listening = mailServer.listen(0, "127.0.0.1", () => {
      const address = listening.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  test = await createTestApp({
    COURSEWRIGHT_SMTP_URL: `smtp://127.0.0.1:${port}`,
    COURSEWRIGHT_MAIL_FROM: "Courses <courses@example.org>",
    COURSEWRIGHT_PUBLIC_URL: "https://courses.example.org/",
    COURSEWRIGHT_REQUIRE_SECOND_FACTOR: "nobody",
  });
  chief = await createPerson(test, "admin");
});
afterAll(async () => {
  await test.close();
  await new Promise<void>((resolve) => mailServer.close(resolve));
});
beforeEach(() => {
  mails = [];
  refusesMail = false;
});

interface Answer<Body> {
  readonly status: number;
  readonly body: Body & { readonly code?: string; readonly detail?: string };
}

async function ask<Body = UserSummary>(
  by: Person,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<Body>> {
  const answer = await test.send(method, `${route}${path}`, body, by.session);
  // The route's documented answer, or a problem.
  return { status: answer.status, body: (await answer.json()) as Answer<Body>["body"] };
}

const edit = (by: Person, id: string, change: Record<string, unknown>) => ask(by, "PUT", `/${id}`, change);

async function isSignedIn({ session }: Person): Promise<boolean> {
  const answer = await test.request("/api/v1/auth/session", { headers: session });
  // The documented answer.
  return ((await answer.json()) as { user: unknown }).user !== null;
}

function useLink(url: string, more: Record<string, unknown>): Promise<Response> {
  return test.askAnonymously("/api/v1/auth/links/use", {
    method: "POST",
    headers: { "content-type": "application/json", ...sameOrigin },
    body: JSON.stringify({ token: url.split("/").at(-1), ...more }),
  });
}

describe("an invitation", () => {
  it("makes an account and a link that is mailed as plain text", async () => {
    const { status, body } = await ask<InvitedUser>(chief, "POST", "", {
      ...{ email: " New.Person@Example.org ", name: "New Person", role: "operator" },
    });
    expect(status).toBe(201);
    expect(body.user).toMatchObject({
      ...{ email: "new.person@example.org", name: "New Person", role: "operator", is_active: true },
      ...{ sign_in: "invited", has_second_factor: false, erased_at: null },
    });
    expect(body.link).toMatchObject({
      url: expect.stringMatching(/^https:\/\/courses\.example\.org\/setup\/[\w-]{43}$/),
      mailed_to: "new.person@example.org",
      mail_problem: null,
    });
    expect(mails.map(({ to }) => to)).toEqual([["new.person@example.org"]]);
    expect(mails[0]?.text).toContain(body.link.url);
    expect(mails[0]?.text).toContain("Subject: Your invitation to Coursewright");
    expect(mails[0]?.text).toMatch(/Content-Type: text\/plain/);
    expect(mails[0]?.text).not.toMatch(/text\/html/);
    expect((await useLink(body.link.url, { password: "a long walk at low tide" })).status).toBe(200);
    const joined = await ask(chief, "GET", `/${body.user.id}`);
    expect(joined.body.sign_in).toBe("password");
  });

  it("tells until when it works, that it is over, and nothing once it was used or ended", async () => {
    const invite = async (email: string) =>
      (await ask<InvitedUser>(chief, "POST", "", { email, name: "A guest", role: "viewer" })).body;
    const stateOf = async ({ user }: InvitedUser) => {
      const { sign_in, invitation_expires_at } = (await ask(chief, "GET", `/${user.id}`)).body;
      return { sign_in, invitation_expires_at };
    };
    const used = await invite("used@example.org");
    expect(used.user).toMatchObject({ sign_in: "invited", invitation_expires_at: used.link.expires_at });
    expect((await useLink(used.link.url, { password: "a long walk at low tide" })).status).toBe(200);
    expect(await stateOf(used)).toEqual({ sign_in: "password", invitation_expires_at: null });

    const late = await invite("late@example.org");
    const { database } = test.database;
    await sql`UPDATE sign_in_links SET expires_at = clock_timestamp() - interval '1 hour' WHERE user_id = ${late.user.id}::uuid`.execute(
      database,
    );
    const over = await stateOf(late);
    expect(over.sign_in).toBe("none");
    expect(Date.parse(over.invitation_expires_at ?? "")).toBeLessThan(Date.now());
    const again = await ask<GivenLink>(chief, "POST", `/${late.user.id}/link`, { kind: "invitation" });
    expect(await stateOf(late)).toEqual({
      ...{ sign_in: "invited", invitation_expires_at: again.body.expires_at },
    });
    await edit(chief, late.user.id, { email: "later@example.org" });
    expect(await stateOf(late)).toEqual({ sign_in: "none", invitation_expires_at: null });
  });

  it("that is made anew is told on open pages", async () => {
    const { body } = await ask<InvitedUser>(chief, "POST", "", {
      ...{ email: "told@example.org", name: "A guest", role: "viewer" },
    });
    const given = await ask<GivenLink>(chief, "POST", `/${body.user.id}/link`, { kind: "invitation" });
    const { body: now } = await ask(chief, "GET", `/${body.user.id}`);
    expect(now.version).toBeGreaterThan(body.user.version);
    expect(now.invitation_expires_at).toBe(given.body.expires_at);
  });

  it("is shown although the mail was refused, with the reason", async () => {
    refusesMail = true;
    const { status, body } = await ask<InvitedUser>(chief, "POST", "", {
      ...{ email: "unreached@example.org", name: "Unreached", role: "viewer" },
    });
    expect(status).toBe(201);
    expect(body.link).toMatchObject({
      url: expect.stringContaining("/setup/"),
      mailed_to: null,
      mail_problem: expect.stringContaining("no room here"),
    });
  });

  it("for an address that somebody has, in whatever case, is refused", async () => {
    const { status, body } = await ask(chief, "POST", "", {
      ...{ email: chief.email.toUpperCase(), name: "Twin", role: "viewer" },
    });
    expect([status, body.code]).toEqual([409, "email_taken"]);
  });

  it("asked for fifty times at once with one address makes one account", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        ask(chief, "POST", "", { email: "once@example.org", name: "Once", role: "viewer" }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
  });

  it.each([
    [{ email: "no address", name: "A", role: "viewer" }],
    [{ email: "a@example.org\r\nBcc: b@example.org", name: "A", role: "viewer" }],
    [{ email: "a@example.org", name: " ", role: "viewer" }],
    [{ email: "a@example.org", name: "A", role: "root" }],
    [{ email: "a@example.org", name: "A", role: "viewer", is_active: false }],
  ])("with %j is refused and nothing is mailed", async (body) => {
    expect((await ask(chief, "POST", "", body)).status).toBe(422);
    expect(mails).toEqual([]);
  });

  it("says a name with lines of its own in one line", async () => {
    await edit(chief, chief.id, { name: "Ada\n\nYour password has expired: https://evil.example" });
    await ask(chief, "POST", "", { email: "lines@example.org", name: "Lines", role: "viewer" });
    expect(mails[0]?.text).toMatch(/^Ada Your password has expired: .* invites you to Coursewright/m);
    await edit(chief, chief.id, { name: "Ada" });
  });
});

describe("a one-time link", () => {
  it("for a new password ends the former one and is mailed on request", async () => {
    const person = await createPerson(test, "viewer");
    mails = [];
    const ask_ = (mail: boolean) =>
      ask<GivenLink>(chief, "POST", `/${person.id}/link`, { kind: "password_reset", mail });
    const first = await ask_(false);
    const second = await ask_(true);
    expect([first.status, first.body.mailed_to, second.body.mailed_to]).toEqual([201, null, person.email]);
    expect(mails).toHaveLength(1);
    expect((await useLink(first.body.url, { password: "a long walk at low tide" })).status).toBe(404);
    expect((await useLink(second.body.url, { password: "a long walk at low tide" })).status).toBe(200);
  });

  it("is not for one's own account, nor for one that is not active, nor to sign in as somebody else", async () => {
    const person = await createPerson(test, "viewer");
    const reset = { kind: "password_reset", mail: false };
    expect((await ask(chief, "POST", `/${chief.id}/link`, reset)).body.code).toBe("own_account");
    expect((await ask(chief, "POST", `/${person.id}/link`, { kind: "local_sign_in" })).status).toBe(422);
    await edit(chief, person.id, { is_active: false });
    expect((await ask(chief, "POST", `/${person.id}/link`, reset)).body.code).toBe("user_not_active");
    const nobody = "00000000-0000-7000-8000-000000000000";
    expect((await ask(chief, "POST", `/${nobody}/link`, reset)).body.code).toBe("user_not_found");
  });

  it("no longer works when its person has another address or is no longer active", async () => {
    const invite = async (email: string) =>
      (await ask<InvitedUser>(chief, "POST", "", { email, name: "Moved", role: "viewer" })).body;
    const moved = await invite("moved@example.org");
    await edit(chief, moved.user.id, { email: "elsewhere@example.org" });
    const gone = await invite("gone@example.org");
    await edit(chief, gone.user.id, { is_active: false });
    await edit(chief, gone.user.id, { is_active: true });
    for (const { link } of [moved, gone])
      expect((await useLink(link.url, { password: "a long walk at low tide" })).status).toBe(404);
  });
});

describe("an edit", () => {
  it("changes what is given and leaves the rest", async () => {
    const { id, email } = await createPerson(test, "viewer");
    const renamed = await edit(chief, id, { name: "Grace" });
    expect(renamed.body).toMatchObject({ name: "Grace", email, role: "viewer", is_active: true });
    const promoted = await edit(chief, id, { role: "operator", email: "Grace@Example.org" });
    expect(promoted.body).toMatchObject({ name: "Grace", email: "grace@example.org", role: "operator" });
    expect(promoted.body.version).toBeGreaterThan(renamed.body.version);
    expect((await edit(chief, id, {})).status).toBe(422);
    expect((await edit(chief, id, { email: chief.email })).body.code).toBe("email_taken");
    expect((await edit(chief, id, { erased_at: null })).status).toBe(422);
  });

  it("of the role holds for the next request of a session and of a token", async () => {
    const person = await createPerson(test, "admin");
    const token = await createToken(test, person, ["admin"]);
    const list = (headers: Readonly<Record<string, string>>) => test.request(route, { headers });
    expect([(await list(person.session)).status, (await list(token)).status]).toEqual([200, 200]);
    await edit(chief, person.id, { role: "viewer" });
    expect([(await list(person.session)).status, (await list(token)).status]).toEqual([403, 403]);
    expect((await test.request("/api/v1/content/units", { headers: token })).status).toBe(200);
  });

  it("that deactivates ends sessions and tokens at once, and activating brings none of them back", async () => {
    const person = await createPerson(test, "operator");
    const token = await createToken(test, person, ["read"]);
    const useToken = async () => (await test.request("/api/v1/content/units", { headers: token })).status;
    expect([await isSignedIn(person), await useToken()]).toEqual([true, 200]);
    expect((await edit(chief, person.id, { is_active: false })).body.is_active).toBe(false);
    expect([await isSignedIn(person), await useToken()]).toEqual([false, 401]);
    expect((await edit(chief, person.id, { is_active: true })).body.is_active).toBe(true);
    expect([await isSignedIn(person), await useToken()]).toEqual([false, 401]);
  });

  it("of one's own role, activity or address is refused, of one's own name it is not", async () => {
    for (const change of [{ role: "viewer" }, { is_active: false }, { email: "me@example.org" }]) {
      const { status, body } = await edit(chief, chief.id, change);
      expect([change, status, body.code]).toEqual([change, 409, "own_account"]);
    }
    expect((await edit(chief, chief.id, { name: "Ada", role: "admin", is_active: true })).status).toBe(200);
  });

  it.each<Role>(["operator", "viewer", "learner"])("by a %s is refused", async (role) => {
    const person = await createPerson(test, role);
    expect((await edit(person, person.id, { role: "admin" })).status).toBe(403);
    expect((await ask(person, "POST", "", { email: "x@example.org", name: "X", role: "admin" })).status).toBe(
      403,
    );
    expect((await ask(person, "GET", `/${chief.id}/export`)).status).toBe(403);
  });
});

describe("the second factor", () => {
  it("of somebody else is taken off, with their sessions", async () => {
    const person = await createPerson(test, "operator");
    const { database } = test.database;
    await sql`
      INSERT INTO auth."twoFactor" ("id", "secret", "backupCodes", "userId", "verified")
      VALUES (${person.id}, 'x', 'x', ${person.id}::uuid, true)`.execute(database);
    await sql`UPDATE auth."user" SET "twoFactorEnabled" = true WHERE "id" = ${person.id}::uuid`.execute(
      database,
    );
    expect((await ask(chief, "GET", `/${person.id}`)).body.has_second_factor).toBe(true);
    const { status, body } = await ask(chief, "POST", `/${person.id}/reset-second-factor`);
    expect([status, body.has_second_factor, await isSignedIn(person)]).toEqual([200, false, false]);
    const left = await sql`SELECT 1 FROM auth."twoFactor" WHERE "userId" = ${person.id}::uuid`.execute(
      database,
    );
    expect(left.rows).toEqual([]);
    expect((await ask(chief, "POST", `/${chief.id}/reset-second-factor`)).body.code).toBe("own_account");
  });
});

describe("the last administrator", () => {
  async function createPair(): Promise<[Person, Person]> {
    return [await createPerson(test, "admin"), await createPerson(test, "admin")];
  }
  /** Leaves these two as the only administrators. */
  async function leaveOnly(pair: readonly Person[]): Promise<void> {
    const ids = pair.map(({ id }) => id);
    await sql`
      UPDATE users SET role = CASE WHEN id = ANY(${ids}::uuid[]) THEN 'admin' ELSE 'viewer' END
      WHERE role = 'admin' OR id = ANY(${ids}::uuid[])`.execute(test.database.database);
  }
  async function countAdministrators(): Promise<number> {
    const { rows } = await sql`SELECT 1 FROM users WHERE role = 'admin' AND is_active`.execute(
      test.database.database,
    );
    return rows.length;
  }
  afterEach(async () => {
    await sql`
      UPDATE users SET role = 'admin' WHERE email IS NULL AND erased_at IS NULL OR id = ${chief.id}::uuid`.execute(
      test.database.database,
    );
  });

  it("stays in a race of two who demote each other, fifty times", async () => {
    const [one, other] = await createPair();
    const demotion = { role: "viewer" };
    for (let round = 0; round < 50; round += 1) {
      await leaveOnly([one, other]);
      const answers = await Promise.all([edit(one, other.id, demotion), edit(other, one.id, demotion)]);
      expect(await countAdministrators()).toBe(1);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    }
  });

  it("stays in a race of two who deactivate each other, five times", async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, other] = await createPair();
      await leaveOnly([one, other]);
      const leave = { is_active: false };
      const answers = await Promise.all([edit(one, other.id, leave), edit(other, one.id, leave)]);
      expect(await countAdministrators()).toBe(1);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      await sql`UPDATE users SET role = 'admin' WHERE email IS NULL`.execute(test.database.database);
    }
  });

  it("stays in a race of two who erase each other, five times", async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, other] = await createPair();
      await leaveOnly([one, other]);
      const erase = (by: Person, { id }: Person) => ask(by, "POST", `/${id}/erase`, { name: "A admin" });
      const answers = await Promise.all([erase(one, other), erase(other, one)]);
      expect(await countAdministrators()).toBe(1);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      await sql`UPDATE users SET role = 'admin' WHERE email IS NULL AND erased_at IS NULL`.execute(
        test.database.database,
      );
    }
  });

  it("who can sign in stays, although others are administrators who cannot", async () => {
    const one = await createPerson(test, "admin");
    await leaveOnly([one]);
    await ask(one, "POST", "", { email: `late-${one.id}@example.org`, name: "Late", role: "admin" });
    await sql`UPDATE users SET role = 'admin' WHERE email IS NULL AND erased_at IS NULL`.execute(
      test.database.database,
    );
    for (const change of [{ role: "viewer" }, { is_active: false }]) {
      const answer = await test.send("PUT", `${route}/${one.id}`, change);
      expect([answer.status, await answer.json()]).toEqual([
        409,
        expect.objectContaining({ code: "last_administrator" }),
      ]);
    }
    expect((await test.request(route, { headers: one.session })).status).toBe(200);
  });
});
