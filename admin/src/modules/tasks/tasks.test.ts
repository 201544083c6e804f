import { expect, test } from "vitest";
import type { QueueStatus, Worker } from "../../api/detail-rows.ts";
import { laterRetryOf, lineageRowsOf } from "./lineage.ts";
import { attemptLookOf } from "./TaskAttempts.tsx";
import { replayOriginOf } from "./TaskReplay.tsx";
import { isWorkerNews } from "./task-api.ts";
import { pauseSentenceOf } from "./task-columns.tsx";
import { associatedEntityOf, cancelWordsOf, taskTitleOf, waitingOf } from "./task-words.ts";
import { shownWorkersOf, workerSentenceOf } from "./WorkersCard.tsx";

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
    ["1", "from scratch, retried by this one"],
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
    version: 1,
  };
}

test("every living worker is shown, of the ended ones only the last three", () => {
  const ended = ["1", "2", "3", "4", "5"].map((id) => workerOf(id, "stopped", `2026-11-21T12:00:0${id}Z`));
  const shown = shownWorkersOf([...ended, workerOf("live", "healthy", "2026-11-21T11:00:00Z")]);
  expect(shown.map((worker) => worker.id)).toEqual(["live", "5", "4", "3"]);
});

test("children and forks branch off the line, each task once", () => {
  const child = relatedTask("5", {
    task_name: "lesson_regeneration",
    mode: "regenerate",
    lineage_id: "child",
  });
  const rows = lineageRowsOf({ ...relatedTask("2", {}), related_tasks: [child], children: [child] });
  expect(rows.map((row) => [row.id, row.relation, row.isBranch])).toEqual([
    ["2", "from scratch, this one", false],
    ["5", "writes a lesson anew", true],
  ]);
});

const queue: QueueStatus = {
  pending: 3,
  in_progress: 0,
  retry: 1,
  paused: 0,
  oldest_waiting_seconds: 4,
  workers_healthy: 1,
  workers_total: 1,
  capacity: 16,
  running: 2,
  outside_running: 0,
};
const queued = {
  status: "pending",
  available_at: "2026-11-21T12:00:00Z",
  crashes: 0,
  error_message: null,
  pause_reason: null,
  connection_id: null,
  external_id: null,
  queue_name: "default",
} as const;
const now = Date.parse("2026-11-21T12:00:05Z");

test("a task that nothing will take says so, loudly", () => {
  expect(waitingOf(queued, { ...queue, workers_healthy: 0 }, now)).toMatchObject({ isStuck: true });
  expect(waitingOf(queued, queue, now)).toMatchObject({ title: "It waits for a worker", isStuck: false });
});

test("a task that Prefect begins never blames our workers", () => {
  const nobody = { ...queue, workers_healthy: 0 };
  const launched = { ...queued, connection_id: "c" };
  expect(waitingOf(launched, nobody, now)?.words).toContain("Prefect was asked to start it");
  expect(waitingOf({ ...launched, external_id: "r" }, nobody, now)).toMatchObject({
    title: "It waits on Prefect",
    isStuck: false,
  });
  expect(waitingOf({ ...queued, queue_name: "prefect" }, nobody, now)).toMatchObject({
    title: "It waits to be carried by Prefect",
    isStuck: false,
  });
});

test("cancelling what Prefect carries out says who is asked", () => {
  expect(cancelWordsOf("unit_creation", true).consequence).toContain("Prefect is asked to end the run");
});

test("full workers are told with how many wait", () => {
  expect(waitingOf(queued, { ...queue, running: 16 }, now)?.words).toContain(
    "All 16 slots are busy and 4 tasks wait",
  );
});

test("a task that failed before tells why it waits and until when", () => {
  const available_at = "2026-11-21T12:10:00Z";
  const waiting = waitingOf(
    { ...queued, status: "retry", available_at, error_message: "The provider is away." },
    queue,
    now,
  );
  expect(waiting).toMatchObject({ title: "It waits to go on: The provider is away.", at: available_at });
  expect(waitingOf({ ...queued, status: "retry", crashes: 1 }, queue, now)?.title).toContain(
    "its worker died",
  );
});

test("a task that runs or ended waits for nothing", () => {
  expect(waitingOf({ ...queued, status: "in_progress" }, queue, now)).toBeNull();
});

test("tasks without a unit have a name and say what cancelling them means", () => {
  const bulk = { unit_title: null, task_name: "bulk_action" };
  expect(taskTitleOf(bulk)).toBe("Bulk action");
  expect(associatedEntityOf(bulk)).toBe("many at once");
  expect(taskTitleOf({ unit_title: "Tides", task_name: "unit_creation" })).toBe("Tides");
  expect(cancelWordsOf("bulk_action").consequence).toContain("What is done stays done");
});

test("only a replay task names the request that it sends again", () => {
  const inputs = { replay_of_request_id: "r1", edits: {} };
  expect(replayOriginOf({ task_name: "llm_replay", inputs })).toBe("r1");
  expect(replayOriginOf({ task_name: "unit_creation", inputs })).toBeNull();
  expect(replayOriginOf({ task_name: "llm_replay", inputs: null })).toBeNull();
});

test("a heartbeat is no news; a worker that comes, goes or falls silent is", () => {
  const known = [workerOf("w1", "healthy", "2026-11-21T12:00:00Z")];
  const change = {
    entity: "worker",
    id: "w1",
    parents: {},
    version: 2,
    patch: { health: "healthy" },
  } as const;
  expect(isWorkerNews(change, known)).toBe(false);
  expect(isWorkerNews({ ...change, patch: { health: "suspect" } }, known)).toBe(true);
  expect(isWorkerNews({ ...change, id: "w2" }, known)).toBe(true);
  expect(isWorkerNews({ ...change, entity: "task" }, known)).toBe(false);
});

test("a silent worker tells for how long, a full one that it is full", () => {
  const worker = workerOf("w1", "suspect", "2026-11-21T12:00:00Z");
  expect(workerSentenceOf(worker, now)).toBe("has been silent for 5 s; its tasks are taken over soon");
  expect(workerSentenceOf({ ...worker, health: "healthy", running: 16 }, now)).toContain("no slot is free");
});

test("the way on from an ended task is the newest task that retried it", () => {
  const related_tasks = [
    relatedTask("3", { retry_of_task_id: "2" }),
    relatedTask("4", { retry_of_task_id: "2" }),
    relatedTask("5", { retry_of_task_id: "4" }),
  ];
  expect(laterRetryOf({ id: "2", related_tasks })).toBe("4");
  expect(laterRetryOf({ id: "5", related_tasks })).toBeNull();
});
