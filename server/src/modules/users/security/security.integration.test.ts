import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { makeAccount } from "../../../../test/builders/account.ts";
import { createPerson, createToken } from "../../../../test/security/people.ts";
import { makeLinkFor } from "../links/make-links.ts";
import type { SecuritySummary } from "./models.ts";

let test: TestApp;
afterEach(() => test.close());

async function read(): Promise<SecuritySummary> {
  const answer = await test.request("/api/v1/admin/security");
  expect(answer.status).toBe(200);
  // The documented answer.
  return (await answer.json()) as SecuritySummary;
}

async function invite(): Promise<string> {
  const { database } = test.database;
  const { id } = await database
    .insertInto("users")
    .values({ name: "Ola Nordmann", email: `${randomUUID()}@example.org`, role: "viewer" })
    .returning("id")
    .executeTakeFirstOrThrow();
  await makeLinkFor(database, "invitation", id, null);
  return id;
}

describe("the summary of security", () => {
  it("of a new installation has nothing to tell", async () => {
    test = await createTestApp();
    expect(await read()).toEqual({
      ...{ is_open_to_network: false, is_https: false, listens_beyond_loopback: false },
      ...{ needs_second_factor: false, staff_without_second_factor: 0 },
      ...{ invitations_open: 0, invitations_ended: 0, sessions: 0 },
      ...{ tokens: 0, tokens_without_end: 0, tokens_unused: 0 },
      keys: { current: 1, held: [1], needed: [] },
      ...{ requests_per_second: 1_000_000, streams_per_user: 1_000 },
    });
  });

  it("says what the settings open", async () => {
    test = await createTestApp({
      COURSEWRIGHT_HOST: "0.0.0.0",
      COURSEWRIGHT_PUBLIC_URL: "https://courses.example.org",
    });
    expect(await read()).toMatchObject({
      ...{ is_open_to_network: true, is_https: true, listens_beyond_loopback: true },
      needs_second_factor: true,
    });
  });

  it("counts staff with a password alone, and nobody who is erased, deactivated or below", async () => {
    test = await createTestApp();
    const { database } = test.database;
    const operator = await makeAccount(test, "operator");
    const administrator = await makeAccount(test, "admin");
    await makeAccount(test, "viewer");
    expect(await read()).toMatchObject({ staff_without_second_factor: 2, sessions: 3 });
    await sql`UPDATE auth."user" SET "twoFactorEnabled" = true WHERE "id" = ${operator.id}::uuid`.execute(
      database,
    );
    expect((await read()).staff_without_second_factor).toBe(1);
    await sql`UPDATE users SET is_active = false WHERE id = ${administrator.id}::uuid`.execute(database);
    expect(await read()).toMatchObject({ staff_without_second_factor: 0, sessions: 2 });
  });

  it("tells open invitations from those that ended unused", async () => {
    test = await createTestApp();
    const { database } = test.database;
    const first = await invite();
    const second = await invite();
    await makeAccount(test);
    expect(await read()).toMatchObject({ invitations_open: 2, invitations_ended: 0 });
    await sql`UPDATE sign_in_links SET expires_at = clock_timestamp() WHERE user_id = ${first}::uuid`.execute(
      database,
    );
    expect(await read()).toMatchObject({ invitations_open: 1, invitations_ended: 1 });
    await makeLinkFor(database, "invitation", first, null);
    expect(await read()).toMatchObject({ invitations_open: 2, invitations_ended: 0 });
    await sql`UPDATE users SET is_active = false WHERE id = ${second}::uuid`.execute(database);
    expect(await read()).toMatchObject({ invitations_open: 1, invitations_ended: 0 });
  });

  it("counts tokens that work, never end, or that nobody uses", async () => {
    test = await createTestApp();
    const { database } = test.database;
    await test.makeToken("read");
    await test.makeToken("read");
    expect(await read()).toMatchObject({ tokens: 2, tokens_without_end: 0, tokens_unused: 0 });
    const age = (what: string, days: number) =>
      sql`
        UPDATE api_tokens SET ${sql.ref(what)} = clock_timestamp() - make_interval(days => ${days})
        WHERE NOT is_of_machine`.execute(database);
    await age("created_at", 91);
    expect((await read()).tokens_unused).toBe(2);
    await age("last_used_at", 89);
    expect((await read()).tokens_unused).toBe(0);
    await age("last_used_at", 91);
    await sql`UPDATE api_tokens SET expires_at = NULL WHERE NOT is_of_machine`.execute(database);
    expect(await read()).toMatchObject({ tokens: 2, tokens_without_end: 2, tokens_unused: 2 });
    await sql`UPDATE api_tokens SET revoked_at = clock_timestamp() WHERE NOT is_of_machine`.execute(database);
    expect(await read()).toMatchObject({ tokens: 0, tokens_without_end: 0, tokens_unused: 0 });
  });

  it("tells the keys of the file from those that stored secrets need", async () => {
    test = await createTestApp();
    const alert = {
      name: "Fires",
      rule: { kind: "stuck_job" },
      webhook_url: "https://hooks.example.org/abcdefghijkl",
    };
    const made = await test.send("POST", "/api/v1/admin/alerts", alert);
    expect([made.status, await made.text()]).toEqual([201, expect.any(String)]);
    expect((await read()).keys).toEqual({ current: 1, held: [1], needed: [1] });
    await test.app.keys.rotate();
    expect((await read()).keys).toEqual({ current: 2, held: [1, 2], needed: [2] });
    await test.app.keys.prune();
    expect((await read()).keys).toEqual({ current: 2, held: [2], needed: [2] });
  });

  it("is for administrators only", async () => {
    test = await createTestApp();
    const operator = await createPerson(test, "operator");
    for (const headers of [operator.session, await createToken(test, operator, ["operate"])])
      expect((await test.request("/api/v1/admin/security", { headers })).status).toBe(403);
  });
});
