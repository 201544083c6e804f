import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { signedIn } from "../../../../test/builders/test-api.ts";
import { createPerson, type Person } from "../../../../test/security/people.ts";
import { createSibling } from "../../../../test/sibling.ts";
import type { Role, TokenScope } from "../../../platform/caller.ts";
import { readMachineToken } from "./machine-token.ts";
import { createTokenService } from "./manage-tokens.ts";
import type { ApiToken, MadeApiToken } from "./models.ts";
import { hashToken } from "./token-text.ts";

let test: TestApp;
const people = new Map<Role, Person>();
const route = "/api/v1/admin/tokens";

beforeAll(async () => {
  test = await createTestApp();
  for (const role of ["admin", "operator", "viewer", "learner"] as const)
    people.set(role, await createPerson(test, role));
});
afterAll(() => test.close());

function person(role: Role): Person {
  const found = people.get(role);
  if (found === undefined) throw new Error(`Nobody is ${role}`);
  return found;
}

async function make(owner: Person, scopes: readonly TokenScope[], expires_in_days: number | null = 1) {
  const answer = await test.send("POST", route, { name: "A script", scopes, expires_in_days }, owner.session);
  // The route's documented answer, or a problem.
  return { status: answer.status, body: (await answer.json()) as MadeApiToken & { code?: string } };
}

async function list(owner: Person): Promise<ApiToken[]> {
  const answer = await test.request(route, { headers: owner.session });
  expect(answer.status).toBe(200);
  // The route's documented answer.
  return (await answer.json()) as ApiToken[];
}

function use(token: string, asked = "/api/v1/content/units"): Promise<Response> {
  return test.request(asked, { headers: { authorization: `Bearer ${token}` } });
}

