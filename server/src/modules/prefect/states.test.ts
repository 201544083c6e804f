import { describe, expect, it, test } from "vitest";
import { stateTypes } from "./client/wire.ts";
import { attemptOf, externalState, isNewerState, isTerminalType, mirroredStatus } from "./states.ts";

test.each([
  ["SCHEDULED", "pending"],
  ["PENDING", "pending"],
  ["RUNNING", "running"],
  ["CANCELLING", "running"],
  ["PAUSED", "paused"],
  ["COMPLETED", "completed"],
  ["FAILED", "failed"],
  ["CRASHED", "failed"],
  ["CANCELLED", "cancelled"],
  [null, "pending"],
  [undefined, "pending"],
  ["SLEEPING", null],
  ["completed", null],
  ["", null],
  ["toString", null],
])("the state type %j is our %j", (type, status) => expect(mirroredStatus(type)).toBe(status));

it("has a status for each type that Prefect knows", () => {
  expect(stateTypes.map(mirroredStatus)).not.toContain(null);
});

test.each(
  stateTypes.map((type) => [type, ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"].includes(type)] as const),
)("%s is an end: %s", (type, expected) => expect(isTerminalType(type)).toBe(expected));

test.each([
  ["SCHEDULED", "AwaitingRetry", "AwaitingRetry"],
  ["RUNNING", "Retrying", "Retrying"],
  ["COMPLETED", "Écrit à moitié", "Écrit à moitié"],
  ["FAILED", " ", "FAILED"],
  ["FAILED", null, "FAILED"],
  [null, null, null],
])("Prefect's word for %j named %j is %j", (type, name, word) =>
  expect(externalState(type, name)).toBe(word),
);

describe("the attempt", () => {
  const state = (type: string, name?: string) => ({ type, name });
  test.each([
    ["no states", [], 0, 1],
    ["no states, but a count", [], 3, 3],
    ["waiting for its start", [state("SCHEDULED"), state("PENDING")], 0, 1],
    [
      "the first",
      [state("SCHEDULED"), state("PENDING"), state("PENDING", "Submitting"), state("RUNNING")],
      1,
      1,
    ],
    [
      "after a failure",
      [state("RUNNING"), state("FAILED"), state("SCHEDULED", "AwaitingRetry"), state("RUNNING")],
      2,
      2,
    ],
    [
      "waiting for the second",
      [state("RUNNING"), state("FAILED"), state("SCHEDULED", "AwaitingRetry")],
      1,
      1,
    ],
    [
      "retried by Prefect itself, which stores no failure",
      [state("RUNNING"), state("SCHEDULED", "AwaitingRetry"), state("RUNNING", "Retrying")],
      2,
      2,
    ],
    ["resumed after a pause", [state("RUNNING"), state("PAUSED"), state("RUNNING")], 2, 1],
    [
      "suspended and scheduled again",
      [state("RUNNING"), state("PAUSED"), state("SCHEDULED", "Resuming"), state("RUNNING")],
      2,
      1,
    ],
    ["after a crash", [state("RUNNING"), state("CRASHED"), state("RUNNING")], 2, 2],
  ])("%s", (_name, states, runCount, expected) => expect(attemptOf(states, runCount)).toBe(expected));
});

describe("the newer state", () => {
  const at = (timestamp: string, id: string) => ({ timestamp, id });
  test.each([
    ["any, when none is stored", null, at("2026-01-01T00:00:00Z", "a"), true],
    ["the later one", at("2026-01-01T00:00:00Z", "b"), at("2026-01-01T00:00:01Z", "a"), true],
    ["not an earlier one", at("2026-01-01T00:00:01Z", "a"), at("2026-01-01T00:00:00Z", "b"), false],
    ["not the same one", at("2026-01-01T00:00:00Z", "a"), at("2026-01-01T00:00:00Z", "a"), false],
    [
      "the larger id in the same moment",
      at("2026-01-01T00:00:00Z", "a"),
      at("2026-01-01T00:00:00Z", "b"),
      true,
    ],
    [
      "one microsecond later",
      at("2026-01-01T00:00:00.000001Z", "b"),
      at("2026-01-01T00:00:00.000002Z", "a"),
      true,
    ],
    [
      "a fraction after a full second",
      at("2026-01-01T00:00:00Z", "b"),
      at("2026-01-01T00:00:00.000001Z", "a"),
      true,
    ],
    [
      "not the full second before a fraction",
      at("2026-01-01T00:00:00.1Z", "a"),
      at("2026-01-01T00:00:00Z", "b"),
      false,
    ],
    [
      "an instant in another notation",
      at("2026-01-01T01:00:00+01:00", "b"),
      at("2026-01-01T00:00:01Z", "a"),
      true,
    ],
  ])("%s", (_name, stored, read, expected) => expect(isNewerState(stored, read)).toBe(expected));
});
