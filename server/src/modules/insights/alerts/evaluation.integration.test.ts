import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestAlerts, insertEndedJob, letTimePass, lookAtAlerts } from "../../../../test/alerts.ts";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { insertRunningStep } from "../../../../test/builders/running-step.ts";
import type { Alerts } from "./alerts.ts";
import type { Alert, AlertRule, CreatedAlert, FiringAlert } from "./models.ts";

let test: TestApp;
let alerts: Alerts;

beforeAll(async () => {
  test = await createTestApp();
  alerts = createTestAlerts(test);
});
afterAll(async () => {
  await alerts.stop();
  await test.close();
});
beforeEach(async () => {
  const { database } = test.database;
  await sql`TRUNCATE alerts, alert_events, alert_deliveries`.execute(database);
  await sql`TRUNCATE tasks, lineages, stuck_jobs, health_states, llm_requests, rollups, rollup_deltas CASCADE`.execute(
    database,
  );
});

const run = (statement: ReturnType<typeof sql>) => statement.execute(test.database.database);

async function add(rule: AlertRule): Promise<Alert> {
  const answer = await test.send("POST", "/api/v1/admin/alerts", { name: rule.kind, rule });
  return ((await answer.json()) as CreatedAlert).alert;
}
const edit = (id: string, change: unknown) => test.send("PATCH", `/api/v1/admin/alerts/${id}`, change);
const firing = (at: string | null = null): Promise<FiringAlert[]> => alerts.service.listFiring(at);
const look = () => lookAtAlerts(alerts);

/** Looks until the calm is noticed, lets it last and looks again. */
async function calmDown(): Promise<void> {
  await look();
  await letTimePass(test, 11);
  await look();
}