describe("an API token", () => {
  it("is shown once, works, and only its hash is stored", async () => {
    const { status, body } = await make(person("viewer"), ["read"], 90);
    expect(status).toBe(201);
    expect(body.token).toMatch(/^cw_[\w-]{43}$/);
    expect(body.api_token).toMatchObject({
      ...{ user_id: person("viewer").id, user_name: "A viewer", name: "A script", scopes: ["read"] },
      ...{ prefix: body.token.slice(0, 12), is_of_machine: false, revoked_at: null, last_used_at: null },
    });
    const days = (Date.parse(body.api_token.expires_at ?? "") - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(89.9);
    expect(days).toBeLessThan(90.1);
    expect((await use(body.token)).status).toBe(200);
    const [shown] = await list(person("viewer"));
    expect(shown).toMatchObject({ id: body.api_token.id, last_used_from: expect.any(String) });
    expect(JSON.stringify(shown)).not.toContain(body.token.slice(12));
    const { rows } = await sql<{ row: string; secret_sha256: Buffer }>`
      SELECT t::text AS row, secret_sha256 FROM api_tokens t WHERE id = ${body.api_token.id}::uuid`.execute(
      test.database.database,
    );
    expect(rows[0]?.row).not.toContain(body.token.slice(12));
    expect(rows[0]?.secret_sha256.equals(hashToken(body.token))).toBe(true);
  });

  it.each<[Role, TokenScope[], TokenScope[]]>([
    ["learner", ["learn"], ["read", "operate", "admin", "content:write"]],
    ["viewer", ["learn", "read"], ["operate", "admin", "content:write"]],
    ["operator", ["learn", "read", "operate", "content:write"], ["admin"]],
    ["admin", ["learn", "read", "operate", "content:write", "admin"], []],
  ])("of a %s may have %j and nothing of %j", async (role, allowed, refused) => {
    const made = await make(person(role), allowed);
    expect([made.status, made.body.api_token.scopes]).toEqual([201, allowed]);
    for (const scope of refused) {
      const { status, body } = await make(person(role), ["learn", scope]);
      expect([scope, status, body.code]).toEqual([scope, 403, "token_scope_too_wide"]);
    }
  });

  it("cannot make, list or revoke tokens", async () => {
    const { body } = await make(person("admin"), ["admin"]);
    const headers = { authorization: `Bearer ${body.token}` };
    const asked = { name: "Child", scopes: ["read"], expires_in_days: 1 };
    expect((await test.send("POST", route, asked, headers)).status).toBe(403);
    expect((await test.request(route, { headers })).status).toBe(403);
    expect((await test.send("DELETE", `${route}/${body.api_token.id}`, undefined, headers)).status).toBe(403);
    expect((await use(body.token)).status).toBe(200);
  });

  it("ends when it is revoked, at once and for good, and stays in the list for 30 days", async () => {
    const owner = person("operator");
    const { body } = await make(owner, ["operate"]);
    const before = await feedVersion(owner.id);
    const revoke = () => test.send("DELETE", `${route}/${body.api_token.id}`, undefined, owner.session);
    expect((await revoke()).status).toBe(204);
    expect((await use(body.token)).status).toBe(401);
    expect(await feedVersion(owner.id)).toBeGreaterThan(before);
    const revoked_at = (await list(owner)).find(({ id }) => id === body.api_token.id)?.revoked_at;
    expect(revoked_at).not.toBeNull();
    expect((await revoke()).status).toBe(204);
    expect((await list(owner)).find(({ id }) => id === body.api_token.id)?.revoked_at).toBe(revoked_at);
    await sql`UPDATE api_tokens SET revoked_at = clock_timestamp() - interval '31 days' WHERE id = ${body.api_token.id}::uuid`.execute(
      test.database.database,
    );
    expect((await list(owner)).map(({ id }) => id)).not.toContain(body.api_token.id);
  });

  it("ends when its time is over", async () => {
    const { body } = await make(person("viewer"), ["read"], 1);
    await sql`UPDATE api_tokens SET expires_at = clock_timestamp() - interval '1 second' WHERE id = ${body.api_token.id}::uuid`.execute(
      test.database.database,
    );
    expect((await use(body.token)).status).toBe(401);
  });

  it("of an account that is not active is nobody's, also one that was made in that moment", async () => {
    const owner = await createPerson(test, "viewer");
    const { body } = await make(owner, ["read"]);
    const users = () => test.database.database.updateTable("users").where("id", "=", owner.id);
    await users().set({ is_active: false }).execute();
    expect((await use(body.token)).status).toBe(401);
    await users().set({ is_active: true }).execute();
    expect((await use(body.token)).status).toBe(200);
  });

  it("is seen and revoked by its owner and by administrators, and does not exist for anybody else", async () => {
    const { body } = await make(person("viewer"), ["read"]);
    const id = body.api_token.id;
    expect((await list(person("operator"))).map(({ user_id }) => user_id)).not.toContain(person("viewer").id);
    expect((await list(person("admin"))).map((token) => token.id)).toContain(id);
    const refused = await test.send("DELETE", `${route}/${id}`, undefined, person("operator").session);
    expect([refused.status, await refused.json()]).toEqual([
      404,
      expect.objectContaining({ code: "token_not_found" }),
    ]);
    expect((await use(body.token)).status).toBe(200);
    expect((await test.send("DELETE", `${route}/${id}`, undefined, person("admin").session)).status).toBe(
      204,
    );
    expect((await use(body.token)).status).toBe(401);
  });

  it("is one of fifty at most, also when a hundred are asked for at once", async () => {
    const owner = await createPerson(test, "viewer");
    const answers = await Promise.all(Array.from({ length: 100 }, () => make(owner, ["read"])));
    const made = answers.filter(({ status }) => status === 201);
    const codes = answers.filter(({ status }) => status !== 201).map(({ body }) => body.code);
    expect([made.length, new Set(codes)]).toEqual([50, new Set(["too_many_tokens"])]);
    const revoked = made[0]?.body.api_token.id;
    await test.send("DELETE", `${route}/${revoked}`, undefined, owner.session);
    expect((await make(owner, ["read"])).status).toBe(201);
  });

  it("is made two hundred times in a quarter of an hour at most, also when each is revoked at once", async () => {
    const owner = await createPerson(test, "learner");
    const statuses: number[] = [];
    // The first waits are short: on a busy machine they may be over before the next one is asked for.
    while (!statuses.includes(429) && statuses.length < 210) {
      const { status, body } = await make(owner, ["learn"]);
      statuses.push(status);
      if (status === 201)
        await test.send("DELETE", `${route}/${body.api_token.id}`, undefined, owner.session);
    }
    expect(statuses.slice(0, 200)).toEqual(Array(200).fill(201));
    expect(statuses.at(-1)).toBe(429);
  });

  it("is not for somebody who owes a second factor, which a token would pass by", async () => {
    const { id } = person("operator");
    const caller = { ...signedIn({ id, name: "A operator", role: "operator" }), owes_second_factor: true };
    const made = createTokenService(test.database.database).create(caller, {
      ...{ name: "Around it", scopes: ["read"], expires_in_days: null },
    });
    await expect(made).rejects.toMatchObject({ code: "second_factor_needed_by_role" });
  });

  it("of somebody else is out of reach of an administrator who owes a second factor", async () => {
    const { body } = await make(person("viewer"), ["read"]);
    const { id } = person("admin");
    const caller = { ...signedIn({ id, name: "A admin", role: "admin" }), owes_second_factor: true };
    const tokens = createTokenService(test.database.database);
    const listed = await tokens.list(caller);
    expect(listed.filter(({ user_id }) => user_id !== id)).toEqual([]);
    const revoked = tokens.revoke(caller, body.api_token.id);
    await expect(revoked).rejects.toMatchObject({ code: "token_not_found" });
    expect((await use(body.token)).status).toBe(200);
  });

  it.each([
    ["cw_", "cw_"],
    ["a short one", "cw_short"],
    ["one without a beginning", "Bearer"],
    ["one of the right form", `cw_${"a".repeat(43)}`],
    ["a long one", `cw_${"a".repeat(5_000)}`],
    ["one in other letters", "ä"],
  ])("that nobody made, such as %s, is nobody's, also beside a session", async (_what, token) => {
    const authorization = Buffer.from(`Bearer ${token}`, "utf8").toString("latin1");
    const headers = { ...person("admin").session, authorization };
    expect((await test.request("/api/v1/content/units", { headers })).status).toBe(401);
  });
});

describe("the command line's token", () => {
  const file = () => path.join(test.config.home, "cli-token");
  const written = () => createTokenService(test.database.database).writeMachineToken(test.config.home);

  it("stays as long as it works, in a file for its owner only", async () => {
    expect(await written()).toBe(readMachineToken(test.config.home));
    expect(await written()).toBe(await written());
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it.each<[string, () => void | Promise<void>]>([
    ["is gone", () => rmSync(file())],
    ["can be read by others", () => chmodSync(file(), 0o644)],
    ["holds something else", () => writeFileSync(file(), "cw_\n", { mode: 0o600 })],
    [
      "was revoked",
      async () => {
        await sql`UPDATE api_tokens SET revoked_at = clock_timestamp() WHERE is_of_machine`.execute(
          test.database.database,
        );
      },
    ],
  ])("is replaced when it %s, and the former one ends", async (_what, spoil) => {
    const former = await written();
    await spoil();
    const token = await written();
    expect(token).not.toBe(former);
    expect(readFileSync(file(), "utf8").trim()).toBe(token);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect([(await use(former)).status, (await use(token)).status]).toEqual([401, 200]);
    const { rows } = await sql`SELECT 1 FROM api_tokens WHERE is_of_machine AND revoked_at IS NULL`.execute(
      test.database.database,
    );
    expect(rows).toHaveLength(1);
  });

  it("is one token when several processes replace it at once", async () => {
    rmSync(file());
    const tokens = await Promise.all(Array.from({ length: 10 }, written));
    expect(new Set(tokens)).toEqual(new Set([readMachineToken(test.config.home)]));
  });

  it("of another server whose host and folder are called the same is ended once at most", async () => {
    const here = await written();
    rmSync(file());
    const elsewhere = await written();
    writeFileSync(file(), here, { mode: 0o600 });
    const again = await written();
    expect((await use(here)).status).toBe(401);
    expect([(await use(elsewhere)).status, (await use(again)).status]).toEqual([200, 200]);
    await test.send("DELETE", `${route}/${await idOf(elsewhere)}`, undefined, person("admin").session);
  });

  it("passes to another administrator when its owner is one no longer", async () => {
    const former = await written();
    const { rows } = await sql<{ user_id: string }>`
      SELECT user_id FROM api_tokens WHERE secret_sha256 = ${hashToken(former)}`.execute(
      test.database.database,
    );
    const owner = rows[0]?.user_id ?? "";
    const demoted = await test.send(
      "PUT",
      `/api/v1/admin/users/${owner}`,
      { role: "viewer" },
      person("admin").session,
    );
    expect(demoted.status).toBe(200);
    expect((await use(former, "/api/v1/admin/users")).status).toBe(403);
    const token = await written();
    expect((await use(token, "/api/v1/admin/users")).status).toBe(200);
    expect((await use(former)).status).toBe(401);
    await test.send("PUT", `/api/v1/admin/users/${owner}`, { role: "admin" }, person("admin").session);
  });
});

describe("a server that starts", () => {
  const started = async (own: TestApp) => {
    const server = await createSibling(own);
    try {
      await server.startServer();
    } finally {
      await server.close();
    }
    const token = readMachineToken(own.config.home) ?? "";
    const { rows } = await sql<{ object_id: string }>`
      SELECT object_id, object_kind, actor_kind, actor_id, token_id, result, details FROM audit_log
      WHERE action = 'token.create_machine' ORDER BY seq`.execute(own.database.database);
    return { entries: rows, id: await idOf(token, own), status: (await useAt(own, token)).status };
  };
  const useAt = (own: TestApp, token: string) =>
    own.request("/api/v1/content/units", { headers: { authorization: `Bearer ${token}` } });
  const entryOf = (id: string, replaced: boolean) => ({
    ...{ object_id: id, object_kind: "token", actor_kind: "machine", actor_id: null, token_id: null },
    ...{ result: "done", details: { host: hostname(), replaced } },
  });

  it("writes the command line's token down when it makes one, not when there is one", async () => {
    const own = await createTestApp();
    try {
      const file = path.join(own.config.home, "cli-token");
      rmSync(file);
      await sql`DELETE FROM api_tokens`.execute(own.database.database);
      const first = await started(own);
      expect(first).toMatchObject({ entries: [entryOf(first.id, false)], status: 200 });
      expect(await started(own)).toEqual(first);
      rmSync(file);
      const third = await started(own);
      expect(third.id).not.toBe(first.id);
      expect(third.entries).toEqual([entryOf(first.id, false), entryOf(third.id, true)]);
    } finally {
      await own.close();
    }
  });

  it("starts with a new token when that cannot be written down", async () => {
    const own = await createTestApp();
    try {
      rmSync(path.join(own.config.home, "cli-token"));
      const refuse = sql`ALTER TABLE audit_log ADD CONSTRAINT refused CHECK (action <> 'token.create_machine')`;
      await refuse.execute(own.database.database);
      const { entries, status } = await started(own);
      expect([entries, status]).toEqual([[], 200]);
    } finally {
      await own.close();
    }
  });
});

async function idOf(token: string, { database }: Pick<TestApp, "database"> = test): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM api_tokens WHERE secret_sha256 = ${hashToken(token)}`.execute(database.database);
  return rows[0]?.id ?? "";
}

async function feedVersion(user_id: string): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    SELECT version FROM users WHERE id = ${user_id}::uuid`.execute(test.database.database);
  return rows[0]?.version ?? 0;
}
