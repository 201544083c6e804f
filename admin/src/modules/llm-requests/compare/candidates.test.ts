import { expect, test } from "vitest";
import { candidatesOf, chooseCandidate } from "./candidates.ts";

type Comparable = Parameters<typeof candidatesOf>[0];

const replay = (id: string, task_id: string) => ({
  id,
  task_id,
  status: "completed",
  model: "m",
  provider: "p",
  cost_usd: null,
  created_at: "2026-11-21T12:00:00Z",
});
// Only the fields that are read.
const request = {
  id: "a2",
  siblings: [
    { id: "a1", status: "failed", model: "m" },
    { id: "a2", status: "completed", model: "m" },
  ],
  replays: [replay("r3", "t2"), replay("r2", "t2"), replay("r1", "t1")],
} as unknown as Comparable;

test("other attempts come first, then the replays from the oldest on", () => {
  expect(candidatesOf(request).map(({ key, title }) => [key, title])).toEqual([
    ["a1", "Attempt 1"],
    ["r1", "Replay 1"],
    ["r2", "Replay 2"],
    ["r3", "Replay 3"],
  ]);
});

test("a replay is found by its request and by its task, whose last request counts", () => {
  const candidates = candidatesOf(request);
  expect(chooseCandidate(candidates, "r1").title).toBe("Replay 1");
  expect(chooseCandidate(candidates, "t2").requestId).toBe("r3");
});

test("a replay that has not sent anything yet has a place of its own", () => {
  expect(chooseCandidate(candidatesOf(request), "t9")).toMatchObject({
    title: "Replay 4",
    requestId: null,
    taskId: "t9",
  });
});
