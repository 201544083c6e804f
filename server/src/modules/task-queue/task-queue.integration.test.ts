import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createEngineHarness, type EngineHarness, waitFor } from "../../../test/engine/harness.ts";
import { type ClaimedTask, TaskFenced, taskStatuses } from "./public.ts";
import { claimTasks, fenceTask } from "./repo/ownership.ts";
import { insertWorker, markDeadWorkers } from "./repo/workers.ts";
import { claim, endTask, takeOver } from "./worker/transitions.ts";

let testDatabase: TestDatabase;
let harness: EngineHarness;
const ports = { settleTask: [], lockUnit: async () => true };

beforeAll(async () => {
  testDatabase = await createTestDatabase({ max: 20 });
});
afterAll(() => testDatabase.close());
beforeEach(async () => {
  await sql`TRUNCATE tasks, workers CASCADE`.execute(testDatabase.database);
  harness = createEngineHarness(testDatabase);
});
afterEach(() => harness.stop());

function registerWorker(queues: string[] = ["default"]) {
  const worker = { host: "test", pid: 1, app_version: "test", queues, capacity: 10 };
  return insertWorker(harness.database, worker);
}

async function claimNow(worker_id: string, free = 10): Promise<ClaimedTask[]> {
  return claim(harness.database, ports, { worker_id, queue: "default", task_names: ["job"], free });
}

describe("claiming", () => {
  test("takes by priority, then by age, up to the free slots, and counts attempt and fence", async () => {
    const worker = await registerWorker();
    const late = await harness.submit({ task_name: "job", priority: 5 });
    const first = await harness.submit({ task_name: "job" });
    const second = await harness.submit({ task_name: "job" });
    const urgent = await harness.submit({ task_name: "job", priority: -1 });
    await harness.submit({ task_name: "job", queue_name: "other" });
    await harness.submit({ task_name: "unheard of" });
    const three = await claimNow(worker.id, 3);
    expect(new Set(three.map(({ id }) => id))).toEqual(new Set([urgent.id, first.id, second.id]));
    expect(three.every(({ attempt, fence }) => attempt === 1 && fence === 1)).toBe(true);
    expect((await claimNow(worker.id)).map(({ id }) => id)).toEqual([late.id]);
    expect(await claimNow(worker.id)).toEqual([]);
  });

  test("skips what another transaction is taking instead of waiting for it", async () => {
    const worker = await registerWorker();
    await harness.submit({ task_name: "job" });
    const second = await harness.submit({ task_name: "job" });
    const wish = { worker_id: worker.id, queue: "default", task_names: ["job"], free: 1 };
    await harness.database.transaction().execute(async (transaction) => {
      await claimTasks(transaction, wish);
      expect((await claimNow(worker.id)).map(({ id }) => id)).toEqual([second.id]);
    });
  });

  test("gives each task to one of twenty that ask at once", async () => {
    const worker = await registerWorker();
    for (let index = 0; index < 30; index += 1) await harness.submit({ task_name: "job" });
    const claims = await Promise.all(Array.from({ length: 20 }, () => claimNow(worker.id, 3)));
    const ids = claims.flat().map(({ id }) => id);
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
  });

  test("gives nothing to a worker that was declared dead", async () => {
    const worker = await registerWorker();
    await harness.submit({ task_name: "job" });
    await sql`UPDATE workers SET dead_at = clock_timestamp() WHERE id = ${worker.id}`.execute(
      harness.database,
    );
    expect(await claimNow(worker.id)).toEqual([]);
  });

  test("reads the index that holds claimable tasks only", async () => {
    const plan = await harness.database.transaction().execute(async (transaction) => {
      await sql`SET LOCAL enable_seqscan = off`.execute(transaction);
      const result = await sql<{ "QUERY PLAN": string }>`EXPLAIN SELECT id FROM tasks
        WHERE queue_name = 'default' AND executor = 'worker' AND status IN ('pending', 'retry')
          AND available_at <= statement_timestamp() AND cancel_requested_at IS NULL AND task_name = ANY ('{job}')
        ORDER BY priority, available_at, id LIMIT 5 FOR NO KEY UPDATE SKIP LOCKED`.execute(transaction);
      return result.rows.map((row) => row["QUERY PLAN"]).join("\n");
    });
    expect(plan).toContain("tasks_claimable");
    expect(plan).not.toContain("Sort");
  });
});

