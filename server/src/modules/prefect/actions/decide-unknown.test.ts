import { describe, expect, it } from "vitest";
import { decideUnknown, type StateBefore } from "./decide-unknown.ts";

const before = (state_type: string): StateBefore => ({ state_id: "a", state_type, run_count: 1 });
const run = (state_type: string, run_count = 1, state_id = "b") => ({
  ...{ state_id, state_type, state_name: state_type, run_count },
});

describe("an action whose answer was lost", () => {
  it.each(["cancel", "retry", "resume"] as const)(
    "is undecided while the state is the same: %s",
    (action) => {
      expect(decideUnknown(action, before("RUNNING"), run("RUNNING", 1, "a"))).toBeNull();
    },
  );

  it.each([
    ["cancel", "RUNNING", run("CANCELLING"), "accepted"],
    ["cancel", "RUNNING", run("CANCELLED"), "accepted"],
    ["cancel", "RUNNING", run("COMPLETED"), "refused"],
    ["cancel", "SCHEDULED", run("RUNNING"), null],
    ["retry", "FAILED", run("SCHEDULED"), "accepted"],
    ["retry", "FAILED", run("FAILED", 2), "accepted"],
    ["retry", "CANCELLED", run("COMPLETED"), null],
    ["resume", "PAUSED", run("RUNNING", 2), "accepted"],
    ["resume", "PAUSED", run("COMPLETED", 2), "accepted"],
    ["resume", "PAUSED", run("CANCELLED"), "refused"],
    ["resume", "PAUSED", run("PAUSED"), null],
  ] as const)("%s of a run that was %s and has changed is told by it", (action, type, now, status) => {
    expect(decideUnknown(action, before(type), now)?.status ?? null).toBe(status);
  });
});
