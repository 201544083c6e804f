import { afterAll, beforeAll, expect, it } from "vitest";
import * as rows from "../src/modules/flow-engine/repo/mirror.ts";
import {
  adoptCancels,
  claimAction,
  explainWaiting,
  listOverdueActions,
} from "../src/modules/prefect/actions/repo/outbox.ts";
import * as carriers from "../src/modules/prefect/carriers/repo.ts";
import { listConnections } from "../src/modules/prefect/connections/repo.ts";
import { disagreementKinds } from "../src/modules/prefect/disagreements/models.ts";
import { finders } from "../src/modules/prefect/disagreements/repo.ts";
import * as outside from "../src/modules/task-queue/repo/outside-tasks.ts";
import type { Database, Transaction } from "../src/platform/database.ts";
import { insertConnection } from "./builders/connection.ts";
import { mirroredRun, mirroredStep, observedTask } from "./builders/mirrored.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { captureQueries, explain, nodesOf } from "./query-plan.ts";

let test: TestDatabase;
let connection_id: string;

const ended = "now() - interval '30 days' + n * interval '1 second'";
// Every tenth one of ours was cancelled; of Prefect's, every fifth, and 40 go on.
const statements = [
  "SET session_replication_role = replica",
  `INSERT INTO tasks (task_name, status, lineage_id, executor, connection_id, external_id, queue_name, started_at, completed_at)
    SELECT 'prefect_flow_run', CASE WHEN n <= 40 THEN 'in_progress' WHEN n % 5 = 0 THEN 'cancelled' ELSE 'completed' END,
      uuidv7(), CASE WHEN n % 2 = 0 THEN 'external' ELSE 'observed' END, c.id, 'run-' || n, 'default', ${ended},
      CASE WHEN n > 40 THEN ${ended} END
    FROM generate_series(1, 20000) n, connections c`,
  `INSERT INTO tasks (task_name, status, lineage_id, queue_name, completed_at)
    SELECT 'unit_creation', CASE WHEN n <= 40 THEN 'pending' ELSE 'completed' END, uuidv7(), 'prefect', CASE WHEN n > 40 THEN ${ended} END
    FROM generate_series(1, 20000) n`,
  `INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, started_at, completed_at)
    SELECT 'unit_creation', 1, 'unit', 'unit', CASE WHEN n % 10 = 0 THEN 'cancelled' ELSE 'completed' END, ${ended}, ${ended}
    FROM generate_series(1, 60000) n`,
  `INSERT INTO flow_runs (flow_name, flow_version, flow_key, flow_path, status, task_id, connection_id, external_id, external_state,
      external_state_type, external_state_at, started_at, completed_at)
    SELECT 'course', 0, t.external_id, t.external_id, CASE t.status WHEN 'in_progress' THEN 'running' ELSE t.status END, t.id,
      t.connection_id, t.external_id, t.status, 'RUNNING', t.started_at, t.started_at, t.completed_at
    FROM tasks t WHERE t.connection_id IS NOT NULL`,
  `INSERT INTO flow_step_runs (connection_id, external_id, flow_run_id, task_id, flow_path, step_name, step_version, step_order, status)
    SELECT connection_id, 'step-' || external_id, id, task_id, flow_path, 'write_lesson', 0, 1, 'completed'
    FROM flow_runs WHERE connection_id IS NOT NULL`,
  `INSERT INTO action_outbox (connection_id, key, kind, task_id, external_run_id, status, expires_at, settled_at)
    SELECT t.connection_id, 'launch:' || t.id, 'launch', t.id, t.external_id, 'accepted', now(), now()
    FROM tasks t WHERE t.executor = 'external'`,
  `INSERT INTO task_carriers (connection_id, task_id, fence, external_id, external_state_type, ended_at)
    SELECT c.id, t.id, 0, 'carrier-' || t.id, CASE WHEN random() < 0.5 THEN 'CANCELLED' ELSE 'COMPLETED' END,
      now()
    FROM tasks t, connections c WHERE t.queue_name = 'prefect' AND t.status = 'completed'`,
  "SET session_replication_role = DEFAULT",
  "ANALYZE",
];

beforeAll(async () => {
  test = await createTestDatabase({ max: 4 });
  connection_id = await insertConnection(test.database);
  const client = await test.pool.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    client.release();
  }
}, 120_000);
afterAll(() => test.close());

const patience = { cancelMs: 300_000, unseenMs: 60_000, lagMs: 15_000, undecidedMs: 30_000 };
type Read = (database: Database) => Promise<unknown>;
const silence = { runningMs: 120_000, pendingMs: 900_000, overMs: 3_600_000 };