describe("the fence", () => {
  async function claimedTask() {
    const worker = await registerWorker();
    await harness.submit({ task_name: "job" });
    const [task] = await claimNow(worker.id);
    if (task === undefined) throw new Error("Nothing was claimed");
    return { worker, task };
  }

  test("lets the owner pass and refuses it after a takeover, also for ending the task", async () => {
    const { worker, task } = await claimedTask();
    const fence = () => harness.database.transaction().execute((transaction) => fenceTask(transaction, task));
    expect(await fence()).toEqual({ cancel_requested: false });
    await sql`UPDATE workers SET dead_at = clock_timestamp() WHERE id = ${worker.id}`.execute(
      harness.database,
    );
    expect(await takeOver(harness.database, ports, task)).toMatchObject({ status: "retry", fence: 2 });
    await expect(fence()).rejects.toBeInstanceOf(TaskFenced);
    const end = endTask(harness.database, ports, task, { kind: "completed", result: {} });
    await expect(end).rejects.toBeInstanceOf(TaskFenced);
    expect(await takeOver(harness.database, ports, task)).toBeNull();
  });

  test("makes an owner wait for a takeover under way, and then refuses it", async () => {
    const { worker, task } = await claimedTask();
    await sql`UPDATE workers SET dead_at = clock_timestamp() WHERE id = ${worker.id}`.execute(
      harness.database,
    );
    let late: Promise<unknown> = Promise.resolve();
    await harness.database.transaction().execute(async (transaction) => {
      await sql`UPDATE tasks SET fence = fence + 1, status = 'retry', worker_id = NULL WHERE id = ${task.id}`.execute(
        transaction,
      );
      late = harness.database.transaction().execute((other) => fenceTask(other, task));
      late.catch(() => undefined);
      const blocked = async () => {
        const result = await sql<{
          count: number;
        }>`SELECT count(*) AS count FROM pg_locks WHERE NOT granted`.execute(transaction);
        return result.rows[0]?.count ?? 0;
      };
      await waitFor(blocked, (count) => count > 0);
    });
    await expect(late).rejects.toBeInstanceOf(TaskFenced);
  });

  test("rolls the handler's own writes back with it", async () => {
    const { task } = await claimedTask();
    const lineage = task.lineage_id;
    await sql`UPDATE tasks SET fence = 9 WHERE id = ${task.id}`.execute(harness.database);
    const end = endTask(harness.database, ports, task, {
      kind: "completed",
      result: {},
      write: async (transaction) => {
        await sql`UPDATE lineages SET pinned = true WHERE id = ${lineage}`.execute(transaction);
      },
    });
    await expect(end).rejects.toBeInstanceOf(TaskFenced);
    const pinned = await sql<{ pinned: boolean }>`SELECT pinned FROM lineages WHERE id = ${lineage}`.execute(
      harness.database,
    );
    expect(pinned.rows).toEqual([{ pinned: false }]);
  });
});

describe("cancelling", () => {
  test("ends a waiting task at once and leaves an ended one as it is", async () => {
    const { id } = await harness.submit({ task_name: "job" });
    await harness.taskQueue.service.cancelTask(id);
    expect(await harness.readTask(id)).toMatchObject({ status: "cancelled", fence: 1 });
    await harness.taskQueue.service.cancelTask(id);
    expect(await harness.readTask(id)).toMatchObject({ status: "cancelled", fence: 1 });
  });

  test("wins over a completion that comes after it", async () => {
    const worker = await registerWorker();
    await harness.submit({ task_name: "job" });
    const [task] = await claimNow(worker.id);
    await harness.taskQueue.service.cancelTask(task!.id);
    const moved = await endTask(harness.database, ports, task!, { kind: "completed", result: { a: 1 } });
    expect(moved.status).toBe("cancelled");
    expect(await harness.readTask(task!.id)).toMatchObject({ result: null });
  });

  test("of an unknown task says so", async () => {
    const unknown = harness.taskQueue.service.cancelTask("01890000-0000-7000-8000-000000000000");
    await expect(unknown).rejects.toMatchObject({ code: "task_not_found", status: 404 });
  });
});

