import { sql } from "kysely";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createTestAlerts, letTimePass, lookAtAlerts, sendDueMessages } from "../../../../test/alerts.ts";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import {
  isSignedWith,
  startWebhookReceiver,
  type WebhookReceiver,
} from "../../../../test/webhook-receiver.ts";
import type { Alerts } from "./alerts.ts";
import { createAlertDelivering } from "./delivery.ts";
import type { AlertDelivery, CreatedAlert } from "./models.ts";
import { claimDeliveries, settleDelivery } from "./repo/deliveries.ts";
import { dropOldEvents } from "./repo/events.ts";

let test: TestApp;
let alerts: Alerts;
let receiver: WebhookReceiver;
let mails: { to: string[]; text: string }[] = [];
let refusesMail = false;
let mailServer: SMTPServer;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  mailServer = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo: (_address, _session, done) => done(refusesMail ? new Error("no room here") : null),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, text: Buffer.concat(chunks).toString("utf8") });
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
    COURSEWRIGHT_WEBHOOK_PRIVATE_HOSTS: receiver.host,
    COURSEWRIGHT_SMTP_URL: `smtp://127.0.0.1:${port}`,
    COURSEWRIGHT_MAIL_FROM: "Monitor <monitor@example.org>",
    COURSEWRIGHT_PUBLIC_URL: "https://courses.example.org/",
  });
  alerts = createTestAlerts(test);
});
afterAll(async () => {
  await alerts.stop();
  await test.close();
  await receiver.close();
  await new Promise<void>((resolve) => mailServer.close(resolve));
});
beforeEach(async () => {
  mails = [];
  refusesMail = false;
  receiver.received.length = 0;
  receiver.answers.length = 0;
  await sql`TRUNCATE alerts, alert_events, alert_deliveries`.execute(test.database.database);
  await sql`TRUNCATE tasks CASCADE`.execute(test.database.database);
});

const path = "/api/v1/admin/alerts";

/** An alert about the queue's age and a job that waits for too long. */
async function fire(receivers: { webhook_url?: string; emails?: string[] }): Promise<CreatedAlert> {
  const body = { name: "Slow queue", rule: { kind: "queue_age", minutes: 1 }, ...receivers };
  const created = (await (await test.send("POST", path, body)).json()) as CreatedAlert;
  await sql`
    WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
    INSERT INTO tasks (task_name, lineage_id, unit_title, available_at)
    SELECT 'unit_creation', id, 'Tides', clock_timestamp() - interval '10 minutes' FROM lineage`.execute(
    test.database.database,
  );
  await lookAtAlerts(alerts);
  return created;
}

async function log(id: string): Promise<AlertDelivery[]> {
  return (await (await test.request(`${path}/${id}/deliveries`)).json()) as AlertDelivery[];
}

