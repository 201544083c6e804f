import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findAdministrator } from "../../../../test/builders/written-unit.ts";
import { createMirrorWorld, type MirrorWorld } from "../../../../test/prefect/mirror-world.ts";
import { createPrefectModel, type PrefectModel } from "../../../../test/prefect/prefect-model.ts";
import type { FlowRunSummary } from "../../flow-engine/models.ts";
import type { TaskSummary } from "../../task-queue/models.ts";
import type { WatchContext } from "../watching/watch-duty.ts";
import { applyReading } from "./apply.ts";
import { refreshRuns, refreshTrees } from "./refresh.ts";

let world: MirrorWorld;
let model: PrefectModel;
let context: WatchContext;
/** Whether the lessons of a completed run arrived. */
let hasArrived: boolean;

beforeAll(async () => {
  world = await createMirrorWorld({
    arrivals: {
      async finishFromArrivals(transaction, { unit_id, external_run_id }) {
        if (!hasArrived) return null;
        await sql`UPDATE units SET status = 'partial', stage = 'done', completed_at = clock_timestamp(),
          error_message = (SELECT 'written by ' || flow_name FROM flow_runs WHERE external_id = ${external_run_id})
          WHERE id = ${unit_id}`.execute(transaction);
        return { status: "partial", missing: [2], error_code: null, error_message: null };
      },
    },
  });
});
afterAll(() => world.close());
beforeEach(() => {
  model = createPrefectModel();
  context = world.contextFor(model.client);
  world.mirror.forget(world.connection.id);
  hasArrived = true;
});

const copy = (id: string) => structuredClone(model.runs.get(id)!);
const apply = (...ids: string[]) => applyReading(world.mirror, context, { runs: ids.map(copy) });
const refresh = (...ids: string[]) => refreshTrees(world.mirror, context, ids);

async function readRun(external_id: string): Promise<FlowRunSummary> {
  const { rows } = await sql<FlowRunSummary>`
    SELECT * FROM flow_run_summaries WHERE external_id = ${external_id}`.execute(world.database.database);
  if (rows[0] === undefined) throw new Error(`The run ${external_id} is not mirrored`);
  return rows[0];
}

async function readTask(external_id: string): Promise<TaskSummary> {
  const { rows } = await sql<TaskSummary>`
    SELECT * FROM task_summaries WHERE external_id = ${external_id}`.execute(world.database.database);
  if (rows[0] === undefined) throw new Error(`No task stands for ${external_id}`);
  return rows[0];
}

