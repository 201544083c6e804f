import { expect, test } from "vitest";
import type { LogLine } from "../../api/detail-rows.ts";
import { filterLog, loggingSteps, runItself } from "./log-filter.ts";

function lineOf(level: LogLine["level"], message: string, step_name: string | null = null): LogLine {
  return {
    id: `${level}-${message}`,
    flow_run_id: "run",
    step_run_id: null,
    step_name,
    at: "2026-11-21T12:00:00Z",
    level,
    message,
    fields: { calls: 4 },
  };
}

const lines = [
  lineOf("debug", "begins"),
  lineOf("warn", "Slow answer", "draft_exercises"),
  lineOf("error", "no"),
];
const messagesOf = (level: string, text: string, step = "") =>
  filterLog(lines, { level, step, text }).map((line) => line.message);

test("a level keeps itself and everything worse", () => {
  expect(messagesOf("", "")).toEqual(["begins", "Slow answer", "no"]);
  expect(messagesOf("warn", "")).toEqual(["Slow answer", "no"]);
});

test("text is found in messages, steps and fields, whatever its case", () => {
  expect(messagesOf("", "SLOW")).toEqual(["Slow answer"]);
  expect(messagesOf("", "draft_")).toEqual(["Slow answer"]);
  expect(messagesOf("error", "calls")).toEqual(["no"]);
});

test("a step keeps its own lines, and the run's own lines can be asked for too", () => {
  expect(loggingSteps(lines)).toEqual([runItself, "draft_exercises"]);
  expect(messagesOf("", "", "draft_exercises")).toEqual(["Slow answer"]);
  expect(messagesOf("", "", runItself)).toEqual(["begins", "no"]);
});
