import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import {
  countTasks,
  insertFailedUnits,
  outage,
  writtenByModels,
} from "../../../../test/builders/failed-units.ts";
import { sendJson, type TestCall } from "../../../../test/builders/test-api.ts";
import { waitFor } from "../../../../test/engine/harness.ts";
import { modelSettings } from "../../../../test/provider/model-settings.ts";
import { startTestProvider, type TestProvider } from "../../../../test/provider/provider.ts";
import type { Database } from "../../../platform/database.ts";
import { createSilentLogger } from "../../../platform/logger.ts";
import type { Incident, IncidentDetails, IncidentRecovery } from "./models.ts";
import { createIncidentDuty, type IncidentServiceOptions } from "./service.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
const waitMs = 90_000;

const refusesAll = { rules: [{ match: {}, action: { status: 400 } }] };

/** The recovery, told of the incident; an error when there is none. */
function recoveryOf({ recovery }: Incident): IncidentRecovery {
  if (recovery === null) throw new Error("There is no recovery");
  return recovery;
}

describe("a recovery", () => {
  let provider: TestProvider;
  let app: TestApp;
  let database: Database;
  let url: string;
  const call: TestCall = (method, path, body, headers = {}) =>
    sendJson((init) => app.request(`/api/v1${path}`, init), method, body, headers);

  beforeEach(async () => {
    provider = await startTestProvider();
    app = await createTestApp(modelSettings(provider));
    ({ database } = app.database);
    ({ url } = await app.app.startServer());
  });
  afterEach(async () => {
    await app.close();
    await provider.close();
  });

  const openIncidents = (enough: (incidents: readonly Incident[]) => boolean) =>
    waitFor(async () => (await call<Incident[]>("GET", "/admin/incidents?status=open")).body, enough, waitMs);
  const theIncident = async (failures: number): Promise<Incident> => {
    const [incident] = await openIncidents(([first]) => first?.unit_count_unrepaired === failures);
    if (incident === undefined) throw new Error("There is no incident");
    return incident;
  };
  const detailsOf = async (id: string) => (await call<IncidentDetails>("GET", `/admin/incidents/${id}`)).body;
  const recover = (id: string) => call<Incident & { code: string }>("POST", `/admin/incidents/${id}/recover`);
  const stop = (id: string) =>
    call<Incident & { code: string }>("POST", `/admin/incidents/${id}/recover/stop`);
  const until = async (id: string, isSo: (recovery: IncidentRecovery) => boolean) =>
    waitFor(
      () => detailsOf(id),
      (incident) => isSo(recoveryOf(incident)),
      waitMs,
    );
  const canaryTask = async (): Promise<string> => {
    const { rows } = await sql<{ task_id: string }>`
      SELECT task_id FROM incident_recovery_items WHERE wave = 1 AND task_id IS NOT NULL`.execute(database);
    return rows[0]?.task_id ?? "";
  };

  test("of an incident among three with five hundred failures stops after its canary fails: one unit, one call", async () => {
    provider.setScript(refusesAll);
    const units = await insertFailedUnits(database, 300, outage, "Tides", writtenByModels);
    await insertFailedUnits(database, 150, { ...outage, http_status: 429 }, "Moons", writtenByModels);
    await insertFailedUnits(
      database,
      50,
      { ...outage, step_name: "draft_exercises" },
      "Waves",
      writtenByModels,
    );
    const incidents = await openIncidents(
      (found) => found.reduce((sum, { failure_count }) => sum + failure_count, 0) === 500,
    );
    expect(incidents.map(({ failure_count }) => failure_count)).toEqual([50, 150, 300]);
    const id = incidents[2]?.id ?? "";
    expect((await detailsOf(id)).recover).toMatchObject({ is_allowed: true, waves: [1, 30, 269] });
    await app.app.startWorker();
    const begun = await recover(id);
    expect(begun.status).toBe(202);
    expect(begun.body.recovery).toMatchObject({
      state: "running",
      wave: 1,
      total: 300,
      reason: null,
      ended_at: null,
    });

    const stopped = recoveryOf(await until(id, ({ state }) => state !== "running"));
    expect(stopped).toMatchObject({
      ...{ state: "stopped", wave: 1, started_by: expect.any(String), ended_at: expect.any(String) },
      waves: [
        { size: 1, succeeded: 0, failed: 1, refused: 0, running: 0 },
        { size: 30, succeeded: 0, failed: 0, refused: 0, running: 0 },
        { size: 269, succeeded: 0, failed: 0, refused: 0, running: 0 },
      ],
    });
    expect(stopped.reason).toMatch(
      /^"Tides \d+" failed again, for another cause: .+ No further unit is resumed\.$/,
    );
    expect(provider.log()).toHaveLength(1);
    expect(await countTasks(database, units)).toEqual({ 1: 299, 2: 1 });

    // The canary's failure is an incident of its own now; its unit fails there for the same cause.
    const [newest] = await openIncidents(
      (found) => found[0]?.http_status === 400 && found[0].unit_count_unrepaired === 1,
    );
    await recover(newest?.id ?? "");
    const again = recoveryOf(await until(newest?.id ?? "", ({ state }) => state !== "running"));
    expect(again.reason).toMatch(/failed again, for the same cause\. No further unit is resumed\.$/);
    expect(provider.log()).toHaveLength(2);
  });

  test("resumes one unit, then a tenth, then the rest, and resolves the incident; who is gone or repaired is left out", async () => {
    const units = await insertFailedUnits(database, 12, outage, "Tides", writtenByModels);
    const { id } = await theIncident(12);
    await recover(id);
    const [deleted = "", repaired = ""] = units;
    await sql`DELETE FROM units WHERE id = ${deleted}::uuid`.execute(database);
    await sql`UPDATE units SET status = 'completed' WHERE id = ${repaired}::uuid`.execute(database);
    await app.app.startWorker();
    const ended = await until(id, ({ state }) => state !== "running");
    expect(recoveryOf(ended)).toMatchObject({
      ...{ state: "completed", wave: 3, total: 12 },
      reason:
        "10 units were resumed and are whole. 2 were left out: deleted, busy, repaired or failed otherwise meanwhile. The incident is marked as resolved.",
    });
    const waves = recoveryOf(ended).waves;
    expect(waves.map(({ size }) => size)).toEqual([1, 2, 9]);
    expect(waves.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(10);
    expect(waves.reduce((sum, { refused }) => sum + refused, 0)).toBe(2);
    expect(ended).toMatchObject({ status: "resolved", resolved_by: null, resolved_because: "recovered" });
    expect(await countTasks(database, units)).toEqual({ 1: 1, 2: 10 });
    const { rows } = await sql<{ wave: number; began: string; ended: string }>`
      SELECT i.wave, min(t.created_at) AS began, max(t.completed_at) AS ended
      FROM incident_recovery_items i JOIN tasks t ON t.id = i.task_id GROUP BY i.wave ORDER BY i.wave`.execute(
      database,
    );
    for (const [index, { began }] of rows.entries()) {
      if (index > 0) expect(began >= (rows[index - 1]?.ended ?? "")).toBe(true);
    }
    expect((await detailsOf(id)).unit_count_unrepaired).toBe(0);
  });

  test("waits for a paused unit and says so; a person stops it, and it resumes nothing more", async () => {
    const units = await insertFailedUnits(database, 5, outage);
    const { id } = await theIncident(5);
    await recover(id);
    const second = await recover(id);
    expect([second.status, second.body.code]).toEqual([409, "recovery_running"]);
    expect((await detailsOf(id)).recover).toMatchObject({ is_allowed: false, waves: [] });
    await until(id, ({ waves }) => waves[0]?.running === 1);
    await sql`
      UPDATE tasks SET status = 'paused', pause_reason = 'budget_day: the cap is reached.' WHERE id = ${await canaryTask()}::uuid`.execute(
      database,
    );
    const waiting = recoveryOf(await until(id, ({ reason }) => reason !== null));
    expect([waiting.state, waiting.reason]).toEqual([
      "running",
      expect.stringMatching(/^It waits: "Tides \d" is paused\. budget_day: the cap is reached\.$/),
    ]);
    const stopped = await stop(id);
    expect(recoveryOf(stopped.body)).toMatchObject({
      ...{ state: "stopped", ended_at: expect.any(String) },
      reason: expect.stringMatching(
        / stopped it\. No further unit is resumed\. One that runs already goes on\.$/,
      ),
    });
    const again = await stop(id);
    expect([again.status, again.body.code]).toEqual([409, "recovery_not_running"]);
    // The unit that goes on ends after all, and the ended recovery says so.
    await sql`UPDATE tasks SET status = 'retry', pause_reason = NULL WHERE status = 'paused'`.execute(
      database,
    );
    await app.app.startWorker();
    const after = recoveryOf(await until(id, ({ waves }) => waves[0]?.running === 0));
    expect(after).toMatchObject({ state: "stopped", reason: recoveryOf(stopped.body).reason });
    expect(await countTasks(database, units)).toEqual({ 1: 4, 2: 1 });
  });

  test("is stopped by a unit that is written but not whole", async () => {
    provider.setScript({ rules: [{ match: { kind: "image" }, action: { status: 400 } }] });
    const units = await insertFailedUnits(database, 2, outage, "Tides", writtenByModels);
    const { id } = await theIncident(2);
    await app.app.startWorker();
    await recover(id);
    const stopped = recoveryOf(await until(id, ({ state }) => state !== "running"));
    expect(stopped).toMatchObject({ state: "stopped", wave: 1 });
    expect(stopped.reason).toMatch(
      /^"Tides \d" is not whole this time either, for another cause: .+\. No further unit is resumed\.$/,
    );
    expect(await countTasks(database, units)).toEqual({ 1: 1, 2: 1 });
  });

  test("and what it is for are told to every page", async () => {
    const stream = new AbortController();
    const events = await fetch(`${url}/api/v1/events`, {
      headers: { authorization: `Bearer ${app.token}` },
      signal: stream.signal,
    });
    await insertFailedUnits(database, 1, outage);
    let told = "";
    const decoder = new TextDecoder();
    for await (const chunk of events.body ?? []) {
      told += decoder.decode(chunk, { stream: true });
      if (/"entity":"incident"[^\n]*"failure_count":1/.test(told)) break;
    }
    stream.abort();
    expect(told).toContain('"step_name":"extract_unit_metadata"');
  });

  test("is stopped by the cancel of a unit that it resumed", async () => {
    const units = await insertFailedUnits(database, 3, outage);
    const { id } = await theIncident(3);
    await recover(id);
    await until(id, ({ waves }) => waves[0]?.running === 1);
    await call("POST", `/task-queue/tasks/${await canaryTask()}/cancel`);
    const stopped = recoveryOf(await until(id, ({ state }) => state !== "running"));
    expect(stopped.reason).toMatch(
      /^"Tides \d" was cancelled after it was resumed\. No further unit is resumed\.$/,
    );
    expect(await countTasks(database, units)).toEqual({ 1: 2, 2: 1 });
  });
});

describe("the keeper's turn", () => {
  let app: TestApp;
  let database: Database;

  beforeEach(async () => {
    // Its server is not started: nobody keeps anything but the tests.
    app = await createTestApp();
    ({ database } = app.database);
  });
  afterEach(() => app.close());

  type Resume = IncidentServiceOptions["resumeUnitWithin"];
  const turn = (resumeUnitWithin: Resume) =>
    createIncidentDuty({
      database,
      logger: createSilentLogger(),
      resumeUnitWithin,
      notifyTasks: () => undefined,
    }).run();
  const never: Resume = () => Promise.reject(new Error("The disk is odd"));
  const read = async (): Promise<Incident> => {
    const [incident] = (await (await app.request("/api/v1/admin/incidents")).json()) as Incident[]; // The documented answer.
    if (incident === undefined) throw new Error("There is no incident");
    return incident;
  };

  async function beginRecovery(count: number): Promise<string[]> {
    const units = await insertFailedUnits(database, count, outage);
    await turn(never);
    await app.send("POST", `/api/v1/admin/incidents/${(await read()).id}/recover`);
    return units;
  }

  test("goes on after a wave of refused units, and ends when all of them are", async () => {
    const units = await beginRecovery(4);
    await sql`DELETE FROM units WHERE id = ANY(${units.slice(0, 2)}::uuid[])`.execute(database);
    await sql`UPDATE units SET status = 'cancelled'`.execute(database);
    await turn(never);
    expect(recoveryOf(await read())).toMatchObject({
      ...{ state: "stopped", wave: 3 },
      waves: [1, 1, 2].map((size) => ({ size, succeeded: 0, failed: 0, refused: size, running: 0 })),
      reason:
        "No unit could be resumed. 4 were left out: deleted, busy, repaired or failed otherwise meanwhile.",
    });
    expect((await read()).status).toBe("open");
  });

  test("stops a recovery when a unit cannot be resumed for a reason that nobody expected", async () => {
    await beginRecovery(3);
    await turn(never);
    expect(recoveryOf(await read())).toMatchObject({
      ...{ state: "stopped", wave: 1 },
      reason: expect.stringMatching(/^"Tides \d" could not be resumed: the log of the server says why\./),
    });
  });

  test("moves every other recovery on when one cannot be moved", async () => {
    await insertFailedUnits(database, 1, outage, "Moons");
    await insertFailedUnits(database, 1, { ...outage, http_status: 429 }, "Tides");
    await turn(never);
    const incidents = (await (await app.request("/api/v1/admin/incidents")).json()) as Incident[]; // The documented answer.
    expect(incidents).toHaveLength(2);
    for (const { id } of incidents) await app.send("POST", `/api/v1/admin/incidents/${id}/recover`);
    const asked: string[] = [];
    const away = Object.assign(new Error("The database is away"), { code: "ECONNRESET" });
    const breaksOff: Resume = (_transaction, _user, unit_id) => {
      asked.push(unit_id);
      return Promise.reject(away);
    };
    await expect(turn(breaksOff)).rejects.toThrow();
    expect(new Set(asked).size).toBe(2);
  });

  test("leaves units to the incident of their newest failure, so that two recoveries do not both resume one", async () => {
    await beginRecovery(2);
    await sql`
      INSERT INTO flow_step_runs (flow_run_id, task_id, flow_path, step_name, step_version, step_order, status, error_code,
        error_message, completed_at)
      SELECT id, task_id, 'unit', 'synthesize_audio', 1, 2, 'failed', 'voice_missing', 'No voice.', clock_timestamp()
      FROM flow_runs`.execute(database);
    await turn(never);
    const { rows } = await sql<{ state: string; reason: string }>`
      SELECT DISTINCT state, reason FROM incident_recovery_items`.execute(database);
    expect(rows).toEqual([{ state: "refused", reason: "Its newest failure belongs to another incident." }]);
  });

  test("leaves out a unit that is deleted after it was resumed, and goes on", async () => {
    const units = await beginRecovery(2);
    const began: string[] = [];
    const begin: Resume = async (transaction, user, unit_id) => {
      began.push(unit_id);
      const { rows } = await sql<{ task_id: string }>`
        INSERT INTO tasks (task_name, unit_id, user_id, lineage_id)
        SELECT 'unit_creation', id, ${user.id}::uuid, lineage_id FROM units WHERE id = ${unit_id}::uuid
        RETURNING id AS task_id`.execute(transaction);
      return { task_id: rows[0]?.task_id ?? "" };
    };
    await turn(begin);
    await turn(begin);
    expect(began).toHaveLength(1);
    await sql`DELETE FROM units WHERE id = ${began[0]}::uuid`.execute(database);
    await turn(begin);
    expect([...began].sort()).toEqual([...units].sort());
    expect(recoveryOf(await read())).toMatchObject({
      ...{ state: "running", wave: 2 },
      waves: [
        { size: 1, succeeded: 0, failed: 0, refused: 1, running: 0 },
        { size: 1, succeeded: 0, failed: 0, refused: 0, running: 1 },
      ],
    });
  });

  test("beside two others resumes each unit once", async () => {
    const units = await beginRecovery(40);
    const resumed: string[] = [];
    const writeAtOnce: Resume = async (transaction, user, unit_id) => {
      resumed.push(unit_id);
      await sql`UPDATE units SET status = 'completed' WHERE id = ${unit_id}::uuid`.execute(transaction);
      const { rows } = await sql<{ task_id: string }>`
        INSERT INTO tasks (task_name, status, unit_id, user_id, lineage_id, result, completed_at)
        SELECT 'unit_creation', 'completed', id, ${user.id}::uuid, lineage_id, '{"unit_status": "completed"}', clock_timestamp()
        FROM units WHERE id = ${unit_id}::uuid RETURNING id AS task_id`.execute(transaction);
      return { task_id: rows[0]?.task_id ?? "" };
    };
    await Promise.all([turn(writeAtOnce), turn(writeAtOnce), turn(writeAtOnce)]);
    // A turn is short: on a busy machine these may not be enough.
    do await turn(writeAtOnce);
    while (recoveryOf(await read()).state === "running");
    expect([...resumed].sort()).toEqual([...units].sort());
    expect(await read()).toMatchObject({ status: "resolved", unit_count_unrepaired: 0 });
    expect(recoveryOf(await read())).toMatchObject({ state: "completed", total: 40 });
  });
});
