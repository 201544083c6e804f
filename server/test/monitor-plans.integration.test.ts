import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFacts } from "../src/modules/insights/health/repo.ts";
import type { HistoryFilter } from "../src/modules/insights/monitor/models.ts";
import { readJobChanges } from "../src/modules/insights/monitor/repo/changes.ts";
import { countEnded, listEnded } from "../src/modules/insights/monitor/repo/history.ts";
import {
  listJobs,
  listStuckAt,
  listWorkersAt,
  readMoment,
} from "../src/modules/insights/monitor/repo/jobs.ts";
import { listOutside } from "../src/modules/insights/monitor/repo/outside.ts";
import { listRuns, listSpending } from "../src/modules/insights/monitor/repo/work.ts";
import {
  listLateJobs,
  listLongSteps,
  listOpenFlags,
  listSuspectJobs,
} from "../src/modules/insights/stuck/repo.ts";
import type { Database } from "../src/platform/database.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { fillLargeTables, largeTableId } from "./large-tables.ts";
import { captureQueries, explain, nodesOf } from "./query-plan.ts";

// Few rows, whatever happens: people, workers, connections, limits, open flags, the last minutes' changes, what the database holds of its own.
const scannable = [
  "pg_database",
  "pg_authid",
  "users",
  "workers",
  "connections",
  "rate_limits",
  "stuck_jobs",
  "health_states",
  "former_task_waits",
  "former_unit_titles",
  ...[0, 1, 2].map((slot) => `live_changes_${slot}`),
];

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ max: 4 });
  await fillLargeTables(test.pool);
  // Jobs of a minute or two, one begun each minute, as the ids say; the tables' own times are all of one day.
  await test.pool.query("SET session_replication_role = replica");
  await test.pool.query(`
    UPDATE tasks SET created_at = moment, available_at = moment, started_at = started_at - created_at + created_at,
      completed_at = CASE WHEN completed_at IS NOT NULL THEN moment + interval '90 seconds' END, updated_at = moment + interval '90 seconds'
    FROM (SELECT id, timestamptz '2026-01-01T00:00:00Z' + row_number() OVER (ORDER BY id) * interval '1 minute' AS moment FROM tasks) m
    WHERE m.id = tasks.id`);
  await test.pool.query("VACUUM ANALYZE tasks");
}, 180_000);
afterAll(() => test.close());

/** Most rows that one node reads, and tables that are read whole. */
async function costOf(read: (database: Database) => Promise<unknown>) {
  const sent = await captureQueries(test.pool, read);
  const plans = await Promise.all(sent.map((query) => explain(test.pool, query)));
  const nodes = plans.flatMap(nodesOf);
  return {
    scanned: nodes.flatMap(({ type, relation, rowsRead }) =>
      type === "Seq Scan" && relation !== undefined && rowsRead > 0 && !scannable.includes(relation)
        ? [relation]
        : [],
    ),
    mostRead: Math.max(...nodes.map(({ relation, rowsRead }) => (relation === undefined ? 0 : rowsRead))),
    indexes: nodes.flatMap(({ index }) => index ?? []),
  };
}

const now = new Date().toISOString();
const past = "2026-01-20T12:00:00.000Z";
const someTasks = Array.from({ length: 50 }, (_, index) => largeTableId(1_000 + index));
async function readChangesSince(database: Database): Promise<void> {
  const { seen } = await readJobChanges(database, null);
  await sql`SELECT note_live_change('step_run', ${largeTableId(5)})`.execute(database);
  const { changes } = await readJobChanges(database, seen);
  if (changes?.length !== 1) throw new Error(`Told: ${JSON.stringify(changes)}`);
}

const history =
  (filter: HistoryFilter, as_of = now) =>
  (database: Database) =>
    listEnded(database, filter, { as_of, after: null, limit: 51 });

describe("what the monitor reads of large tables", () => {
  it.each<[string, (database: Database) => Promise<unknown>, number, string]>([
    ["the moment", (database) => readMoment(database, null), 1, "tasks_pkey"],
    ["jobs now", (database) => listJobs(database, now), 2_500, ""],
    ["jobs at a past moment", (database) => listJobs(database, past), 2_500, "tasks_lifetime"],
    ["jobs of Prefect now", (database) => listJobs(database, now, "prefect"), 2_500, ""],
    ["what Prefect says of 50 jobs", (database) => listOutside(database, someTasks), 100, ""],
    ["suspect jobs", (database) => listSuspectJobs(database), 50, "flow_runs_suspect"],
    ["jobs of Prefect that ended", history({ engine: "prefect" }), 200, ""],
    ["jobs of a connection", history({ connection_id: largeTableId(1) }), 200, ""],
    ["jobs of ours that ended", history({ engine: "coursewright" }), 500, "tasks_outcome"],
    ["workers", (database) => listWorkersAt(database, now), 100, ""],
    [
      "runs and steps of 50 jobs",
      (database) => listRuns(database, now, { task_ids: someTasks, flow_run_ids: [] }),
      1_000,
      "flow_step_runs_flow_run",
    ],
    ["what 50 jobs cost", (database) => listSpending(database, now, someTasks), 1_000, "llm_requests_task"],
    ["flags of 50 jobs", (database) => listStuckAt(database, now, someTasks), 50, ""],
    ["the history", history({}), 500, "tasks_outcome"],
    ["the history up to a past moment", history({}, past), 500, "tasks_outcome"],
    ["failed jobs", history({ outcome: ["failed"] }), 200, "tasks_outcome"],
    ["one kind of task", history({ task_name: "llm_replay" }), 500, "tasks_outcome"],
    ["one person's jobs", history({ user_id: largeTableId(5) }), 3_100, ""],
    ["one unit's jobs", history({ unit_id: largeTableId(400) }), 100, "tasks_unit"],
    ["jobs by a rare word", history({ q: "volcanoes" }), 200, "tasks_unit"],
    ["jobs by a common word", history({ q: "course" }), 1_100, "tasks_outcome"],
    ["the count of all", (database) => countEnded(database, {}, now), 20_100, ""],
    ["the count of a common word", (database) => countEnded(database, { q: "course" }, now), 41_000, ""],
    ["health", (database) => readFacts(database), 2_500, "llm_requests_model"],
    ["what changed", (database) => readChangesSince(database), 100, ""],
    [
      "runs that changed",
      (database) => listRuns(database, now, { task_ids: [], flow_run_ids: someTasks }),
      1_000,
      "flow_runs_pkey",
    ],
    ["jobs of silent workers", (database) => listLateJobs(database, 3_000), 200, ""],
    ["long steps", (database) => listLongSteps(database, 5_000), 1_000, "flow_step_runs_running"],
    ["open flags", (database) => listOpenFlags(database), 50, ""],
  ])("%s is read through an index", async (_name, read, mostRows, index) => {
    const { scanned, mostRead, indexes } = await costOf(read);
    expect(scanned).toEqual([]);
    expect(mostRead).toBeLessThanOrEqual(mostRows);
    if (index !== "") expect(indexes).toContain(index);
    // Of all that failed, paused or run: found by their own job they are few.
    expect(indexes).not.toContain("flow_runs_status");
  });
});
