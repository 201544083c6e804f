import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type FailureCause, insertFailedUnits, outage } from "../../../../test/builders/failed-units.ts";
import { type CourseApp, createCourseApp } from "../../../../test/course-app.ts";
import type { Incident, IncidentDetails } from "./models.ts";
import { dropOldVersions, groupFailures, listOpenAt, recountChanged } from "./repo.ts";

vi.setConfig({ testTimeout: 60_000 });

let app: CourseApp;

beforeEach(async () => {
  app = await createCourseApp();
});
afterEach(() => app.stop());

const refused: FailureCause = { ...outage, step_name: "draft_exercises" };
const limited: FailureCause = {
  ...refused,
  ...{ error_code: "rate_limited", error_message: "Wait # seconds.", http_status: 429 },
};
const unreadable: FailureCause = {
  ...refused,
  ...{ step_name: "validate_and_structure_exercises", error_code: "answer_invalid", http_status: 200 },
  error_message: 'The answer to "exercise #" is not valid JSON.',
};

/** What the keeper does with new failures and changed units. */
async function count(): Promise<void> {
  while ((await groupFailures(app.database)) > 0);
  while ((await recountChanged(app.database)) > 0);
}

const list = async (query = "") => (await app.call<Incident[]>("GET", `/admin/incidents${query}`)).body;
const detailsOf = async (id: string) =>
  (await app.call<IncidentDetails>("GET", `/admin/incidents/${id}`)).body;
const edit = (id: string, body: unknown) => app.call<Incident>("PATCH", `/admin/incidents/${id}`, body);