async function countRows(table: "tasks" | "flow_runs" | "flow_step_runs", external_ids: readonly string[]) {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM ${sql.table(table)} WHERE external_id = ANY(${[...external_ids]}::text[])`.execute(
    world.database.database,
  );
  return rows[0]?.count;
}

async function insertUnit(): Promise<string> {
  const user = await findAdministrator(world.database.database);
  return world.database.database.transaction().execute((transaction) =>
    world.content.port.insertUnit(transaction, {
      ...{ title: "Tides", learner_level: "beginner", target_lesson_count: 2, source_kind: "topic" },
      ...{ generated_from_topic: true, request: {}, user_id: user.id, sources: [] },
    }),
  );
}

describe("a run that was begun elsewhere", () => {
  it("has a task that is only watched, and a row with Prefect's words", async () => {
    const { id } = model.addRun({ name: "course: Tides", parameters: { title: "Tides" } });
    model.setRunState(id, "RUNNING", "Retrying");
    await apply(id);
    const run = await readRun(id);
    expect(run).toMatchObject({
      status: "running",
      external_state: "Retrying",
      flow_name: "write-course",
      external_url: `http://127.0.0.1:9/runs/flow-run/${id}`,
    });
    expect(await readTask(id)).toMatchObject({
      id: run.task_id,
      executor: "observed",
      task_name: "prefect_flow_run",
      status: "in_progress",
      unit_title: "course: Tides",
    });
  });

  it("stays one row and one task, whatever comes twice or late", async () => {
    const { id } = model.addRun();
    const readings = [copy(id)];
    for (const type of ["RUNNING", "COMPLETED"] as const) {
      model.setRunState(id, type);
      readings.push(copy(id));
    }
    for (const order of [
      [1, 1, 2, 0],
      [2, 0, 1, 1],
    ]) {
      world.mirror.forget(world.connection.id);
      for (const index of order)
        await applyReading(world.mirror, context, { runs: [readings[index]!, readings[index]!] });
      expect(await readRun(id)).toMatchObject({ status: "completed", progress_percentage: 100 });
      expect(await readTask(id)).toMatchObject({ status: "completed", progress_percentage: 100 });
    }
    expect([await countRows("tasks", [id]), await countRows("flow_runs", [id])]).toEqual([1, 1]);
  });

  it("is not written again when nothing changed, in this process or in another", async () => {
    const { id } = model.addRun();
    model.setRunState(id, "RUNNING");
    await apply(id);
    const { version } = await readRun(id);
    const task = await readTask(id);
    await apply(id);
    world.mirror.forget(world.connection.id);
    await apply(id);
    expect((await readRun(id)).version).toBe(version);
    expect((await readTask(id)).version).toBe(task.version);
  });

  it("keeps its status in a state that nobody knows, and shows Prefect's word for it", async () => {
    const { id } = model.addRun();
    model.setRunState(id, "RUNNING");
    await apply(id);
    model.setRunState(id, "DREAMING" as "RUNNING", "Dreaming"); // A type of some later Prefect.
    await apply(id);
    expect(await readRun(id)).toMatchObject({ status: "running", external_state: "Dreaming" });
  });

  it("waits for its next attempt as pending, and then has a new one, progress and all", async () => {
    const { id } = model.addRun();
    model.setRunState(id, "RUNNING");
    model.setStepState(model.addStep(id).id, "COMPLETED");
    model.setRunState(id, "FAILED");
    await refresh(id);
    expect(await readRun(id)).toMatchObject({
      status: "failed",
      error_code: "prefect_run_failed",
      steps_done: 1,
    });
    model.setRunState(id, "SCHEDULED", "AwaitingRetry");
    await refresh(id);
    expect(await readRun(id)).toMatchObject({
      status: "pending",
      external_state: "AwaitingRetry",
      completed_at: null,
    });
    model.setRunState(id, "RUNNING");
    await refresh(id);
    expect(await readRun(id)).toMatchObject({
      status: "running",
      attempt: 2,
      error_code: null,
      steps_done: 0,
    });
    expect(await readTask(id)).toMatchObject({ status: "in_progress", completed_at: null });
  });

  it("does not count what goes on after a pause as an attempt", async () => {
    const { id } = model.addRun();
    for (const type of ["RUNNING", "PAUSED", "RUNNING"] as const) model.setRunState(id, type);
    await apply(id);
    expect(copy(id).run_count).toBe(2);
    expect((await readRun(id)).attempt).toBe(1);
  });

  it("belongs to a unit that it names by parameter or tag, when there is such a unit", async () => {
    const unit_id = await insertUnit();
    const byParameter = model.addRun({ parameters: { unit_id } }).id;
    const byTag = model.addRun({ tags: ["x", `unit:${unit_id.toUpperCase()}`] }).id;
    const byNothing = model.addRun({ parameters: { unit_id: randomUUID() }, tags: ["unit:tides"] }).id;
    await apply(byParameter, byTag, byNothing);
    for (const id of [byParameter, byTag]) {
      expect(await readRun(id)).toMatchObject({ unit_id, unit_title: "Tides" });
      expect(await readTask(id)).toMatchObject({ unit_id, executor: "observed" });
    }
    expect(await readRun(byNothing)).toMatchObject({ unit_id: null });
    expect((await world.content.service.listUnitSummaries([unit_id]))[0]).toMatchObject({
      status: "draft",
      task_id: null,
    });
  });

  it("is marked when it is gone upstream, keeps its state, and is unmarked when it is there again", async () => {
    const { id } = model.addRun();
    model.setRunState(id, "RUNNING");
    await refreshRuns(world.mirror, context, [id]);
    const kept = copy(id);
    model.runs.delete(id);
    await refreshRuns(world.mirror, context, [id]);
    const gone = await readRun(id);
    expect(gone.status).toBe("running");
    expect(gone.missing_upstream_at).not.toBeNull();
    model.runs.set(id, kept);
    await refreshRuns(world.mirror, context, [id]);
    expect((await readRun(id)).missing_upstream_at).toBeNull();
  });
});

