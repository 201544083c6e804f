import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { auditedRoutes, unauditedRoutes } from "../src/http/audited-routes.ts";
import type { AuditLogEntry, AuditVerification } from "../src/modules/audit/models.ts";
import { createTestApp, type TestApp } from "./app.ts";
import { createBrowser } from "./browser.ts";
import { makeAccount } from "./builders/account.ts";

const browserName = "Mozilla/5.0 (test)";
let test: TestApp;
/** Number of the newest entry before the test. */
let before: number;
beforeAll(async () => {
  test = await createTestApp();
});
beforeEach(async () => {
  before = (await readLog())[0]?.seq ?? 0;
});
afterAll(() => test.close());

async function readLog(): Promise<AuditLogEntry[]> {
  const answer = await test.request("/api/v1/admin/audit-log?limit=200");
  expect(answer.status).toBe(200);
  // What the route promises.
  return (await answer.json()) as AuditLogEntry[];
}

/** Entries of this test, oldest first. */
async function newEntries(): Promise<AuditLogEntry[]> {
  return (await readLog()).filter(({ seq }) => seq > before).reverse();
}

async function readJson<Body>(answer: Promise<Response>, status: number): Promise<Body> {
  const response = await answer;
  const text = await response.text();
  expect([response.status, text]).toEqual([status, text]);
  // The shape that the test expects; its assertions fail when the answer has another one.
  return JSON.parse(text) as Body;
}

function createUnit(start: boolean): Promise<{ unit_id: string; task_id: string }> {
  const sources = [
    { text: "Water boils at one hundred degrees, and the steam rises to the clouds. ".repeat(8) },
  ];
  const unit = { title: "Water", sources, learner_level: "beginner", target_lesson_count: 1, start };
  return readJson(test.send("POST", "/api/v1/content-creator/units", unit), start ? 202 : 201);
}

describe("the table of what is written down", () => {
  const routes = () => new Set(test.app.http.routes.map(({ method, path }) => `${method} ${path}`));

  it("says of every route that may change something whether it is, and names no other route", () => {
    const unsafe = [...routes()].filter((route) => !/^(GET|HEAD|OPTIONS|ALL) /.test(route));
    const named = new Set([...Object.keys(auditedRoutes), ...Object.keys(unauditedRoutes)]);
    expect(unsafe.filter((route) => !named.has(route))).toEqual([]);
    expect([...named].filter((route) => !routes().has(route))).toEqual([]);
  });

  it("says it once", () => {
    expect(Object.keys(auditedRoutes).filter((route) => route in unauditedRoutes)).toEqual([]);
  });

  it("takes objects from parameters that the routes have", () => {
    for (const [route, { parameter }] of Object.entries(auditedRoutes))
      if (parameter !== undefined) expect(route.split("/")).toContain(`:${parameter}`);
  });

  it("gives every action a name of its own, the kind of thing and a verb", () => {
    const actions = Object.values(auditedRoutes).map(({ action }) => action);
    expect(new Set(actions).size).toBe(actions.length);
    for (const action of actions) expect(action).toMatch(/^[a-z_]+\.[a-z_]+$/);
  });
});

