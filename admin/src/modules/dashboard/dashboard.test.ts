import { expect, test } from "vitest";
import type { LiveChange } from "../../api/live/live-messages.ts";
import type { LlmRequestSummary, TaskSummary, UnitSummary } from "../../api/rows.ts";
import { titlesOf } from "../flow-runs/public.ts";
import { attentionWordsOf, freshDoubtsOf } from "./attention.ts";
import { inOrderOfWork, movesJobs } from "./Dashboard.tsx";
import { finishedJobsOf, resultOf } from "./JobHistory.tsx";

// Only the fields that the dashboard reads; a whole row has forty.
function unitOf(id: string, fields: Partial<UnitSummary> = {}): UnitSummary {
  return {
    id,
    title: "Tides",
    status: "completed",
    task_id: `task-${id}`,
    target_lesson_count: 3,
    lessons_completed: 3,
    exercise_count: 12,
    error_code: null,
    error_message: null,
    pause_reason: null,
    cover_media_id: null,
    podcast_media_id: null,
    completed_at: null,
    ...fields,
  } as UnitSummary;
}

test.each([
  ["failed", { error_message: "The provider is overloaded." }, "Tides failed", "The provider is overloaded."],
  ["failed", { lessons_completed: 0 }, "Tides failed", "0 of 3 lessons written; no reason was recorded."],
  ["partial", { lessons_completed: 2 }, "Tides is not whole", "2 of 3 lessons written."],
  ["paused", { pause_reason: "The budget is reached." }, "Tides is paused", "The budget is reached."],
  ["paused", {}, "Tides is paused", "It waits for a person."],
] as const)("a %s unit with %o says why it needs somebody", (status, fields, title, text) => {
  expect(attentionWordsOf(unitOf("a", { status, ...fields }))).toEqual({ status, title, text });
});

test("with more than four jobs what runs stands before what waits, and otherwise the newest first", () => {
  const statuses = ["pending", "pending", "in_progress", "retry", "in_progress"];
  const tasks = statuses.map((status, place) => ({ id: `${place}`, status }) as TaskSummary);
  const idsOf = (jobs: TaskSummary[]) => inOrderOfWork(jobs).map((task) => task.id);
  expect(idsOf(tasks)).toEqual(["2", "4", "0", "1", "3"]);
  expect(idsOf(tasks.slice(0, 4))).toEqual(["0", "1", "2", "3"]);
});

test("requests in doubt are of interest for a day", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  const doubts = ["2026-11-21T11:00:00Z", "2026-11-19T12:00:00Z"].map(
    (created_at) => ({ created_at }) as LlmRequestSummary,
  );
  expect(freshDoubtsOf(doubts, now)).toEqual([doubts[0]]);
});

test("finished units stand in the order of their end, each with its own task", () => {
  const jobs = finishedJobsOf(
    [
      unitOf("a", { completed_at: "2026-11-21T10:00:00Z" }),
      unitOf("b", { completed_at: "2026-11-21T11:00:00Z" }),
      unitOf("c"),
    ],
    [{ id: "task-a" } as TaskSummary],
  );
  expect(jobs.map((job) => [job.id, job.task?.id])).toEqual([
    ["b", undefined],
    ["a", "task-a"],
  ]);
});

test.each([
  [{}, "3 lessons, 12 exercises"],
  [{ lessons_completed: 2, cover_media_id: "m" }, "2 of 3 lessons, 12 exercises, cover"],
  [{ status: "cancelled", lessons_completed: 0 }, "no lesson was finished"],
  [{ status: "failed", error_message: "No key." }, "No key."],
] as const)("the result of a unit with %o reads %s", (fields, result) => {
  expect(resultOf(unitOf("a", fields))).toBe(result);
});

function changeOf(entity: LiveChange["entity"], id: string, status: string): LiveChange {
  return { entity, id, parents: {}, version: 2, patch: { status } };
}

test("the page is read again when a job changes its place, not with each step of it", () => {
  const board = {
    active: [{ id: "task", status: "in_progress" } as TaskSummary],
    stopped: [],
    ended: [unitOf("old")],
    tasks: [],
  };
  expect(movesJobs(changeOf("task", "task", "in_progress"), undefined)).toBe(true);
  expect(movesJobs(changeOf("task", "task", "in_progress"), board)).toBe(false);
  expect(movesJobs(changeOf("task", "task", "completed"), board)).toBe(true);
  expect(movesJobs(changeOf("task", "new", "pending"), board)).toBe(true);
  expect(movesJobs(changeOf("unit", "other", "in_progress"), board)).toBe(false);
  expect(movesJobs(changeOf("unit", "other", "failed"), board)).toBe(true);
  expect(movesJobs(changeOf("unit", "old", "completed"), board)).toBe(false);
});

test("titles are read from a plan and from nothing else", () => {
  const plan = { lessons: [{ position: 1, title: "Why the sea moves" }, { position: "2" }, null] };
  expect([...titlesOf(plan)]).toEqual([[1, "Why the sea moves"]]);
  expect([null, "text", { lessons: 3 }].map((value) => titlesOf(value).size)).toEqual([0, 0, 0]);
});