describe("subflows", () => {
  it("hang below their parent with its task and unit, also when they come first", async () => {
    const unit_id = await insertUnit();
    const { id } = model.addRun({ parameters: { unit_id } });
    const child = model.addSubflow(id).id;
    const grandchild = model.addSubflow(child).id;
    await apply(grandchild);
    const [top, middle, bottom] = [await readRun(id), await readRun(child), await readRun(grandchild)];
    expect(bottom).toMatchObject({ parent_flow_run_id: middle.id, task_id: top.task_id, unit_id });
    expect(middle).toMatchObject({ parent_flow_run_id: top.id, task_id: top.task_id, unit_id });
    expect(await countRows("tasks", [id, child, grandchild])).toBe(1);
  });

  it("count with their own steps for the run that began them; their stand-ins are no steps", async () => {
    const { id } = model.addRun();
    model.setRunState(id, "RUNNING");
    const child = model.addSubflow(id).id;
    model.setRunState(child, "RUNNING");
    model.setStepState(model.addStep(id).id, "COMPLETED");
    model.setStepState(model.addStep(child).id, "COMPLETED");
    model.addStep(child, { name: "write_exercises-0" });
    await refresh(id);
    expect(await readRun(id)).toMatchObject({
      ...{ steps_done: 2, total_steps: 3, progress_source: "counts" },
      current_step: "write_exercises",
    });
    expect(await countRows("flow_step_runs", [...model.taskRuns.keys()])).toBe(3);
  });

  it("leave nothing of a stand-in that was read before its subflow was made", async () => {
    const { id } = model.addRun();
    model.setRunState(id, "RUNNING");
    const standIn = model.addStep(id);
    model.setStepState(standIn.id, "PENDING");
    standIn.start_time = null;
    const step = model.addStep(id);
    await refresh(id);
    const child = model.addRun({ parent_task_run_id: standIn.id });
    standIn.state!.state_details = { child_flow_run_id: child.id };
    model.setStepState(standIn.id, "RUNNING");
    const later = model.addStep(id);
    await refresh(id);
    expect(await countRows("flow_step_runs", [standIn.id])).toBe(0);
    expect(await countRows("flow_step_runs", [step.id, later.id])).toBe(2);
    expect(await readRun(id)).toMatchObject({ total_steps: 2 });
  });

  it("stay out where the connection filters and their parent is left out", async () => {
    const filtered = world.contextFor(model.client, { ...world.connection, filter_tags: ["wanted"] });
    const { id } = model.addRun();
    const child = model.addSubflow(id).id;
    model.runs.get(child)!.tags.push("wanted");
    await applyReading(world.mirror, filtered, { runs: [copy(child)] });
    expect(await countRows("flow_runs", [id, child])).toBe(0);
  });
});