/** A statement of somebody waits for the lock of those who count. */
async function expectWaiting(): Promise<void> {
  const { rows } = await sql`
    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(app.database);
  expect(rows).toHaveLength(1);
}

async function onlyIncident(): Promise<Incident> {
  const [incident, ...others] = await list();
  if (incident === undefined || others.length > 0) throw new Error("There is not exactly one incident");
  return incident;
}

async function makeIncident(): Promise<Incident> {
  await insertFailedUnits(app.database, 1, refused);
  await count();
  return onlyIncident();
}

describe("failures", () => {
  test("of answers that miss different fields of one schema are one incident", async () => {
    const missing = (field: string): FailureCause => ({
      ...unreadable,
      error_message: `The model's answer does not fit its schema: ${field}: Invalid input.`,
    });
    await insertFailedUnits(app.database, 2, missing("lessons.0.title"), "Tides");
    await insertFailedUnits(app.database, 3, missing("summary"), "Moons");
    await count();
    expect(await onlyIncident()).toMatchObject({ error_code: "answer_invalid", failure_count: 5 });
  });

  test("of three causes at five hundred units are three incidents, each failure counted once", async () => {
    await insertFailedUnits(app.database, 300, refused, "Tides");
    await insertFailedUnits(app.database, 150, limited, "Moons");
    const units = await insertFailedUnits(app.database, 50, unreadable, "Waves");
    await count();
    const incidents = await list();
    expect(
      incidents.map((incident) => [incident.error_code, incident.failure_count, incident.unit_count]),
    ).toEqual([
      ["answer_invalid", 50, 50],
      ["rate_limited", 150, 150],
      ["provider_unavailable", 300, 300],
    ]);
    const [newest] = incidents;
    expect(newest).toMatchObject({
      ...{
        status: "open",
        provider: "custom",
        model: "test-text",
        http_status: 200,
        version: expect.any(Number),
      },
      ...{
        flow_name: "unit_creation",
        step_name: "validate_and_structure_exercises",
        unit_count_unrepaired: 50,
      },
      ...{ note: null, resolved_at: null, recovery: null },
    });
    expect(newest?.error_message).toMatch(/^The answer to "exercise \d+" is not valid JSON\.$/);
    expect(newest?.trend).toHaveLength(24);
    expect(newest?.trend.reduce((sum, hour) => sum + hour, 0)).toBe(50);
    const { sample } = newest ?? {};
    expect(units).toContain(sample?.unit_id);
    const asked = await app.call("GET", `/llm/requests/${sample?.llm_request_id}`);
    expect(asked.body).toMatchObject({
      step_run_id: sample?.step_run_id,
      unit_id: sample?.unit_id,
      http_status: 200,
    });
    const details = await detailsOf(newest?.id ?? "");
    expect(details.units).toHaveLength(50);
    expect(details.units[0]).toMatchObject({
      status: "failed",
      failure_count: 1,
      title: expect.stringMatching(/^Waves/),
    });
    expect(details.recover).toMatchObject({ is_allowed: true, reason: null, waves: [1, 5, 44] });
    expect(details.recover.estimate).toMatchObject({
      cost_usd: null,
      unknown_because: expect.stringContaining("20 units"),
    });
    expect((await detailsOf(incidents[2]?.id ?? "")).units).toHaveLength(200);
    expect((await list(`?unit_id=${units[3]}`)).map(({ id }) => id)).toEqual([newest?.id]);
    expect(await list("?status=resolved")).toEqual([]);
  });

  test("are counted once by keepers that meet each other, and by one that breaks off", async () => {
    await insertFailedUnits(app.database, 700, refused);
    await insertFailedUnits(app.database, 700, limited);
    const breaksOff = app.database.transaction().execute(async (transaction) => {
      await sql`SELECT group_failures(500)`.execute(transaction);
      throw new Error("broken off");
    });
    await expect(breaksOff).rejects.toThrow("broken off");
    expect(await list()).toEqual([]);
    await Promise.all([count(), count(), count()]);
    await count();
    expect((await list()).map(({ failure_count }) => failure_count)).toEqual([700, 700]);
    const counted = await sql<{ steps: number }>`
      SELECT count(DISTINCT step_run_id)::int AS steps FROM incident_occurrences`.execute(app.database);
    expect(counted.rows[0]?.steps).toBe(1_400);
  });

  test("of steps that run again or were not needed are none; a task that gives up is one", async () => {
    for (const error_code of ["duplicate", "worker_lost", "worker_stopped", "infrastructure"]) {
      await insertFailedUnits(app.database, 1, { ...refused, error_code });
    }
    await count();
    // Each task failed without a step that counts: four failures of tasks, none of steps.
    expect(
      (await list()).map(({ step_name, provider, failure_count }) => [step_name, provider, failure_count]),
    ).toEqual(Array.from({ length: 4 }, () => [null, null, 1]));
    const sample = (await list())[0]?.sample;
    expect(sample).toMatchObject({ step_run_id: null, llm_request_id: null, unit_title: "Tides 1" });
    expect(sample?.task_id).not.toBeNull();
  });

  test("of a deleted unit stay counted, without the unit", async () => {
    const [gone = "", kept] = await insertFailedUnits(app.database, 2, refused);
    const [late = ""] = await insertFailedUnits(app.database, 1, refused, "Late");
    // Deleted before anybody counted its failure.
    await sql`DELETE FROM units WHERE id = ${late}::uuid`.execute(app.database);
    await count();
    await sql`DELETE FROM units WHERE id = ${gone}::uuid`.execute(app.database);
    await count();
    const { id } = await onlyIncident();
    const details = await detailsOf(id);
    expect(details).toMatchObject({ failure_count: 3, unit_count: 1, unit_count_unrepaired: 1 });
    expect(details.units.map(({ unit_id }) => unit_id)).toEqual([kept]);
  });

  test("with a message of a megabyte, or that came from a clock which is ahead, stay within bounds", async () => {
    await insertFailedUnits(app.database, 1, { ...refused, error_message: "\u202EText ".repeat(200_000) });
    await sql`
      WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
      INSERT INTO tasks (task_name, status, lineage_id, error_code, error_message, completed_at)
      SELECT 'bulk_action', 'failed', id, 'ahead', 'Ahead.', clock_timestamp() + interval '2 days' FROM lineage`.execute(
      app.database,
    );
    await count();
    const incidents = await list();
    expect(incidents.map(({ failure_count }) => failure_count)).toEqual([1, 1]);
    for (const { last_seen_at, trend, error_message } of incidents) {
      expect(Date.parse(last_seen_at)).toBeLessThan(Date.now() + 1_000);
      expect(trend.reduce((sum, hour) => sum + hour, 0)).toBe(1);
      expect(error_message.length).toBeLessThanOrEqual(2_000);
    }
  });

  test("are grouped while one of their units is being deleted", async () => {
    const [first = "", second] = await insertFailedUnits(app.database, 2, refused);
    await app.database.transaction().execute(async (transaction) => {
      await sql`DELETE FROM units WHERE id = ${first}::uuid`.execute(transaction);
      // Not waited for: the deletion may want what the keeper holds.
      await groupFailures(app.database);
      expect(await onlyIncident()).toMatchObject({ failure_count: 1, unit_count: 1 });
    });
    await count();
    expect(await onlyIncident()).toMatchObject({ failure_count: 2, unit_count: 1 });
    expect((await detailsOf((await onlyIncident()).id)).units.map(({ unit_id }) => unit_id)).toEqual([
      second,
    ]);
  });
});