describe("a request of the command line", () => {
  it("that creates and cancels is written down with what it made, from where and by which token", async () => {
    const { unit_id, task_id } = await createUnit(true);
    const headers = { "user-agent": browserName };
    await test.send("POST", `/api/v1/task-queue/tasks/${task_id}/cancel`, undefined, headers);
    const entries = await newEntries();
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject({
      ...{ action: "unit.create", object_kind: "unit", object_id: unit_id, result: "done", code: null },
      ...{ actor_kind: "machine", actor_name: "Local administrator" },
      details: { is_started: true, lessons: 1 },
    });
    expect(entries[1]).toMatchObject({
      ...{ action: "task.cancel", object_kind: "task", object_id: task_id, result: "done" },
      ...{ address: "127.0.0.1", user_agent: browserName },
    });
    expect(entries[1]?.token_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(entries[1]?.token_name).toEqual(expect.any(String));
  });

  it("has the id that its answer carries", async () => {
    const { unit_id } = await createUnit(false);
    const answer = await test.send("DELETE", `/api/v1/content/units/${unit_id}`);
    expect(answer.status).toBe(204);
    const entries = await newEntries();
    expect(entries.at(-1)).toMatchObject({
      ...{ action: "unit.delete", object_id: unit_id, result: "done" },
      request_id: answer.headers.get("x-request-id"),
    });
  });

  it("that the handler refuses is written down with the reason", async () => {
    const unknown = "01890000-0000-7000-8000-00000000dead";
    await test.send("POST", `/api/v1/content-creator/units/${unknown}/retry`, { mode: "resume" });
    await test.send("DELETE", "/api/v1/content/units/not-an-id%00%2F");
    expect(await newEntries()).toMatchObject([
      {
        ...{ action: "unit.retry", object_id: unknown, result: "refused", code: "unit_not_found" },
        details: { mode: "resume" },
      },
      { action: "unit.delete", object_id: "not-an-id\ufffd/", result: "refused", code: "request_invalid" },
    ]);
  });

  it("that only reads is not written down, unless it hands the log out", async () => {
    await test.request("/api/v1/content/units");
    await test.send("POST", "/api/v1/content-creator/bulk-actions/preview", {
      ...{ action: "cancel", entity: "task", filter: {} },
    });
    expect(await newEntries()).toEqual([]);
    const answer = await test.request("/api/v1/admin/audit-log/export?format=csv");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="audit-log.csv"');
    expect(await answer.text()).toMatch(/^seq,id,at,/);
    expect(await newEntries()).toMatchObject([{ action: "audit_log.export", result: "done" }]);
  });
});

describe("a token that may only read", () => {
  it("is written down with each thing that it tried", async () => {
    const headers = { authorization: `Bearer ${await test.makeToken("read")}` };
    const { unit_id } = await createUnit(false);
    const refused = await test.send("DELETE", `/api/v1/content/units/${unit_id}`, undefined, headers);
    expect(refused.status).toBe(403);
    expect((await newEntries()).at(-1)).toMatchObject({
      ...{ action: "unit.delete", object_id: unit_id, result: "refused", code: "not_allowed" },
      actor_kind: "token",
    });
    expect((await test.request("/api/v1/admin/audit-log", { headers })).status).toBe(403);
  });
});

describe("a person in a browser", () => {
  it("is written down from the sign-in on, also where somebody else tried their password", async () => {
    const person = await makeAccount(test);
    const { seq } = (await newEntries()).at(-1) ?? { seq: before };
    await createBrowser(test).ask("POST", "/auth/sign-in", {
      email: person.email,
      password: "not the password",
    });
    const browser = createBrowser(test, { "user-agent": browserName });
    await browser.ask("POST", "/auth/sign-in", { email: person.email, password: person.password });
    await browser.ask("DELETE", "/content/units/01890000-0000-7000-8000-00000000dead");
    await browser.ask("POST", "/auth/sign-out");
    const entries = (await newEntries()).filter((entry) => entry.seq > seq);
    expect(entries).toMatchObject([
      { action: "session.sign_in", actor_kind: "nobody", result: "refused", code: "sign_in_refused" },
      { action: "session.sign_in", actor_kind: "session", result: "done", user_agent: browserName },
      { action: "unit.delete", actor_kind: "session", result: "refused", code: "not_allowed" },
      { action: "session.sign_out", actor_kind: "session", result: "done" },
    ]);
    expect(entries.map(({ actor_id }) => actor_id)).toEqual(Array(4).fill(person.id));
  });
});

describe("a stranger", () => {
  it("leaves no trace at routes that ask for somebody, so that nobody can fill the log", async () => {
    for (const route of Object.keys(auditedRoutes).filter((name) => !name.includes("/auth/"))) {
      const [method = "", path = ""] = route.split(" ");
      const filled = path.replace(/:\w+/g, "1");
      await test.askAnonymously(filled, {
        method,
        headers: { "content-type": "application/json" },
        body: method === "GET" ? null : "{}",
      });
    }
    expect(await newEntries()).toEqual([]);
  });

  it("who fails to sign in is written down, without the address that was typed", async () => {
    const body = JSON.stringify({ email: "nobody-here@example.com", password: "wrong password 1" });
    const answer = await test.askAnonymously("/api/v1/auth/sign-in", {
      ...{ method: "POST", headers: { "content-type": "application/json", origin: "http://127.0.0.1" } },
      body,
    });
    expect(answer.status).toBe(401);
    const entries = await newEntries();
    expect(entries).toMatchObject([
      {
        ...{ action: "session.sign_in", actor_kind: "nobody", actor_id: null, result: "refused" },
        ...{ code: "sign_in_refused", address: "127.0.0.1" },
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain("nobody-here");
  });

  it("cannot fill the log with links that do not work", async () => {
    const body = JSON.stringify({ token: "A".repeat(43) });
    for (let time = 0; time < 80; time += 1) {
      await test.askAnonymously("/api/v1/auth/links/use", {
        ...{ method: "POST", headers: { "content-type": "application/json" }, body },
      });
    }
    const entries = await newEntries();
    expect(entries.length).toBeGreaterThan(40);
    expect(entries.length).toBeLessThan(65);
    expect(entries[0]).toMatchObject({ action: "session.link", result: "refused", code: "link_invalid" });
  });

  it("who sends nonsense to the sign-in is not", async () => {
    const answer = await test.askAnonymously("/api/v1/auth/sign-in", {
      ...{ method: "POST", headers: { "content-type": "application/json" }, body: "{}" },
    });
    expect(answer.status).toBe(422);
    expect(await newEntries()).toEqual([]);
  });
});

describe("an administrator who changes a role", () => {
  it("is written down with the role that was given", async () => {
    const { rows } = await sql<{ id: string }>`
      INSERT INTO users (name, email, role) VALUES ('Ada', 'ada@example.com', 'viewer') RETURNING id`.execute(
      test.database.database,
    );
    const id = rows[0]?.id;
    const answer = await test.send("PUT", `/api/v1/admin/users/${id}`, { role: "operator" });
    expect(answer.status).toBe(200);
    expect(await newEntries()).toMatchObject([
      {
        action: "user.edit",
        object_kind: "user",
        object_id: id,
        result: "done",
        details: { role: "operator" },
      },
    ]);
  });
});

describe("when the log cannot be written", () => {
  it("gives nobody a session whose sign-in is not written down", async () => {
    const { email, password } = await makeAccount(test);
    const browser = createBrowser(test);
    await sql`ALTER TABLE audit_log RENAME TO audit_log_away`.execute(test.database.database);
    const answer = await browser.ask("POST", "/auth/sign-in", { email, password });
    await sql`ALTER TABLE audit_log_away RENAME TO audit_log`.execute(test.database.database);
    expect(answer).toMatchObject({ status: 503, body: { code: "audit_unavailable" } });
    expect(browser.cookies.size).toBe(0);
  });

  it("says that the action was done and could not be written down", async () => {
    const { unit_id } = await createUnit(false);
    await sql`ALTER TABLE audit_log RENAME TO audit_log_away`.execute(test.database.database);
    const answer = await test.send("DELETE", `/api/v1/content/units/${unit_id}`);
    const problem = await answer.json();
    const refused = await test.send("DELETE", `/api/v1/content/units/${unit_id}`);
    const refusal = await refused.json();
    await sql`ALTER TABLE audit_log_away RENAME TO audit_log`.execute(test.database.database);
    expect(answer.status).toBe(503);
    expect(problem).toMatchObject({ code: "audit_unavailable", retryable: false });
    // What was not done is answered as ever.
    expect(refused.status).toBe(404);
    expect(refusal).toMatchObject({ code: "unit_not_found" });
    expect(await newEntries()).toHaveLength(1);
  });
});

describe("the verdict on the chain", () => {
  it("says that all of this is whole, and names the head that the newest entry shows", async () => {
    const [newest] = await readLog();
    const verdict = await readJson<AuditVerification>(
      test.request("/api/v1/admin/audit-log/verification"),
      200,
    );
    expect(verdict).toEqual({
      ...{ is_intact: true, entries: newest?.seq, head: newest?.hash, first_broken_seq: null, problem: null },
    });
  });
});
