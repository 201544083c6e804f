import { expect, test } from "vitest";
import type { Worker } from "../../api/detail-rows.ts";
import { attemptLookOf } from "./TaskAttempts.tsx";
import { lineageRowsOf } from "./TaskLineage.tsx";
import { pauseSentenceOf } from "./task-columns.tsx";
import { shownWorkersOf } from "./WorkersCard.tsx";

type Story = Parameters<typeof lineageRowsOf>[0];
type Related = Story["related_tasks"][number];

function relatedTask(id: string, fields: Partial<Related>): Related {
  return {
    id,
    task_name: "unit_creation",
    status: "failed",
    mode: "from_scratch",
    lineage_id: "lineage",
    retry_of_task_id: null,
    error_code: null,
    created_at: `2026-11-21T12:00:0${id}Z`,
    completed_at: null,
    ...fields,
  };
}

test("the lineage is told oldest first and says what each task is to this one", () => {
  const rows = lineageRowsOf({
    ...relatedTask("2", { mode: "resume", retry_of_task_id: "1" }),
    related_tasks: [
      relatedTask("3", { mode: "resume", retry_of_task_id: "2" }),
      relatedTask("1", {}),
      relatedTask("4", { lineage_id: "another" }),
    ],
  });
  expect(rows.map((row) => [row.id, row.relation])).toEqual([
    ["1", "from scratch, retried here"],
    ["2", "resumes, this one"],
    ["3", "resumes, retries this one"],
    ["4", "from scratch"],
  ]);
});

test("an attempt without an end runs now, a dead worker is a failure", () => {
  expect(attemptLookOf(null)).toEqual({ status: "running", word: "runs now" });
  expect(attemptLookOf("worker_died")).toEqual({ status: "failed", word: "worker died" });
  expect(attemptLookOf("completed")).toEqual({ status: "completed", word: undefined });
});

test.each([
  ["The budget is reached. Raise it.", "The budget is reached. Raise it."],
  ["waiting_for_review", "It waits: waiting for review."],
  [null, "It waits for a person."],
])("the pause reason %s reads %s", (pause_reason, sentence) => {
  expect(pauseSentenceOf({ pause_reason })).toBe(sentence);
});

function workerOf(id: string, health: Worker["health"], beatAt: string): Worker {
  return {
    id,
    host: "host",
    pid: 1,
    app_version: "0.1.0",
    queues: ["default"],
    capacity: 16,
    running: 0,
    started_at: beatAt,
    beat_at: beatAt,
    stopped_at: null,
    dead_at: null,
    health,
  };
}

test("every living worker is shown, of the ended ones only the last three", () => {
  const ended = ["1", "2", "3", "4", "5"].map((id) => workerOf(id, "stopped", `2026-11-21T12:00:0${id}Z`));
  const shown = shownWorkersOf([...ended, workerOf("live", "healthy", "2026-11-21T11:00:00Z")]);
  expect(shown.map((worker) => worker.id)).toEqual(["live", "5", "4", "3"]);
});
