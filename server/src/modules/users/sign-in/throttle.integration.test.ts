import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { type Asked, createBrowser } from "../../../../test/browser.ts";
import { makeAccount } from "../../../../test/builders/account.ts";
import { createSibling } from "../../../../test/sibling.ts";

// Every guess costs a slow hash, which a busy machine makes slower.
vi.setConfig({ testTimeout: 90_000 });

let app: TestApp;
let servers: readonly Asked[];
let closeSiblings: () => Promise<unknown>;
beforeAll(async () => {
  // The requests of the test stand for those of a proxy, so that each can name where it comes from.
  app = await createTestApp({ COURSEWRIGHT_TRUSTED_PROXIES: "127.0.0.1" });
  const siblings = [await createSibling(app), await createSibling(app)];
  servers = [app, ...siblings];
  closeSiblings = () => Promise.all(siblings.map((sibling) => sibling.close()));
});
afterAll(async () => {
  await closeSiblings();
  await app.close();
});
beforeEach(() => sql`DELETE FROM throttles`.execute(app.database.database));

const server = (number: number): Asked => servers[number % servers.length] ?? app;
const from = (address: string) => ({ "x-forwarded-for": address });

function guess(number: number, email: string, address: string, password = `wrong-password-${number}`) {
  return createBrowser(server(number), from(address)).ask("POST", "/auth/sign-in", { email, password });
}

/** Makes every wait be over, as if the time had passed. */
const waitOver = () =>
  sql`UPDATE throttles SET blocked_until = clock_timestamp() - interval '1 ms'`.execute(
    app.database.database,
  );

/** A slow machine lets the first waits, of a second and two, end between requests. */
function expectAbout(tried: number, free: number): void {
  expect(tried).toBeGreaterThanOrEqual(free);
  expect(tried).toBeLessThanOrEqual(free + 3);
}

