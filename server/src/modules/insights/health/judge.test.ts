import { describe, expect, it } from "vitest";
import { judgeHealth, spanOf, worstOf } from "./judge.ts";
import type { CallFacts, HealthFacts } from "./repo.ts";

const worker = {
  host: "vm",
  pid: 7,
  queues: ["default"],
  capacity: 8,
  running: 3,
  is_healthy: true,
  silent_ms: 100,
};
const well: HealthFacts = {
  now: "2026-01-02T10:00:00.000Z",
  database_since: "2026-01-01T00:00:00.000Z",
  ...{ connections: 10, connections_most: 100, servers: 1 },
  ...{ workers: [worker], queues: [], calls: [], limits: [], engines: [] },
};
const judged = (facts: Partial<HealthFacts>, kind: string) =>
  judgeHealth({ ...well, ...facts }, "1.2.3").filter((part) => part.kind === kind);
const waits = (oldest_waiting_ms: number) => [{ queue_name: "default", waiting: 2, oldest_waiting_ms }];
const call = (of: Partial<CallFacts>): CallFacts => ({
  ...{
    provider: "openai",
    model: "gpt",
    status: "completed",
    error_code: null,
    error_message: null,
    http_status: 200,
  },
  ended_ms_ago: 1_000,
  ...of,
});
const late = call({ status: "failed", error_code: "provider_timeout", http_status: null });

describe("health", () => {
  it("is well where everything works, and says nothing more than what is", () => {
    const parts = judgeHealth(well, "1.2.3");
    expect(parts.map(({ kind, state, meaning }) => [kind, state, meaning])).toEqual([
      ["api", "ok", ""],
      ["database", "ok", ""],
      ["queue", "ok", ""],
      ["workers", "ok", ""],
    ]);
    expect(parts[3]?.sentence).toBe("The worker beats, 3 of 8 slots busy.");
    expect(judged({ servers: 3 }, "api")[0]?.sentence).toBe("Version 1.2.3 answers on 3 servers.");
  });

  it("of the database warns before its connections are used up", () => {
    expect(judged({ connections: 95 }, "database")).toMatchObject([
      { state: "warn", sentence: "95 of 100 connections are taken." },
    ]);
  });

  it.each([
    ["without any worker", { workers: [], queues: waits(1_000) }, "bad", /No worker takes jobs/],
    [
      "with a silent worker only",
      { workers: [{ ...worker, is_healthy: false }], queues: waits(1_000) },
      "bad",
      /Start a worker/,
    ],
    ["with free slots that nobody uses", { queues: waits(61_000) }, "warn", /not known to any/],
    [
      "for long",
      { workers: [{ ...worker, running: 8 }], queues: waits(601_000) },
      "warn",
      /All slots are busy/,
    ],
    ["for a moment", { workers: [{ ...worker, running: 8 }], queues: waits(60_500) }, "ok", /^$/],
  ] as const)("of the queue: jobs wait %s", (_name, facts, state, meaning) => {
    const [part] = judged(facts, "queue");
    expect(part).toMatchObject({ state, meaning: expect.stringMatching(meaning) });
    expect(part?.sentence).toMatch(/^2 jobs wait for a worker, the oldest for/);
  });

  it("of the queue tells jobs that Prefect carries from those for our workers", () => {
    const forPrefect = (oldest_waiting_ms: number) => [
      { queue_name: "prefect", waiting: 1, oldest_waiting_ms },
    ];
    expect(judged({ queues: forPrefect(5_000) }, "queue")).toMatchObject([
      { state: "ok", sentence: "1 job waits for Prefect, the oldest for 5 s.", meaning: "" },
    ]);
    expect(judged({ queues: forPrefect(61_000) }, "queue")).toMatchObject([
      { state: "warn", meaning: expect.stringMatching(/whether a worker polls/) },
    ]);
    expect(judged({ queues: forPrefect(700_000) }, "queue")).toMatchObject([
      { state: "warn", meaning: expect.stringMatching(/whether a worker polls/) },
    ]);
    const queues = [...forPrefect(1_000), ...waits(1_000)];
    expect(judged({ workers: [], queues }, "queue")).toMatchObject([
      { state: "bad", meaning: expect.stringMatching(/Start a worker/) },
    ]);
  });

  it("of the workers says who is silent", () => {
    expect(judged({ workers: [] }, "workers")).toMatchObject([{ state: "bad" }]);
    const silent = { ...worker, pid: 9, is_healthy: false };
    expect(judged({ workers: [worker, silent] }, "workers")).toMatchObject([
      { state: "warn", sentence: "1 of 2 workers beat. vm:9 is silent." },
    ]);
    expect(judged({ workers: [silent, { ...silent, pid: 10 }] }, "workers")).toMatchObject([
      { state: "bad", sentence: "vm:9, vm:10 are silent." },
    ]);
  });

  it("of a provider is told from its last calls", () => {
    const provider = (calls: CallFacts[], limits: HealthFacts["limits"] = []) =>
      judged({ calls, limits }, "provider")[0];
    expect(provider([call({})])).toMatchObject({ name: "openai/gpt", state: "ok" });
    expect(provider(Array(5).fill(late))).toMatchObject({
      state: "bad",
      sentence: "The last 5 calls were not answered (timeout).",
    });
    expect(provider([...Array(4).fill(late)])).toMatchObject({ state: "ok" });
    expect(provider([call({}), ...Array(9).fill(late)])).toMatchObject({
      state: "warn",
      sentence: expect.stringMatching(/^9 of the last 10/),
    });
    expect(
      provider([call({ status: "failed", error_code: "provider_auth", http_status: 401 })]),
    ).toMatchObject({ state: "bad" });
    // What failed long before the newest call says nothing of now.
    expect(provider([call({}), ...Array(9).fill({ ...late, ended_ms_ago: 400_000 })])).toMatchObject({
      state: "ok",
    });
    expect(provider([call({ ended_ms_ago: 1_000_000 })])).toMatchObject({ state: "idle" });
  });

  it("of a limited provider says until when", () => {
    const limit = {
      provider: "openai",
      model: "gpt",
      blocked_until: "2026-01-02T10:00:30.000Z",
      blocked_reason: "HTTP 429",
    };
    expect(judged({ limits: [limit] }, "provider")).toMatchObject([
      { state: "warn", until: limit.blocked_until, sentence: "Rate-limited until 10:00:30 UTC (HTTP 429)." },
    ]);
  });

  it("is as bad as its worst part; what is not in use does not count", () => {
    expect([worstOf(["ok", "idle"]), worstOf(["ok", "warn", "idle"]), worstOf(["warn", "bad"])]).toEqual([
      "ok",
      "warn",
      "bad",
    ]);
  });

  it("tells spans in two units", () => {
    expect([360, 5_000, 59_000, 62_000, 3_700_000].map(spanOf)).toEqual([
      "0.4 s",
      "5 s",
      "59 s",
      "1 m 02 s",
      "1 h 01 m",
    ]);
  });
});
