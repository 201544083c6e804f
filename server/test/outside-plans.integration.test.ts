import { afterAll, beforeAll, expect, it } from "vitest";
import { listOpenRuns } from "../src/modules/flow-engine/repo/mirror.ts";
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
import type { Database } from "../src/platform/database.ts";
import { insertConnection } from "./builders/connection.ts";
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
  ["runs that are open", (database) => listOpenRuns(database, connection_id, 5_000)],
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
  for (const query of await captureQueries(test.pool, read)) {
    const nodes = nodesOf(await explain(test.pool, query));
    const most = nodes.filter(({ rowsRead }) => rowsRead > 500);
    expect(most.map(({ type, relation, index, rowsRead }) => ({ type, relation, index, rowsRead }))).toEqual(
      [],
    );
  }
});
