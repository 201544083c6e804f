import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { type Browser, createBrowser } from "../../test/browser.ts";
import { makeAccount } from "../../test/builders/account.ts";
import type { SessionState } from "../modules/users/sign-in/models.ts";
import { codeOfStep } from "../modules/users/sign-in/totp.ts";
import type { Role } from "../platform/caller.ts";

let test: TestApp;
let url: string;
beforeAll(async () => {
  test = await createTestApp({ COURSEWRIGHT_STREAMS_PER_USER: "3" });
  ({ url } = await test.app.startServer());
});
afterAll(() => test.close());

const cookieOf = ({ cookies }: Browser) => ({
  cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
});

/** Opens the stream over a socket and waits for its hello. */
async function openStream(headers: Record<string, string>) {
  const leaving = new AbortController();
  const answer = await fetch(`${url}/api/v1/events`, { headers, signal: leaving.signal });
  if (answer.status !== 200 || answer.body === null) throw new Error(`The stream answered ${answer.status}`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const read = async () => {
    const { done, value } = await reader.read();
    text += value ?? "";
    return !done;
  };
  while (!text.includes("event: hello")) await read();
  return {
    leave: () => leaving.abort(),
    /** What came so far. */
    seen: () => text,
    async until(part: string): Promise<void> {
      while (!text.includes(part)) if (!(await read())) throw new Error(`The stream ended before "${part}"`);
    },
    /** Reads to the end of the stream and answers what came, and after how many milliseconds it was over. */
    async end(): Promise<{ text: string; afterMs: number }> {
      const asked = performance.now();
      while (await read());
      return { text, afterMs: performance.now() - asked };
    },
  };
}

const promisedMs = 1_000;
const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

describe("an open stream", () => {
  it.each<[string, (account: Awaited<ReturnType<typeof makeAccount>>) => Promise<{ status: number }>]>([
    ["its reader signs out", ({ browser }) => browser.ask("POST", "/auth/sign-out")],
    [
      "an administrator ends the sessions",
      ({ id }) => test.send("DELETE", `/api/v1/admin/users/${id}/sessions`),
    ],
    [
      "the account is deactivated",
      ({ id }) => test.send("PUT", `/api/v1/admin/users/${id}`, { is_active: false }),
    ],
    [
      "the role becomes a learner's",
      ({ id }) => test.send("PUT", `/api/v1/admin/users/${id}`, { role: "learner" }),
    ],
    [
      "another browser of theirs ends the other sessions",
      async ({ email, password }) => {
        const other = createBrowser(test);
        await other.ask("POST", "/auth/sign-in", { email, password });
        return other.ask("DELETE", "/admin/sessions");
      },
    ],
  ])("ends with signed_out within a second when %s", async (_what, revoke) => {
    const account = await makeAccount(test);
    const bystander = await makeAccount(test);
    const stream = await openStream(cookieOf(account.browser));
    const otherStream = await openStream(cookieOf(bystander.browser));
    expect((await revoke(account)).status).toBeLessThan(300);
    const { text, afterMs } = await stream.end();
    expect(text).toContain("event: signed_out\ndata: ");
    expect(afterMs).toBeLessThan(promisedMs);
    const late = await fetch(`${url}/api/v1/events`, { headers: cookieOf(account.browser) });
    expect(late.status).toBeOneOf([401, 403]);
    // Whoever has nothing to do with it reads on.
    await otherStream.until("event: changes");
    otherStream.leave();
  });

  it.each<[Role, Role]>([
    ["viewer", "operator"],
    ["operator", "viewer"],
    ["viewer", "admin"],
    ["admin", "viewer"],
    ["operator", "admin"],
    ["admin", "operator"],
  ])("tells its reader within a second that they are no longer %s but %s", async (former, role) => {
    const account = await makeAccount(test, former);
    const bystander = await makeAccount(test, former);
    const stream = await openStream(cookieOf(account.browser));
    const otherStream = await openStream(cookieOf(bystander.browser));
    const answer = await test.send("PUT", `/api/v1/admin/users/${account.id}`, { role });
    expect(answer.status).toBe(200);
    const asked = performance.now();
    await stream.until("event: session\ndata: ");
    expect(performance.now() - asked).toBeLessThan(promisedMs);
    const { body } = await account.browser.ask<SessionState>("GET", "/auth/session");
    expect(body.user?.role).toBe(role);
    // Who sees more or less now comes back by themselves; the others read on.
    if (former === "admin" || role === "admin")
      expect((await stream.end()).text).not.toContain("event: signed_out");
    stream.leave();
    await otherStream.until("event: changes");
    expect(otherStream.seen()).not.toContain("event: session");
    otherStream.leave();
  });

  it.each<
    [string, (account: Awaited<ReturnType<typeof makeAccount>>) => Promise<() => Promise<{ status: number }>>]
  >([
    [
      "another browser of theirs ends this one session",
      async ({ email, password, browser }) => {
        const { body } = await browser.ask<{ id: string }[]>("GET", "/admin/sessions");
        const other = createBrowser(test);
        await other.ask("POST", "/auth/sign-in", { email, password });
        return () => other.ask("DELETE", `/admin/sessions/${body[0]?.id}`);
      },
    ],
    [
      "another browser of theirs changes the password",
      async ({ email, password }) => {
        const other = createBrowser(test);
        await other.ask("POST", "/auth/sign-in", { email, password });
        const change = { current_password: password, new_password: "a-river-under-the-ice" };
        return () => other.ask("PUT", "/auth/password", change);
      },
    ],
    [
      "another browser of theirs sets up a second factor",
      async ({ email, password }) => {
        const other = createBrowser(test);
        await other.ask("POST", "/auth/sign-in", { email, password });
        const { body } = await other.ask<{ secret: string }>("POST", "/auth/second-factor", { password });
        const bits = [...body.secret]
          .map((letter) => base32.indexOf(letter).toString(2).padStart(5, "0"))
          .join("");
        const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
        const step = Math.floor(Date.now() / 30_000);
        const code = codeOfStep(Buffer.from(bytes).toString("utf8"), step);
        return () => other.ask("POST", "/auth/second-factor/confirm", { code });
      },
    ],
    [
      "an administrator resets the second factor",
      async ({ id }) =>
        () =>
          test.send("POST", `/api/v1/admin/users/${id}/reset-second-factor`),
    ],
  ])(
    "ends with signed_out within a second, although the feed told nothing else of them, when %s",
    async (_what, prepare) => {
      const account = await makeAccount(test);
      const revoke = await prepare(account);
      const stream = await openStream(cookieOf(account.browser));
      // What was done before has been told by then, and does not make the stream be looked at.
      const teller = await openStream({ authorization: `Bearer ${test.token}` });
      await teller.until((await makeAccount(test)).email);
      teller.leave();
      expect((await revoke()).status).toBeLessThan(300);
      const { text, afterMs } = await stream.end();
      expect(text).toContain("event: signed_out");
      expect(afterMs).toBeLessThan(promisedMs);
    },
  );

  it("of a token ends within a second of its revocation, and other tokens of the owner read on", async () => {
    const [token, kept] = await Promise.all([test.makeToken("read"), test.makeToken("read")]);
    const stream = await openStream({ authorization: `Bearer ${token}` });
    const keptStream = await openStream({ authorization: `Bearer ${kept}` });
    const { rows } = await test.database.pool.query<{ id: string }>(
      "SELECT id FROM api_tokens WHERE prefix = left($1, length(prefix))",
      [token],
    );
    const administrator = await makeAccount(test, "admin");
    const revoked = await administrator.browser.ask("DELETE", `/admin/tokens/${rows[0]?.id}`);
    expect(revoked.status).toBe(204);
    const { text, afterMs } = await stream.end();
    expect(text).toContain("event: signed_out");
    expect(afterMs).toBeLessThan(promisedMs);
    await keptStream.until("event: changes");
    keptStream.leave();
  });

  it("tells a viewer nothing of accounts, neither at once nor when they come back", async () => {
    const viewer = await makeAccount(test);
    const headers = cookieOf(viewer.browser);
    const stream = await openStream(headers);
    const position = Buffer.from(
      JSON.stringify(["1:1:", new Date(0).toISOString(), new Date().toISOString()]),
    ).toString("base64url");
    const again = await openStream({ ...headers, "last-event-id": position });
    await test.send("PUT", `/api/v1/admin/users/${viewer.id}`, { name: "Somebody renamed" });
    await test.send("DELETE", `/api/v1/admin/users/${viewer.id}/sessions`);
    for (const { text } of [await stream.end(), await again.end()]) {
      expect(text).not.toContain('"entity":"user"');
      expect(text).not.toContain(viewer.email);
      expect(text).not.toContain("Somebody renamed");
    }
  });

  it("is refused with 429 beyond the number that one person may have, and again allowed when one was closed", async () => {
    const headers = cookieOf((await makeAccount(test)).browser);
    const streams = [];
    for (let stream = 0; stream < 3; stream += 1) streams.push(await openStream(headers));
    const refused = await fetch(`${url}/api/v1/events`, { headers });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("5");
    streams[0]?.leave();
    await expect
      .poll(async () => {
        const answer = await fetch(`${url}/api/v1/events`, { method: "HEAD", headers });
        return answer.status;
      })
      .toBe(200);
    // A HEAD opens nothing that stays.
    await openStream(headers).then(({ leave }) => leave());
    for (const { leave } of streams) leave();
  });
});
