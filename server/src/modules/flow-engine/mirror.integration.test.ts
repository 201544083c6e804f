import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertConnection } from "../../../test/builders/connection.ts";
import { mirroredRun, mirroredStep, moment } from "../../../test/builders/mirrored.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import type { Transaction } from "../../platform/database.ts";
import { createFlowMirror } from "./mirror.ts";
import type { FlowRunSummary, StepSummary } from "./models.ts";
import type { FlowMirror, MirroredProgress, MirroredRun, MirroredStep, RunNote } from "./public.ts";
import { settleFlowRuns, settleSteps } from "./repo/flow-runs.ts";

let testDatabase: TestDatabase;
let mirror: FlowMirror;
let connection_id: string;
const database = () => testDatabase.database;
const commit = <Result>(work: (transaction: Transaction) => Promise<Result>) =>
  database().transaction().execute(work);

beforeAll(async () => {
  testDatabase = await createTestDatabase({ max: 4 });
  mirror = createFlowMirror(database());
  connection_id = await insertConnection(database());
});
afterAll(() => testDatabase.close());

const run = (given: Partial<MirroredRun> = {}) =>
  mirroredRun({ connection_id, external_id: randomUUID(), ...given });

async function write(...runs: MirroredRun[]): Promise<string[]> {
  const ids = await commit((transaction) => mirror.writeRuns(transaction, runs));
  return runs.map(({ external_id }) => ids.get(external_id) ?? "");
}
const writeSteps = (...steps: MirroredStep[]) =>
  commit((transaction) => mirror.writeSteps(transaction, steps));
const writeProgress = (...progress: MirroredProgress[]) =>
  commit((transaction) => mirror.writeProgress(transaction, progress));
const note = (...notes: RunNote[]) => commit((transaction) => mirror.noteRuns(transaction, notes));

async function read(id: string | undefined): Promise<FlowRunSummary> {
  const { rows } = await sql<FlowRunSummary>`SELECT * FROM flow_run_summaries WHERE id = ${id}`.execute(
    database(),
  );
  if (rows[0] === undefined) throw new Error(`There is no run ${id}`);
  return rows[0];
}

async function readSteps(flow_run_id: string | undefined): Promise<StepSummary[]> {
  const { rows } = await sql<StepSummary>`
    SELECT * FROM step_summaries WHERE flow_run_id = ${flow_run_id} ORDER BY step_order`.execute(database());
  return rows;
}

const counts = (flow_run_id: string, given: Partial<MirroredProgress> = {}): MirroredProgress => ({
  flow_run_id,
  source: "counts",
  percentage: null,
  steps_done: 0,
  total_steps: null,
  current_step: null,
  ...given,
});