const reads: readonly [string, Read][] = [
  ...disagreementKinds.map((kind): [string, Read] => [
    `disagreements of the kind ${kind}`,
    (database) => finders[kind](database, patience),
  ]),
  ["connections with their live runs", listConnections],
  ["runs that are open", (database) => rows.listOpenRuns(database, connection_id, 5_000)],
  ["actions that are due", (database) => claimAction(database, connection_id, 60_000)],
  ["actions whose time is over", listOverdueActions],
  ["actions that wait for a connection", explainWaiting],
  ["tasks that are to be cancelled there", (database) => adoptCancels(database, connection_id, 1_000)],
  [
    "tasks whose carrier was cancelled there",
    (database) => carriers.listCancelledUpstream(database, connection_id),
  ],
  ["former carriers", (database) => carriers.listFormerRuns(database, connection_id)],
  ["tasks that want a carrier", (database) => carriers.insertCarriers(database, connection_id, [], 20)],
  ["carriers to launch", (database) => carriers.listUnlaunched(database, connection_id, 20)],
  ["carriers to follow", (database) => carriers.listFollowed(database, connection_id, null, 200)],
  ["carriers to withdraw", (database) => carriers.listWithdrawable(database, connection_id, 20)],
  ["silent carriers", (database) => carriers.endSilent(database, connection_id, silence)],
  ["abandoned carriers", (database) => carriers.endAbandoned(database, connection_id)],
  ["problems of carriers", (database) => carriers.readProblems(database, connection_id)],
];

it.each(reads)("finds %s without reading what ended long ago", async (_name, read) => {
  expect(await listLargeReads(read, 500)).toEqual([]);
});

const page = Array.from({ length: 200 }, (_, index) => `run-${10_000 + index}`);
const inTransaction = (write: (transaction: Transaction) => Promise<unknown>): Read => {
  return (database) => database.transaction().execute(write);
};

it("writes a page of what is known by looking up its rows alone", async () => {
  const known = await rows.findRuns(test.database, connection_id, page);
  expect(known).toHaveLength(200);
  const runs = page.map((external_id) => mirroredRun({ connection_id, external_id }));
  const tasks = page.map((external_id) => observedTask({ connection_id, external_id }));
  const steps = known.map(({ id, external_id }) =>
    mirroredStep({ connection_id, external_id: `step-${external_id}`, flow_run_id: id }),
  );
  const progress = known.map(({ id }) => {
    return {
      flow_run_id: id,
      source: "counts",
      percentage: null,
      steps_done: 1,
      total_steps: 2,
      current_step: null,
    } as const;
  });
  const notes = known.map(({ id }) => ({ id, observed_at: new Date().toISOString(), is_missing: false }));
  const ids = known.map(({ id }) => id);
  const writes: Record<string, Read> = {
    findRuns: (database) => rows.findRuns(database, connection_id, page),
    insertTasks: inTransaction((transaction) => outside.insertObservedTasks(transaction, tasks)),
    lockTasks: inTransaction((transaction) => outside.lockTasksOfRuns(transaction, tasks)),
    updateTasks: inTransaction((transaction) => outside.updateObservedTasks(transaction, tasks)),
    insertRuns: inTransaction((transaction) => rows.insertRuns(transaction, runs)),
    lockRuns: inTransaction((transaction) => rows.lockRuns(transaction, runs)),
    updateRuns: inTransaction((transaction) => rows.updateRuns(transaction, runs)),
    adoptRuns: inTransaction((transaction) => rows.adoptRuns(transaction, ids)),
    insertSteps: inTransaction((transaction) => rows.insertSteps(transaction, steps)),
    updateSteps: inTransaction((transaction) => rows.updateSteps(transaction, steps)),
    updateProgress: inTransaction((transaction) => rows.updateProgress(transaction, progress)),
    updateNotes: inTransaction((transaction) => rows.updateNotes(transaction, notes)),
  };
  const large: Record<string, unknown> = {};
  for (const [name, write] of Object.entries(writes)) {
    const found = await listLargeReads(write, 1_000);
    if (found.length > 0) large[name] = found;
  }
  expect(large).toEqual({});
});

/** The parts of the plans that read more rows than that. */
async function listLargeReads(read: Read, most: number) {
  const found: unknown[] = [];
  for (const query of await captureQueries(test.pool, read)) {
    if (/^\s*(begin|commit|rollback)/i.test(query.sql)) continue;
    const nodes = nodesOf(await explain(test.pool, query));
    const large = nodes.filter(({ rowsRead }) => rowsRead > most);
    found.push(...large.map(({ type, relation, index, rowsRead }) => ({ type, relation, index, rowsRead })));
  }
  return found;
}
