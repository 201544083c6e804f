import { expect, test } from "vitest";
import { actionOutcome, type SteeringAction, whyNot } from "./action-outcome.ts";

const state = (type: string) => ({
  id: "01a20177-ab52-7b12-aa99-f21d2d6e381a",
  type,
  name: type,
  timestamp: "2026-01-01T00:00:00Z",
});

test.each<[SteeringAction, string, string | null, string]>([
  ["cancel", "ACCEPT", "CANCELLING", "accepted"],
  ["cancel", "REJECT", "CANCELLED", "accepted"],
  ["cancel", "REJECT", "COMPLETED", "refused"],
  ["cancel", "ABORT", "COMPLETED", "refused"],
  ["retry", "ACCEPT", "SCHEDULED", "accepted"],
  ["retry", "REJECT", "CANCELLED", "refused"],
  ["retry", "REJECT", "COMPLETED", "refused"],
  ["resume", "ABORT", null, "refused"],
  ["resume", "WAIT", "PAUSED", "unknown"],
  ["cancel", "SOMETHING_NEW", null, "unknown"],
])("%s answered %s with the state %j is %s", (action, status, type, expected) => {
  const answer = { status, state: type === null ? null : state(type), details: { reason: "Because." } };
  const outcome = actionOutcome(action, answer);
  expect(outcome.status).toBe(expected);
  if (outcome.status !== "accepted") expect(outcome.reason).toBe("Because.");
});

test("a refusal without a reason says so", () => {
  expect(actionOutcome("retry", { status: "ABORT", state: null, details: null })).toEqual({
    status: "refused",
    reason: "Prefect answered ABORT without a reason.",
  });
});

test.each<[SteeringAction, string | null, boolean, boolean]>([
  ["cancel", "SCHEDULED", false, true],
  ["cancel", "RUNNING", true, true],
  ["cancel", "RUNNING", false, false],
  ["cancel", "CANCELLING", true, false],
  ["cancel", "CRASHED", true, false],
  ["retry", "FAILED", true, true],
  ["retry", "CRASHED", true, true],
  ["retry", "CANCELLED", true, true],
  ["retry", "FAILED", false, false],
  ["retry", "COMPLETED", true, false],
  ["retry", "RUNNING", true, false],
  ["retry", null, true, false],
  ["resume", "PAUSED", false, true],
  ["resume", "RUNNING", true, false],
])(
  "%s of a run that is %j, with a deployment %s, is offered: %s",
  (action, state_type, hasDeployment, offered) => {
    expect(whyNot(action, { state_type, deployment_id: hasDeployment ? "d" : null }) === null).toBe(offered);
  },
);