describe("runs", () => {
  test("are inserted once, shown with their engine's words, and left alone when nothing differs", async () => {
    const given = run({ external_state: "Running", external_deployment_name: "course/default" });
    const [id] = await write(given);
    const first = await read(id);
    expect(first).toMatchObject({
      flow_name: "course",
      flow_key: given.external_id,
      status: "running",
      connection_id,
      connection_name: "Prefect",
      external_id: given.external_id,
      external_state: "Running",
      external_state_type: "RUNNING",
      external_run_name: "brave-otter",
      progress_percentage: 0,
      progress_source: null,
      attempt: 1,
      version: 1,
    });
    expect(await write(given)).toEqual([id]);
    expect(await write(given, given)).toEqual([id, id]);
    expect(await read(id)).toEqual(first);
  });

  test("have ids of the moment at which they were made, so that lists are in the order of time", async () => {
    const [late, early] = await write(run({ created_at: moment(20) }), run({ created_at: moment(10) }));
    expect(String(early) < String(late)).toBe(true);
    const [ahead, now] = await write(
      run({ created_at: new Date(Date.now() + 3_600_000).toISOString() }),
      run({ created_at: new Date().toISOString() }),
    );
    expect(String(ahead).slice(0, 9)).toBe(String(now).slice(0, 9));
  });

  test("keep the later state, whatever comes in which order; of one moment the larger id wins", async () => {
    const external_id = randomUUID();
    const states = [
      { external_state_at: moment(5), external_state_id: "b", status: "running", external_state: "Running" },
      { external_state_at: moment(4), external_state_id: "z", status: "pending", external_state: "Pending" },
      { external_state_at: moment(5), external_state_id: "a", status: "paused", external_state: "Paused" },
    ] as const;
    for (const state of states) await write(run({ external_id, ...state }));
    const [id] = await write(run({ external_id, ...states[1] }));
    expect(await read(id)).toMatchObject({ status: "running", external_state: "Running", version: 1 });
    await write(
      run({
        external_id,
        ...states[0],
        external_state_at: moment(5).replace("123Z", "124Z"),
        status: "completed",
      }),
    );
    expect(await read(id)).toMatchObject({ status: "completed", version: 2 });
    const both = run({ external_id: randomUUID() });
    const [other] = await write(
      { ...both, external_state_at: moment(9), status: "failed", completed_at: moment(9) },
      both,
    );
    expect((await read(other)).status).toBe("failed");
  });

  test("get their parent, task and unit also when the parent comes later", async () => {
    const { rows } = await sql<{ id: string }>`
      WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
      INSERT INTO tasks (task_name, lineage_id, executor, connection_id) SELECT 'prefect_flow_run', id, 'observed', ${connection_id}
      FROM lineage RETURNING id`.execute(database());
    const task_id = rows[0]?.id ?? "";
    const [root, child, grandchild] = [run(), run(), run()].map((one, place, all) => ({
      ...one,
      parent_external_id: all[place - 1]?.external_id ?? null,
    }));
    if (!root || !child || !grandchild) throw new Error("Three runs were made");
    const [low] = await write(grandchild);
    const before = await read(low);
    expect(before.parent_flow_run_id).toBeNull();
    const [high] = await write({ ...root, task_id });
    expect((await read(low)).parent_flow_run_id).toBeNull();
    const [middle] = await write(child);
    expect(await read(middle)).toMatchObject({ parent_flow_run_id: high, task_id });
    const after = await read(low);
    expect(after).toMatchObject({ parent_flow_run_id: middle, task_id });
    expect(after.version).toBeGreaterThan(before.version);
    await write(grandchild, child, { ...root, task_id });
    expect(await read(low)).toEqual(after);
  });

  test("that ended and go on are open again, with the progress of their next attempt", async () => {
    const given = run();
    const [id = ""] = await write(given);
    await writeProgress(counts(id, { source: "artifact", percentage: 80, steps_done: 4, total_steps: 5 }));
    await note({ id, suspect_reason: "Silent." });
    const failed = {
      ...given,
      external_state_at: moment(5),
      status: "failed",
      completed_at: moment(5),
    } as const;
    await write({
      ...failed,
      external_state: "Crashed",
      error_code: "prefect_run_crashed",
      error_message: "Gone",
    });
    expect(await read(id)).toMatchObject({
      status: "failed",
      progress_percentage: 80,
      suspect_since: null,
      error_message: "Gone",
    });
    await write({ ...given, external_state_at: moment(9), status: "pending", started_at: null });
    expect(await read(id)).toMatchObject({
      status: "pending",
      completed_at: null,
      error_message: null,
      progress_percentage: 0,
      progress_source: null,
      steps_done: 0,
    });
    await write({ ...given, external_state_at: moment(10), attempt: 2 });
    await write({ ...given, external_state_at: moment(12), status: "completed", completed_at: moment(12) });
    expect(await read(id)).toMatchObject({ status: "completed", attempt: 2, progress_percentage: 100 });
  });

  test("take texts that no column takes, cut to a sane length", async () => {
    const [id] = await write(
      run({
        flow_name: "f".repeat(2_000),
        external_run_name: "a\u0000b",
        error_message: `\u0000${"x".repeat(30_000)}\ud800`,
        status: "failed",
        completed_at: moment(3),
      }),
    );
    const row = await read(id);
    expect(row.external_run_name).toBe("a\uFFFDb");
    expect(row.flow_name).toHaveLength(500);
    expect(row.error_message).toHaveLength(10_000);
    expect(row.error_message?.startsWith("\uFFFDx")).toBe(true);
  });

  test("of a unit that is gone are kept without it", async () => {
    const [id] = await write(run({ unit_id: randomUUID(), unit_title: "Tides" }));
    expect(await read(id)).toMatchObject({ unit_id: null, unit_title: "Tides" });
  });

  test("are written by two at once without waiting for each other in a circle", async () => {
    const runs = Array.from({ length: 40 }, () => run());
    const later = runs.map((one) => ({ ...one, external_state_at: moment(7), external_state: "Later" }));
    await Promise.all([
      write(...runs),
      write(...later.toReversed()),
      write(...later),
      write(...runs.toReversed()),
    ]);
    const ids = await write(...runs);
    expect(new Set(ids).size).toBe(runs.length);
    expect((await read(ids[0])).external_state).toBe("Later");
  });
});

