import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { insertConnection } from "../../../../test/builders/connection.ts";
import { createMirrorWorld, type MirrorWorld } from "../../../../test/prefect/mirror-world.ts";
import { createPrefectModel, type PrefectModel } from "../../../../test/prefect/prefect-model.ts";
import type { PrefectFlowRun, StateType } from "../client/wire.ts";
import { applyReading } from "../mirror/apply.ts";
import { refreshRuns, refreshTrees, refreshWithSteps } from "../mirror/refresh.ts";
import { createSweeps } from "../mirror/sweeps/sweeps.ts";
import type { WatchContext } from "../watching/watch-duty.ts";

/** A sample, each time another; the full number in `npm run campaign:prefect`. */
const plays = Number(process.env.PREFECT_PLAYS ?? 60);
const seed = process.env.PREFECT_SEED;

let world: MirrorWorld;
beforeAll(async () => {
  world = await createMirrorWorld();
});
afterAll(() => world.close());

/** What happens in Prefect, and what of it comes to us: nothing, early, late, twice or in another order. */
type Happening =
  | { readonly kind: "run" | "subflow" | "step" | "step_ends" | "run_vanishes"; readonly which: number }
  | { readonly kind: "state"; readonly which: number; readonly type: StateType }
  | { readonly kind: "hint" | "step_hint" | "answer_begins" | "answer_arrives"; readonly which: number }
  | { readonly kind: "sweep" | "other_server"; readonly which: number };

const next: Readonly<Record<string, readonly StateType[]>> = {
  SCHEDULED: ["PENDING", "RUNNING", "CANCELLED"],
  PENDING: ["RUNNING", "CRASHED", "CANCELLED"],
  RUNNING: ["COMPLETED", "FAILED", "CRASHED", "PAUSED", "CANCELLING", "SCHEDULED"],
  CANCELLING: ["CANCELLED", "COMPLETED"],
  PAUSED: ["RUNNING", "FAILED", "SCHEDULED"],
  COMPLETED: ["SCHEDULED"],
  FAILED: ["SCHEDULED"],
  CRASHED: ["SCHEDULED"],
  CANCELLED: ["SCHEDULED", "COMPLETED", "CRASHED"],
};
const allTypes = Object.keys(next) as StateType[]; // Its keys are state types.

const which = fc.nat({ max: 40 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("run", "subflow", "step", "step_ends"), which }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("state"), which, type: fc.constantFrom(...allTypes) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("hint", "hint", "step_hint"), which }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("answer_begins", "answer_arrives"), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("run_vanishes"), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("sweep", "other_server"), which }) },
);

function choose<Item>(items: Iterable<Item>, place: number): Item | undefined {
  const all = [...items];
  return all[place % Math.max(1, all.length)];
}

/** One connection, its Prefect and what is under way between the two. */
class Play {
  readonly model: PrefectModel = createPrefectModel();
  readonly context: WatchContext;
  readonly underWay: PrefectFlowRun[][] = [];
  readonly vanished = new Set<string>();

  constructor(connection_id: string) {
    this.context = world.contextFor(this.model.client, { ...world.connection, id: connection_id });
  }

  async sweep(): Promise<void> {
    for (const sweep of createSweeps(world.mirror)) await sweep.run(this.context);
  }

  async carryOut(given: Happening): Promise<void> {
    const { model, context } = this;
    if (given.kind === "sweep") return this.sweep();
    if (given.kind === "other_server") return world.mirror.forget(context.connection.id);
    if (given.kind === "run") return void model.addRun();
    const run = choose(model.runs.values(), given.which);
    if (given.kind === "answer_arrives") {
      const [runs] = this.underWay.splice(given.which % Math.max(1, this.underWay.length), 1);
      if (runs !== undefined) await applyReading(world.mirror, context, { runs });
      return;
    }
    if (run === undefined) return;
    switch (given.kind) {
      // Only what has begun begins something.
      case "subflow":
        return void (run.start_time && model.addSubflow(run.id));
      case "step":
        return void (run.start_time && model.addStep(run.id));
      case "step_ends": {
        const step = choose(model.taskRuns.values(), given.which);
        return step === undefined ? undefined : model.setStepState(step.id, "COMPLETED");
      }
      case "state":
        if (next[run.state_type ?? ""]?.includes(given.type)) model.setRunState(run.id, given.type);
        return;
      case "hint":
        return void (await refreshRuns(world.mirror, context, [run.id]));
      case "step_hint":
        return void (await refreshWithSteps(world.mirror, context, [run.id]));
      case "answer_begins":
        return void this.underWay.push([structuredClone(run)]);
      case "run_vanishes":
        return this.vanish(run);
    }
  }

