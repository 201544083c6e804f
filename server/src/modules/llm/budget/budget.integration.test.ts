import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { insertRunningStep, insertWorker, type RunningStep } from "../../../../test/builders/running-step.ts";
import { createTestDatabase, type TestDatabase } from "../../../../test/database.ts";
import { startTestProvider, type TestProvider } from "../../../../test/provider/provider.ts";
import { createSilentLogger } from "../../../platform/logger.ts";
import { PauseTask } from "../../task-queue/public.ts";
import { fenceTask } from "../../task-queue/repo/ownership.ts";
import { createLlmModule, type LlmModule } from "../module.ts";
import { createBudgetRepo } from "../repo/budgets.ts";

let test: TestDatabase;
let provider: TestProvider;
let continued: string[];

beforeAll(async () => {
  test = await createTestDatabase({ max: 40 });
});
afterAll(() => test.close());

beforeEach(async () => {
  continued = [];
  provider = await startTestProvider({ script: { latency_ms: { text: 20 } } });
  await sql`TRUNCATE budget_leases, budgets, price_book CASCADE`.execute(test.database);
});
afterEach(() => provider.close());

interface Caps {
  readonly usdPerDay?: number;
  readonly usdPerUnit?: number;
}

function buildModule({ usdPerDay, usdPerUnit }: Caps): LlmModule {
  return createLlmModule({
    database: test.database,
    config: {
      llm: {
        baseUrl: provider.url,
        apiKey: undefined,
        textModel: "writer-1",
        speechModel: undefined,
        imageModel: undefined,
      },
      budget: { usdPerDay, usdPerUnit },
    },
    logger: createSilentLogger(),
    fence: fenceTask,
    continuePaused: async (transaction, reason) => {
      continued.push(reason);
      const { rows } = await sql<{ id: string }>`
        UPDATE tasks SET status = 'retry', pause_reason = NULL WHERE status = 'paused' AND pause_reason = ${reason}
        RETURNING id`.execute(transaction);
      return rows.map(({ id }) => id);
    },
    timing: { backoffBaseMs: 10 },
  });
}

/** One cent for each token of output, a hundredth of it for input: worst cases are far above what is used. */
async function setPrice(llm: LlmModule): Promise<void> {
  const price = { provider: new URL(provider.url).host, model: "writer-1", source: "test" };
  await llm.addPrice({ ...price, billed: "input_token", usd_per_million: 100 });
  await llm.addPrice({ ...price, billed: "output_token", usd_per_million: 10_000 });
}

function callText(llm: LlmModule, step: RunningStep, max_output_tokens = 1000) {
  return llm.gateway.text({
    correlation: step,
    signal: new AbortController().signal,
    prompt_name: "p",
    prompt_hash: "h",
    system: "You write lessons.",
    prompt: "Topic: Tides",
    max_output_tokens,
  });
}

async function settle(llm: LlmModule, step: RunningStep): Promise<void> {
  await test.database
    .transaction()
    .execute((transaction) => llm.settleCalls(transaction, step.step_run_id, { duplicate: false }));
  llm.releaseCalls(step.step_run_id);
}

async function pauseReasonOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error("It did not pause"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof PauseTask) return error.reason;
  throw error;
}

async function readBudget(scope: "day" | "unit") {
  const { rows } = await sql<{ cap_usd: number; leased_usd: number; available_usd: number; epoch: number }>`
    SELECT cap_usd, leased_usd, epoch,
      (SELECT coalesce(sum(available_usd), 0) FROM budget_leases WHERE budget_id = b.id) AS available_usd
    FROM budgets b WHERE scope = ${scope}`.execute(test.database);
  if (rows[0] === undefined) throw new Error(`There is no budget of scope ${scope}`);
  return rows[0];
}

async function sumCost(): Promise<number> {
  const { rows } = await sql<{ usd: number }>`
    SELECT coalesce(sum(cost_usd), 0) AS usd FROM llm_requests WHERE provider = ${new URL(provider.url).host}`.execute(
    test.database,
  );
  return rows[0]?.usd ?? 0;
}

