import { readFileSync } from "node:fs";
import path from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { createPerson, createToken, type Person } from "../../../../test/security/people.ts";
import type { UserSummary } from "../models.ts";

let test: TestApp;
let chief: Person;

beforeAll(async () => {
  test = await createTestApp();
  chief = await createPerson(test, "admin");
});
afterAll(() => test.close());

const browser = "Probe-Browser/7.7";
const source = readFileSync(
  path.resolve(import.meta.dirname, "../../../../../examples/sources/how-bread-rises.md"),
  "utf8",
);

/** Somebody who left a trace in every place that holds something of people. */
async function createBusyPerson(name: string): Promise<Person & { readonly token: string }> {
  const person = await createPerson(test, "admin");
  const session = { ...person.session, "user-agent": browser };
  const busy = { ...person, session };
  await send("PUT", `/admin/users/${person.id}`, { name }, chief);
  const { authorization = "" } = await createToken(test, busy, ["read"]);
  const unit = { sources: [{ text: source }], learner_level: "beginner", target_lesson_count: 1 };
  await send("POST", "/content-creator/units", unit, busy);
  await send("POST", "/admin/saved-views", { page: "units", name: "Mine", search: "status=failed" }, busy);
  const alert = { name: `For ${person.id}`, rule: { kind: "queue_age", minutes: 1 } };
  await send("POST", "/admin/alerts", { ...alert, webhook_url: "https://hooks.example.org/a" }, busy);
  const { database } = test.database;
  const written = person.email.replace("example", "Example");
  await sql`UPDATE alerts SET emails = ARRAY['other@example.org', ${written}] WHERE name = ${alert.name}`.execute(
    database,
  );
  const incident = await sql<{ id: string }>`
    INSERT INTO incidents (cause, error_message, error_fingerprint, first_seen_at, last_seen_at)
    VALUES (${person.id}, 'It broke', 'f', clock_timestamp(), clock_timestamp()) RETURNING id`.execute(
    database,
  );
  const incident_id = incident.rows[0]?.id;
  await sql`INSERT INTO incident_recoveries (incident_id, user_id) VALUES (${incident_id}::uuid, ${person.id}::uuid)`.execute(
    database,
  );
  await send("POST", `/admin/incidents/${incident_id}/recover/stop`, undefined, busy);
  await send("PATCH", `/admin/incidents/${incident_id}`, { note: "I look at it", is_resolved: true }, busy);
  return { ...busy, token: authorization.replace("Bearer ", "") };
}