describe("the death rule", () => {
  // Nobody is declared dead while the database is younger than six seconds.
  beforeAll(async () => {
    const read = async () => {
      const result = await sql<{ age: number }>`
        SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8 AS age`.execute(
        testDatabase.database,
      );
      return result.rows[0]?.age ?? 0;
    };
    await waitFor(read, (age) => age > 6.1);
  });

  test("spares everybody when the judge's own beat is stale", async () => {
    const judge = await registerWorker();
    const silent = await registerWorker();
    await sql`UPDATE workers SET beat_at = clock_timestamp() - interval '1 minute'`.execute(harness.database);
    expect(await markDeadWorkers(harness.database, judge.id)).toEqual([]);
    await sql`UPDATE workers SET beat_at = clock_timestamp() WHERE id = ${judge.id}`.execute(
      harness.database,
    );
    expect(await markDeadWorkers(harness.database, judge.id)).toEqual([silent.id]);
  });

  test("gives a worker 4 s to its first beat, before which it has no lock", async () => {
    const judge = await registerWorker();
    const starting = await registerWorker();
    const startedBefore = (ms: number) =>
      sql`UPDATE workers SET started_at = moment, beat_at = moment
        FROM (SELECT clock_timestamp() - ${ms} * interval '1 millisecond' AS moment) m WHERE id = ${starting.id}`.execute(
        harness.database,
      );
    await sql`UPDATE workers SET beat_at = clock_timestamp() + interval '10 seconds' WHERE id = ${judge.id}`.execute(
      harness.database,
    );
    await startedBefore(2_000);
    expect(await markDeadWorkers(harness.database, judge.id)).toEqual([]);
    await startedBefore(4_100);
    expect(await markDeadWorkers(harness.database, judge.id)).toEqual([starting.id]);
  });

  test("takes 1.3 s without the session lock and 4 s with it", async () => {
    const judge = await registerWorker();
    const silent = await registerWorker();
    const client = await testDatabase.pool.connect();
    try {
      await client.query("SELECT pg_advisory_lock($1::int, $2::int)", [0x636f7572, silent.lock_key]);
      const silentFor = (ms: number) =>
        sql`UPDATE workers SET beat_at = clock_timestamp() - ${ms} * interval '1 millisecond' WHERE id = ${silent.id}`.execute(
          harness.database,
        );
      await sql`UPDATE workers SET beat_at = clock_timestamp() + interval '10 seconds' WHERE id = ${judge.id}`.execute(
        harness.database,
      );
      await silentFor(2_000);
      expect(await markDeadWorkers(harness.database, judge.id)).toEqual([]);
      await client.query("SELECT pg_advisory_unlock_all()");
      expect(await markDeadWorkers(harness.database, judge.id)).toEqual([silent.id]);
    } finally {
      client.release();
    }
  });
});

describe("submitting", () => {
  test("refuses a second unfinished task of one lineage", async () => {
    const { lineage_id } = await harness.submit({ task_name: "job" });
    const again = harness.submit({ task_name: "job", lineage_id, mode: "resume" });
    await expect(again).rejects.toMatchObject({ code: "task_already_live", status: 409 });
  });
});

describe("a worker", () => {
  test("starts a task within a moment of its commit and reports itself", async () => {
    harness.taskQueue.service.registerHandler("job", async () => ({
      kind: "completed",
      result: { done: true },
    }));
    const worker = await harness.startWorker();
    const { id } = await harness.submit({ task_name: "job" });
    const task = await harness.waitForTask(id, ({ status }) => status === "completed");
    expect(task).toMatchObject({ result: { done: true }, worker_id: worker.id() });
    expect(await harness.taskQueue.service.listWorkers()).toMatchObject([
      { id: worker.id(), health: "healthy", capacity: 16 },
    ]);
    await worker.stop();
    expect(await harness.taskQueue.service.listWorkers()).toMatchObject([{ health: "stopped", running: 0 }]);
  });

  test("takes part only once it holds its session lock, without which others may declare it dead", async () => {
    const worker = await harness.startWorker();
    const found = await sql<{ held: boolean; has_beaten: boolean }>`
      SELECT w.beat_at <> w.started_at AS has_beaten, EXISTS (SELECT 1 FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.granted AND l.objid = w.lock_key::int::oid
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS held
      FROM workers w WHERE w.id = ${worker.id()}`.execute(harness.database);
    expect(found.rows).toEqual([{ held: true, has_beaten: true }]);
  });

  test("fails a task whose handler throws an expected failure, and one whose outcome cannot be written as it should", async () => {
    harness.taskQueue.service.registerHandler("job", async () => ({
      kind: "completed",
      result: {},
      write: async (transaction) => {
        await sql`SELECT 1 / 0`.execute(transaction);
      },
    }));
    await harness.startWorker();
    const { id } = await harness.submit({ task_name: "job" });
    const task = await harness.waitForTask(id, ({ crashes }) => crashes > 0);
    expect(task.status).not.toBe("completed");
  });

  test("goes on under a new row after it was declared dead", async () => {
    harness.taskQueue.service.registerHandler("job", async () => ({ kind: "completed", result: {} }));
    const worker = await harness.startWorker();
    const former = worker.id();
    await sql`UPDATE workers SET dead_at = clock_timestamp() WHERE id = ${former}`.execute(harness.database);
    await waitFor(
      async () => worker.id(),
      (id) => id !== null && id !== former,
    );
    const { id } = await harness.submit({ task_name: "job" });
    await harness.waitForTask(id, ({ status }) => status === "completed");
  });
});

test("the words of a task's status are the same in SQL and in code", async () => {
  const result = await sql<{ definition: string }>`
    SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
    WHERE conrelid = 'tasks'::regclass AND conname = 'tasks_status_check'`.execute(harness.database);
  const words = [...(result.rows[0]?.definition ?? "").matchAll(/'([a-z_]+)'/g)].map((match) => match[1]);
  expect(words).toEqual([...taskStatuses]);
});