describe("an incident", () => {
  test("counts as broken the units whose newest failure is its, until they are repaired", async () => {
    const [first = "", second = ""] = await insertFailedUnits(app.database, 3, refused);
    await count();
    await sql`UPDATE units SET status = 'completed' WHERE id = ${first}::uuid`.execute(app.database);
    await count();
    expect(await onlyIncident()).toMatchObject({ unit_count: 3, unit_count_unrepaired: 2 });
    await sql`
      INSERT INTO flow_step_runs (flow_run_id, task_id, flow_path, step_name, step_version, step_order, status, error_code,
        error_message, completed_at)
      SELECT id, task_id, 'unit', 'synthesize_audio', 1, 2, 'failed', 'voice_missing', 'No voice.', clock_timestamp()
      FROM flow_runs WHERE unit_id = ${second}::uuid`.execute(app.database);
    await count();
    expect(
      (await list()).map(({ error_code, unit_count_unrepaired }) => [error_code, unit_count_unrepaired]),
    ).toEqual([
      ["voice_missing", 1],
      ["provider_unavailable", 1],
    ]);
    await sql`UPDATE units SET status = 'cancelled' WHERE status = 'failed'`.execute(app.database);
    await count();
    const [newest] = await list();
    expect((await detailsOf(newest?.id ?? "")).recover).toMatchObject({ is_allowed: false, waves: [] });
    const answer = await app.call("POST", `/admin/incidents/${newest?.id}/recover`);
    expect([answer.status, answer.body.code]).toEqual([409, "nothing_to_recover"]);
  });

  test("keeps a note with its author, and comes back as a new one after it was resolved", async () => {
    const former = await makeIncident();
    const noted = await edit(former.id, { note: "  The provider had an outage. " });
    expect(noted.body).toMatchObject({ note: "The provider had an outage.", noted_by: expect.any(String) });
    expect(noted.body.version).toBeGreaterThan(former.version);
    const resolved = await edit(former.id, { is_resolved: true });
    expect(resolved.body).toMatchObject({
      status: "resolved",
      resolved_because: "marked",
      resolved_by: noted.body.noted_by,
    });
    const again = await edit(former.id, { is_resolved: true });
    expect(again.body.resolved_at).toBe(resolved.body.resolved_at);
    expect((await edit(former.id, { is_resolved: false })).body).toMatchObject({
      status: "open",
      resolved_by: null,
    });
    await edit(former.id, { is_resolved: true });

    await insertFailedUnits(app.database, 1, refused, "Later");
    await count();
    const [newer] = await list("?status=open");
    expect(newer).toMatchObject({ failure_count: 1, note: null });
    expect(newer?.id).not.toBe(former.id);
    const refusedAnswer = await app.call<{ code: string; detail: string }>(
      ...(["PATCH", `/admin/incidents/${former.id}`, { is_resolved: false }] as const),
    );
    expect([refusedAnswer.status, refusedAnswer.body.code]).toEqual([409, "incident_superseded"]);
    expect(refusedAnswer.body.detail).toContain(newer?.id);
    expect((await edit(former.id, { note: null })).body).toMatchObject({
      note: null,
      noted_by: null,
      noted_at: null,
    });
    const nobody = crypto.randomUUID();
    expect((await app.call("GET", `/admin/incidents/${nobody}`)).body.code).toBe("incident_not_found");
    expect((await edit(nobody, { note: "x" })).body).toMatchObject({ code: "incident_not_found" });
  });

  test("shows its author under the name that they have now, of past moments too", async () => {
    const { id } = await makeIncident();
    const noted = await edit(id, { note: "I look at it." });
    const { rows } = await sql<{ at: string }>`SELECT clock_timestamp() AS at`.execute(app.database);
    const then = rows[0]?.at ?? "";
    await sql`UPDATE users SET name = 'Ada Renamed' WHERE name = ${noted.body.noted_by}`.execute(
      app.database,
    );
    await edit(id, { is_resolved: true });
    expect(await onlyIncident()).toMatchObject({ noted_by: "Ada Renamed", resolved_by: "Ada Renamed" });
    const past = await listOpenAt(app.database, then, 10);
    expect(past.rows).toMatchObject([{ id, status: "open", noted_by: "Ada Renamed", resolved_by: null }]);
  });

  test("that is resolved takes the failures of before with it", async () => {
    const { id } = await makeIncident();
    await insertFailedUnits(app.database, 2, refused);
    expect((await edit(id, { is_resolved: true })).body).toMatchObject({
      status: "resolved",
      failure_count: 3,
    });
    await count();
    expect((await onlyIncident()).id).toBe(id);
  });

  test("that is resolved while a keeper counts waits for it, so that nothing of before comes back as a new one", async () => {
    const { id } = await makeIncident();
    await insertFailedUnits(app.database, 2, refused);
    const resolving = await app.database.transaction().execute(async (transaction) => {
      await recountChanged(transaction);
      const answer = edit(id, { is_resolved: true });
      await Promise.race([answer, vi.waitFor(expectWaiting)]);
      return [answer] as const;
    });
    expect((await resolving[0]).body).toMatchObject({ status: "resolved", failure_count: 3 });
    await count();
    expect((await onlyIncident()).id).toBe(id);
  });

  test("keeps its versions of the last 90 days and the one that was true when they began", async () => {
    const units = await insertFailedUnits(app.database, 4, refused);
    await count();
    for (const unit of units) {
      await sql`UPDATE units SET status = 'completed' WHERE id = ${unit}::uuid`.execute(app.database);
      await count();
    }
    const { id } = await onlyIncident();
    const broken = async () =>
      (
        await sql<{ broken: number }>`
          SELECT (incident ->> 'unit_count_unrepaired')::int AS broken FROM incident_versions
          WHERE incident_id = ${id}::uuid ORDER BY at`.execute(app.database)
      ).rows.map((row) => row.broken);
    expect(await broken()).toEqual([4, 3, 2, 1, 0]);
    await sql`UPDATE incident_versions SET at = at - interval '91 days'
      WHERE (incident ->> 'unit_count_unrepaired')::int >= 2`.execute(app.database);
    await dropOldVersions(app.database);
    expect(await broken()).toEqual([2, 1, 0]);
    await sql`UPDATE incident_versions SET at = at - interval '91 days'`.execute(app.database);
    await dropOldVersions(app.database);
    expect(await broken()).toEqual([0]);
  });

  test("is read of a past moment as it was then", async () => {
    const told: { at: string; rows: Incident[] }[] = [];
    const now = async () => {
      const { rows } = await sql<{
        at: string;
      }>`SELECT clock_timestamp() + interval '1 millisecond' AS at`.execute(app.database);
      await vi.waitUntil(() => Date.now() > Date.parse(rows[0]?.at ?? "") + 2);
      told.push({ at: rows[0]?.at ?? "", rows: await list("?status=open") });
    };
    await now();
    const [first = ""] = await insertFailedUnits(app.database, 3, refused);
    await count();
    await now();
    await insertFailedUnits(app.database, 2, limited);
    await insertFailedUnits(app.database, 1, refused);
    await count();
    await now();
    await sql`UPDATE units SET status = 'completed' WHERE id = ${first}::uuid`.execute(app.database);
    await count();
    const [newest] = await list();
    await edit(newest?.id ?? "", { note: "Seen." });
    await now();
    await edit(newest?.id ?? "", { is_resolved: true });
    await now();
    expect(told.map(({ rows }) => rows.length)).toEqual([0, 1, 2, 2, 1]);
    for (const { at, rows } of told) {
      expect(await listOpenAt(app.database, at, 20)).toEqual({ rows, total: rows.length });
    }
  });

  test("shows when its failures were, hour by hour", async () => {
    // Not across the turn of an hour.
    await vi.waitUntil(() => Date.now() % 3_600_000 < 3_590_000, { timeout: 20_000 });
    await insertFailedUnits(app.database, 5, refused);
    await sql`UPDATE incident_failures SET at = at - interval '3 hours'`.execute(app.database);
    await insertFailedUnits(app.database, 2, refused, "Later");
    await count();
    const incident = await onlyIncident();
    const trend = [...Array<number>(20).fill(0), 5, 0, 0, 2];
    expect(incident.trend).toEqual(trend);
    expect(Date.parse(incident.last_seen_at) - Date.parse(incident.first_seen_at)).toBeGreaterThan(
      3 * 3_600_000 - 1,
    );
    const { rows } = await sql<{ at: string }>`SELECT clock_timestamp() + interval '1 hour' AS at`.execute(
      app.database,
    );
    expect((await listOpenAt(app.database, rows[0]?.at ?? "", 1)).rows[0]?.trend).toEqual([
      ...trend.slice(1),
      0,
    ]);
  });

  test("list is paged by the newest failure", async () => {
    for (const [index, step_name] of ["a", "b", "c", "d", "e"].entries()) {
      await insertFailedUnits(app.database, index + 1, { ...refused, step_name });
    }
    await count();
    const first = await app.call<Incident[]>("GET", "/admin/incidents?limit=2");
    expect(first.headers.get("total-count")).toBe("5");
    const second = await list(`?limit=2&cursor=${first.body[1]?.id}`);
    expect([...first.body, ...second].map(({ step_name }) => step_name)).toEqual(["e", "d", "c", "b"]);
    expect((await app.call("GET", "/admin/incidents?cursor=x")).body.code).toBe("cursor_invalid");
  });
});
