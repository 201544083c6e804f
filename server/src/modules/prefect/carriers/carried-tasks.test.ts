import { describe, expect, it } from "vitest";
import { chooseCarrying, delayAfter, idempotencyKey, queueOfCarried } from "./carried-tasks.ts";

const one = { id: "1", name: "Local", is_from_environment: false };
const two = { id: "2", name: "Cluster", is_from_environment: false };
const given = { id: "3", name: "Prefect", is_from_environment: true };

describe("which connection carries tasks", () => {
  it("is the one of the environment, whatever else there is", () => {
    expect(chooseCarrying([one, two, given])).toEqual({ id: "3" });
  });

  it("is else the only one", () => {
    expect(chooseCarrying([two])).toEqual({ id: "2" });
  });

  it("is none when there are several or none, and says what to do", () => {
    expect(chooseCarrying([one, two])).toMatchObject({
      id: null,
      problem: expect.stringMatching(/'Local', 'Cluster' are enabled\. Set COURSEWRIGHT_PREFECT_URL/),
    });
    expect(chooseCarrying([])).toMatchObject({ id: null, problem: expect.stringContaining("no connection") });
  });
});

it("leaves what a person waits for to our own workers", () => {
  const names = ["unit_creation", "lesson_regeneration", "bulk_action", "llm_replay"];
  expect(names.map(queueOfCarried)).toEqual(["prefect", "prefect", "default", "default"]);
});

it("has one key for each turn, and another for each further try at the same turn", () => {
  const turn = { task_id: "t", fence: 4 };
  expect([1, 2, 3].map((number) => idempotencyKey({ ...turn, number }))).toEqual([
    "task:t:4",
    "task:t:4:2",
    "task:t:4:3",
  ]);
});

it("waits longer after each failure, up to a minute", () => {
  expect([1, 2, 3, 6, 50].map(delayAfter)).toEqual([2_000, 4_000, 8_000, 60_000, 60_000]);
});