describe("a run that we launched", () => {
  async function launch() {
    const unit_id = await insertUnit();
    const { database } = world.database;
    const user = await findAdministrator(database);
    const task = await database.transaction().execute(async (transaction) => {
      const submitted = await world.tasks.submitOutsideTask(transaction, {
        ...{ task_name: "unit_creation", inputs: {}, unit_id, user_id: user.id },
        connection_id: world.connection.id,
      });
      await world.content.port.giveToTask(transaction, unit_id, submitted);
      return submitted;
    });
    const { id } = model.addRun({ idempotency_key: task.id, parameters: { unit_id } });
    model.setRunState(id, "RUNNING");
    return { id, unit_id, task_id: task.id };
  }
  const readUnit = async (id: string) => (await world.content.service.listUnitSummaries([id]))[0];

  it("is known by its key, and its lessons become the unit's when it completes", async () => {
    const { id, unit_id, task_id } = await launch();
    await apply(id);
    expect(await readTask(id)).toMatchObject({ id: task_id, executor: "external", status: "in_progress" });
    model.setRunState(id, "COMPLETED");
    await apply(id);
    expect(await readTask(id)).toMatchObject({ id: task_id, status: "completed" });
    expect(await readUnit(unit_id)).toMatchObject({ status: "partial" });
    const { rows } = await sql<{ result: unknown }>`SELECT result FROM tasks WHERE id = ${task_id}`.execute(
      world.database.database,
    );
    expect(rows[0]?.result).toEqual({ unit_status: "partial", missing: [2] });
    expect(await countRows("tasks", [id])).toBe(1);
  });

  it("is shown also where the connection's filter would leave it out", async () => {
    const { id, task_id } = await launch();
    const filtered = world.contextFor(model.client, { ...world.connection, filter_tags: ["wanted"] });
    const other = model.addRun().id;
    await applyReading(world.mirror, filtered, { runs: [copy(id), copy(other)] });
    expect((await readRun(id)).task_id).toBe(task_id);
    expect(await countRows("flow_runs", [other])).toBe(0);
  });

  it("has its row before its lessons are taken, also when it is seen for the first time at its end", async () => {
    const { id, unit_id } = await launch();
    model.setRunState(id, "COMPLETED");
    await apply(id);
    expect(await readUnit(unit_id)).toMatchObject({ error_message: "written by write-course" });
  });

  it("fails with Prefect's words, and the unit with it", async () => {
    const { id, unit_id } = await launch();
    model.setRunState(id, "CRASHED");
    model.runs.get(id)!.state!.message = "Flow run process exited with non-zero status code -9.";
    await apply(id);
    const failure = {
      error_code: "prefect_run_crashed",
      error_message: "Flow run process exited with non-zero status code -9.",
    };
    expect(await readTask(id)).toMatchObject({ status: "failed", ...failure });
    expect(await readUnit(unit_id)).toMatchObject({ status: "failed", ...failure });
  });

  it("fails when it completes without having returned anything", async () => {
    const { id } = await launch();
    hasArrived = false;
    model.setRunState(id, "COMPLETED");
    await apply(id);
    expect(await readTask(id)).toMatchObject({ status: "failed", error_code: "nothing_returned" });
    expect(await readRun(id)).toMatchObject({ status: "completed" });
  });
});

it("hands runs that only carry our tasks on and mirrors none of them", async () => {
  const { id } = model.addRun({ tags: ["coursewright-task"] });
  await apply(id);
  expect(world.carriers.map((run) => run.id)).toContain(id);
  expect(await countRows("flow_runs", [id])).toBe(0);
});

it("reads a run of 10,000 task runs to its end and then asks for little", async () => {
  const { id } = model.addRun();
  model.setRunState(id, "RUNNING");
  const steps = Array.from({ length: 10_000 }, () => model.addStep(id).id);
  for (const step of steps.slice(5)) model.setStepState(step, "COMPLETED");
  await refresh(id);
  expect(await countRows("flow_step_runs", steps)).toBe(10_000);
  expect(await readRun(id)).toMatchObject({ steps_done: 9_995, total_steps: 10_000 });
  const before = model.calls.get("steps") ?? 0;
  for (const step of steps.slice(0, 5)) model.setStepState(step, "COMPLETED");
  await refresh(id);
  expect((model.calls.get("steps") ?? 0) - before).toBe(1);
  expect(await readRun(id)).toMatchObject({ steps_done: 10_000 });
}, 60_000);

it("forgets what it could not write, so that it is read and written the next time", async () => {
  const { id } = model.addRun();
  model.setRunState(id, "RUNNING");
  const step = model.addStep(id, { created: "no moment that the database takes" });
  await expect(refresh(id)).rejects.toThrow();
  step.created = null;
  await refresh(id);
  expect(await countRows("flow_step_runs", [step.id])).toBe(1);
});