describe("progress", () => {
  test("never goes back within an attempt and writes nothing when it says nothing new", async () => {
    const [id = ""] = await write(run());
    await writeProgress(
      counts(id, { source: "label", percentage: 40, steps_done: 2, total_steps: 5, current_step: "b" }),
    );
    const shown = await read(id);
    expect(shown).toMatchObject({
      progress_percentage: 40,
      steps_done: 2,
      total_steps: 5,
      current_step: "b",
    });
    await writeProgress(
      counts(id, { source: "label", percentage: 20, steps_done: 1, total_steps: 5, current_step: "b" }),
    );
    expect(await read(id)).toEqual(shown);
    await writeProgress(counts(id, { percentage: null, steps_done: 3 }));
    expect(await read(id)).toMatchObject({
      progress_source: "counts",
      progress_percentage: 40,
      steps_done: 3,
    });
    await writeProgress(counts(id, { source: "artifact", percentage: 1e6 }));
    expect((await read(id)).progress_percentage).toBe(100);
  });
});

describe("steps", () => {
  test("are written by their ids there, the later state wins, and nothing moves without a difference", async () => {
    const [flow_run_id = ""] = await write(run());
    const steps = [1, 2].map((step_order) =>
      mirroredStep({ connection_id, external_id: randomUUID(), flow_run_id, step_order }),
    );
    const [first, second] = steps;
    if (!first || !second) throw new Error("Two steps were made");
    await writeSteps(...steps, first);
    const before = await readSteps(flow_run_id);
    expect(before).toHaveLength(2);
    await writeSteps(...steps.toReversed());
    expect(await readSteps(flow_run_id)).toEqual(before);
    const done = {
      ...first,
      status: "completed",
      external_state_at: moment(8),
      completed_at: moment(8),
    } as const;
    await writeSteps(done);
    await writeSteps(
      { ...first, external_state_at: moment(3) },
      { ...second, attempt: 2, external_state_at: moment(6) },
    );
    expect(await readSteps(flow_run_id)).toMatchObject([
      { status: "completed", external_id: first.external_id, flow_name: "course", version: 2 },
      { status: "running", attempt: 2, version: 2 },
    ]);
  });

  test("come in thousands", async () => {
    const [flow_run_id = ""] = await write(run());
    const steps = Array.from({ length: 10_000 }, (_, step_order) =>
      mirroredStep({ connection_id, external_id: randomUUID(), flow_run_id, step_order }),
    );
    await writeSteps(...steps);
    const changed = steps.map((step) => ({ ...step, external_state_at: moment(9), external_state: "Later" }));
    const startedAt = performance.now();
    await writeSteps(...changed);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    const { rows } = await sql<{ count: number }>`
      SELECT count(*)::int AS count FROM flow_step_runs WHERE flow_run_id = ${flow_run_id} AND external_state = 'Later'`.execute(
      database(),
    );
    expect(rows[0]?.count).toBe(10_000);
  }, 60_000);

  test("and runs of an outside engine stay as they are when our task ends", async () => {
    const [flow_run_id = ""] = await write(run());
    await writeSteps(mirroredStep({ connection_id, external_id: randomUUID(), flow_run_id }));
    const { rows } = await sql<{ id: string }>`
      WITH lineage AS (INSERT INTO lineages DEFAULT VALUES RETURNING id)
      INSERT INTO tasks (task_name, lineage_id, executor, connection_id) SELECT 'unit_creation', id, 'external', ${connection_id}
      FROM lineage RETURNING id`.execute(database());
    const task_id = rows[0]?.id ?? "";
    await sql`UPDATE flow_runs SET task_id = ${task_id} WHERE id = ${flow_run_id}`.execute(database());
    await sql`UPDATE flow_step_runs SET task_id = ${task_id}, fence = 0 WHERE flow_run_id = ${flow_run_id}`.execute(
      database(),
    );
    await commit(async (transaction) => {
      const ended = { unit_id: null, fence: 9, error_code: null, error_message: null, pause_reason: null };
      await settleFlowRuns(transaction, { id: task_id, status: "cancelled", ...ended });
      await settleSteps(transaction, { id: task_id, status: "cancelled", ...ended });
    });
    expect((await read(flow_run_id)).status).toBe("running");
    expect((await readSteps(flow_run_id))[0]?.status).toBe("running");
  });
});

