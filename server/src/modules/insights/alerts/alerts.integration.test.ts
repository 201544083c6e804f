import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import {
  isSignedWith,
  startWebhookReceiver,
  type WebhookReceiver,
} from "../../../../test/webhook-receiver.ts";
import type { Alert, AlertTestResult, CreatedAlert } from "./models.ts";

let test: TestApp;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  test = await createTestApp({ COURSEWRIGHT_WEBHOOK_PRIVATE_HOSTS: receiver.host });
});
afterAll(async () => {
  await test.close();
  await receiver.close();
});

const path = "/api/v1/admin/alerts";
const stuck = { kind: "stuck_job" } as const;
const create = (body: unknown) => test.send("POST", path, body);
// The routes answer with an alert or a problem.
const read = async (answer: Response) =>
  (await answer.json()) as CreatedAlert & { code: string; detail: string };
const list = async () => (await (await test.request(path)).json()) as Alert[];

describe("alerts", () => {
  it("are added, listed by name, changed and deleted", async () => {
    const made = await create({ name: " Slow queue ", rule: { kind: "queue_age", minutes: 5 } });
    expect(made.status).toBe(201);
    const { alert, webhook_secret } = await read(made);
    expect(webhook_secret).toBeNull();
    expect(alert).toMatchObject({
      name: "Slow queue",
      is_enabled: true,
      webhook_url: null,
      has_webhook_secret: false,
      emails: [],
      firing: null,
      last_fired_at: null,
      last_delivery: null,
      version: 1,
    });
    await create({ name: "a stuck job", rule: stuck, is_enabled: false });
    expect((await list()).map(({ name }) => name)).toEqual(["a stuck job", "Slow queue"]);
    const changed = await test.send("PATCH", `${path}/${alert.id}`, { is_enabled: false });
    expect((await read(changed)).alert).toMatchObject({ is_enabled: false, version: 2 });
    for (const { id } of await list()) {
      expect((await test.send("DELETE", `${path}/${id}`)).status).toBe(204);
    }
    expect((await test.send("DELETE", `${path}/${alert.id}`)).status).toBe(404);
    expect((await read(await test.send("PATCH", `${path}/${alert.id}`, { name: "x" }))).code).toBe(
      "alert_not_found",
    );
  });

  it("keep a webhook's address as a secret: whole in no answer, row or error, and kept by an edit without it", async () => {
    const address = `${receiver.url}/services/T0123/abcdefghijklmnop`;
    const { alert } = await read(await create({ name: "Hooked", rule: stuck, webhook_url: address }));
    const shown = `${new URL(address).origin}/…mnop`;
    expect(alert.webhook_url).toBe(shown);
    const route = `${path}/${alert.id}`;
    expect((await read(await test.send("PATCH", route, { name: "Hooked 2" }))).alert.webhook_url).toBe(shown);
    expect((await test.send("PATCH", route, { webhook_url: shown })).status).toBe(422);
    const before = receiver.received.length;
    await test.send("POST", `${route}/test`);
    expect(receiver.received).toHaveLength(before + 1);
    const { rows } = await sql<{ text: string }>`
      SELECT a::text || d::text AS text FROM alerts a JOIN alert_deliveries d ON d.alert_id = a.id`.execute(
      test.database.database,
    );
    const told = JSON.stringify([
      await list(),
      await (await test.request(`${route}/deliveries`)).json(),
      rows,
    ]);
    expect(told).toContain(shown);
    expect(told).not.toContain("abcdefghijkl");
    const moved = await read(await test.send("PATCH", route, { webhook_url: receiver.url }));
    expect(moved).toMatchObject({ webhook_secret: null, alert: { has_webhook_secret: true } });
    await test.send("DELETE", route);
  });

  it("show the signing secret once, keep it encrypted, and renew it on request", async () => {
    const made = await read(await create({ name: "Signed", rule: stuck, webhook_url: receiver.url }));
    const secret = made.webhook_secret ?? "";
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(made.alert.has_webhook_secret).toBe(true);
    expect(JSON.stringify(await list())).not.toContain(secret);
    const { rows } = await sql<{ webhook_secret: string }>`SELECT webhook_secret FROM alerts`.execute(
      test.database.database,
    );
    expect(rows[0]?.webhook_secret).toMatch(/^cw1\./);
    const address = `${path}/${made.alert.id}`;
    expect((await read(await test.send("PATCH", address, { name: "Signed 2" }))).webhook_secret).toBeNull();
    await test.send("POST", `${address}/test`);
    expect(isSignedWith(secret, receiver.received.at(-1)!)).toBe(true);
    const renewed = await read(await test.send("PATCH", address, { renew_webhook_secret: true }));
    await test.send("POST", `${address}/test`);
    expect(isSignedWith(secret, receiver.received.at(-1)!)).toBe(false);
    expect(isSignedWith(renewed.webhook_secret ?? "", receiver.received.at(-1)!)).toBe(true);
    const without = await read(await test.send("PATCH", address, { webhook_url: null }));
    expect(without.alert).toMatchObject({ webhook_url: null, has_webhook_secret: false });
    const nothing = await test.send("PATCH", address, { renew_webhook_secret: true });
    expect([nothing.status, (await read(nothing)).code]).toEqual([409, "alert_without_receiver"]);
    await test.send("DELETE", address);
  });

  it("have names of their own, at most a hundred of them", async () => {
    await create({ name: "Busy", rule: stuck });
    const again = await create({ name: "BUSY", rule: stuck });
    expect([again.status, (await read(again)).code]).toEqual([409, "alert_name_taken"]);
    await sql`INSERT INTO alerts (name, rule) SELECT 'Alert ' || n, '{"kind": "stuck_job"}' FROM generate_series(1, 98) n`.execute(
      test.database.database,
    );
    const answers = await Promise.all(["One", "Two", "Three"].map((name) => create({ name, rule: stuck })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect((await read(await create({ name: "Four", rule: stuck }))).code).toBe("alert_limit");
    await sql`DELETE FROM alerts`.execute(test.database.database);
  });

  it("cannot send mail without a server for it, and say which setting is missing", async () => {
    expect(await (await test.request(`${path}/mail`)).json()).toEqual({ is_configured: false });
    const refused = await create({ name: "Mail", rule: stuck, emails: ["a@example.org"] });
    const problem = await read(refused);
    expect([refused.status, problem.code]).toEqual([422, "mail_not_configured"]);
    expect(problem.detail).toContain("COURSEWRIGHT_SMTP_URL");
  });

  it("cannot be tested without a receiver", async () => {
    const { alert } = await read(await create({ name: "Nobody", rule: stuck }));
    const answer = await test.send("POST", `${path}/${alert.id}/test`);
    expect([answer.status, (await read(answer)).code]).toEqual([409, "alert_without_receiver"]);
  });

  it("test each receiver once and say what it answered", async () => {
    const { alert } = await read(
      await create({
        name: "Tested",
        rule: stuck,
        webhook_url: `${receiver.url}?token=abc`,
        is_enabled: false,
      }),
    );
    receiver.answers.push((response) => response.writeHead(500).end("broken"));
    const ask = async () =>
      // As the route declares it.
      (await (await test.send("POST", `${path}/${alert.id}/test`)).json()) as AlertTestResult;
    const [failed] = (await ask()).deliveries;
    expect(failed).toMatchObject({
      kind: "test",
      event_id: null,
      status: "failed",
      attempts: 1,
      next_attempt_at: null,
      http_status: 500,
      error_message: "The receiver answered 500.",
      target: `${new URL(receiver.url).origin}/…=abc`,
    });
    const [sent] = (await ask()).deliveries;
    expect(sent).toMatchObject({ status: "sent", http_status: 204, error_message: null });
    expect(JSON.parse(receiver.received.at(-1)?.body ?? "")).toMatchObject({
      type: "alert.test",
      alert: { id: alert.id, name: "Tested", kind: "stuck_job" },
      since: null,
      url: null,
    });
    expect((await list()).find(({ id }) => id === alert.id)?.last_delivery?.status).toBe("sent");
    const log = await test.request(`${path}/${alert.id}/deliveries`);
    expect(((await log.json()) as { id: string }[]).map(({ id }) => id)).toEqual([sent?.id, failed?.id]);
  });

  it("list what was sent in pages, newest first", async () => {
    const { alert } = await read(await create({ name: "Paged", rule: stuck }));
    await sql`INSERT INTO alert_deliveries (alert_id, kind, channel, address, status, next_attempt_at, completed_at)
      SELECT ${alert.id}, 'test', 'email', 'a' || n || '@example.org', 'sent', NULL, clock_timestamp()
      FROM generate_series(1, 5) n`.execute(test.database.database);
    const first = await test.request(`${path}/${alert.id}/deliveries?limit=3`);
    expect(first.headers.get("total-count")).toBe("5");
    const targets = async (answer: Response) =>
      ((await answer.json()) as { target: string }[]).map(({ target }) => target);
    expect(await targets(first)).toEqual(["a5@example.org", "a4@example.org", "a3@example.org"]);
    const next = /<([^>]+)>/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    const second = await test.request(next);
    expect(await targets(second)).toEqual(["a2@example.org", "a1@example.org"]);
    expect(second.headers.get("link")).toBeNull();
    expect((await test.request(`${path}/${alert.id}/deliveries?cursor=x`)).status).toBe(422);
    await test.send("DELETE", `${path}/${alert.id}`);
    const { rows } = await sql`SELECT 1 FROM alert_deliveries WHERE alert_id = ${alert.id}`.execute(
      test.database.database,
    );
    expect(rows).toEqual([]);
    expect((await test.request(`${path}/${alert.id}/deliveries`)).status).toBe(404);
  });

  it("tell the addresses that they write to to administrators only, also what mail servers say of them", async () => {
    const { alert } = await read(await create({ name: "Mailed", rule: stuck }));
    await sql`UPDATE alerts SET emails = ARRAY['ada@example.org', 'bo@example.net'] WHERE id = ${alert.id}`.execute(
      test.database.database,
    );
    await sql`
      INSERT INTO alert_deliveries (alert_id, kind, channel, address, attempts, status, completed_at, next_attempt_at, error_message)
      VALUES (${alert.id}, 'test', 'email', 'ada@example.org', 1, 'failed', clock_timestamp(), NULL, '550 <ada@example.org> unknown')`.execute(
      test.database.database,
    );
    const route = `${path}/${alert.id}/deliveries`;
    expect(await (await test.request(route)).text()).toContain("ada@example.org");
    expect((await list())[0]?.emails).toEqual(["ada@example.org", "bo@example.net"]);
    for (const scope of ["read", "operate"] as const) {
      const headers = { authorization: `Bearer ${await test.makeToken(scope)}` };
      const listed = await (await test.request(path, { headers })).text();
      expect(listed).toContain('"emails":["…@example.org","…@example.net"]');
      const deliveries = await (await test.request(route, { headers })).json();
      expect(deliveries).toMatchObject([
        { target: "…@example.org", error_message: "550 <…@example.org> unknown" },
      ]);
      expect(listed).not.toMatch(/ada@|bo@/);
    }
    expect((await test.send("DELETE", `${path}/${alert.id}`)).status).toBe(204);
  });

  it.each([
    [{ name: "  ", rule: stuck }],
    [{ name: "a\u0000", rule: stuck }],
    [{ name: "a" }],
    [{ name: "a", rule: { kind: "queue_age" } }],
    [{ name: "a", rule: { kind: "queue_age", minutes: 0 } }],
    [{ name: "a", rule: { kind: "spend_per_day", usd: -1 } }],
    [{ name: "a", rule: { kind: "failure_rate", percentage: 101, window_minutes: 30, least_jobs: 1 } }],
    [{ name: "a", rule: { kind: "weather" } }],
    [{ name: "a", rule: stuck, webhook_url: "ftp://example.org" }],
    [{ name: "a", rule: stuck, webhook_url: "https://user:word@example.org" }],
    [{ name: "a", rule: stuck, emails: ["not an address"] }],
  ])("refuses %j", async (body) => {
    expect((await create(body)).status).toBe(422);
  });
});
