import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { codeOf, type GatewayHarness, startGatewayHarness } from "../../../../test/gateway-harness.ts";

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGatewayHarness();
});
afterAll(() => harness.close());
beforeEach(() => harness.renew());
afterEach(() => harness.endTest());

describe("ownership", () => {
  it("ends the socket within a second of an abort and books the call as cancelled", async () => {
    harness.provider.setScript({ rules: [{ action: { hang: true } }] });
    const control = new AbortController();
    const reason = new Error("The administrator asked for it");
    const ended = expect(harness.llm.gateway.text(harness.textCall({ signal: control.signal }))).rejects.toBe(
      reason,
    );
    await expect.poll(() => harness.provider.log().length).toBe(1);
    const abortedMs = performance.now();
    control.abort(reason);
    await expect.poll(() => harness.provider.log()[0]?.aborted, { interval: 5, timeout: 1000 }).toBe(true);
    expect(performance.now() - abortedMs).toBeLessThan(1000);
    await ended;
    expect(await harness.requestsOfStep()).toMatchObject([
      { status: "cancelled", error_code: "call_cancelled", cost_usd: null },
    ]);
  });

  it("names a timeout that the caller set", async () => {
    harness.provider.setScript({ rules: [{ action: { hang: true } }] });
    expect(
      await codeOf(harness.llm.gateway.text(harness.textCall({ signal: AbortSignal.timeout(100) }))),
    ).toBe("provider_timeout");
    expect(await harness.requestsOfStep()).toMatchObject([{ status: "cancelled" }]);
  });

  it("sends nothing under a fence that is lost", async () => {
    await sql`UPDATE tasks SET fence = 2 WHERE id = ${harness.step.task_id}`.execute(harness.database);
    await expect(harness.llm.gateway.text(harness.textCall())).rejects.toMatchObject({ name: "TaskFenced" });
    expect(harness.provider.log()).toEqual([]);
    expect(await harness.requestsOfStep()).toEqual([]);
  });

  it("sends nothing for a task that is being cancelled", async () => {
    await sql`UPDATE tasks SET cancel_requested_at = clock_timestamp() WHERE id = ${harness.step.task_id}`.execute(
      harness.database,
    );
    await expect(harness.llm.gateway.text(harness.textCall())).rejects.toMatchObject({
      name: "TaskCancelled",
    });
    expect(harness.provider.log()).toEqual([]);
  });

  it("puts what a lost owner had sent in doubt, and completes it when its answer comes late", async () => {
    await harness.llm.gateway.text(harness.textCall());
    const lost = {
      id: harness.step.task_id,
      unit_id: harness.step.unit_id,
      status: "retry" as const,
      fence: 2,
    };
    const nothing = { error_code: null, error_message: null, pause_reason: null };
    await harness.database.transaction().execute((tx) => harness.llm.settleTask(tx, { ...lost, ...nothing }));
    expect(await harness.requestsOfStep()).toMatchObject([{ status: "in_doubt", error_code: "owner_lost" }]);
    await harness.settle(true);
    await harness.settle(true);
    expect(await harness.requestsOfStep()).toMatchObject([
      { status: "completed", is_duplicate: true, error_code: null },
    ]);
  });

  it("leaves a call alone while its owner holds the task", async () => {
    await harness.llm.gateway.text(harness.textCall());
    await harness.database.transaction().execute((tx) =>
      harness.llm.settleTask(tx, {
        ...{ id: harness.step.task_id, unit_id: harness.step.unit_id, status: "in_progress", fence: 1 },
        ...{ error_code: null, error_message: null, pause_reason: null },
      }),
    );
    expect(await harness.requestsOfStep()).toMatchObject([{ status: "pending" }]);
  });

  it("settles the same calls again after the step's transaction was rolled back", async () => {
    await harness.llm.gateway.text(harness.textCall());
    const rolledBack = harness.database.transaction().execute(async (transaction) => {
      await harness.llm.settleCalls(transaction, harness.step.step_run_id, { duplicate: false });
      throw new Error("rolled back");
    });
    await expect(rolledBack).rejects.toThrow("rolled back");
    expect(await harness.requestsOfStep()).toMatchObject([{ status: "pending" }]);
    await harness.settle();
    expect(await harness.requestsOfStep()).toMatchObject([{ status: "completed" }]);
  });
});