describe("a message", () => {
  it("goes to a webhook, signed, with all that is known and a link to the moment", async () => {
    const { alert, webhook_secret } = await fire({ webhook_url: receiver.url });
    await sendDueMessages(alerts);
    const [message] = receiver.received;
    const [event] = await alerts.service.listFiring(null);
    const [delivery] = await log(alert.id);
    expect(isSignedWith(webhook_secret ?? "", message!)).toBe(true);
    expect(message?.headers["webhook-id"]).toBe(delivery?.id);
    expect(Math.abs(Number(message?.headers["webhook-timestamp"]) - Date.now() / 1000)).toBeLessThan(60);
    expect(JSON.parse(message?.body ?? "")).toEqual({
      type: "alert.fired",
      alert: { id: alert.id, name: "Slow queue", kind: "queue_age" },
      event_id: event?.id,
      sentence: event?.sentence,
      value: expect.closeTo(10, 1),
      since: event?.since,
      ended_at: null,
      url: `https://courses.example.org/admin/course-generation?at=${encodeURIComponent(event?.since ?? "")}`,
    });
    expect(delivery).toMatchObject({
      kind: "fired",
      channel: "webhook",
      status: "sent",
      attempts: 1,
      http_status: 204,
      error_message: null,
      next_attempt_at: null,
    });
  });

  it("tells the end as well", async () => {
    const { alert } = await fire({ webhook_url: receiver.url });
    await sql`UPDATE tasks SET cancel_requested_at = clock_timestamp()`.execute(test.database.database);
    await lookAtAlerts(alerts);
    await letTimePass(test, 11);
    await lookAtAlerts(alerts);
    await sendDueMessages(alerts);
    const bodies = receiver.received.map(({ body }) => JSON.parse(body));
    expect(bodies.map(({ type }) => type).sort()).toEqual(["alert.ended", "alert.fired"]);
    const ended = bodies.find(({ type }) => type === "alert.ended");
    expect(ended.sentence).toMatch(/^Over after \d+ s\.$/);
    expect(Date.parse(ended.ended_at)).toBeGreaterThanOrEqual(Date.parse(ended.since));
    expect((await log(alert.id)).map(({ kind }) => kind)).toEqual(["ended", "fired"]);
  });

  it("is repeated with growing pauses until it arrives, always under the same id", async () => {
    const { alert } = await fire({ webhook_url: receiver.url });
    receiver.answers.push(
      (response) => response.writeHead(503).end(),
      (response) => response.writeHead(429, { "retry-after": "120" }).end(),
      (response) => response.destroy(),
    );
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await sendDueMessages(alerts);
      const [waiting] = await log(alert.id);
      expect(waiting).toMatchObject({ status: "pending", attempts: attempt });
      pauses.push((Date.parse(waiting?.next_attempt_at ?? "") - Date.now()) / 1000);
      await sendDueMessages(alerts);
      expect(receiver.received).toHaveLength(attempt);
      await letTimePass(test, 200);
    }
    expect(pauses[0]).toBeGreaterThan(5);
    expect(pauses[0]).toBeLessThan(13);
    expect(pauses[1]).toBeGreaterThan(110);
    expect((await log(alert.id))[0]?.error_message).toContain("could not be reached");
    await sendDueMessages(alerts);
    expect((await log(alert.id))[0]).toMatchObject({ status: "sent", attempts: 4, error_message: null });
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  });

  it("is given up after eight attempts", async () => {
    const { alert } = await fire({ webhook_url: receiver.url });
    for (let attempt = 0; attempt < 10; attempt += 1) {
      receiver.answers.push((response) => response.writeHead(500).end());
      await sendDueMessages(alerts);
      await letTimePass(test, 4_000);
    }
    expect(receiver.received).toHaveLength(8);
    expect((await log(alert.id))[0]).toMatchObject({ status: "failed", attempts: 8, http_status: 500 });
    expect((await alerts.service.list())[0]?.last_delivery?.status).toBe("failed");
  });

  it("goes to no private address unless it is allowed, and follows no redirect to one", async () => {
    const other = await startWebhookReceiver();
    const { alert } = await fire({ webhook_url: other.url });
    await sendDueMessages(alerts);
    expect((await log(alert.id))[0]).toMatchObject({
      status: "failed",
      attempts: 1,
      error_message: expect.stringContaining("it is not a public address"),
    });
    receiver.answers.push((response) => response.writeHead(307, { location: other.url }).end());
    await test.send("PATCH", `${path}/${alert.id}`, { webhook_url: receiver.url });
    await test.send("POST", `${path}/${alert.id}/test`);
    expect((await log(alert.id))[0]).toMatchObject({
      ...{ kind: "test", status: "failed", http_status: 307 },
      error_message: expect.stringContaining("Redirects are not followed"),
    });
    expect(other.received).toEqual([]);
    await other.close();
  });

  it("goes by mail to each address, as plain text, and is repeated when the server refuses it", async () => {
    const { alert } = await fire({ emails: ["a@example.org", "b@example.org", "a@example.org"] });
    refusesMail = true;
    await sendDueMessages(alerts);
    expect((await log(alert.id)).map(({ status, error_message }) => [status, error_message])).toEqual([
      ["pending", expect.stringContaining("no room here")],
      ["pending", expect.stringContaining("no room here")],
    ]);
    refusesMail = false;
    await letTimePass(test, 20);
    await sendDueMessages(alerts);
    expect(mails.map(({ to }) => to).sort()).toEqual([["a@example.org"], ["b@example.org"]]);
    const text = (mails[0]?.text ?? "").replaceAll("=\r\n", "").replaceAll("=3D", "=");
    expect(text).toContain("Subject: Alert: Slow queue");
    expect(text).toContain("From: Monitor <monitor@example.org>");
    expect(text).toMatch(/Content-Type: text\/plain/);
    expect(text).not.toMatch(/text\/html|<img/);
    expect(text).toContain("https://courses.example.org/admin/course-generation?at=");
    expect((await log(alert.id)).map(({ status }) => status)).toEqual(["sent", "sent"]);
    expect(await (await test.request(`${path}/mail`)).json()).toEqual({ is_configured: true });
  });

  it("is sent by one of several servers that look at once", async () => {
    const emails = Array.from({ length: 20 }, (_, index) => `p${index}@example.org`);
    const { alert } = await fire({ webhook_url: receiver.url, emails });
    const others = [alerts, ...[1, 2, 3].map(() => createTestAlerts(test))];
    await Promise.all(others.map(sendDueMessages));
    expect(receiver.received).toHaveLength(1);
    expect(mails.map(({ to }) => to[0]).sort()).toEqual([...emails].sort());
    expect(new Set((await log(alert.id)).map(({ status }) => status))).toEqual(new Set(["sent"]));
    await Promise.all(others.slice(1).map((other) => other.stop()));
  });

  it("that a server did not finish is sent by the next one", async () => {
    const { alert } = await fire({ webhook_url: receiver.url });
    const dying = createTestAlerts(test);
    const arrived = new Promise<void>((resolve) => receiver.answers.push(() => resolve()));
    const turn = sendDueMessages(dying);
    await arrived;
    await sendDueMessages(alerts);
    expect(receiver.received).toHaveLength(1);
    await dying.stop();
    await turn;
    expect((await log(alert.id))[0]).toMatchObject({ status: "pending", attempts: 0 });
    await sendDueMessages(alerts);
    expect((await log(alert.id))[0]).toMatchObject({ status: "sent", attempts: 1 });
    expect(receiver.received[1]?.headers["webhook-id"]).toBe(receiver.received[0]?.headers["webhook-id"]);
  });

  it("that was claimed by a server which was killed comes again after a minute", async () => {
    const { alert } = await fire({ webhook_url: receiver.url });
    await sql`UPDATE alert_deliveries SET attempts = 1, next_attempt_at = clock_timestamp() + interval '60 seconds'`.execute(
      test.database.database,
    );
    await sendDueMessages(alerts);
    expect(receiver.received).toHaveLength(0);
    await letTimePass(test, 61);
    await sendDueMessages(alerts);
    expect((await log(alert.id))[0]).toMatchObject({ status: "sent", attempts: 2 });
  });

  it("for a receiver that the alert no longer has is given up", async () => {
    const { alert } = await fire({ webhook_url: receiver.url, emails: ["a@example.org"] });
    await test.send("PATCH", `${path}/${alert.id}`, { emails: [] });
    await sendDueMessages(alerts);
    expect(mails).toEqual([]);
    expect((await log(alert.id)).map(({ channel, status }) => [channel, status])).toContainEqual([
      "email",
      "failed",
    ]);
    expect(receiver.received).toHaveLength(1);
  });

  it("whose sending breaks in a way that nobody expected is repeated like any other, and holds up no other", async () => {
    const { alert } = await fire({ webhook_url: receiver.url, emails: ["a@example.org"] });
    const { database } = test.database;
    const delivering = createAlertDelivering({
      database,
      sendWebhook: () => Promise.reject(new Error("whsec_secret of the odd kind")),
      sendMail: () =>
        Promise.resolve({
          ...{ arrived: true, http_status: null, error_message: null, is_retryable: false, asked_ms: null },
        }),
    });
    await expect(delivering.sendDue()).rejects.toThrow("of the odd kind");
    const [webhook, mail] = (await log(alert.id)).toSorted((a, b) => b.channel.localeCompare(a.channel));
    expect(mail).toMatchObject({ channel: "email", status: "sent" });
    expect(webhook).toMatchObject({
      ...{ channel: "webhook", status: "pending", attempts: 1 },
      error_message: "It could not be sent: the log of the server says why.",
    });
    expect(Date.parse(webhook?.next_attempt_at ?? "") - Date.now()).toBeLessThan(20_000);
    for (let attempt = 2; attempt <= 8; attempt += 1) {
      await letTimePass(test, 4_000);
      await expect(delivering.sendDue()).rejects.toThrow("of the odd kind");
    }
    expect((await log(alert.id)).map(({ status }) => status).sort()).toEqual(["failed", "sent"]);
  });

  it("that comes back while its alert is being deleted stands in nobody's way", async () => {
    const { alert } = await fire({ webhook_url: receiver.url });
    const { database } = test.database;
    const [due] = await claimDeliveries(database, 1, 60_000);
    const settling = await database.transaction().execute(async (transaction) => {
      await sql`SELECT 1 FROM alerts WHERE id = ${alert.id}::uuid FOR UPDATE`.execute(transaction);
      const settled = settleDelivery(database, due!, {
        ...{ status: "sent", http_status: 204, error_message: null, duration_ms: 1, retry_in_ms: null },
      });
      await vi.waitFor(async () => {
        const { rows } = await sql`
          SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(
          database,
        );
        expect(rows).toHaveLength(1);
      });
      await sql`DELETE FROM alerts WHERE id = ${alert.id}::uuid`.execute(transaction);
      return [settled] as const;
    });
    await settling[0];
    expect((await test.request(`${path}/${alert.id}`, { method: "DELETE" })).status).toBe(404);
  });

  it("and its event are forgotten 90 days after they ended", async () => {
    const { alert } = await fire({ webhook_url: receiver.url });
    await sendDueMessages(alerts);
    await sql`UPDATE tasks SET cancel_requested_at = clock_timestamp()`.execute(test.database.database);
    await lookAtAlerts(alerts);
    await letTimePass(test, 11);
    await lookAtAlerts(alerts);
    await sendDueMessages(alerts);
    const { database } = test.database;
    await dropOldEvents(database);
    expect(await log(alert.id)).toHaveLength(2);
    await sql`UPDATE alert_deliveries SET completed_at = completed_at - interval '91 days' WHERE kind = 'fired'`.execute(
      database,
    );
    await dropOldEvents(database);
    expect((await log(alert.id)).map(({ kind }) => kind)).toEqual(["ended"]);
    await sql`UPDATE alert_events SET fired_at = fired_at - interval '91 days', ended_at = ended_at - interval '91 days'`.execute(
      database,
    );
    await dropOldEvents(database);
    expect(await log(alert.id)).toEqual([]);
    expect((await sql`SELECT 1 FROM alert_events`.execute(database)).rows).toEqual([]);
  });
});
