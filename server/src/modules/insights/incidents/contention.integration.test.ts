import { sql } from "kysely";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { insertFailedUnits, outage } from "../../../../test/builders/failed-units.ts";
import { createTestDatabase, type TestDatabase } from "../../../../test/database.ts";
import { createSilentLogger } from "../../../platform/logger.ts";
import type { ResumeUnits } from "./recovery.ts";
import { listIncidents } from "./repo.ts";
import { createIncidentDuty, createIncidentService } from "./service.ts";

vi.setConfig({ testTimeout: 120_000 });

let testDatabase: TestDatabase;

beforeEach(async () => {
  testDatabase = await createTestDatabase({ max: 16 });
  await sql`INSERT INTO users (name, role) SELECT 'Ada', 'admin' WHERE NOT EXISTS (SELECT 1 FROM users)`.execute(
    testDatabase.database,
  );
});
afterEach(() => testDatabase.close());

/** Half of the units are whole at once, the other half fails again for a cause of its own. */
const resumeUnitWithin: ResumeUnits["resumeUnitWithin"] = async (transaction, user, unit_id) => {
  const { rows: locked } = await sql`
    SELECT 1 FROM units WHERE id = ${unit_id}::uuid FOR NO KEY UPDATE`.execute(transaction);
  if (locked.length === 0) throw new Error("The unit is gone");
  const { rows } = await sql<{ task_id: string }>`
    INSERT INTO tasks (task_name, status, unit_id, user_id, lineage_id, result, completed_at, error_code, error_message)
    SELECT 'unit_creation', s.status, u.id, ${user.id}::uuid, u.lineage_id,
      CASE WHEN s.status = 'completed' THEN '{"unit_status": "completed"}'::jsonb END, clock_timestamp(),
      CASE WHEN s.status = 'failed' THEN 'again' END, CASE WHEN s.status = 'failed' THEN 'Again.' END
    FROM units u, (SELECT CASE WHEN random() < 0.9 THEN 'completed' ELSE 'failed' END AS status) s
    WHERE u.id = ${unit_id}::uuid RETURNING id AS task_id`.execute(transaction);
  await sql`
    UPDATE units u SET status = t.status FROM tasks t
    WHERE t.id = ${rows[0]?.task_id}::uuid AND u.id = t.unit_id`.execute(transaction);
  return { task_id: rows[0]?.task_id ?? "" };
};

test("failures, deletions, recoveries, marks and two keepers at once neither stop each other nor lose a count", async () => {
  const { database } = testDatabase;
  const { rows: people } = await sql<{
    id: string;
    name: string;
  }>`SELECT id, name FROM users LIMIT 1`.execute(database);
  const ada = people[0] ?? { id: "", name: "" };
  const options = { database, logger: createSilentLogger(), resumeUnitWithin, notifyTasks: () => undefined };
  const estimateResumes = () =>
    Promise.resolve({
      cost_usd: null,
      duration_ms: null,
      based_on_runs: 0,
      unknown_because: "Nobody knows.",
    });
  const service = createIncidentService({ ...options, estimateResumes });
  const troubles: unknown[] = [];
  let isOver = false;
  const again = async (work: () => Promise<unknown>) => {
    while (!isOver) {
      await work().catch((error: unknown) => {
        const code = error instanceof Error && "code" in error ? error.code : "";
        const expected = [
          "recovery_running",
          "nothing_to_recover",
          "incident_superseded",
          "recovery_not_running",
        ];
        if (!expected.includes(String(code))) troubles.push(error);
      });
    }
  };
  const anyIncident = async () => {
    const { rows } = await sql<{ id: string }>`SELECT id FROM incidents ORDER BY random() LIMIT 1`.execute(
      database,
    );
    return rows[0]?.id;
  };
  const others = [1, 2].map(() => again(() => createIncidentDuty(options).run()));
  others.push(
    again(async () => {
      const id = await anyIncident();
      if (id !== undefined) await service.recover(ada, id);
    }),
    again(async () => {
      const id = await anyIncident();
      if (id !== undefined)
        await service.update(ada, id, { is_resolved: Math.random() < 0.5, note: "Seen." });
    }),
    again(() =>
      sql`DELETE FROM units WHERE id = (SELECT id FROM units ORDER BY random() LIMIT 1)
        AND (SELECT count(*) FROM units) > 30`.execute(database),
    ),
    again(() =>
      sql`UPDATE units SET status = 'completed' WHERE id = (SELECT id FROM units ORDER BY random() LIMIT 1)`.execute(
        database,
      ),
    ),
  );
  for (let round = 0; round < 60; round += 1) {
    await insertFailedUnits(database, 8, { ...outage, http_status: 500 + (round % 4) });
  }
  isOver = true;
  await Promise.all(others);
  expect(troubles).toEqual([]);

  for (let turn = 0; turn < 3; turn += 1) await createIncidentDuty(options).run();
  const left = await sql`SELECT 1 FROM incident_failures UNION ALL SELECT 1 FROM incident_recounts`.execute(
    database,
  );
  expect(left.rows).toEqual([]);
  const { rows } = await sql<{ failed: number; counted: number; hours: number }>`
    SELECT (SELECT count(*)::int FROM flow_step_runs WHERE status = 'failed')
        + (SELECT count(*)::int FROM tasks WHERE status = 'failed' AND error_code = 'again') AS failed,
      (SELECT sum(failure_count)::int FROM incidents) AS counted,
      (SELECT sum(failure_count)::int FROM incident_hours) AS hours`.execute(database);
  expect(rows[0]?.failed).toBeGreaterThan(480);
  expect(rows[0]).toMatchObject({ counted: rows[0]?.failed, hours: rows[0]?.failed });
  const direct = await sql<{ id: string; unit_count: number; unit_count_unrepaired: number }>`
    SELECT i.id, count(DISTINCT o.unit_id)::int AS unit_count, (
        SELECT count(*)::int FROM units u WHERE u.status IN ('failed', 'partial') AND i.id = (
          SELECT n.incident_id FROM incident_occurrences n WHERE n.unit_id = u.id ORDER BY n.at DESC, n.id DESC LIMIT 1)
      ) AS unit_count_unrepaired
    FROM incidents i JOIN incident_occurrences o ON o.incident_id = i.id GROUP BY i.id ORDER BY i.id`.execute(
    database,
  );
  const told = (await listIncidents(database, {}, 1_000, null)).map(
    ({ id, unit_count, unit_count_unrepaired }) => ({ id, unit_count, unit_count_unrepaired }),
  );
  expect(told.sort((one, other) => (one.id < other.id ? -1 : 1))).toEqual(direct.rows);
  const resumed = await sql`SELECT 1 FROM incident_recovery_items WHERE state = 'succeeded'`.execute(
    database,
  );
  expect(resumed.rows.length).toBeGreaterThan(0);
  const twice = await sql`
    SELECT unit_id FROM incident_recovery_items WHERE state IN ('running', 'succeeded', 'failed') AND task_id IS NOT NULL
    GROUP BY task_id, unit_id HAVING count(*) > 1`.execute(database);
  expect(twice.rows).toEqual([]);
});