async function insertPendingTask(waitingMinutes: number): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
    INSERT INTO tasks (task_name, lineage_id, unit_title, available_at)
    SELECT 'unit_creation', id, 'Tides', clock_timestamp() - ${waitingMinutes} * interval '1 minute' FROM lineage
    RETURNING id`.execute(test.database.database);
  return rows[0]?.id ?? "";
}

describe("a rule", () => {
  it("of the failure rate counts failed and partial jobs of the window, and leaves cancelled ones out", async () => {
    await add({ kind: "failure_rate", percentage: 40, window_minutes: 30, least_jobs: 4 });
    for (const outcome of ["completed", "failed", "partial", "cancelled"] as const) {
      await insertEndedJob(test, outcome);
    }
    await insertEndedJob(test, "failed", 31);
    await look();
    expect(await firing()).toEqual([]);
    await insertEndedJob(test, "completed");
    await look();
    expect(await firing()).toMatchObject([
      {
        kind: "failure_rate",
        task_id: null,
        sentence: "2 of 4 jobs that ended within 30 minutes failed or are partial: 50 %, more than 40 %.",
      },
    ]);
    for (let job = 0; job < 2; job += 1) await insertEndedJob(test, "completed");
    await calmDown();
    expect(await firing()).toEqual([]);
  });

  it("of stuck jobs fires for each job once and names it", async () => {
    await add({ kind: "stuck_job" });
    const step = await insertRunningStep(test.database.database);
    await run(sql`INSERT INTO stuck_jobs (task_id, step_run_id, kind, sentence) VALUES
      (${step.task_id}, NULL, 'heartbeat_late', 'its worker was last heard 4 s ago'),
      (${step.task_id}, ${step.step_run_id}, 'step_slow', 'a step takes long')`);
    await look();
    await look();
    expect(await firing()).toMatchObject([
      { task_id: step.task_id, sentence: "“Tides” is stuck: its worker was last heard 4 s ago." },
    ]);
    await run(sql`UPDATE stuck_jobs SET until = clock_timestamp()`);
    await calmDown();
    expect(await firing()).toEqual([]);
  });

  it("of the queue's age looks at the job that could have been claimed for the longest time", async () => {
    await add({ kind: "queue_age", minutes: 5 });
    await insertPendingTask(4);
    await insertPendingTask(-10);
    await look();
    expect(await firing()).toEqual([]);
    const id = await insertPendingTask(6);
    await run(sql`UPDATE tasks SET priority = 7 WHERE id = ${id}`);
    await look();
    expect(await firing()).toMatchObject([
      {
        task_id: id,
        sentence: expect.stringMatching(
          /^“Tides” has waited 6 m 0\d s for a worker, longer than 5 minutes\.$/,
        ),
      },
    ]);
    await run(sql`UPDATE tasks SET cancel_requested_at = clock_timestamp() WHERE id = ${id}`);
    await calmDown();
    expect(await firing()).toEqual([]);
  });

  it("of a day's spending adds up what is known and says what is left out", async () => {
    await add({ kind: "spend_per_day", usd: 1 });
    const pay = (cost_usd: number | null) =>
      run(sql`INSERT INTO llm_requests (kind, provider, model, status, cost_usd, sent_at, completed_at)
        VALUES ('text', 'here', 'm', 'completed', ${cost_usd}::numeric, clock_timestamp(), clock_timestamp())`);
    await pay(0.7);
    await pay(0.3);
    await pay(null);
    await look();
    expect(await firing()).toEqual([]);
    await run(sql`SELECT fold_rollups(1000)`);
    await pay(0.2);
    await look();
    const day = new Date().toISOString().slice(0, 10);
    expect(await firing()).toMatchObject([
      { sentence: `$1.20 spent on ${day} (UTC), more than $1.00. One request of unknown cost is not in it.` },
    ]);
    await run(sql`UPDATE llm_requests SET cost_usd = 0.1 WHERE cost_usd = 0.7`);
    await calmDown();
    expect(await firing()).toEqual([]);
  });

  it("of a provider fires when it has been down or limited for long enough", async () => {
    await add({ kind: "provider_down", minutes: 2 });
    const insert = (name: string, state: string, minutes: number) =>
      run(sql`INSERT INTO health_states (kind, name, state, sentence, meaning, since)
        VALUES ('provider', ${name}, ${state}, 'No answer', 'wait', clock_timestamp() - ${minutes} * interval '1 minute')`);
    await insert("here/good", "ok", 60);
    await insert("here/new", "bad", 1);
    await insert("here/down", "bad", 3);
    await look();
    expect(await firing()).toMatchObject([
      { sentence: "here/down has had trouble for 3 m 00 s: No answer.", task_id: null },
    ]);
    await run(sql`UPDATE health_states SET ended_at = clock_timestamp() WHERE name = 'here/down'`);
    await calmDown();
    expect(await firing()).toEqual([]);
  });
});

describe("an event", () => {
  const rule = { kind: "queue_age", minutes: 1 } as const;

  it("does not end while the calm is short, so that flapping sends no storm", async () => {
    await add(rule);
    const id = await insertPendingTask(5);
    await look();
    for (let turn = 0; turn < 5; turn += 1) {
      await run(sql`UPDATE tasks SET cancel_requested_at = clock_timestamp() WHERE id = ${id}`);
      await look();
      await letTimePass(test, 8);
      await run(sql`UPDATE tasks SET cancel_requested_at = NULL WHERE id = ${id}`);
      await look();
    }
    const { rows } = await run(sql`SELECT ended_at FROM alert_events`);
    expect(rows).toEqual([{ ended_at: null }]);
  });

  it("is opened once and ended once, however many look at the same time", async () => {
    const { id } = await add(rule);
    await run(
      sql`UPDATE alerts SET webhook_encrypted = 'x', webhook_mask = 'http://127.0.0.1/', webhook_secret = 'x' WHERE id = ${id}`,
    );
    const others = [alerts, ...[1, 2, 3].map(() => createTestAlerts(test))];
    const task = await insertPendingTask(5);
    await Promise.all(others.map(lookAtAlerts));
    await run(sql`UPDATE tasks SET cancel_requested_at = clock_timestamp() WHERE id = ${task}`);
    await Promise.all(others.map(lookAtAlerts));
    await letTimePass(test, 11);
    await Promise.all(others.map(lookAtAlerts));
    const { rows } = await run(sql`SELECT kind, status FROM alert_deliveries ORDER BY id`);
    expect(rows).toEqual([
      { kind: "fired", status: "pending" },
      { kind: "ended", status: "pending" },
    ]);
    await Promise.all(others.slice(1).map((other) => other.stop()));
  });

  it("and its messages are written together or not at all", async () => {
    const { id } = await add(rule);
    await run(
      sql`UPDATE alerts SET webhook_encrypted = 'x', webhook_mask = 'http://127.0.0.1/', webhook_secret = 'x' WHERE id = ${id}`,
    );
    await insertPendingTask(5);
    await run(sql`ALTER TABLE alert_deliveries ADD CONSTRAINT broken CHECK (kind = 'test') NOT VALID`);
    await expect(look()).rejects.toMatchObject({ errors: [{ constraint: "broken" }] });
    expect(await firing()).toEqual([]);
    await run(sql`ALTER TABLE alert_deliveries DROP CONSTRAINT broken`);
    await look();
    const { rows } = await run(sql`SELECT count(*) AS count FROM alert_deliveries`);
    expect([(await firing()).length, rows]).toEqual([1, [{ count: 1 }]]);
  });

  it("ends when its alert is switched off, and does not come again before it is switched on", async () => {
    const { id } = await add(rule);
    await insertPendingTask(5);
    await look();
    await edit(id, { is_enabled: false });
    await look();
    await look();
    expect(await firing()).toEqual([]);
    await edit(id, { is_enabled: true });
    await look();
    expect(await firing()).toHaveLength(1);
  });

  it("ends when the rule is changed so that it no longer holds", async () => {
    const { id } = await add(rule);
    await insertPendingTask(5);
    await look();
    await edit(id, { rule: { kind: "queue_age", minutes: 60 } });
    await calmDown();
    expect(await firing()).toEqual([]);
  });

  it("ends at once when its alert gets a rule of another kind, which fires for itself", async () => {
    const { id } = await add(rule);
    await insertPendingTask(5);
    for (let job = 0; job < 5; job += 1) await insertEndedJob(test, "failed");
    await look();
    await edit(id, { rule: { kind: "failure_rate", percentage: 20, window_minutes: 30, least_jobs: 5 } });
    await look();
    await look();
    expect((await firing()).map(({ kind }) => kind)).toEqual(["failure_rate"]);
    const { rows } = await run(sql`SELECT kind, ended_sentence FROM alert_events ORDER BY id`);
    expect(rows).toEqual([
      {
        kind: "queue_age",
        ended_sentence: expect.stringMatching(/^The alert looks at something else since/),
      },
      { kind: "failure_rate", ended_sentence: null },
    ]);
  });

  it("is told for a past moment as it was told then, and by the alert itself", async () => {
    const { id } = await add(rule);
    const task = await insertPendingTask(5);
    const before = new Date().toISOString();
    await look();
    const [event] = await firing();
    const row = async () => (await alerts.service.list()).find((alert) => alert.id === id);
    expect((await row())?.firing).toEqual({
      event_id: event?.id,
      since: event?.since,
      sentence: event?.sentence,
    });
    expect((await row())?.last_fired_at).toBe(event?.since);
    await run(sql`UPDATE tasks SET cancel_requested_at = clock_timestamp() WHERE id = ${task}`);
    await look();
    await run(sql`UPDATE alert_events SET false_since = false_since - interval '11 seconds'`);
    await look();
    expect(await firing()).toEqual([]);
    expect(await firing(event?.since ?? "")).toEqual([event]);
    expect(await firing(before)).toEqual([]);
    expect(await firing(new Date(Date.now() + 1000).toISOString())).toEqual([]);
    expect((await row())?.firing).toBeNull();
    expect((await row())?.version).toBeGreaterThan(1);
  });
});