  /** Somebody deletes a run that we know and that has not ended. */
  async vanish({ id, state_type, parent_task_run_id }: PrefectFlowRun): Promise<void> {
    const isOver = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"].includes(state_type ?? "");
    const hasChildren = [...this.model.taskRuns.values()].some(({ flow_run_id }) => flow_run_id === id);
    if (isOver || hasChildren || parent_task_run_id) return;
    await refreshRuns(world.mirror, this.context, [id]);
    this.model.runs.delete(id);
    this.vanished.add(id);
    for (const answer of this.underWay)
      answer.splice(0, answer.length, ...answer.filter((run) => run.id !== id));
  }
}

async function readRows(connection_id: string) {
  const runs = await sql<{ external_id: string; missing_upstream_at: string | null }>`
    SELECT r.external_id, r.flow_name, r.status, r.external_state, r.external_state_type, r.external_state_id,
      r.external_state_at, r.attempt, r.started_at, r.completed_at, r.missing_upstream_at, p.external_id AS parent,
      t.external_id AS task, t.status AS task_status, t.executor
    FROM flow_runs r LEFT JOIN flow_runs p ON p.id = r.parent_flow_run_id LEFT JOIN tasks t ON t.id = r.task_id
    WHERE r.connection_id = ${connection_id} ORDER BY r.external_id`.execute(world.database.database);
  const steps = await sql`
    SELECT s.external_id, r.external_id AS run, s.step_name, s.status, s.external_state_id, s.external_state_type
    FROM flow_step_runs s JOIN flow_runs r ON r.id = s.flow_run_id
    WHERE r.connection_id = ${connection_id} ORDER BY s.external_id`.execute(world.database.database);
  const tasks = await sql`
    SELECT external_id, status FROM tasks WHERE connection_id = ${connection_id} ORDER BY external_id`.execute(
    world.database.database,
  );
  return { runs: runs.rows, steps: steps.rows, tasks: tasks.rows };
}

let connections = 0;
async function newConnection(): Promise<string> {
  connections += 1;
  return insertConnection(world.database.database, { name: `Play ${connections}` });
}

it(
  "after any order, repetition, delay or loss of hints, the sweeps bring the rows to what a full read brings",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 40 }), async (happenings) => {
        const play = new Play(await newConnection());
        for (const each of happenings) await play.carryOut(each);
        await play.sweep();
        // What was asked before comes after all: it must not bring anything back.
        for (const runs of play.underWay) await applyReading(world.mirror, play.context, { runs });
        await play.sweep();

        const fullContext = world.contextFor(play.model.client, {
          ...world.connection,
          id: await newConnection(),
        });
        await refreshTrees(world.mirror, fullContext, [...play.model.runs.keys()]);
        const mirrored = await readRows(play.context.connection.id);
        const full = await readRows(fullContext.connection.id);
        const isThere = ({ external_id }: { external_id?: unknown }) =>
          !play.vanished.has(String(external_id));
        expect(mirrored.runs.filter(isThere)).toEqual(full.runs);
        expect(mirrored.steps).toEqual(full.steps);
        expect(mirrored.tasks.filter((task) => isThere(task as { external_id?: unknown }))).toEqual(
          full.tasks,
        );
        expect(full.runs.map(({ external_id }) => external_id)).toEqual([...play.model.runs.keys()].sort());
        for (const run of mirrored.runs) {
          expect(run.missing_upstream_at !== null).toBe(play.vanished.has(run.external_id));
        }
      }),
      { numRuns: plays, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    );
  },
  plays * 1_000,
);
