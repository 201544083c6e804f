import { expect, test } from "vitest";
import { AppError } from "../../../platform/errors.ts";
import { PauseTask, ShuttingDown, TaskCancelled, TaskFenced } from "../public.ts";
import { classifyFailure } from "./outcome.ts";

const definition = { status: 500, retryable: false, title: "Broken" };

test.each([
  [new TaskFenced("x"), { kind: "fenced" }],
  [new TaskCancelled("x"), { kind: "cancelled" }],
  [new PauseTask("budget_day"), { kind: "paused", reason: "budget_day" }],
  [new ShuttingDown("x"), { kind: "released", crashed: false, delay_ms: 0 }],
  [Object.assign(new Error("gone"), { code: "ECONNRESET" }), { kind: "released", crashed: false }],
  [new AppError("too_quiet", definition, "Nobody heard it."), { kind: "failed", error_code: "too_quiet" }],
  [new RangeError("oh"), { kind: "released", crashed: true, reason: "RangeError: oh" }],
  ["a thrown text", { kind: "released", crashed: true, reason: "a thrown text" }],
])("%s means %o", (error, outcome) => {
  expect(classifyFailure(error)).toMatchObject(outcome);
});

test("a provider that cannot be reached fails the task and is no outage of the database", () => {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const error = new AppError("provider_unavailable", definition, "The provider does not answer.", { cause });
  expect(classifyFailure(error)).toMatchObject({ kind: "failed", error_code: "provider_unavailable" });
});