describe("caps", () => {
  it("are not exceeded by 64 callers at once on four workers, and are used up to the last call that fits", async () => {
    const capUsd = 200;
    const llm = buildModule({ usdPerDay: capUsd });
    await setPrice(llm);
    const workers = await Promise.all([1, 2, 3, 4].map(() => insertWorker(test.database)));
    let paused = 0;
    await Promise.all(
      Array.from({ length: 64 }, async (_, index) => {
        const worker_id = workers[index % 4] as string; // There are four.
        const step = await insertRunningStep(test.database, { worker_id });
        for (let calls = 0; calls < 3; calls += 1) {
          try {
            await callText(llm, step);
            await settle(llm, step);
          } catch (error) {
            if (!(error instanceof PauseTask)) throw error;
            paused += 1;
            return;
          }
        }
      }),
    );
    const budget = await readBudget("day");
    const spent = await sumCost();
    expect(paused).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(capUsd);
    expect(spent).toBeGreaterThan(capUsd - 10.5); // One worst case is just above 10 dollars.
    expect(budget.leased_usd).toBeLessThanOrEqual(capUsd);
    expect(budget.leased_usd - budget.available_usd).toBeCloseTo(spent, 6);
  });

  it("count everything that is reserved while calls are on their way", async () => {
    provider.setScript({ latency_ms: { text: 400 } });
    const llm = buildModule({ usdPerUnit: 19 });
    await setPrice(llm);
    const step = await insertRunningStep(test.database);
    const first = callText(llm, step);
    await expect.poll(() => provider.log().length).toBe(1);
    expect(await pauseReasonOf(callText(llm, step))).toMatch(
      /^budget_unit: the unit's cap of \$19 is reached/,
    );
    await first;
    await settle(llm, step);
    await callText(llm, step);
    expect(provider.log()).toHaveLength(2);
  });

  it("hold the reservation of a call whose outcome is unknown and release that of a refused one", async () => {
    provider.setScript({
      rules: [
        { times: 1, action: { status: 500 } },
        { times: 1, action: { cut: true } },
      ],
    });
    const llm = buildModule({ usdPerDay: 100, usdPerUnit: 100 });
    await setPrice(llm);
    const step = await insertRunningStep(test.database);
    await callText(llm, step);
    await settle(llm, step);
    const { rows } = await sql<{ usd: number }>`
      SELECT sum(coalesce(cost_usd, reserved_usd)) AS usd
      FROM llm_requests WHERE step_run_id = ${step.step_run_id}`.execute(test.database);
    for (const scope of ["day", "unit"] as const) {
      const budget = await readBudget(scope);
      expect(budget.leased_usd - budget.available_usd).toBeCloseTo(rows[0]?.usd ?? 0, 6);
    }
  });

  it("pause a call whose price nobody knows", async () => {
    const llm = buildModule({ usdPerDay: 5 });
    const step = await insertRunningStep(test.database);
    expect(await pauseReasonOf(callText(llm, step))).toMatch(/^price_unknown: .*writer-1/);
    expect(provider.log()).toEqual([]);
  });

  it("leave offline work alone", async () => {
    const llm = buildModule({ usdPerDay: 0 });
    const step = await insertRunningStep(test.database);
    const { result } = await llm.gateway.offline({
      ...{ correlation: step, signal: new AbortController().signal, prompt_name: "p", prompt_hash: "h" },
      ...{
        kind: "text",
        model: "extractive-1",
        input: {},
        work: async () => 1,
        describe: (value: number) => value,
      },
    });
    expect(result).toBe(1);
  });
});