async function send(method: string, route: string, body: unknown, by: Person): Promise<Response> {
  const answer = await test.send(method, `/api/v1${route}`, body, by.session);
  if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${await answer.text()}`);
  return answer;
}

function erase(by: Person, id: string, name: string): Promise<Response> {
  return test.send("POST", `/api/v1/admin/users/${id}/erase`, { name }, by.session);
}

async function codeOf(answer: Response): Promise<string> {
  // A problem, as every refusal is.
  return ((await answer.json()) as { code: string }).code;
}

/** Tables with a row that holds the text anywhere. */
async function findText(text: string): Promise<string[]> {
  const { database } = test.database;
  const tables = await sql<{ name: string }>`
    SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname IN ('public', 'auth') ORDER BY 1`.execute(database);
  const found: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await sql`
      SELECT 1 FROM ${sql.raw(name)} t WHERE strpos(lower(t::text), ${text.toLowerCase()}) > 0 LIMIT 1`.execute(
      database,
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}

describe("personal data", () => {
  it("is exported as one file, without secrets", async () => {
    const person = await createBusyPerson("Mary Export");
    const answer = await test.request(`/api/v1/admin/users/${person.id}/export`, { headers: chief.session });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-disposition")).toBe(
      `attachment; filename="personal-data-${person.id}.json"`,
    );
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({
      schema: "coursewright-personal-data/1",
      exported_at: expect.stringMatching(/Z$/),
      account: { id: person.id, name: "Mary Export", email: person.email, unit_count: 1 },
      sign_in_ways: [{ way: "credential", account_id: null }],
      sessions: [{ created_at: expect.any(String) }],
      tokens: [{ name: "For read", scopes: ["read"] }],
      links: [{ kind: "invitation", used_at: expect.any(String) }],
      units: [{ title: expect.any(String), status: expect.any(String) }],
      tasks: [{ task_name: "unit_creation" }],
      replays: [],
      saved_views: [{ name: "Mine", search: "status=failed" }],
      incident_remarks: [{ note: "I look at it", resolved_at: expect.stringMatching(/Z$/) }],
      incident_recoveries: [{ state: "stopped", was_started: true, was_stopped: true }],
      alerts_mailed_to: [{ name: `For ${person.id}` }],
      audit_log: expect.arrayContaining([
        expect.objectContaining({ action: "token.create", actor_id: person.id, user_agent: browser }),
      ]),
    });
    expect(text).not.toContain(person.token.slice(12));
    const { rows: secrets } = await sql<{ secret: string }>`
      SELECT "password" AS secret FROM auth."account" WHERE "userId" = ${person.id}::uuid UNION ALL
      SELECT "token" FROM auth."session" WHERE "userId" = ${person.id}::uuid UNION ALL
      SELECT encode(secret_sha256, 'hex') FROM api_tokens WHERE user_id = ${person.id}::uuid UNION ALL
      SELECT encode(secret_sha256, 'hex') FROM sign_in_links WHERE user_id = ${person.id}::uuid`.execute(
      test.database.database,
    );
    expect(secrets).toHaveLength(4);
    for (const { secret } of secrets) expect(text).not.toContain(secret);
    const cookie = person.session.cookie?.split("=")[1]?.split(".")[0] ?? "";
    expect(cookie.length).toBeGreaterThan(20);
    expect(text).not.toContain(cookie);
  });

  it("is erased everywhere, with the name of before; units, costs and the audit log's chain stay", async () => {
    const person = await createBusyPerson("Mary Former");
    await send("PUT", `/admin/users/${person.id}`, { name: "Mary Erased" }, chief);
    const incident = async () => {
      const answer = await send("GET", "/admin/incidents?status=resolved", undefined, chief);
      // The documented answer of the route.
      const incidents = (await answer.json()) as { noted_by: string | null; [field: string]: unknown }[];
      return incidents.find(({ noted_by }) => noted_by === "Mary Erased" || noted_by === "Erased person");
    };
    const called = (name: string) => ({
      ...{ noted_by: name, resolved_by: name },
      recovery: { started_by: name, reason: `${name} stopped it. No further unit is resumed.` },
    });
    expect(await incident()).toMatchObject(called("Mary Erased"));
    for (const trace of [person.email, "Mary Erased"]) expect(await findText(trace)).not.toEqual([]);
    const answer = await erase(chief, person.id, "Mary Erased");
    expect(answer.status).toBe(200);
    // The route's documented answer.
    const erased = (await answer.json()) as UserSummary;
    expect(erased).toMatchObject({
      ...{ id: person.id, name: "Erased person", email: null, is_active: false, sign_in: "none" },
      ...{ erased_at: expect.any(String), last_seen_at: null, unit_count: 1 },
    });
    expect(await findText(person.email)).toEqual([]);
    for (const name of ["Mary Former", "Mary Erased"])
      expect([name, await findText(name)]).toEqual([name, []]);
    expect(await incident()).toMatchObject(called("Erased person"));
    const own = await sql`
      SELECT 1 FROM auth."user" WHERE "id" = ${person.id}::uuid UNION ALL
      SELECT 1 FROM auth."session" WHERE "userId" = ${person.id}::uuid UNION ALL
      SELECT 1 FROM auth."account" WHERE "userId" = ${person.id}::uuid UNION ALL
      SELECT 1 FROM api_tokens WHERE user_id = ${person.id}::uuid UNION ALL
      SELECT 1 FROM sign_in_links WHERE user_id = ${person.id}::uuid UNION ALL
      SELECT 1 FROM saved_views WHERE user_id = ${person.id}::uuid UNION ALL
      SELECT 1 FROM audit_places p JOIN audit_log l ON l.seq = p.seq WHERE l.actor_id = ${person.id}::uuid`.execute(
      test.database.database,
    );
    expect(own.rows).toEqual([]);
    const units = await sql<{ user_name: string }>`
      SELECT user_name FROM unit_summaries WHERE user_id = ${person.id}::uuid`.execute(
      test.database.database,
    );
    expect(units.rows).toEqual([{ user_name: "Erased person" }]);
    const { rows: alerts } = await sql`SELECT emails FROM alerts WHERE name = ${`For ${person.id}`}`.execute(
      test.database.database,
    );
    expect(alerts).toEqual([{ emails: ["other@example.org"] }]);
    const verdict = await test.request("/api/v1/admin/audit-log/verification", { headers: chief.session });
    expect(await verdict.json()).toMatchObject({ is_intact: true });
    const token = { authorization: `Bearer ${person.token}` };
    expect((await test.request("/api/v1/content/units", { headers: token })).status).toBe(401);
    expect((await test.request("/api/v1/content/units", { headers: person.session })).status).toBe(401);
  });

  it("stays when the name is not the one of the account, exactly", async () => {
    const person = await createPerson(test, "viewer");
    for (const name of ["", "a viewer", "A viewer ", "Somebody"]) {
      const answer = await erase(chief, person.id, name);
      expect([answer.status, await codeOf(answer)]).toEqual([422, "erasure_unconfirmed"]);
    }
    expect(await findText(person.email)).not.toEqual([]);
  });

  it("of oneself or of nobody is not erased, and an erased account stays as it is", async () => {
    expect(await codeOf(await erase(chief, chief.id, "A admin"))).toBe("own_account");
    const nobody = "00000000-0000-7000-8000-000000000000";
    expect(await codeOf(await erase(chief, nobody, ""))).toBe("user_not_found");
    const person = await createPerson(test, "viewer");
    expect((await erase(chief, person.id, "A viewer")).status).toBe(200);
    const edit = { is_active: true };
    const revived = await test.send("PUT", `/api/v1/admin/users/${person.id}`, edit, chief.session);
    expect([revived.status, await codeOf(revived)]).toEqual([409, "user_erased"]);
    const first = await erase(chief, person.id, "Erased person");
    expect(first.status).toBe(200);
    const again = { email: person.email, name: "Back", role: "viewer" };
    expect((await test.send("POST", "/api/v1/admin/users", again, chief.session)).status).toBe(201);
  });

  it("of the last administrator who can sign in is not erased", async () => {
    const { database } = test.database;
    const person = await createPerson(test, "admin");
    await sql`UPDATE users SET role = 'viewer' WHERE email IS NOT NULL AND id <> ${person.id}::uuid`.execute(
      database,
    );
    const answer = await test.send("POST", `/api/v1/admin/users/${person.id}/erase`, { name: "A admin" });
    expect([answer.status, await codeOf(answer)]).toEqual([409, "last_administrator"]);
    expect(await findText(person.email)).not.toEqual([]);
  });
});