const statuses = (answers: readonly { readonly status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

describe("guesses over three servers", () => {
  it("at one account are five, then one after each wait, from wherever they come", async () => {
    const { email } = await makeAccount(app);
    const guesses = 90;
    const answers = await Promise.all(
      Array.from({ length: guesses }, (_, number) => guess(number, email, `203.0.113.${number}`)),
    );
    const tried = statuses(answers, 401);
    expectAbout(tried, 5);
    expect(statuses(answers, 429)).toBe(guesses - tried);
    process.stdout.write(
      `${guesses} guesses at one account over ${servers.length} servers at once: ${tried} were tried\n`,
    );
  });

  it("at one account wait 1, 2, 4 … seconds and never more than 15 minutes", async () => {
    const { email } = await makeAccount(app);
    const waits: number[] = [];
    for (let number = 0; number < 18; number += 1) {
      expect([number, (await guess(number, email, `203.0.113.${number}`)).status]).toEqual([number, 401]);
      // Waits of a second or two may end before they are looked at.
      if (number < 6) await waitOver();
      else {
        const refused = await guess(number, email, "203.0.113.200");
        expect(refused).toMatchObject({ status: 429, body: { code: "too_many_sign_ins" } });
        waits.push(Number(refused.headers.get("retry-after")));
        await waitOver();
      }
    }
    const expected = [4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900];
    expect(waits).toHaveLength(expected.length);
    for (const [place, wait] of waits.entries()) {
      expect(wait).toBeLessThanOrEqual(expected[place] ?? 0);
      expect(wait).toBeGreaterThan((expected[place] ?? 0) - 3);
    }
  });

  it("at an account that is not there are counted alike", async () => {
    const answers = [];
    for (let number = 0; number < 12; number += 1)
      answers.push(await guess(number, "nobody@example.org", `203.0.113.${number}`));
    expectAbout(statuses(answers, 401), 5);
    expect(statuses(answers, 429)).toBeGreaterThan(0);
  });

  it("from one address are 20, at however many accounts, and its whole IPv6 network counts as one", async () => {
    const attempt = async (address: (number: number) => string) => {
      const answers = [];
      for (let number = 0; number < 30; number += 1)
        answers.push(await guess(number, `p${number}@example.org`, address(number)));
      return statuses(answers, 401);
    };
    const [one, network] = [
      await attempt(() => "203.0.113.9"),
      await attempt((number) => `2001:db8:1:2::${number + 1}`),
    ];
    expectAbout(one, 20);
    expectAbout(network, 20);
    process.stdout.write(
      `30 guesses from one address over ${servers.length} servers: ${one} were tried; from one /64 network: ${network}\n`,
    );
  });

  it("are not made cheaper by signing in to an account of one's own in between", async () => {
    const own = await makeAccount(app);
    let tried = 0;
    for (let number = 0; number < 10; number += 1) {
      await guess(number, own.email, "203.0.113.77", own.password);
      if ((await guess(number, `q${number}@example.org`, "203.0.113.77")).status === 401) tried += 1;
      // As if 15 guesses had gone before.
      if (number === 0)
        await sql`UPDATE throttles SET count = count + 15 WHERE key LIKE 'address:%'`.execute(
          app.database.database,
        );
    }
    expectAbout(15 + tried, 20);
  });
});

describe("the owner of an account that others guess at", () => {
  it("still gets in from where they signed in before", async () => {
    const { email, password } = await makeAccount(app);
    expect((await guess(0, email, "198.51.100.7", password)).status).toBe(200);
    for (let number = 0; number < 12; number += 1) await guess(number, email, `203.0.113.${number}`);
    // As if the guesses had gone on.
    await sql`UPDATE throttles SET blocked_until = clock_timestamp() + interval '1 minute' WHERE key LIKE 'account:%'`.execute(
      app.database.database,
    );
    expect((await guess(0, email, "203.0.113.50", password)).status).toBe(429);
    expect((await guess(1, email, "198.51.100.7", password)).status).toBe(200);
    // Guesses from there are counted too.
    const answers = [];
    for (let number = 0; number < 12; number += 1) answers.push(await guess(number, email, "198.51.100.7"));
    expectAbout(statuses(answers, 401), 5);
  });

  it.each([
    ["one address", "198.51.100.30", "198.51.100.30"],
    ["one IPv6 network", "2001:db8:7:7::1", "2001:db8:7:7::2"],
  ])("still gets in when strangers behind %s guess at others", async (_what, before, now) => {
    const { email, password } = await makeAccount(app);
    expect((await guess(0, email, before, password)).status).toBe(200);
    for (let number = 0; number < 25; number += 1) await guess(number, `r${number}@example.org`, now);
    await sql`UPDATE throttles SET blocked_until = clock_timestamp() + interval '1 minute' WHERE key LIKE 'address:%'`.execute(
      app.database.database,
    );
    expect((await guess(1, "r99@example.org", now)).status).toBe(429);
    expect((await guess(2, email, now, password)).status).toBe(200);
    // Which opens nothing to guesses.
    const answers = [];
    for (let number = 0; number < 12; number += 1) answers.push(await guess(number, email, now));
    expectAbout(statuses(answers, 401), 5);
  });

  it("is not counted for what succeeds", async () => {
    const { email, password } = await makeAccount(app);
    for (let number = 0; number < 12; number += 1)
      expect((await guess(number, email, "198.51.100.8", password)).status).toBe(200);
  });
});

describe("one's own name", () => {
  it("is changed twenty times, then once after each wait: each is an entry of the audit log", async () => {
    const { browser } = await makeAccount(app);
    const names = Array.from({ length: 60 }, (_, number) => `Name ${number}`);
    const answers = await Promise.all(names.map((name) => browser.ask("PATCH", "/auth/profile", { name })));
    expectAbout(statuses(answers, 204), 20);
    expect(statuses(answers, 204) + statuses(answers, 429)).toBe(names.length);
  });
});

describe("other guesses", () => {
  it("at the current password of whoever is signed in are five", async () => {
    const { browser } = await makeAccount(app);
    const answers = [];
    for (let number = 0; number < 12; number += 1)
      answers.push(
        await browser.through(server(number)).ask("PUT", "/auth/password", {
          ...{ current_password: `wrong-${number}`, new_password: "a-river-under-the-ice" },
        }),
      );
    expectAbout(statuses(answers, 403), 5);
  });

  it("at the password before a second factor is set up, its codes are made anew or it is removed are five", async () => {
    const { browser } = await makeAccount(app);
    const ways = [
      ["POST", "/auth/second-factor"],
      ["POST", "/auth/second-factor/backup-codes"],
      ["DELETE", "/auth/second-factor"],
    ] as const;
    const answers = [];
    for (let number = 0; number < 12; number += 1) {
      const [method, route] = ways[number % ways.length] ?? ways[0];
      const guess = { password: `wrong-${number}` };
      answers.push(await browser.through(server(number)).ask(method, route, guess));
    }
    expect(statuses(answers, 429)).toBeGreaterThanOrEqual(4);
  });

  it("at links end for an address after a hundred", async () => {
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, number) =>
        createBrowser(server(number), from("203.0.113.99")).ask("POST", "/auth/links/look", {
          token: String(number).padStart(43, "x"),
        }),
      ),
    );
    expectAbout(statuses(answers, 404), 100);
  });
});