describe("leases", () => {
  it("are gathered from other workers before the cap counts as reached", async () => {
    const budgets = createBudgetRepo(test.database);
    const [budget] = await budgets.ensure([{ scope: "unit", key: "u", cap_usd: 10 }]);
    const [mine, other] = [await insertWorker(test.database), await insertWorker(test.database)];
    expect(await budgets.fillLease(other, budget!.id, 1, 8)).toBe(true);
    expect(await budgets.fillLease(mine, budget!.id, 9, 0)).toBe(true);
    expect(await budgets.fillLease(other, budget!.id, 10.5, 0)).toBe(false);
    expect(await readBudget("unit")).toMatchObject({ leased_usd: 9, available_usd: 9 });
  });

  it("book what a call needed beyond its reservation, from the lease or else the budget", async () => {
    const budgets = createBudgetRepo(test.database);
    const [budget] = await budgets.ensure([{ scope: "unit", key: "u", cap_usd: 10 }]);
    const worker_id = await insertWorker(test.database);
    await budgets.fillLease(worker_id, budget!.id, 4, 0);
    const book = (usd: number) =>
      test.database.transaction().execute((tx) => budgets.settleLease(tx, worker_id, budget!.id, usd));
    await book(-3);
    expect(await readBudget("unit")).toMatchObject({ leased_usd: 4, available_usd: 1 });
    await book(-1.5);
    expect(await readBudget("unit")).toMatchObject({ leased_usd: 5.5, available_usd: 1 });
    await book(0.25);
    expect(await readBudget("unit")).toMatchObject({ leased_usd: 5.5, available_usd: 1.25 });
  });

  it("of ended workers go back to the budget", async () => {
    const llm = buildModule({ usdPerUnit: 10 });
    const budgets = createBudgetRepo(test.database);
    const [budget] = await budgets.ensure([{ scope: "unit", key: "u", cap_usd: 10 }]);
    const worker_id = await insertWorker(test.database);
    await budgets.fillLease(worker_id, budget!.id, 4, 0);
    await sql`UPDATE workers SET dead_at = clock_timestamp() WHERE id = ${worker_id}`.execute(test.database);
    await llm.syncBudgets();
    expect(await readBudget("unit")).toMatchObject({ leased_usd: 0, available_usd: 0 });
    // A late result of the dead worker gives its rest to the budget itself.
    await sql`UPDATE budgets SET leased_usd = 3`.execute(test.database);
    await test.database.transaction().execute((tx) => budgets.settleLease(tx, worker_id, budget!.id, 2));
    expect(await readBudget("unit")).toMatchObject({ leased_usd: 1, available_usd: 0 });
  });
});

describe("changed settings", () => {
  async function pause(reason: string): Promise<void> {
    const step = await insertRunningStep(test.database);
    await sql`UPDATE tasks SET status = 'paused', pause_reason = ${reason} WHERE id = ${step.task_id}`.execute(
      test.database,
    );
  }

  it("continue what waited for the former cap and leave the rest", async () => {
    const before = buildModule({ usdPerUnit: 1 });
    await setPrice(before);
    const step = await insertRunningStep(test.database);
    const reason = await pauseReasonOf(callText(before, step));
    await pause(reason);
    await pause("A person asked for it");
    await before.syncBudgets();
    expect(continued).toEqual([]);

    const after = buildModule({ usdPerUnit: 50 });
    await after.syncBudgets();
    expect(continued).toEqual([reason]);
    expect(await readBudget("unit")).toMatchObject({ cap_usd: 50, epoch: 1 });
    await callText(after, step);
    expect(provider.log()).toHaveLength(1);
  });

  it("continue on a new day, when a price is known, and when the caps are gone", async () => {
    const llm = buildModule({ usdPerDay: 1 });
    await pause("budget_day: the cap of $1 for all calls of 2001-01-01 (UTC) is reached.");
    await llm.syncBudgets();
    expect(continued).toHaveLength(1);

    const unknown = await pauseReasonOf(callText(llm, await insertRunningStep(test.database)));
    await pause(unknown);
    await llm.syncBudgets();
    expect(continued).toHaveLength(1);
    await setPrice(llm);
    await llm.syncBudgets();
    expect(continued).toEqual([expect.any(String), unknown]);

    await pause(await pauseReasonOf(callText(llm, await insertRunningStep(test.database))));
    await buildModule({}).syncBudgets();
    expect(continued).toHaveLength(3);
  });

  it("are applied by the watch, which ends when it is told to", async () => {
    const budgets = createBudgetRepo(test.database);
    await budgets.ensure([{ scope: "unit", key: "u", cap_usd: 10 }]);
    const stop = buildModule({ usdPerUnit: 7 }).startBudgetWatch();
    await expect.poll(async () => (await readBudget("unit")).cap_usd).toBe(7);
    await stop();
  });

  it("call unspent leases in when the cap is lowered", async () => {
    const budgets = createBudgetRepo(test.database);
    const [budget] = await budgets.ensure([{ scope: "unit", key: "u", cap_usd: 10 }]);
    const worker_id = await insertWorker(test.database);
    await budgets.fillLease(worker_id, budget!.id, 8, 0);
    await buildModule({ usdPerUnit: 5 }).syncBudgets();
    expect(await readBudget("unit")).toMatchObject({ cap_usd: 5, leased_usd: 0, available_usd: 0 });
    expect(await budgets.fillLease(worker_id, budget!.id, 6, 0)).toBe(false);
  });
});