describe("notes", () => {
  test("say when a run was read, that it is gone and back, and whom we suspect; what is not told stays", async () => {
    const [id = ""] = await write(run());
    const now = Date.now();
    const at = (seconds: number) => new Date(now + seconds * 1_000).toISOString();
    await note({ id, observed_at: at(10), is_missing: true });
    const missing = await read(id);
    expect(missing.missing_upstream_at).toBe(at(10));
    await note({ id, observed_at: at(20), is_missing: true });
    expect(await read(id)).toMatchObject({
      missing_upstream_at: at(10),
      observed_at: at(20),
      status: "running",
    });
    await note({ id, last_heartbeat_at: at(15) });
    await note({ id, last_heartbeat_at: at(5), suspect_reason: "No heartbeat for 9 minutes." });
    const suspect = await read(id);
    expect(suspect).toMatchObject({
      missing_upstream_at: at(10),
      last_heartbeat_at: at(15),
      suspect_reason: "No heartbeat for 9 minutes.",
    });
    expect(suspect.suspect_since).not.toBeNull();
    await note({ id, observed_at: at(21), is_missing: true });
    expect(await read(id)).toEqual(suspect);
    await note({ id, observed_at: at(30), is_missing: false });
    expect(await read(id)).toMatchObject({ missing_upstream_at: null, suspect_since: suspect.suspect_since });
    await note({ id, suspect_reason: null });
    expect(await read(id)).toMatchObject({ suspect_since: null, suspect_reason: null });
  });
});

describe("what is open", () => {
  test("is listed by how long ago it was read, with what may still change, without what is over", async () => {
    const own = await insertConnection(database(), { name: "Another" });
    const soon = new Date(Date.now() + 60_000).toISOString();
    const ended = { status: "cancelled", completed_at: moment(4) } as const;
    const [live = "", gone = "", recheck = "", over = ""] = await write(
      run({ connection_id: own }),
      run({ connection_id: own }),
      run({ connection_id: own, ...ended, recheck_until: soon }),
      run({ connection_id: own, ...ended, recheck_until: moment(9) }),
    );
    const observed_at = soon;
    await note({ id: live, observed_at }, { id: gone, is_missing: true });
    const open = await mirror.listOpenRuns(own, 10);
    expect(open.map(({ id }) => id)).toEqual([recheck, live, gone]);
    expect((await mirror.listOpenRuns(own, 1)).map(({ id }) => id)).toEqual([recheck]);
    const ids = (await Promise.all([live, over].map(read))).map(({ external_id }) => external_id ?? "");
    const found = await mirror.findRuns(own, [...ids, "unheard of"]);
    expect(found.map(({ id }) => id).toSorted()).toEqual([live, over].toSorted());
    expect(await mirror.findRuns(connection_id, ids)).toEqual([]);
  });

  test("is found through the indexes made for it", async () => {
    const { rows } = await commit(async (transaction) => {
      await sql`SET LOCAL enable_seqscan = off`.execute(transaction);
      await sql`SET LOCAL enable_bitmapscan = off`.execute(transaction);
      return sql<{ "QUERY PLAN": string }>`
          EXPLAIN SELECT id FROM flow_runs WHERE connection_id = ${connection_id}::uuid
            AND status IN ('pending', 'running', 'paused')
          UNION ALL SELECT id FROM flow_runs WHERE connection_id = ${connection_id}::uuid AND recheck_until > clock_timestamp()
            AND status IN ('completed', 'failed', 'cancelled')
          UNION ALL SELECT id FROM flow_runs WHERE connection_id = ${connection_id}::uuid AND external_id = 'x'`.execute(
        transaction,
      );
    });
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    for (const index of ["flow_runs_external_live", "flow_runs_recheck", "flow_runs_external"]) {
      expect(plan).toContain(index);
    }
  });
});
